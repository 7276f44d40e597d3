//! Bases of a spiral: read where they are, and put where the builder can start from them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use mvi_image::{Algorithm, Digest, Location, Scheme};
use mvi_probe::pack::{Epoch, Form, How, Output, Owners, Pack, Packing, Settings, Source, Times, copy_image, pack};
use mvi_standard::evidence::Libc;

use super::entry::BaseImage;
use crate::actions::Examiner;
use crate::actions::audit::Statement;
use crate::actions::evidence::evidence;

/// `FROM scratch` needs no image.
pub(super) const SCRATCH: &str = "scratch";

/// The name of a base in the builder's storage: nobody else's, and the same in every cycle, as builders write it into what
/// they build.
pub(super) fn name(base: &str, place: &str) -> String {
    let digest = Digest::of(Algorithm::Sha256, format!("{base}={place}").as_bytes());
    format!("localhost/mvi-spiral/base:{}", &digest.hex()[..12])
}

/// Reads a base, and writes it as an OCI archive under the spiral's own name. An unpacked root is packed first.
///
/// # Errors
/// Images that cannot be read or written.
pub(super) fn take(
    examiner: &Examiner<'_>,
    source: &str,
    (archive, name): (&Path, String),
) -> anyhow::Result<BaseImage> {
    let location = Location::parse(source)?;
    let layout = archive.with_extension("layout");
    let _ = fs::remove_dir_all(&layout);
    let location = if location.scheme == Scheme::RootFs || is_root(source) {
        packed(examiner, source, &layout)?
    } else {
        location
    };
    let examined = examiner.examine_one(&location)?;
    let output = Output { form: Form::Archive, path: archive.to_owned(), tag: Some(name) };
    let _ = fs::remove_file(archive);
    copy_image(&examined.image, Packing::Gzip(1), &output).with_context(|| format!("cannot copy `{source}`"))?;
    let _ = fs::remove_dir_all(&layout);
    // What the builder gets may be packed otherwise than what was read.
    let got = examiner.open(&Location::parse(&format!("oci-archive:{}", archive.display()))?)?;
    let digest = got.first().and_then(|image| image.digest()).ok_or_else(|| anyhow!("`{source}` has no digest"))?;
    let sizes = examined.sizes();
    let libc = evidence(&examined, &sizes, &Statement::default()).libc.map(|libc| match libc {
        Libc::None => "none",
        Libc::Musl => "musl",
        Libc::Glibc => "glibc",
    });
    Ok(BaseImage {
        source: source.to_owned(),
        digest: digest.to_string(),
        platform: examined.image.platform().to_string(),
        libc: libc.map(str::to_owned),
        layers: u32::try_from(examined.image.layers.len()).unwrap_or(u32::MAX),
        packages: examined.inventory().packages.len(),
        transfer_mb: sizes.transfer_mb.map(|mb| mb.value()),
    })
}

/// The image of an OCI archive in the form of docker's, beside it, under `name`.
///
/// # Errors
/// An archive that cannot be read or written.
pub(super) fn for_docker(examiner: &Examiner<'_>, archive: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let path = archive.with_extension("docker.tar");
    if !path.exists() {
        let location = Location::parse(&format!("oci-archive:{}", archive.display()))?;
        let images = examiner.open(&location)?;
        let image = images.first().ok_or_else(|| anyhow!("`{location}` holds no image"))?;
        let output = Output { form: Form::Docker, path: path.clone(), tag: Some(name.to_owned()) };
        copy_image(image, Packing::Gzip(1), &output).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(path)
}

/// True for a path that is an unpacked root file system and nothing else.
fn is_root(source: &str) -> bool {
    let path = Path::new(source);
    path.is_dir() && !path.join("oci-layout").exists()
}

fn packed(examiner: &Examiner<'_>, source: &str, layout: &Path) -> anyhow::Result<Location> {
    let root = PathBuf::from(source.strip_prefix("dir:").unwrap_or(source));
    let layers = [vec![Source::whole(root)]];
    let settings = Settings::default();
    let pack_of = Pack { layers: &layers, base: None, settings: &settings, platform: None };
    let limits = &examiner.options.limits;
    let how =
        How { epoch: Epoch::default(), times: Times::Epoch, owners: Owners::Kept, packing: Packing::Gzip(1), limits };
    let output = Output { form: Form::Layout, path: layout.to_owned(), tag: None };
    pack(&pack_of, &how, &output)?;
    Ok(Location::parse(&output.location())?)
}
