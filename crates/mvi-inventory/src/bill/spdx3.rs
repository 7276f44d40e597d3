//! SPDX 3.0 as JSON-LD, in the form that its context gives: <https://spdx.github.io/spdx-spec/v3.0.1/>.

use std::collections::HashMap;

use serde::Deserialize;

use super::Listed;
use super::entry::Entry;

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "@graph")]
    graph: Vec<Node>,
}

/// An element of any class: the fields of those that are read. Other fields and classes are passed over.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Node {
    #[serde(default, rename = "type", alias = "@type")]
    class: String,
    #[serde(default, rename = "spdxId", alias = "@id")]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    spec_version: Option<String>,
    #[serde(default)]
    created: Option<String>,
    #[serde(default, rename = "software_packageVersion")]
    version: String,
    #[serde(default, rename = "software_packageUrl")]
    purl: String,
    #[serde(default, rename = "software_primaryPurpose")]
    purpose: String,
    #[serde(default)]
    supplied_by: Option<Agent>,
    #[serde(default)]
    external_identifier: Vec<Identifier>,
    #[serde(default, rename = "simplelicensing_licenseExpression")]
    expression: Option<String>,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: Vec<Target>,
    #[serde(default)]
    relationship_type: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    statement: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identifier {
    #[serde(default)]
    external_identifier_type: String,
    #[serde(default)]
    identifier: String,
}

/// An agent by its identifier, or in place.
#[derive(Deserialize)]
#[serde(untagged)]
enum Agent {
    Of(String),
    Named { name: String },
}

/// An element by its identifier, or in place: those of the second kind are no packages that something else names.
#[derive(Deserialize)]
#[serde(untagged)]
enum Target {
    Of(String),
    Whole(serde::de::IgnoredAny),
}

/// What is read of a document; none when nothing in it says which version of SPDX it keeps to.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Listed>, serde_json::Error> {
    let nodes = serde_json::from_slice::<Document>(bytes)?.graph;
    let Some(creation) = nodes.iter().find(|node| node.spec_version.is_some()) else { return Ok(None) };
    let mut listed = Listed {
        standard: format!("SPDX-{}", creation.spec_version.as_deref().unwrap_or_default()),
        created: creation.created.clone(),
        subject: nodes
            .iter()
            .find(|node| node.class == "SpdxDocument")
            .map(|node| node.name.clone())
            .unwrap_or_default(),
        ..Listed::default()
    };
    let known = Known::of(&nodes);
    for node in nodes.iter().filter(|node| node.class == "software_Package") {
        // The names of SPDX 2 for the purposes that both have.
        let purpose = if node.purpose == "operatingSystem" { "OPERATING_SYSTEM" } else { &node.purpose.to_uppercase() };
        listed.take(known.entry(node), purpose);
    }
    Ok(Some(listed))
}

/// What other elements say of a package, by its identifier.
#[derive(Default)]
struct Known<'n> {
    names: HashMap<&'n str, &'n str>,
    licences: HashMap<&'n str, Vec<&'n str>>,
    statements: HashMap<&'n str, Vec<&'n str>>,
}

impl<'n> Known<'n> {
    fn of(nodes: &'n [Node]) -> Self {
        let mut known = Self::default();
        let expressions: HashMap<&str, &str> =
            nodes.iter().filter_map(|node| Some((node.id.as_str(), node.expression.as_deref()?))).collect();
        for node in nodes {
            known.names.insert(&node.id, &node.name);
            if node.class == "Annotation" {
                known.statements.entry(&node.subject).or_default().push(&node.statement);
            }
            if node.relationship_type == "hasDeclaredLicense" {
                let targets = node.to.iter().filter_map(|target| match target {
                    Target::Of(id) => expressions.get(id.as_str()).copied(),
                    Target::Whole(_) => None,
                });
                known.licences.entry(&node.from).or_default().extend(targets);
            }
        }
        known
    }

    fn entry(&self, node: &Node) -> Entry {
        let id = node.id.as_str();
        let supplier = node.supplied_by.as_ref().and_then(|agent| match agent {
            Agent::Of(id) => self.names.get(id.as_str()).map(|name| (*name).to_owned()),
            Agent::Named { name } => Some(name.clone()),
        });
        let by_identifier = node
            .external_identifier
            .iter()
            .find(|known| known.external_identifier_type == "packageUrl")
            .map(|known| known.identifier.clone());
        let mut entry = Entry {
            name: node.name.clone(),
            version: node.version.clone(),
            purl: if node.purl.is_empty() { by_identifier.unwrap_or_default() } else { node.purl.clone() },
            supplier: supplier.filter(|name| !name.is_empty()),
            licences: self.licences.get(id).into_iter().flatten().map(|text| (*text).to_owned()).collect(),
            ..Entry::default()
        };
        for statement in self.statements.get(id).into_iter().flatten() {
            entry.take_annotation(statement);
        }
        entry
    }
}
