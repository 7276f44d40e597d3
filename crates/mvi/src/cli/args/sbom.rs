//! The arguments of `mvi sbom`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueHint};

use super::ReadArgs;
use crate::render::sbom::SBOM_FORMATS;

pub(crate) const EXAMPLES: &str = "\
Examples:
  mvi sbom app.tar > app.cdx.json
  mvi sbom app.tar --format spdx-json --output app.spdx.json
  mvi sbom docker://registry.example/app:1.4 --base python:3.12-alpine --base-layers 4
  mvi sbom oci:build/image --format json | jq '.packages[] | select(.origin == \"application\")'";

#[derive(Debug, Args)]
pub(crate) struct SbomArgs {
    /// The image
    #[arg(value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) image: String,
    /// The shape of the bill: CycloneDX 1.6, SPDX 2.3 in two forms, or mvi's own with all that is known
    #[arg(long, short, value_parser = PossibleValuesParser::new(SBOM_FORMATS.iter().map(|(name, _)| *name)),
          default_value = SBOM_FORMATS[0].0)]
    pub(crate) format: String,
    /// Write to this file, which appears whole or not at all [default: standard output]
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// The image's direct base [default: from annotations and labels]
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) base: Option<String>,
    /// How many of the first layers are the base's, to tell its packages from the application's
    #[arg(long, value_name = "N")]
    pub(crate) base_layers: Option<u32>,
    /// Also list what was removed and still travels in a lower layer
    #[arg(long)]
    pub(crate) hidden: bool,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}
