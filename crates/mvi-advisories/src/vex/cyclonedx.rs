//! CycloneDX with vulnerabilities and their analysis: <https://cyclonedx.org/docs/1.6/json/#vulnerabilities>.

use std::collections::HashMap;

use serde::Deserialize;

use super::{Product, VexDocument, VexError, VexStatement, VexStatus};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    components: Vec<Component>,
    #[serde(default)]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    component: Option<Component>,
    #[serde(default)]
    supplier: Option<Entity>,
}

#[derive(Deserialize)]
struct Entity {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Component {
    #[serde(default)]
    bom_ref: Option<String>,
    #[serde(default)]
    purl: Option<String>,
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Deserialize)]
struct Vulnerability {
    #[serde(default)]
    id: String,
    #[serde(default)]
    references: Vec<Reference>,
    #[serde(default)]
    analysis: Option<Analysis>,
    #[serde(default)]
    affects: Vec<Affects>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Analysis {
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    justification: Option<String>,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    last_updated: Option<String>,
}

#[derive(Deserialize)]
struct Affects {
    #[serde(rename = "ref")]
    what: String,
}

pub(super) fn read(bytes: &[u8]) -> Result<VexDocument, VexError> {
    let document: Document = serde_json::from_slice(bytes)?;
    if document.vulnerabilities.is_empty() {
        return Err(VexError::Unknown);
    }
    let author = document.metadata.supplier.map(|supplier| supplier.name).unwrap_or_default();
    let mut read = VexDocument { standard: "CycloneDX", author, ..VexDocument::default() };
    let mut purls = HashMap::new();
    let mut waiting: Vec<Component> = document.components;
    waiting.extend(document.metadata.component);
    while let Some(component) = waiting.pop() {
        purls.extend(component.bom_ref.zip(component.purl));
        waiting.extend(component.components);
    }
    for vulnerability in document.vulnerabilities {
        // One without an analysis is only a finding.
        let Some(analysis) = vulnerability.analysis else { continue };
        let Some(status) = analysis.state.as_deref().and_then(status) else {
            let state = analysis.state.unwrap_or_default();
            read.left_out.push(format!("{}: `{state}` is no state of an analysis", vulnerability.id));
            continue;
        };
        let product = |affects: &Affects| Product { names: vec![name(&affects.what, &purls)], parts: Vec::new() };
        read.statements.push(VexStatement {
            ids: std::iter::once(vulnerability.id)
                .chain(vulnerability.references.into_iter().map(|it| it.id))
                .collect(),
            products: vulnerability.affects.iter().map(product).collect(),
            status,
            justification: analysis.justification,
            text: analysis.detail,
            at: analysis.last_updated.or_else(|| document.metadata.timestamp.clone()),
        });
    }
    Ok(read)
}

fn status(state: &str) -> Option<VexStatus> {
    Some(match state {
        "resolved" | "resolved_with_pedigree" => VexStatus::Fixed,
        "exploitable" => VexStatus::Affected,
        "in_triage" => VexStatus::UnderInvestigation,
        "false_positive" | "not_affected" => VexStatus::NotAffected,
        _ => return None,
    })
}

/// What is meant by a reference: a component of this document, one of another by a BOM-Link, or a package URL itself.
fn name(reference: &str, purls: &HashMap<String, String>) -> String {
    let inner = reference.strip_prefix("urn:cdx:").and_then(|link| link.split_once('#')).map(|(_, inner)| inner);
    let plain = inner.map_or_else(|| reference.to_owned(), unescaped);
    purls.get(&plain).cloned().unwrap_or(plain)
}

/// Without percent-encoding (RFC 3986), which a BOM-Link puts around a package URL that has some of its own.
fn unescaped(text: &str) -> String {
    if text.starts_with("pkg:") {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match code.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
