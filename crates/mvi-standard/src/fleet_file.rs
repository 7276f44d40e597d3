//! Fleets written by hand: a `fleet.toml` by its schema, as evidence and declarations about each image.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::declared::Declaration;
use crate::evidence::{Ancestor, BaseSource, DirectBase, Evidence, Role, Sizes, TransferSize};
use crate::load::{LoadError, Violation, list, parse, schema};
use crate::pressure::Measurements;
use crate::standard::{SizeBasis, Standard};
use crate::verdict::Verdict;

/// The JSON Schema (2020-12) of a fleet file.
pub const FLEET_SCHEMA_JSON: &str = include_str!("../data/fleet.schema.json");

/// A fleet as its file has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FleetFile {
    /// `mvi-fleet/1`.
    pub schema_version: String,
    /// Name of the standard it was written for.
    pub standard: String,
    /// What the state it describes is called.
    pub as_of_label: Option<String>,
    /// Its images, in the file's order.
    #[serde(rename = "image")]
    pub images: Vec<FleetImage>,
}

/// One image of a fleet file; what is missing is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FleetImage {
    /// Name for people; no other image of the file has it on the same platform.
    pub name: String,
    /// Repository.
    pub repository: String,
    /// Tag.
    pub tag: Option<String>,
    /// Digest of the manifest.
    pub digest: Option<String>,
    /// Platform, `linux/amd64`.
    pub platform: Option<String>,
    /// Size as the standard counts it, MB.
    pub size_mb: Option<f64>,
    /// Whether the size is a rough one, good to about ±10 %.
    #[serde(default)]
    pub size_approx: bool,
    /// Uncompressed layers, MB.
    pub unpacked_mb: Option<f64>,
    /// Time to readiness, ms.
    pub startup_ms: Option<f64>,
    /// Memory at rest, MB.
    pub mem_mb: Option<f64>,
    /// Known vulnerabilities.
    pub cve_count: Option<u32>,
    /// Layers.
    pub layer_count: Option<u32>,
    /// Class that the owner declares.
    pub class: Option<String>,
    /// Direct base.
    pub base: Option<String>,
    /// How the base is known: `stated`, `implied` or `unknown`.
    pub base_evidence: Option<String>,
    /// Base below the direct one.
    pub base_root: Option<String>,
    /// `service` or `base`.
    pub role: Role,
    /// Id, where it is registered.
    pub gid: Option<String>,
    /// Whether it is a debt.
    #[serde(default)]
    pub debt: bool,
    /// The owner's words about the debt.
    pub debt_evidence: Option<String>,
    /// Size it would have at the floor, MB.
    pub floor_estimate_mb: Option<f64>,
    /// Whether its contents were listed.
    #[serde(default)]
    pub contents_known: bool,
    /// Whether the owner calls it justified; only the standard's list or a change request makes it so.
    #[serde(default)]
    pub justified: bool,
    /// Condition under which it may run.
    pub constraint: Option<String>,
    /// Verdict that people gave it.
    pub declared_verdict: Option<Verdict>,
    /// Status that people gave it as a base.
    pub declared_base_status: Option<Verdict>,
    /// Whether it belongs to the audit; images known otherwise do not count in the score.
    #[serde(default = "yes")]
    pub audited: bool,
    /// Pulls, as a weight.
    pub pulls: Option<f64>,
    /// Running pods, as a weight.
    pub pods: Option<f64>,
    /// Rebuild profile.
    pub school: Option<String>,
    /// Operating role.
    pub vsm: Option<String>,
    /// Exposure level that it runs at.
    pub sostle: Option<u8>,
}

/// Why a fleet file cannot be used.
#[derive(Debug, Error)]
pub enum FleetFileError {
    /// It is not TOML; the source says where.
    #[error("the fleet file cannot be read")]
    Document {
        /// What is wrong with it.
        source: LoadError,
    },
    /// It does not follow the schema.
    #[error("the fleet file does not follow its schema:{}", list(violations))]
    Invalid {
        /// What is wrong, in document order; never empty.
        violations: Vec<Violation>,
    },
    /// A value passed the schema and still cannot be used.
    #[error("a value of the fleet file cannot be used")]
    Shape {
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Two entries are the same image.
    #[error("the image `{name}` stands in the fleet file twice; give each its own name or platform")]
    Repeated {
        /// Its name.
        name: String,
    },
}

impl FleetFile {
    /// Reads a fleet from the bytes of its file.
    ///
    /// # Errors
    ///
    /// [`FleetFileError`] for bytes that are not TOML, every breach of the schema at once, and images that stand there
    /// twice.
    pub fn read(toml: &[u8]) -> Result<Self, FleetFileError> {
        let document = |error| match error {
            LoadError::Invalid { violations } => FleetFileError::Invalid { violations },
            source => FleetFileError::Document { source },
        };
        let value = Value::Object(parse::document("the fleet file", toml).map_err(document)?);
        schema::check(FLEET_SCHEMA_JSON, &value).map_err(document)?;
        let fleet: Self = serde_json::from_value(value).map_err(|source| FleetFileError::Shape { source })?;
        let mut seen = std::collections::BTreeSet::new();
        match fleet.images.iter().find(|image| !seen.insert((&image.name, &image.platform))) {
            Some(image) => Err(FleetFileError::Repeated { name: image.name.clone() }),
            None => Ok(fleet),
        }
    }
}

impl FleetImage {
    /// Repository, with the tag where there is one.
    pub fn reference(&self) -> String {
        match &self.tag {
            Some(tag) => format!("{}:{tag}", self.repository),
            None => self.repository.clone(),
        }
    }

    /// What the file says about the image, as evidence for judging. `justified` is a declaration and no evidence.
    pub fn evidence(&self, standard: &Standard) -> Evidence {
        let transfer = |value| TransferSize { value, estimated: self.size_approx };
        let (transfer_mb, unpacked_mb) = match standard.meta.size_basis {
            SizeBasis::Transfer => (self.size_mb.map(transfer), self.unpacked_mb),
            SizeBasis::Unpacked => (None, self.unpacked_mb.or(self.size_mb)),
        };
        let source = match self.base_evidence.as_deref() {
            Some("unknown") | None if self.base.is_none() => BaseSource::Unknown,
            Some(_) | None => BaseSource::Stated,
        };
        let root = self.base_root.iter().map(|reference| Ancestor { reference: reference.clone(), status: None });
        Evidence {
            image: Some(self.reference()),
            digest: self.digest.clone(),
            platform: self.platform.clone(),
            sizes: Sizes { transfer_mb, unpacked_mb, ..Sizes::default() },
            layer_count: self.layer_count,
            base: DirectBase { reference: self.base.clone(), source, ..DirectBase::default() },
            ancestors: root.collect(),
            class: self.class.clone(),
            role: self.role,
            debt: self
                .debt
                .then(|| self.debt_evidence.clone().unwrap_or_else(|| "declared in the fleet file".to_owned())),
            floor_estimate_mb: self.floor_estimate_mb,
            contents_known: self.contents_known,
            ..Evidence::default()
        }
    }

    /// The measured dimensions; `size_mb` is the size that was judged.
    pub fn measurements(&self, size_mb: Option<f64>) -> Measurements {
        let mut measured = Measurements::default();
        let values = [
            ("size_mb", size_mb),
            ("startup_ms", self.startup_ms),
            ("mem_mb", self.mem_mb),
            ("cve_count", self.cve_count.map(f64::from)),
            ("layer_count", self.layer_count.map(f64::from)),
        ];
        values.into_iter().filter_map(|(id, value)| Some((id, value?))).for_each(|(id, value)| measured.set(id, value));
        measured
    }

    /// What people declared: the harsher of both verdicts, and the standard's own lineage table.
    pub fn declaration(&self, standard: &Standard) -> Declaration {
        let lineage = standard.lineage.iter().find(|row| row.child == self.repository);
        let said = [self.declared_verdict, self.declared_base_status].into_iter().flatten();
        Declaration {
            verdict: Verdict::worst(said),
            parent: lineage.map(|row| row.parent.clone()),
            size_mb: lineage.filter(|row| !row.approx).map(|row| row.size_mb),
        }
    }
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_error(toml: &str, expected: &str) {
        let error = FleetFile::read(toml.as_bytes()).unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert_eq!(format!("{error}: {source}"), expected);
    }

    const HEAD: &str = "schema_version = \"mvi-fleet/1\"\nstandard = \"V13\"\n";

    #[test]
    fn the_recorded_fleet_is_read() {
        let fleet = FleetFile::read(include_bytes!("../tests/fixtures/fleet-v13.toml")).unwrap();
        assert_eq!(fleet.images.len(), 17);
        assert_eq!(fleet.images.iter().filter(|image| image.audited).count(), 15);
        assert_eq!(fleet.images[4].reference(), "pemos-portal:v460");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        check_error(
            "standard = ",
            "the fleet file cannot be read: the fleet file is not TOML at line 1, column 12: string values must be quoted, expected literal string",
        );
        check_error(
            &format!("{HEAD}[[image]]\nname = \"a\"\nrepository = \"a\"\nrole = \"tool\"\nsise_mb = 3"),
            "the fleet file does not follow its schema:\n  \
             image:a.role is wrong: \"tool\" is not one of \"service\" or \"base\"\n  \
             image:a has the unknown key `sise_mb`, did you mean `size_mb`?: ",
        );
        let twice = "[[image]]\nname = \"a\"\nrepository = \"a\"\nrole = \"base\"\n".repeat(2);
        check_error(
            &format!("{HEAD}{twice}"),
            "the image `a` stands in the fleet file twice; give each its own name or platform: ",
        );
    }

    #[test]
    fn the_size_is_what_the_standard_counts() {
        let toml = format!(
            "{HEAD}[[image]]\nname = \"a\"\nrepository = \"a\"\nrole = \"service\"\nsize_mb = 30\nsize_approx = true"
        );
        let fleet = FleetFile::read(toml.as_bytes()).unwrap();
        let sizes = |toml: &str| {
            let standard = Standard::load(toml.as_bytes(), &|_| Err(String::new())).unwrap();
            fleet.images[0].evidence(&standard).sizes
        };
        let transfer = sizes("extends = \"V13\"");
        assert_eq!(transfer.transfer_mb, Some(TransferSize { value: 30.0, estimated: true }));
        let unpacked = sizes("extends = \"V13\"\n[standard]\nsize_basis = \"unpacked\"");
        assert_eq!((unpacked.transfer_mb, unpacked.unpacked_mb), (None, Some(30.0)));
    }
}
