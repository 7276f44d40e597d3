//! The files of what makers say about vulnerabilities.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use mvi_advisories::{VEX_BYTES, VexDocument, read_vex};

use super::output::Failure;

/// Reads the documents; what is left out of one is told.
///
/// # Errors
/// A file that cannot be read, is too large, or is no such document.
pub(super) fn documents(files: &[PathBuf]) -> Result<Vec<VexDocument>, Failure> {
    let mut documents = Vec::new();
    for file in files {
        let shown = file.display();
        let read = || -> anyhow::Result<VexDocument> {
            let mut bytes = Vec::new();
            File::open(file)?.take(VEX_BYTES + 1).read_to_end(&mut bytes)?;
            anyhow::ensure!(bytes.len() as u64 <= VEX_BYTES, "it has more than {VEX_BYTES} bytes");
            Ok(read_vex(&bytes)?)
        };
        let document = read().with_context(|| format!("`{shown}` cannot be read as VEX"))?;
        for left_out in &document.left_out {
            writeln!(anstream::stderr(), "warning: {shown}: left out: {left_out}")?;
        }
        documents.push(document);
    }
    Ok(documents)
}
