//! SPDX 3.0.1 as JSON-LD: <https://spdx.github.io/spdx-spec/v3.0.1/>. It is the document of SPDX 2.3, element by element.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::pretty;
use super::spdx::{self, Annotation, Checksum, DOCUMENT, OtherLicence, Package, Relationship, document};
use crate::report::sbom::SbomReport;

const CONTEXT: &str = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";
/// One node for all elements: they were made together.
const CREATION: &str = "_:creation";

/// Writes a bill.
pub(super) fn write(report: &SbomReport, out: &mut dyn Write) -> io::Result<()> {
    let document = document(report);
    let mut graph = Graph { namespace: &document.document_namespace, nodes: Vec::new(), names: BTreeMap::new() };
    graph.fill(&document, report);
    pretty(&json!({ "@context": CONTEXT, "@graph": graph.finish(&document) }), out)
}

/// The elements of a document, and what is shared between them by its text.
struct Graph<'d> {
    namespace: &'d str,
    nodes: Vec<Value>,
    names: BTreeMap<(&'static str, String), String>,
}

impl Graph<'_> {
    fn fill(&mut self, document: &spdx::Document, report: &SbomReport) {
        for licence in &document.has_extracted_licensing_infos {
            self.licence_text(licence);
        }
        for package in &document.packages {
            self.package(package, document);
        }
        for relation in document.relationships.iter().filter(|relation| relation.spdx_element_id != DOCUMENT) {
            self.related(relation);
        }
        let tool = &report.tool;
        self.element("Tool", "Tool", &json!({ "name": format!("{}-{}", tool.name, tool.version) }));
        self.element("SoftwareAgent", "Agent", &json!({ "name": tool.name }));
    }

    /// The whole graph: how it was made and what it is first.
    fn finish(mut self, document: &spdx::Document) -> Vec<Value> {
        let elements: Vec<Value> = self.nodes.iter().filter_map(|node| node.get("spdxId").cloned()).collect();
        let image = self.root(document);
        let licence = json!({
            "simplelicensing_licenseExpression": document.data_license,
            "simplelicensing_licenseListVersion": list_version(document),
        });
        let licence = self.element("simplelicensing_LicenseExpression", "DataLicense", &licence);
        let bill = json!({
            "name": document.name, "rootElement": [image], "element": elements, "software_sbomType": ["analyzed"],
        });
        let bill = self.element("software_Sbom", "Sbom", &bill);
        let mut whole = json!({
            "name": document.name,
            "dataLicense": licence,
            "profileConformance": ["core", "software", "simpleLicensing"],
            "rootElement": [bill],
            "element": elements,
        });
        put(&mut whole, "comment", document.comment.as_deref());
        self.element("SpdxDocument", "Document", &whole);
        let creation = json!({
            "type": "CreationInfo",
            "@id": CREATION,
            "specVersion": "3.0.1",
            "created": document.creation_info.created,
            "createdBy": [self.id("Agent")],
            "createdUsing": [self.id("Tool")],
        });
        self.nodes.insert(0, creation);
        self.nodes
    }

    /// What the document describes.
    fn root(&self, document: &spdx::Document) -> String {
        let described = document.relationships.iter().find(|relation| relation.spdx_element_id == DOCUMENT);
        self.id(described.map_or(DOCUMENT, |relation| &relation.related_spdx_element))
    }

    fn id(&self, name: &str) -> String {
        format!("{}#{name}", self.namespace)
    }

    fn element(&mut self, kind: &str, name: &str, fields: &Value) -> String {
        let id = self.id(name);
        let mut node = Map::new();
        node.insert("type".to_owned(), kind.into());
        node.insert("spdxId".to_owned(), id.clone().into());
        node.insert("creationInfo".to_owned(), CREATION.into());
        node.extend(fields.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
        self.nodes.push(Value::Object(node));
        id
    }

    /// The element of that kind and text, made when it is asked for first.
    fn shared(&mut self, kind: &'static str, text: &str, fields: &Value) -> String {
        let key = (kind, text.to_owned());
        if let Some(id) = self.names.get(&key) {
            return id.clone();
        }
        let name = format!("{}-{}", kind.rsplit('_').next().unwrap_or(kind), self.names.len() + 1);
        let id = self.element(kind, &name, fields);
        self.names.insert(key, id.clone());
        id
    }

    fn licence_text(&mut self, licence: &OtherLicence) {
        let fields = json!({ "name": licence.name, "simplelicensing_licenseText": licence.extracted_text });
        self.element("simplelicensing_SimpleLicensingText", &licence.license_id, &fields);
    }

    fn package(&mut self, package: &Package, document: &spdx::Document) {
        let mut fields = json!({
            "name": package.name,
            "software_primaryPurpose": purpose(package.primary_package_purpose),
        });
        put(&mut fields, "software_packageVersion", package.version_info.as_deref());
        put(&mut fields, "software_sourceInfo", package.source_info.as_deref());
        let supplier = package.supplier.as_deref().and_then(|supplier| self.supplier(supplier));
        put(&mut fields, "suppliedBy", supplier.as_deref());
        put(&mut fields, "software_packageUrl", references(package, "purl").next());
        let cpes = references(package, "cpe23Type")
            .map(|cpe| json!({ "type": "ExternalIdentifier", "externalIdentifierType": "cpe23", "identifier": cpe }));
        put_list(&mut fields, "externalIdentifier", cpes.collect());
        put_list(&mut fields, "verifiedUsing", package.checksums.iter().map(hash).collect());
        let id = self.element("software_Package", &package.id, &fields);
        if package.license_declared != spdx::NO_ASSERTION {
            let licence = self.expression(&package.license_declared, document);
            self.relate(&id, "hasDeclaredLicense", &licence);
        }
        for (place, annotation) in package.annotations.iter().enumerate() {
            self.annotation(&format!("{}-Annotation-{place}", package.id), &id, annotation);
        }
    }

    /// The party behind `Organization: name (address)`.
    fn supplier(&mut self, text: &str) -> Option<String> {
        let text = text.strip_prefix("Organization: ")?;
        let (name, address) =
            match text.rsplit_once(" (").and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?))) {
                Some((name, address)) => (name, Some(address)),
                None => (text, None),
            };
        let mut fields = json!({ "name": name });
        let address = address.map(
            |email| json!({ "type": "ExternalIdentifier", "externalIdentifierType": "email", "identifier": email }),
        );
        put_list(&mut fields, "externalIdentifier", address.into_iter().collect());
        Some(self.shared("Organization", text, &fields))
    }

    fn expression(&mut self, expression: &str, document: &spdx::Document) -> String {
        let is_word = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.');
        let named: Vec<Value> = document
            .has_extracted_licensing_infos
            .iter()
            .filter(|licence| expression.split(|char| !is_word(char)).any(|word| word == licence.license_id))
            .map(|licence| {
                json!({ "type": "DictionaryEntry", "key": licence.license_id, "value": self.id(&licence.license_id) })
            })
            .collect();
        let mut fields = json!({
            "simplelicensing_licenseExpression": expression,
            "simplelicensing_licenseListVersion": list_version(document),
        });
        put_list(&mut fields, "simplelicensing_customIdToUri", named);
        self.shared("simplelicensing_LicenseExpression", expression, &fields)
    }

    fn annotation(&mut self, name: &str, subject: &str, annotation: &Annotation) {
        let fields = json!({ "annotationType": "other", "subject": subject, "statement": annotation.comment });
        self.element("Annotation", name, &fields);
    }

    fn related(&mut self, relation: &Relationship) {
        let kind = match relation.relationship_type {
            "DEPENDS_ON" => "dependsOn",
            "DESCENDANT_OF" => "descendantOf",
            _ => "contains",
        };
        let (from, to) = (self.id(&relation.spdx_element_id), self.id(&relation.related_spdx_element));
        self.relate(&from, kind, &to);
    }

    fn relate(&mut self, from: &str, kind: &str, to: &str) {
        let name = format!("Relationship-{}", self.nodes.len());
        self.element("Relationship", &name, &json!({ "from": from, "relationshipType": kind, "to": [to] }));
    }
}

/// The version of the list of licences with all three parts that the model asks for; the list has two.
fn list_version(document: &spdx::Document) -> String {
    let version = &document.creation_info.license_list_version;
    format!("{version}{}", ".0".repeat(2_usize.saturating_sub(version.matches('.').count())))
}

/// What SPDX 3 calls the purposes that we give.
fn purpose(of_two: &str) -> &'static str {
    match of_two {
        "CONTAINER" => "container",
        "OPERATING_SYSTEM" => "operatingSystem",
        _ => "library",
    }
}

fn references<'p>(package: &'p Package, kind: &'static str) -> impl Iterator<Item = &'p str> {
    let of_kind = package.external_refs.iter().filter(move |known| known.reference_type == kind);
    of_kind.map(|known| known.reference_locator.as_str())
}

fn hash(checksum: &Checksum) -> Value {
    json!({ "type": "Hash", "algorithm": checksum.algorithm.to_ascii_lowercase(), "hashValue": checksum.checksum_value })
}

fn put(fields: &mut Value, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        fields[name] = value.into();
    }
}

fn put_list(fields: &mut Value, name: &str, values: Vec<Value>) {
    if !values.is_empty() {
        fields[name] = values.into();
    }
}
