//! CycloneDX as JSON: <https://cyclonedx.org/docs/1.6/json/>, and the versions before it.

use serde::Deserialize;
use serde_json::Value;

use super::Listed;
use super::entry::Entry;
use crate::parse::os_release::OsRelease;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    spec_version: String,
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    component: Option<Component>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    purl: Option<String>,
    #[serde(default)]
    supplier: Option<Entity>,
    #[serde(default)]
    licenses: Vec<Value>,
    #[serde(default)]
    properties: Vec<Property>,
    /// What it is made of.
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Deserialize)]
struct Entity {
    #[serde(default)]
    name: Option<String>,
}

#[derive(Deserialize)]
struct Property {
    #[serde(default)]
    name: String,
    #[serde(default)]
    value: Option<String>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Listed, serde_json::Error> {
    let Document { spec_version, metadata, components } = serde_json::from_slice(bytes)?;
    let mut listed = Listed {
        standard: format!("CycloneDX {spec_version}"),
        subject: metadata.component.as_ref().map(subject).unwrap_or_default(),
        created: metadata.timestamp,
        ..Listed::default()
    };
    let mut waiting: Vec<Component> = components;
    waiting.extend(metadata.component.into_iter().flat_map(|component| component.components));
    while let Some(mut component) = waiting.pop() {
        waiting.append(&mut component.components);
        match component.kind.as_str() {
            "operating-system" => {
                listed.os = Some(OsRelease {
                    id: Some(component.name.to_lowercase()),
                    version_id: component.version,
                    ..OsRelease::default()
                });
            }
            // Files, data, devices and what signed them are no packages.
            "library" | "application" | "framework" | "container" | "firmware" | "platform" | "" => {
                listed.entries.extend(Some(entry(component)).filter(|entry| !entry.is_no_package()));
            }
            _ => {}
        }
    }
    Ok(listed)
}

fn subject(component: &Component) -> String {
    match &component.version {
        Some(version) if version.contains(':') => format!("{}@{version}", component.name),
        Some(version) if !version.is_empty() => format!("{}:{version}", component.name),
        _ => component.name.clone(),
    }
}

fn entry(component: Component) -> Entry {
    let mut entry = Entry {
        name: component.name,
        version: component.version.unwrap_or_default(),
        purl: component.purl.unwrap_or_default(),
        supplier: component.supplier.and_then(|supplier| supplier.name),
        licences: component.licenses.iter().filter_map(licence).collect(),
        ..Entry::default()
    };
    for property in &component.properties {
        entry.take_property(&property.name, property.value.as_deref().unwrap_or_default());
    }
    entry
}

fn licence(choice: &Value) -> Option<String> {
    let licence = &choice["license"];
    let text = [&choice["expression"], &licence["id"], &licence["name"]].into_iter().find_map(Value::as_str)?;
    Some(text.to_owned())
}
