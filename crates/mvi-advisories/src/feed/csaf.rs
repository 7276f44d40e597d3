//! Red Hat's CSAF 2.0 documents: advisories, and VEX with what is fixed, affected, unaffected and not to be fixed. Entries of
//! the system itself are kept; products beside it and extended support have versions of their own.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::str::FromStr as _;

use packageurl::PackageUrl;
use serde::Deserialize;

use super::FeedKind;
use super::secdb::until;
use crate::advisory::{Advisory, Entry, State, line};
use crate::import::Intake;
use crate::package::stream;

/// The feed's name.
const FEED: &str = "redhat-csaf";
/// How deep branches may go.
const DEEPEST: usize = 32;

#[derive(Debug, Deserialize)]
struct Csaf {
    document: Head,
    #[serde(default)]
    product_tree: Tree,
    #[serde(default)]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Debug, Deserialize)]
struct Head {
    category: String,
    #[serde(default)]
    title: String,
    publisher: Option<Publisher>,
    tracking: Option<Tracking>,
    aggregate_severity: Option<Text>,
}

#[derive(Debug, Deserialize)]
struct Publisher {
    #[serde(default)]
    namespace: String,
}

#[derive(Debug, Deserialize)]
struct Text {
    text: String,
}

#[derive(Debug, Deserialize)]
struct Tracking {
    id: String,
    current_release_date: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Tree {
    #[serde(default)]
    branches: Vec<Branch>,
    #[serde(default)]
    relationships: Vec<Relationship>,
}

#[derive(Debug, Deserialize)]
struct Branch {
    #[serde(default)]
    branches: Vec<Branch>,
    product: Option<Product>,
}

#[derive(Debug, Deserialize)]
struct Product {
    product_id: String,
    product_identification_helper: Option<Helper>,
}

#[derive(Debug, Deserialize)]
struct Helper {
    cpe: Option<String>,
    purl: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Relationship {
    product_reference: String,
    relates_to_product_reference: String,
    full_product_name: Named,
}

#[derive(Debug, Deserialize)]
struct Named {
    product_id: String,
}

#[derive(Debug, Deserialize)]
struct Vulnerability {
    cve: Option<String>,
    title: Option<String>,
    #[serde(default)]
    product_status: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    remediations: Vec<Remediation>,
    #[serde(default)]
    scores: Vec<Score>,
    #[serde(default)]
    threats: Vec<Threat>,
}

#[derive(Debug, Deserialize)]
struct Remediation {
    category: String,
    #[serde(default)]
    details: String,
    #[serde(default)]
    product_ids: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Score {
    cvss_v2: Option<Vector>,
    cvss_v3: Option<Vector>,
    cvss_v4: Option<Vector>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    vector_string: String,
}

#[derive(Debug, Deserialize)]
struct Threat {
    category: String,
    #[serde(default)]
    details: String,
}

/// Takes in a document; what is counted are documents.
///
/// # Errors
/// Why it cannot be read, or is another vendor's.
pub(crate) fn read(intake: &mut Intake<'_>, bytes: &[u8]) -> Result<(), String> {
    let csaf: Csaf = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let head = &csaf.document;
    let vendor = head.publisher.as_ref().map(|publisher| publisher.namespace.as_str()).unwrap_or_default();
    if !vendor.contains("redhat.com") {
        return Err(format!("a CSAF document of `{vendor}`; only Red Hat's are read"));
    }
    if !["csaf_vex", "csaf_security_advisory"].contains(&head.category.as_str()) {
        return Err(format!("a CSAF document of category `{}`", head.category));
    }
    let tracking = head.tracking.as_ref().ok_or("the document has no id")?;
    let products = Products::of(&csaf.product_tree);
    let mut advisory = Advisory {
        id: tracking.id.clone(),
        modified: tracking.current_release_date.clone(),
        word: head.aggregate_severity.as_ref().map(|severity| severity.text.clone()),
        summary: line(&head.title, 300),
        ..Advisory::default()
    };
    let mut entries = BTreeSet::new();
    for vulnerability in &csaf.vulnerabilities {
        advisory.upstream.extend(vulnerability.cve.clone().filter(|cve| *cve != advisory.id));
        let scores = vulnerability.scores.iter().flat_map(|score| [&score.cvss_v4, &score.cvss_v3, &score.cvss_v2]);
        for vector in scores.flatten().map(|vector| &vector.vector_string) {
            if !advisory.vectors.contains(vector) {
                advisory.vectors.push(vector.clone());
            }
        }
        if let Some(impact) = vulnerability.threats.iter().find(|threat| threat.category == "impact") {
            advisory.word.get_or_insert_with(|| impact.details.clone());
        }
        if let Some(title) = vulnerability.title.as_ref().filter(|_| csaf.vulnerabilities.len() == 1) {
            advisory.summary = line(title, 300);
        }
        products.entries(vulnerability, &mut entries);
    }
    advisory.entries = entries.into_iter().map(Claim::entry).collect();
    intake.begin(FEED, FeedKind::RedHatCsaf, false);
    intake.advisory(FEED, advisory);
    Ok(())
}

/// What is said of a package, in an order and each once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    release: String,
    name: String,
    module: Option<String>,
    state: State,
    fixed: Option<String>,
}

impl Claim {
    fn entry(self) -> Entry {
        let ranges = match self.state {
            State::NotAffected => Vec::new(),
            _ => vec![until(self.fixed.as_deref())],
        };
        Entry {
            ecosystem: "Red Hat".to_owned(),
            release: Some(self.release),
            name: self.name,
            modules: self.module.into_iter().collect(),
            state: self.state,
            ranges,
            ..Entry::default()
        }
    }
}

/// Products by their ids.
struct Products<'a> {
    helpers: HashMap<&'a str, &'a Helper>,
    pairs: HashMap<&'a str, (&'a str, &'a str)>,
}

impl<'a> Products<'a> {
    fn of(tree: &'a Tree) -> Self {
        let mut helpers = HashMap::new();
        let mut open: Vec<(&Branch, usize)> = tree.branches.iter().map(|branch| (branch, 0)).collect();
        while let Some((branch, depth)) = open.pop() {
            if let Some(product) = &branch.product {
                helpers.extend(
                    product.product_identification_helper.as_ref().map(|helper| (product.product_id.as_str(), helper)),
                );
            }
            if depth < DEEPEST {
                open.extend(branch.branches.iter().map(|branch| (branch, depth + 1)));
            }
        }
        let pair = |of: &'a Relationship| {
            let parts = (of.product_reference.as_str(), of.relates_to_product_reference.as_str());
            (of.full_product_name.product_id.as_str(), parts)
        };
        Self { helpers, pairs: tree.relationships.iter().map(pair).collect() }
    }

    fn entries(&self, vulnerability: &Vulnerability, entries: &mut BTreeSet<Claim>) {
        let mut states: HashMap<&str, State> = HashMap::new();
        for remediation in &vulnerability.remediations {
            let state = match (remediation.category.as_str(), remediation.details.as_str()) {
                ("no_fix_planned", "Out of support scope") => State::EndOfLife,
                ("no_fix_planned", _) => State::WillNotFix,
                ("none_available", "Fix deferred") => State::FixDeferred,
                _ => continue,
            };
            states.extend(remediation.product_ids.iter().map(|id| (id.as_str(), state)));
        }
        for (status, ids) in &vulnerability.product_status {
            for id in ids {
                let state = match status.as_str() {
                    "fixed" | "first_fixed" | "known_affected" | "last_affected" => {
                        states.get(id.as_str()).copied().unwrap_or_default()
                    }
                    "known_not_affected" => State::NotAffected,
                    "under_investigation" => State::Undetermined,
                    _ => continue,
                };
                entries.extend(self.claim(id, state, status.ends_with("fixed")));
            }
        }
    }

    /// What is said of a package of the system; nothing for source packages, other products and what cannot be told.
    fn claim(&self, id: &str, state: State, is_fixed: bool) -> Option<Claim> {
        let (mut component, mut product) = *self.pairs.get(id)?;
        let mut module = None;
        // A package of a module of a product: the relationship's product is a relationship itself.
        if let Some((inner, outer)) = self.pairs.get(product) {
            module = self.helpers.get(inner).and_then(|helper| module_of(helper.purl.as_deref()?));
            product = outer;
        }
        if let Some((inner, _)) = self.pairs.get(component) {
            component = inner;
        }
        let cpe = self.helpers.get(product)?.cpe.as_deref()?;
        let release = release_of(cpe)?;
        let url = PackageUrl::from_str(self.helpers.get(component)?.purl.as_deref()?).ok()?;
        let qualifier = |name: &str| url.qualifiers().get(name).map(|value| value.to_string());
        if url.ty() != "rpm" || qualifier("arch").is_some_and(|arch| arch == "src") {
            return None;
        }
        let version = match (url.version(), qualifier("epoch").filter(|epoch| epoch != "0")) {
            (Some(version), Some(epoch)) => Some(format!("{epoch}:{version}")),
            (version, _) => version.map(ToString::to_string),
        };
        let fixed = if is_fixed { Some(version?) } else { None };
        let label = qualifier("rpmmod").map(|label| stream(&label));
        Some(Claim { release, name: url.name().to_owned(), module: label.or(module), state, fixed })
    }
}

/// The module stream that a package URL of a module names.
fn module_of(purl: &str) -> Option<String> {
    let url = PackageUrl::from_str(purl).ok()?;
    (url.ty() == "rpmmod")
        .then(|| format!("{}:{}", url.name(), url.version().unwrap_or_default().split(':').next().unwrap_or_default()))
}

/// `9` of `cpe:/a:redhat:enterprise_linux:9::appstream`; nothing for anything but the system.
fn release_of(cpe: &str) -> Option<String> {
    let mut parts = cpe.split(':').skip(2);
    let is_system = parts.next() == Some("redhat") && parts.next() == Some("enterprise_linux");
    let release = parts.next().filter(|_| is_system)?.split('.').next()?;
    (!release.is_empty()).then(|| release.to_owned())
}
