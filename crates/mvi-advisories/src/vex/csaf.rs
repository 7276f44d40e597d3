//! CSAF 2.0 with product statuses, profile 5 (VEX): <https://docs.oasis-open.org/csaf/csaf/v2.0/>.

use std::collections::HashMap;

use serde::Deserialize;

use super::{Product, VexDocument, VexError, VexStatement, VexStatus};

#[derive(Deserialize)]
struct Document {
    document: About,
    #[serde(default)]
    product_tree: Tree,
    #[serde(default)]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Deserialize)]
struct About {
    #[serde(default)]
    publisher: Publisher,
    #[serde(default)]
    tracking: Tracking,
}

#[derive(Deserialize, Default)]
struct Publisher {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize, Default)]
struct Tracking {
    #[serde(default)]
    current_release_date: Option<String>,
}

#[derive(Deserialize, Default)]
struct Tree {
    #[serde(default)]
    branches: Vec<Branch>,
    #[serde(default)]
    full_product_names: Vec<FullName>,
    #[serde(default)]
    relationships: Vec<Relationship>,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(default)]
    branches: Vec<Branch>,
    #[serde(default)]
    product: Option<FullName>,
}

#[derive(Deserialize)]
struct FullName {
    product_id: String,
    #[serde(default)]
    product_identification_helper: Helper,
}

#[derive(Deserialize, Default)]
struct Helper {
    #[serde(default)]
    purl: Option<String>,
}

#[derive(Deserialize)]
struct Relationship {
    #[serde(default)]
    product_reference: String,
    #[serde(default)]
    relates_to_product_reference: String,
    full_product_name: FullName,
}

#[derive(Deserialize)]
struct Vulnerability {
    #[serde(default)]
    cve: Option<String>,
    #[serde(default)]
    ids: Vec<Id>,
    #[serde(default)]
    product_status: ProductStatus,
    #[serde(default)]
    flags: Vec<Flag>,
    #[serde(default)]
    threats: Vec<Threat>,
}

#[derive(Deserialize)]
struct Id {
    #[serde(default)]
    text: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ProductStatus {
    first_fixed: Vec<String>,
    fixed: Vec<String>,
    known_affected: Vec<String>,
    last_affected: Vec<String>,
    known_not_affected: Vec<String>,
    under_investigation: Vec<String>,
}

#[derive(Deserialize)]
struct Flag {
    #[serde(default)]
    label: String,
    #[serde(default)]
    product_ids: Vec<String>,
}

#[derive(Deserialize)]
struct Threat {
    #[serde(default)]
    category: String,
    #[serde(default)]
    details: String,
    #[serde(default)]
    product_ids: Vec<String>,
}

pub(super) fn read(bytes: &[u8]) -> Result<VexDocument, VexError> {
    let Document { document, product_tree, vulnerabilities } = serde_json::from_slice(bytes)?;
    let names = Names::of(product_tree);
    let mut read = VexDocument { standard: "CSAF", author: document.publisher.name, ..VexDocument::default() };
    for vulnerability in &vulnerabilities {
        let status = &vulnerability.product_status;
        for (products, says) in [
            (&status.known_not_affected, VexStatus::NotAffected),
            (&status.known_affected, VexStatus::Affected),
            (&status.last_affected, VexStatus::Affected),
            (&status.fixed, VexStatus::Fixed),
            (&status.first_fixed, VexStatus::Fixed),
            (&status.under_investigation, VexStatus::UnderInvestigation),
        ] {
            for id in products {
                let Some(product) = names.product(id) else {
                    let ids = ids(vulnerability).join(", ");
                    read.left_out.push(format!("{ids}: the product `{id}` has no package URL"));
                    continue;
                };
                read.statements.push(statement(vulnerability, (id, product), says, &document.tracking));
            }
        }
    }
    Ok(read)
}

fn statement(
    vulnerability: &Vulnerability,
    (id, product): (&String, Product),
    status: VexStatus,
    tracking: &Tracking,
) -> VexStatement {
    let flag = vulnerability.flags.iter().find(|flag| flag.product_ids.contains(id));
    let is_for = |threat: &&Threat| threat.product_ids.is_empty() || threat.product_ids.contains(id);
    let impact = vulnerability.threats.iter().filter(|threat| threat.category == "impact").find(is_for);
    VexStatement {
        ids: ids(vulnerability),
        products: vec![product],
        status,
        justification: flag.map(|flag| flag.label.clone()),
        text: impact.map(|threat| threat.details.clone()),
        at: tracking.current_release_date.clone(),
    }
}

fn ids(vulnerability: &Vulnerability) -> Vec<String> {
    vulnerability.cve.iter().chain(vulnerability.ids.iter().map(|id| &id.text)).cloned().collect()
}

/// Package URLs by product id, and which product is part of which.
struct Names {
    purls: HashMap<String, String>,
    related: HashMap<String, (String, String)>,
}

impl Names {
    fn of(tree: Tree) -> Self {
        let mut names = Self { purls: HashMap::new(), related: HashMap::new() };
        let mut waiting = tree.branches;
        let mut products = tree.full_product_names;
        while let Some(branch) = waiting.pop() {
            waiting.extend(branch.branches);
            products.extend(branch.product);
        }
        for relation in tree.relationships {
            let parts = (relation.product_reference, relation.relates_to_product_reference);
            names.related.insert(relation.full_product_name.product_id.clone(), parts);
            products.push(relation.full_product_name);
        }
        for product in products {
            if let Some(purl) = product.product_identification_helper.purl {
                names.purls.insert(product.product_id, purl);
            }
        }
        names
    }

    /// The product of an id: with its own package URL, or as a part of another product, one step deep.
    fn product(&self, id: &str) -> Option<Product> {
        if let Some(purl) = self.purls.get(id) {
            return Some(Product { names: vec![purl.clone()], parts: Vec::new() });
        }
        let (part, whole) = self.related.get(id)?;
        let part = self.purls.get(part)?.clone();
        // A part of an image is meant there only; of a distribution, which has no package URL of an image, anywhere.
        Some(
            match self
                .purls
                .get(whole)
                .filter(|whole| whole.starts_with("pkg:oci/") || whole.starts_with("pkg:docker/"))
            {
                Some(whole) => Product { names: vec![whole.clone()], parts: vec![part] },
                None => Product { names: vec![part], parts: Vec::new() },
            },
        )
    }
}
