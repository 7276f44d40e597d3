//! What was rendered, and which classes there are, as plain data.

use serde::Serialize;

use super::Tool;

/// The classes. JSON Schema: `schema/mvi-template-classes-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct ClassesReport {
    /// `mvi-template-classes/1`.
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// The standard whose bases count.
    pub standard: String,
    /// In the standard's order.
    pub classes: Vec<ClassNote>,
}

/// A class.
#[derive(Debug, Serialize)]
pub(crate) struct ClassNote {
    /// As it is named on the command line.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// Its sealed template, where the standard has one.
    pub rom: Option<String>,
    /// Its target size, MB, where the standard has one.
    pub target_mb: Option<[f64; 2]>,
    /// What it is built on.
    pub builder: String,
    /// What it runs on.
    pub runtime: String,
    /// What the build wants to find.
    pub needs: &'static [&'static str],
}

/// A rendered template. JSON Schema: `schema/mvi-template-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct TemplateReport {
    /// `mvi-template/1`.
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// The class.
    pub class: &'static str,
    /// The standard whose bases count.
    pub standard: String,
    /// The Dockerfile first.
    pub files: Vec<FileNote>,
    /// What somebody should know or do.
    pub notes: Vec<String>,
}

/// A rendered file.
#[derive(Debug, Serialize)]
pub(crate) struct FileNote {
    /// From the folder of the build.
    pub path: String,
    /// `dockerfile`, `compose`, `ci`, `dockerignore`, `bake` or `extra`.
    pub kind: &'static str,
    /// Its text.
    pub text: String,
}
