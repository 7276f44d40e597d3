//! Images out of files: a reproducible OCI layout or archive, put together here, without a builder or a service.

mod blob;
mod copy;
mod document;
mod elf;
mod epoch;
mod error;
mod gather;
mod index;
mod layer;
mod note;
mod output;
mod platform;
mod settings;
mod source;
mod staging;

use std::collections::BTreeMap;
use std::path::Path;

use mvi_image::{Digest, Image, Limits, Platform, printable};
use serde::Serialize;

pub use blob::Packing;
pub use elf::{Header, look as read_header};
pub use epoch::Epoch;
pub use error::PackError;
pub use index::{copy_image, pack_index};
pub use note::{Note, NoteKind};
pub use output::{Form, Output};
pub use platform::PlatformFrom;
pub use settings::Settings;
pub use source::{Destination, Source};

use document::Assembly;
use gather::gather;
use note::Notes;
use platform::{Paths, Target};
use staging::Staging;

/// Whose times files have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// All that of the epoch.
    Epoch,
    /// Their own, but none after the epoch: for programs that compare times, such as Python with its compiled files.
    Clamped,
}

/// Who owns files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owners {
    /// This user and group.
    Are(u32, u32),
    /// Who owns them here.
    Kept,
}

/// How an image is packed.
#[derive(Debug, Clone, Copy)]
pub struct How<'a> {
    /// The time of all that is made.
    pub epoch: Epoch,
    /// The times of files.
    pub times: Times,
    /// The owners of files.
    pub owners: Owners,
    /// How layers are stored.
    pub packing: Packing,
    /// Ceilings: the same that reading the image will have.
    pub limits: &'a Limits,
}

/// What lies at a path of the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A folder, or a link to one.
    Folder,
    /// Anything else.
    Other,
}

/// The image that lies below.
#[derive(Clone, Copy)]
pub struct Base<'a> {
    /// It.
    pub image: &'a Image,
    /// What it is called, for the annotation `org.opencontainers.image.base.name`.
    pub name: Option<&'a str>,
    /// What lies at a path of it, links followed.
    pub look: &'a dyn Fn(&[u8]) -> Found,
}

/// What is to be packed.
#[derive(Clone, Copy)]
pub struct Pack<'a> {
    /// The layers, lowest first, each of some sources.
    pub layers: &'a [Vec<Source>],
    /// What lies below them.
    pub base: Option<Base<'a>>,
    /// What a container of it runs.
    pub settings: &'a Settings,
    /// For which platform; that of the base or of the program where none is stated.
    pub platform: Option<&'a Platform>,
}

/// What the gathering of one layer goes by.
struct Rules<'a> {
    epoch: Epoch,
    times: Times,
    owners: Owners,
    limits: &'a Limits,
    /// True for folders that layers below have.
    has_folder: &'a dyn Fn(&[u8]) -> bool,
}

/// Where a layer is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LayerFrom {
    /// Another image.
    Copied,
    /// The files that were packed.
    Packed,
}

/// A layer of what was packed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackedLayer {
    /// Of the stored bytes.
    pub digest: Digest,
    /// Stored bytes.
    pub bytes: u64,
    /// Of the tar.
    pub diff_id: Digest,
    /// Bytes of the tar.
    pub tar_bytes: u64,
    /// How it is stored.
    pub media_type: &'static str,
    /// Paths in it; not counted for those of other images.
    pub entries: Option<u64>,
    /// Where it is from.
    pub from: LayerFrom,
    /// What the history says of it.
    pub what: String,
}

/// One image that was packed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackedImage {
    /// Of its manifest; docker archives have none.
    pub manifest_digest: Option<Digest>,
    /// Of its configuration.
    pub config_digest: Digest,
    /// Its platform.
    pub platform: Platform,
    /// How the platform was found.
    pub platform_from: PlatformFrom,
    /// Its layers, base first.
    pub layers: Vec<PackedLayer>,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Packed {
    /// What the destination knows it by: the manifest's or the index's; the configuration's for docker archives.
    pub digest: Digest,
    /// The images: several for an index.
    pub images: Vec<PackedImage>,
    /// What was odd about the files.
    pub notes: Vec<Note>,
    /// Notes that were left out, as there were too many.
    pub notes_left_out: usize,
}

/// Packs files into one image. It appears at `output` whole, or nothing does.
///
/// # Errors
/// [`PackError`].
pub fn pack(pack: &Pack<'_>, how: &How<'_>, output: &Output) -> Result<Packed, PackError> {
    output.check()?;
    check_apart(pack, output)?;
    let staging = Staging::beside(&output.path)?;
    let packing = if output.form == Form::Docker { Packing::Plain } else { how.packing };
    let how = &How { packing, ..*how };
    let mut layers = Vec::new();
    if let Some(base) = &pack.base {
        for (index, layer) in base.image.layers.iter().enumerate() {
            let what = base.image.instruction(index).unwrap_or_default().to_owned();
            layers.push(copy::layer(layer, what, &staging, copy::Keep::As(packing))?);
        }
    }
    let mut notes = Notes::default();
    let mut paths = Paths::default();
    for sources in pack.layers {
        layers.push(one_layer(sources, (pack, how), &staging, (&mut paths, &mut notes))?);
    }
    let target = Target::of(pack, &paths, &mut notes)?;
    let assembly = Assembly { pack, epoch: how.epoch, target: &target, layers: &layers };
    let (top, image) = assembly.write(&staging, output)?;
    output.publish(&staging, top)?;
    let digest = image.manifest_digest.clone().unwrap_or_else(|| image.config_digest.clone());
    notes.kept.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(Packed { digest, images: vec![image], notes: notes.kept, notes_left_out: notes.more })
}

/// One layer, written and remembered by its paths.
fn one_layer(
    sources: &[Source],
    (pack, how): (&Pack<'_>, &How<'_>),
    staging: &Staging,
    (paths, notes): (&mut Paths, &mut Notes),
) -> Result<PackedLayer, PackError> {
    let packing = how.packing;
    let (entries, what) = {
        let has_folder =
            |path: &[u8]| paths.is_folder(path) || pack.base.is_some_and(|base| (base.look)(path) == Found::Folder);
        let How { epoch, times, owners, limits, .. } = *how;
        let rules = Rules { epoch, times, owners, limits, has_folder: &has_folder };
        (gather(sources, &rules, notes)?, created_by(sources))
    };
    let (blob, programs) = staging
        .layer((packing, mvi_image::Algorithm::Sha256), |writer| layer::write(&entries, writer, staging.to()))?;
    let count = entries.len() as u64;
    paths.add(entries, programs);
    Ok(PackedLayer {
        digest: blob.digest,
        bytes: blob.bytes,
        diff_id: blob.diff_id,
        tar_bytes: blob.tar_bytes,
        media_type: packing.media_type(),
        entries: Some(count),
        from: LayerFrom::Packed,
        what,
    })
}

/// What the history says of a layer: where things went, and not where they were, which differs between machines.
fn created_by(sources: &[Source]) -> String {
    let place = |source: &Source| match &source.to {
        Destination::Root => "/".to_owned(),
        Destination::Into(path) => format!("/{}/", printable(path)),
        Destination::As(path) => format!("/{}", printable(path)),
    };
    let mut places: Vec<String> = sources.iter().map(place).collect();
    places.dedup();
    format!("mvi pack {}", places.join(" "))
}

/// Refuses a destination inside what is packed: it would hold itself.
fn check_apart(pack: &Pack<'_>, output: &Output) -> Result<(), PackError> {
    let parent = output.path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(parent) = parent.canonicalize() else { return Ok(()) };
    let whole = output.path.canonicalize().unwrap_or(parent);
    for source in pack.layers.iter().flatten() {
        let from =
            source.from.canonicalize().map_err(|error| PackError::Read { path: source.from.clone(), source: error })?;
        if from.is_dir() && whole.starts_with(&from) {
            let why =
                format!("`{}`, which is packed, holds it; write the image elsewhere", printable_path(&source.from));
            return Err(PackError::InTheWay { path: output.path.clone(), why });
        }
    }
    Ok(())
}

/// A path for messages.
pub(crate) fn printable_path(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    printable(path.as_os_str().as_bytes()).to_string()
}

type Annotations = BTreeMap<String, String>;
