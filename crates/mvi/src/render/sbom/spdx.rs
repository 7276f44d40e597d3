//! SPDX 2.3, before it is written down: <https://spdx.github.io/spdx-spec/v2.3/>. Field names are those of its JSON.

use std::collections::BTreeMap;

use mvi_inventory::licence;
use serde::Serialize;

use super::names::{describe, image_purl, known_cpes, licences, person, properties};
use crate::report::sbom::{SbomPackage, SbomReport};

pub(super) const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const IMAGE: &str = "SPDXRef-Image";
const BASE: &str = "SPDXRef-Base";
const SYSTEM: &str = "SPDXRef-OperatingSystem";
/// Nobody looked, or nobody knows.
pub(super) const NO_ASSERTION: &str = "NOASSERTION";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    pub(super) spdx_version: &'static str,
    pub(super) data_license: &'static str,
    #[serde(rename = "SPDXID")]
    pub(super) id: &'static str,
    pub(super) name: String,
    pub(super) document_namespace: String,
    pub(super) creation_info: CreationInfo,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<String>,
    pub(super) packages: Vec<Package>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) has_extracted_licensing_infos: Vec<OtherLicence>,
    pub(super) relationships: Vec<Relationship>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreationInfo {
    pub(super) created: String,
    pub(super) creators: Vec<String>,
    pub(super) license_list_version: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Package {
    #[serde(rename = "SPDXID")]
    pub(super) id: String,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version_info: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) supplier: Option<String>,
    pub(super) download_location: &'static str,
    pub(super) files_analyzed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) checksums: Vec<Checksum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source_info: Option<String>,
    pub(super) license_concluded: &'static str,
    pub(super) license_declared: String,
    pub(super) copyright_text: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) external_refs: Vec<ExternalRef>,
    pub(super) primary_package_purpose: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) annotations: Vec<Annotation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Checksum {
    pub(super) algorithm: &'static str,
    pub(super) checksum_value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExternalRef {
    pub(super) reference_category: &'static str,
    pub(super) reference_type: &'static str,
    pub(super) reference_locator: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Annotation {
    pub(super) annotation_date: String,
    pub(super) annotation_type: &'static str,
    pub(super) annotator: String,
    pub(super) comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OtherLicence {
    pub(super) license_id: String,
    pub(super) extracted_text: String,
    pub(super) name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Relationship {
    pub(super) spdx_element_id: String,
    pub(super) relationship_type: &'static str,
    pub(super) related_spdx_element: String,
}

/// A bill as a document of SPDX.
pub(super) fn document(report: &SbomReport) -> Document {
    let mut others = OtherLicences::default();
    let mut packages = vec![image(report)];
    packages.extend(base(report));
    packages.extend(system(report));
    let ids: Vec<String> = report.packages.iter().enumerate().map(|(place, package)| id(place, package)).collect();
    let entries = report.packages.iter().zip(&ids).map(|(package, id)| entry(report, package, id, &mut others));
    packages.extend(entries);
    Document {
        spdx_version: "SPDX-2.3",
        data_license: "CC0-1.0",
        id: DOCUMENT,
        name: report.image.title().to_owned(),
        // The form that clause 6.5 proposes for documents without a place of their own.
        document_namespace: format!("https://spdx.org/spdxdocs/{}-{}", slug(report.image.title()), report.serial),
        creation_info: CreationInfo {
            created: report.created.clone(),
            creators: vec![creator(report)],
            license_list_version: licence::list_version(),
        },
        comment: remarks(report),
        packages,
        has_extracted_licensing_infos: others.into_list(),
        relationships: relationships(report, &ids),
    }
}

fn creator(report: &SbomReport) -> String {
    format!("Tool: {}-{}", report.tool.name, report.tool.version)
}

fn remarks(report: &SbomReport) -> Option<String> {
    let documents = report.documents.iter().map(|document| format!("bill in the image: {}", describe(document)));
    let gaps = report.gaps.iter().map(|gap| match &gap.path {
        Some(path) => format!("not read: {path}: {}", gap.text),
        None => format!("not read: {}", gap.text),
    });
    let lines: Vec<_> = documents.chain(gaps).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn plain(id: &str, name: &str, version: Option<&str>, purpose: &'static str) -> Package {
    Package {
        id: id.to_owned(),
        name: name.to_owned(),
        version_info: version.map(str::to_owned),
        supplier: None,
        download_location: NO_ASSERTION,
        files_analyzed: false,
        checksums: Vec::new(),
        source_info: None,
        license_concluded: NO_ASSERTION,
        license_declared: NO_ASSERTION.to_owned(),
        copyright_text: NO_ASSERTION,
        external_refs: Vec::new(),
        primary_package_purpose: purpose,
        annotations: Vec::new(),
    }
}

fn image(report: &SbomReport) -> Package {
    let image = &report.image;
    let digest = image.manifest_digest.as_deref().or(image.config_digest.as_deref());
    let created = image.created.as_ref().map(|created| format!(", built {created}")).unwrap_or_default();
    Package {
        checksums: digest.and_then(checksum).into_iter().collect(),
        source_info: Some(format!("container image for {}{created}", image.platform)),
        external_refs: image_purl(&report.image).into_iter().map(purl_ref).collect(),
        ..plain(IMAGE, image.title(), digest, "CONTAINER")
    }
}

fn base(report: &SbomReport) -> Option<Package> {
    let base = report.base.as_ref()?;
    let digest = base.digest.as_deref();
    let layers = base.layers.map(|layers| format!("its first {layers} layers"));
    Some(Package {
        checksums: digest.and_then(checksum).into_iter().collect(),
        source_info: layers.map(|layers| format!("base of the image: {layers}")),
        ..plain(BASE, &base.reference, digest, "CONTAINER")
    })
}

fn system(report: &SbomReport) -> Option<Package> {
    let os = report.os.as_ref()?;
    let package = plain(SYSTEM, os.id.as_deref().unwrap_or(&os.name), os.version_id.as_deref(), "OPERATING_SYSTEM");
    Some(Package { source_info: Some(format!("os-release: {}", os.name)), ..package })
}

fn entry(report: &SbomReport, entry: &SbomPackage, id: &str, others: &mut OtherLicences) -> Package {
    let package = &entry.package;
    let supplier = package.supplier.as_deref().map(|text| match person(text) {
        (name, Some(address)) => format!("Organization: {name} ({address})"),
        (name, None) => format!("Organization: {name}"),
    });
    let purl = Some(package.purl.clone()).filter(|purl| !purl.is_empty()).into_iter();
    let lines: Vec<_> = properties(report, entry).iter().map(|(name, value)| format!("{name}={value}")).collect();
    Package {
        supplier: supplier.or_else(|| Some(NO_ASSERTION.to_owned())),
        source_info: Some(format!("found by {}", package.record)),
        license_declared: others.declared(entry),
        external_refs: purl.map(purl_ref).chain(known_cpes(entry).map(cpe_ref)).collect(),
        annotations: vec![Annotation {
            annotation_date: report.created.clone(),
            annotation_type: "OTHER",
            annotator: creator(report),
            comment: lines.join("\n"),
        }],
        ..plain(id, &package.name, Some(&package.version), "LIBRARY")
    }
}

fn checksum(digest: &str) -> Option<Checksum> {
    let (algorithm, value) = digest.split_once(':')?;
    let algorithm = match algorithm {
        "sha256" => "SHA256",
        "sha512" => "SHA512",
        _ => return None,
    };
    Some(Checksum { algorithm, checksum_value: value.to_owned() })
}

fn purl_ref(purl: String) -> ExternalRef {
    ExternalRef { reference_category: "PACKAGE-MANAGER", reference_type: "purl", reference_locator: purl }
}

fn cpe_ref(name: &str) -> ExternalRef {
    ExternalRef { reference_category: "SECURITY", reference_type: "cpe23Type", reference_locator: name.to_owned() }
}

fn id(place: usize, entry: &SbomPackage) -> String {
    let package = &entry.package;
    format!("SPDXRef-Package-{}-{}-{place}", package.ecosystem.as_str(), slug(&package.name))
}

/// Letters, digits, dots and dashes, as clauses 6.3 and 10.1 allow them.
fn slug(text: &str) -> String {
    text.chars().map(|char| if char.is_ascii_alphanumeric() || char == '.' { char } else { '-' }).collect()
}

fn relationships(report: &SbomReport, ids: &[String]) -> Vec<Relationship> {
    let relation = |from: &str, relationship_type: &'static str, to: &str| Relationship {
        spdx_element_id: from.to_owned(),
        relationship_type,
        related_spdx_element: to.to_owned(),
    };
    let mut found = vec![relation(DOCUMENT, "DESCRIBES", IMAGE)];
    found.extend(report.base.as_ref().map(|_| relation(IMAGE, "DESCENDANT_OF", BASE)));
    found.extend(report.os.as_ref().map(|_| relation(IMAGE, "CONTAINS", SYSTEM)));
    for (package, id) in report.packages.iter().zip(ids) {
        found.push(relation(IMAGE, "CONTAINS", id));
        let needs = package.needs.iter().flatten().filter_map(|place| ids.get(*place));
        found.extend(needs.map(|need| relation(id, "DEPENDS_ON", need)));
    }
    found
}

/// Licences that SPDX's list does not have, each with a reference into the document: clause 10.
#[derive(Default)]
struct OtherLicences {
    by_text: BTreeMap<String, String>,
}

impl OtherLicences {
    /// The licences as one expression. Whether several hold together or are a choice nobody knows: nothing is asserted
    /// then, unless they are the same.
    fn declared(&mut self, entry: &SbomPackage) -> String {
        let mut named: Vec<String> =
            licences(entry).map(|(written, expression)| self.name(written, expression)).collect();
        named.sort();
        named.dedup();
        match named.as_slice() {
            [only] => only.clone(),
            _ => NO_ASSERTION.to_owned(),
        }
    }

    fn name(&mut self, written: &str, expression: Option<&str>) -> String {
        if let Some(known) = expression.or(self.by_text.get(written).map(String::as_str)) {
            return known.to_owned();
        }
        let short: String = slug(written).chars().take(40).collect();
        let id = format!("LicenseRef-{}-{short}", self.by_text.len() + 1);
        self.by_text.insert(written.to_owned(), id.clone());
        id
    }

    fn into_list(self) -> Vec<OtherLicence> {
        let list = self.by_text.into_iter();
        list.map(|(text, license_id)| OtherLicence {
            license_id,
            name: text.chars().take(80).collect::<String>().replace('\n', " "),
            extracted_text: text,
        })
        .collect()
    }
}
