//! `mvi cache`.

use std::io::Write as _;

use mvi_image::LayerCache;

use super::args::{CacheArgs, CacheVerb, ShowFormat};
use super::output::{Exit, Failure};
use crate::report::Megabytes;
use crate::settings;

pub(super) fn run(args: &CacheArgs) -> Result<Exit, Failure> {
    let root = args.cache_dir.clone().or_else(settings::cache_dir);
    let root = root.ok_or_else(|| Failure::usage("there is no home folder; name the layer memory with --cache-dir"))?;
    let capacity = args.cache_mb.saturating_mul(1_000_000);
    let cache = LayerCache::new(root, capacity, settings::file_time());
    let mut out = anstream::stdout();
    match args.verb {
        CacheVerb::Info { format } => {
            let info = cache.info();
            let folder = cache.root().display();
            match format {
                ShowFormat::Text => writeln!(
                    out,
                    "{folder}\n{} layers, {} of at most {}",
                    info.layers,
                    Megabytes(info.bytes),
                    Megabytes(info.capacity)
                )?,
                ShowFormat::Json => {
                    let value = serde_json::json!({
                        "folder": folder.to_string(), "layers": info.layers, "bytes": info.bytes, "capacity": info.capacity,
                    });
                    writeln!(out, "{value:#}")?;
                }
            }
        }
        CacheVerb::Prune { all } => {
            let (files, bytes) = cache.prune(if all { 0 } else { capacity });
            writeln!(out, "removed {files} files, {}", Megabytes(bytes))?;
        }
    }
    Ok(Exit::Fine)
}
