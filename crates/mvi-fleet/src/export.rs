//! The fleet for other programs: the whole graph in four formats, its images as a table; written as it is read.

mod csv;
mod cypher;
mod dot;
mod graph;
mod graphml;
mod json;

use std::io::Write;

use serde::{Deserialize, Serialize};

use crate::error::{FleetError, Result};
use crate::store::Store;

/// What an export is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// One document of nodes and edges; its schema is [`EXPORT_SCHEMA`].
    Json,
    /// The images, a line each (RFC 4180). A cell that a spreadsheet would run as a formula begins with `'`.
    Csv,
    /// `GraphML` 1.0, for yEd, Gephi and the like.
    Graphml,
    /// Graphviz.
    Dot,
    /// Statements for a graph database that speaks openCypher; may be run again on what they made.
    Cypher,
}

impl ExportFormat {
    /// All formats.
    pub const ALL: [Self; 5] = [Self::Json, Self::Csv, Self::Graphml, Self::Dot, Self::Cypher];
}

/// JSON Schema (2020-12) of the JSON export.
pub const EXPORT_SCHEMA: &str = include_str!("../schema/mvi-fleet-1.json");

impl Store {
    /// Writes the fleet as it is at this moment. The same fleet gives the same bytes.
    ///
    /// Nodes are images, layers, packages, vulnerabilities, services, organisms, templates, change requests and
    /// standards; edges are `HAS_LAYER`, `DERIVES_FROM` (one step), `PROVIDES`, `REMOVES`, `AFFECTS`, `RUNS`, `RING`,
    /// `SEALED_AS`, `COVERS` and `JUDGED_BY`.
    ///
    /// # Errors
    /// [`FleetError::Export`] where `out` cannot be written.
    pub fn export(&self, format: ExportFormat, out: &mut dyn Write) -> Result<(), FleetError> {
        self.read(|db| match format {
            ExportFormat::Json => graph::walk(db, &mut json::Json::new(out)),
            ExportFormat::Csv => csv::write(db, out),
            ExportFormat::Graphml => graph::walk(db, &mut graphml::Graphml::new(out)),
            ExportFormat::Dot => graph::walk(db, &mut dot::Dot::new(out)),
            ExportFormat::Cypher => graph::walk(db, &mut cypher::Cypher::new(out)),
        })
    }
}
