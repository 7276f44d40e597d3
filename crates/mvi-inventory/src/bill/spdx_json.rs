//! SPDX 2.2 and 2.3 as JSON: <https://spdx.github.io/spdx-spec/v2.3/>.

use serde::Deserialize;

use super::Listed;
use super::entry::Entry;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    spdx_version: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    creation_info: CreationInfo,
    #[serde(default)]
    packages: Vec<Package>,
}

#[derive(Deserialize, Default)]
struct CreationInfo {
    #[serde(default)]
    created: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    #[serde(default)]
    name: String,
    #[serde(default)]
    version_info: Option<String>,
    #[serde(default)]
    supplier: Option<String>,
    #[serde(default)]
    license_declared: Option<String>,
    #[serde(default)]
    primary_package_purpose: Option<String>,
    #[serde(default)]
    external_refs: Vec<Reference>,
    #[serde(default)]
    annotations: Vec<Annotation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    #[serde(default)]
    reference_type: String,
    #[serde(default)]
    reference_locator: String,
}

#[derive(Deserialize)]
struct Annotation {
    #[serde(default)]
    comment: String,
}

pub(super) fn read(bytes: &[u8]) -> Result<Listed, serde_json::Error> {
    let document: Document = serde_json::from_slice(bytes)?;
    let mut listed = Listed {
        standard: document.spdx_version,
        subject: document.name,
        created: document.creation_info.created,
        ..Listed::default()
    };
    for package in document.packages {
        let purpose = package.primary_package_purpose.clone().unwrap_or_default();
        let entry = entry(package);
        listed.take(entry, &purpose);
    }
    Ok(listed)
}

impl Listed {
    /// Takes a package of SPDX, unless what it is for says that it is none: the image, its system, its base.
    pub(super) fn take(&mut self, entry: Entry, purpose: &str) {
        let is_about = matches!(purpose, "CONTAINER" | "OPERATING_SYSTEM" | "OPERATING-SYSTEM" | "FILE");
        if !is_about && !entry.is_no_package() {
            self.entries.push(entry);
        }
    }
}

impl Entry {
    /// Takes the lines of an annotation that this program wrote.
    pub(super) fn take_annotation(&mut self, comment: &str) {
        for (name, value) in comment.lines().filter_map(|line| line.split_once('=')) {
            self.take_property(name, value);
        }
    }
}

fn entry(package: Package) -> Entry {
    let purl = package.external_refs.into_iter().find(|reference| reference.reference_type == "purl");
    let mut entry = Entry {
        name: package.name,
        version: package.version_info.unwrap_or_default(),
        purl: purl.map(|reference| reference.reference_locator).unwrap_or_default(),
        supplier: package.supplier.and_then(|supplier| known(&supplier)),
        licences: package.license_declared.and_then(|licence| known(&licence)).into_iter().collect(),
        ..Entry::default()
    };
    for annotation in &package.annotations {
        entry.take_annotation(&annotation.comment);
    }
    entry
}

/// A value that says something, without the word for what kind of supplier it is.
pub(super) fn known(value: &str) -> Option<String> {
    let value = value.strip_prefix("Organization: ").or(value.strip_prefix("Person: ")).unwrap_or(value);
    (!matches!(value, "NOASSERTION" | "NONE" | "")).then(|| value.to_owned())
}
