//! Finding standards: the built-in ones, files, and what files extend.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use mvi_standard::Standard;
use mvi_standard::load::BUILTIN;

/// Loads the standard a user names: nothing is the built-in one in force, `V13` and `V14-draft` are built in too, and
/// everything else is a file.
pub(crate) fn load(name: Option<&str>) -> anyhow::Result<Standard> {
    let path = name.unwrap_or(BUILTIN);
    if let Some(standard) = Standard::builtin_named(path) {
        return standard.map_err(|error| anyhow!(error)).context("the built-in standard cannot be loaded");
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read the standard `{path}`"))?;
    let folder = Path::new(path).parent().unwrap_or(Path::new("")).to_owned();
    let resolve = |name: &str| {
        let file = folder.join(name);
        std::fs::read_to_string(&file).map_err(|error| format!("cannot read `{}`: {error}", file.display()))
    };
    Standard::load(&bytes, &resolve).with_context(|| format!("`{path}` is no valid standard"))
}
