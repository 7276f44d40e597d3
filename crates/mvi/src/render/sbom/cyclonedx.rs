//! CycloneDX 1.6 as JSON: <https://cyclonedx.org/docs/1.6/json/>.

use std::collections::HashSet;
use std::io::{self, Write};

use mvi_inventory::{Evidence, Scope, licence};
use serde::Serialize;

use super::names::{describe, image_purl, known_cpes, licences, person, properties, references};
use super::pretty;
use crate::report::OperatingSystem;
use crate::report::sbom::{SbomPackage, SbomReport};

/// What the document's own component is referred to by.
const ROOT: &str = "image";

/// Writes a bill.
pub(super) fn write(report: &SbomReport, out: &mut dyn Write) -> io::Result<()> {
    pretty(&document(report), out)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: Metadata<'r>,
    components: Vec<Component<'r>>,
    dependencies: Vec<Dependency>,
    compositions: Vec<Composition>,
}

#[derive(Serialize)]
struct Metadata<'r> {
    timestamp: &'r str,
    lifecycles: [Phase; 1],
    tools: Tools<'r>,
    component: Component<'r>,
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Phase {
    phase: &'static str,
}

#[derive(Serialize)]
struct Tools<'r> {
    components: [Component<'r>; 1],
}

#[derive(Serialize, Default)]
#[serde(rename_all = "kebab-case")]
struct Component<'r> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bom_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<Entity<'r>>,
    name: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<LicenceChoice<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpe: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pedigree: Option<Pedigree<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<ComponentEvidence<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Entity<'r> {
    name: &'r str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contact: Vec<Contact<'r>>,
}

#[derive(Serialize)]
struct Contact<'r> {
    email: &'r str,
}

#[derive(Serialize)]
struct Hash<'r> {
    alg: &'static str,
    content: &'r str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum LicenceChoice<'r> {
    Expression { expression: &'r str, acknowledgement: &'static str },
    One { license: Licence<'r> },
}

#[derive(Serialize)]
struct Licence<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'r str>,
    acknowledgement: &'static str,
}

#[derive(Serialize)]
struct Pedigree<'r> {
    ancestors: Vec<Component<'r>>,
}

#[derive(Serialize)]
struct ComponentEvidence<'r> {
    identity: [Identity<'r>; 1],
    occurrences: [Occurrence<'r>; 1],
}

#[derive(Serialize)]
struct Identity<'r> {
    field: &'static str,
    confidence: f64,
    methods: [Method<'r>; 1],
}

#[derive(Serialize)]
struct Method<'r> {
    technique: &'static str,
    confidence: f64,
    value: &'r str,
}

#[derive(Serialize)]
struct Occurrence<'r> {
    location: &'r str,
}

#[derive(Serialize)]
struct Property {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    #[serde(rename = "ref")]
    of: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<String>,
}

#[derive(Serialize)]
struct Composition {
    aggregate: &'static str,
    assemblies: Vec<String>,
}

fn document(report: &SbomReport) -> Document<'_> {
    let references = references(&report.packages);
    let os = report.os.as_ref().map(operating_system);
    let packages =
        report.packages.iter().zip(&references).map(|(package, reference)| component(report, package, reference));
    // Whether nothing is missing depends on whether everything could be read.
    let aggregate = if report.gaps.is_empty() { "complete" } else { "incomplete" };
    Document {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: format!("urn:uuid:{}", report.serial),
        version: 1,
        metadata: metadata(report),
        components: os.into_iter().chain(packages).collect(),
        dependencies: dependencies(report, &references),
        compositions: vec![Composition { aggregate, assemblies: vec![ROOT.to_owned()] }],
    }
}

fn metadata(report: &SbomReport) -> Metadata<'_> {
    let mut properties = vec![Property { name: "mvi:image:platform", value: report.image.platform.clone() }];
    let mut add = |name, value: Option<String>| properties.extend(value.map(|value| Property { name, value }));
    add("mvi:image:configDigest", report.image.config_digest.clone());
    add("mvi:image:created", report.image.created.clone());
    if let Some(base) = &report.base {
        add("mvi:base:reference", Some(base.reference.clone()));
        add("mvi:base:digest", base.digest.clone());
        add("mvi:base:layers", base.layers.map(|layers| layers.to_string()));
    }
    for document in &report.documents {
        add("mvi:document", Some(describe(document)));
    }
    for gap in &report.gaps {
        let place = gap.path.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
        add("mvi:gap", Some(format!("{place}{}", gap.text)));
    }
    let tool = Component {
        kind: "application",
        name: report.tool.name,
        version: Some(report.tool.version),
        ..Component::default()
    };
    Metadata {
        timestamp: &report.created,
        lifecycles: [Phase { phase: "post-build" }],
        tools: Tools { components: [tool] },
        component: image(report),
        properties,
    }
}

fn image(report: &SbomReport) -> Component<'_> {
    let digest = report.image.manifest_digest.as_deref().or(report.image.config_digest.as_deref());
    let base = report.base.as_ref().map(|base| Component {
        kind: "container",
        name: &base.reference,
        version: base.digest.as_deref(),
        hashes: base.digest.as_deref().and_then(hash).into_iter().collect(),
        ..Component::default()
    });
    Component {
        kind: "container",
        bom_ref: Some(ROOT.to_owned()),
        name: report.image.title(),
        version: digest,
        hashes: digest.and_then(hash).into_iter().collect(),
        purl: image_purl(&report.image),
        pedigree: base.map(|base| Pedigree { ancestors: vec![base] }),
        ..Component::default()
    }
}

fn hash(digest: &str) -> Option<Hash<'_>> {
    let (algorithm, content) = digest.split_once(':')?;
    let alg = match algorithm {
        "sha256" => "SHA-256",
        "sha512" => "SHA-512",
        _ => return None,
    };
    Some(Hash { alg, content })
}

fn operating_system(os: &OperatingSystem) -> Component<'_> {
    Component {
        kind: "operating-system",
        bom_ref: Some("os".to_owned()),
        name: os.id.as_deref().unwrap_or(&os.name),
        version: os.version_id.as_deref(),
        properties: vec![Property { name: "mvi:os:name", value: os.name.clone() }],
        ..Component::default()
    }
}

fn component<'r>(report: &'r SbomReport, entry: &'r SbomPackage, reference: &str) -> Component<'r> {
    let package = &entry.package;
    let supplier = package.supplier.as_deref().map(person);
    let technique = match package.evidence {
        Evidence::Record | Evidence::Lock => "manifest-analysis",
        Evidence::Path => "filename",
        Evidence::Document => "attestation",
    };
    let method = Method { technique, confidence: 1.0, value: &package.record };
    let scope = package.locked.and_then(|scope| match scope {
        Scope::Production => Some("required"),
        Scope::Unknown => None,
        Scope::Development => Some("optional"),
    });
    let properties = properties(report, entry).into_iter().map(|(name, value)| Property { name, value });
    Component {
        kind: "library",
        bom_ref: Some(reference.to_owned()),
        supplier: supplier
            .map(|(name, email)| Entity { name, contact: email.map(|email| Contact { email }).into_iter().collect() }),
        name: &package.name,
        version: Some(&package.version),
        scope: if package.hidden.is_some() { Some("excluded") } else { scope },
        hashes: Vec::new(),
        licenses: licence_choices(entry),
        // One is all that the standard has room for.
        cpe: known_cpes(entry).next(),
        purl: Some(package.purl.clone()).filter(|purl| !purl.is_empty()),
        pedigree: None,
        evidence: Some(ComponentEvidence {
            identity: [Identity { field: "purl", confidence: 1.0, methods: [method] }],
            occurrences: [Occurrence { location: &package.record }],
        }),
        properties: properties.collect(),
    }
}

/// One expression, or any number of ids and names: CycloneDX 1.6, `licenseChoice`. Whether several licences hold together
/// or are a choice nobody knows, so that they are not joined.
fn licence_choices(entry: &SbomPackage) -> Vec<LicenceChoice<'_>> {
    const DECLARED: &str = "declared";
    let found: Vec<(&str, Option<&str>)> = licences(entry).collect();
    if let [(_, Some(expression))] = found.as_slice()
        && !licence::is_id(expression)
    {
        return vec![LicenceChoice::Expression { expression, acknowledgement: DECLARED }];
    }
    let mut seen = HashSet::new();
    let named = found.into_iter().map(|(written, expression)| {
        let id = expression.filter(|expression| licence::is_id(expression));
        (id, if id.is_some() { None } else { Some(written) })
    });
    named
        .filter(|names| seen.insert(*names))
        .map(|(id, name)| LicenceChoice::One { license: Licence { id, name, acknowledgement: DECLARED } })
        .collect()
}

fn dependencies(report: &SbomReport, references: &[String]) -> Vec<Dependency> {
    let name = |place: &usize| references.get(*place).cloned();
    let present = report.packages.iter().zip(references).filter(|(entry, _)| entry.package.hidden.is_none());
    let root =
        Dependency { of: ROOT.to_owned(), depends_on: present.map(|(_, reference)| reference.clone()).collect() };
    let packages = report.packages.iter().zip(references).map(|(entry, reference)| {
        let mut depends_on: Vec<String> = entry.needs.iter().flatten().filter_map(name).collect();
        depends_on.sort();
        depends_on.dedup();
        Dependency { of: reference.clone(), depends_on }
    });
    std::iter::once(root).chain(packages).collect()
}
