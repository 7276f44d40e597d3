//! OpenVEX 0.0.1 to 0.2.0: <https://github.com/openvex/spec>.

use serde::Deserialize;
use serde_json::Value;

use super::{Product, VexDocument, VexError, VexStatement, VexStatus};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    author: String,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    statements: Vec<Statement>,
}

#[derive(Deserialize)]
struct Statement {
    /// A text in the first version.
    #[serde(default)]
    vulnerability: Value,
    /// Texts in the first version.
    #[serde(default)]
    products: Vec<Value>,
    #[serde(default)]
    status: String,
    #[serde(default)]
    justification: Option<String>,
    #[serde(default)]
    impact_statement: Option<String>,
    #[serde(default)]
    action_statement: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    last_updated: Option<String>,
}

pub(super) fn read(bytes: &[u8]) -> Result<VexDocument, VexError> {
    let document: Document = serde_json::from_slice(bytes)?;
    let mut read = VexDocument { standard: "OpenVEX", author: document.author, ..VexDocument::default() };
    for (place, statement) in document.statements.into_iter().enumerate() {
        let Some(status) = status(&statement.status) else {
            read.left_out.push(format!("statement {place}: `{}` is no status", statement.status));
            continue;
        };
        read.statements.push(VexStatement {
            ids: ids(&statement.vulnerability),
            products: statement.products.iter().map(product).collect(),
            status,
            justification: statement.justification,
            text: statement.impact_statement.or(statement.action_statement),
            at: statement.last_updated.or(statement.timestamp).or_else(|| document.timestamp.clone()),
        });
    }
    Ok(read)
}

fn status(word: &str) -> Option<VexStatus> {
    use VexStatus as S;
    [S::NotAffected, S::Affected, S::Fixed, S::UnderInvestigation].into_iter().find(|status| status.as_str() == word)
}

fn ids(vulnerability: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let aliases = vulnerability["aliases"].as_array().into_iter().flatten();
    let named = [vulnerability, &vulnerability["name"], &vulnerability["@id"]];
    named.into_iter().chain(aliases).filter_map(text).collect()
}

fn product(product: &Value) -> Product {
    let parts = product["subcomponents"].as_array().into_iter().flatten();
    Product { names: names(product), parts: parts.flat_map(names).collect() }
}

/// The names of a component: its id, its package URL, its hashes as digests.
fn names(component: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let named = [component, &component["@id"], &component["identifiers"]["purl"]].into_iter().filter_map(text);
    let sha256 = text(&component["hashes"]["sha-256"]).map(|hash| format!("sha256:{hash}"));
    named.chain(sha256).collect()
}
