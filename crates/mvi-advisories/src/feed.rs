//! Feeds: what a document is, told by its content, and what its records say in the one model.

pub(crate) mod archive;
pub(crate) mod csaf;
pub(crate) mod epss;
pub(crate) mod kev;
pub(crate) mod osv;
pub(crate) mod secdb;
mod shape;
pub(crate) mod tracker;

pub use shape::{Shape, shape_of};

use serde::{Deserialize, Serialize};

/// Where advisories, or what is known beside them, come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeedKind {
    /// OSV records of one ecosystem.
    Osv,
    /// Alpine's secdb of one repository.
    AlpineSecdb,
    /// Debian's security tracker.
    DebianTracker,
    /// Red Hat's CSAF advisories and VEX documents.
    RedHatCsaf,
    /// CISA's catalogue of exploited vulnerabilities.
    Kev,
    /// FIRST's scores of what will be exploited.
    Epss,
}

impl FeedKind {
    /// Its name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Osv => "osv",
            Self::AlpineSecdb => "alpine-secdb",
            Self::DebianTracker => "debian-tracker",
            Self::RedHatCsaf => "redhat-csaf",
            Self::Kev => "kev",
            Self::Epss => "epss",
        }
    }
}

/// What is beyond these is a reject, never an end of memory.
#[derive(Debug, Clone, Copy)]
pub struct ImportLimits {
    /// Bytes of one document or one member of an archive, unpacked.
    pub document: u64,
    /// Bytes of one archive or compressed file, unpacked.
    pub unpacked: u64,
    /// Members of one archive.
    pub members: usize,
    /// Rejects that are named; all are counted.
    pub named: usize,
}

impl Default for ImportLimits {
    /// 64 MiB a document, 16 GiB an archive, two million members, 200 rejects.
    fn default() -> Self {
        Self { document: 64 << 20, unpacked: 16 << 30, members: 2_000_000, named: 200 }
    }
}
