//! From what the user wrote to opened images: the kind of place is recognised by content, manifests and configs are
//! read and checked, layers are left alone.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::de::DeserializeOwned;

use super::archive::Archive;
use super::directory::{Directory, open_regular};
use super::location::{Location, Scheme};
use super::members::Members;
use super::platform::PlatformChoice;
use super::stream::Streamed;
use super::{docker, oci, rootfs};
use crate::error::ImageError;
use crate::gap::{Gap, GapCode};
use crate::image::Image;
use crate::layer::{Collector, Compression, Span, sniff};
use crate::limits::Limits;

/// What opening needs to know. Archives that can be read only once are scanned while they are opened, so the
/// collector and the limits are asked for here.
pub struct OpenOptions<'a> {
    /// Which platforms of a multi-platform image.
    pub platform: PlatformChoice,
    /// True when digests of layers are checked.
    pub verify: bool,
    /// Ceilings.
    pub limits: &'a Limits,
    /// Asks for bodies.
    pub collector: &'a dyn Collector,
}

/// Opens the image or images at `location`; reads no layer of those that can be read again.
///
/// # Errors
/// Every kind of [`ImageError`] but those of layers.
pub fn open(location: &Location, options: &OpenOptions<'_>) -> Result<Vec<Image>, ImageError> {
    let selector = location.selector.as_deref();
    let path = location.path.as_path();
    match location.scheme {
        Scheme::Docker | Scheme::DockerDaemon | Scheme::ContainersStorage => {
            Err(ImageError::Scheme { scheme: location.scheme.name().to_owned() })
        }
        Scheme::Stdin => {
            open_stream(BufReader::with_capacity(1 << 18, io::stdin()), "standard input", selector, options)
        }
        Scheme::DockerArchive => open_archive(path, Prefer::Docker, selector, options),
        Scheme::OciArchive => open_archive(path, Prefer::Oci, selector, options),
        Scheme::Oci => oci::open(&Directory::new(existing(path)?), selector, options),
        Scheme::RootFs => rootfs::open(existing(path)?, options).map(|image| vec![image]),
        Scheme::Detect => {
            let metadata = std::fs::metadata(path).map_err(|source| ImageError::Open { path: path.into(), source })?;
            if metadata.is_dir() {
                open_folder(path, selector, options)
            } else {
                open_archive(path, Prefer::Docker, selector, options)
            }
        }
    }
}

/// Opens the images of an archive that goes by once, such as what a daemon exports: docker or OCI, compressed or not.
/// Layers are scanned as they pass. `selector` names one of several by tag or id; `label` is what messages call it.
///
/// # Errors
/// Every kind of [`ImageError`].
pub fn open_stream(
    input: impl BufRead + Send,
    label: &str,
    selector: Option<&str>,
    options: &OpenOptions<'_>,
) -> Result<Vec<Image>, ImageError> {
    let streamed = Streamed::read(input, label, options)?;
    open_members(&streamed, &streamed.names.twice, Prefer::Docker, selector, options)
}

fn existing(path: &Path) -> Result<&Path, ImageError> {
    std::fs::metadata(path).map_err(|source| ImageError::Open { path: path.into(), source })?;
    Ok(path)
}

/// Which of the two manifests of a hybrid archive to follow; `docker save` writes both since version 25.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefer {
    Docker,
    Oci,
}

fn open_folder(path: &Path, selector: Option<&str>, options: &OpenOptions<'_>) -> Result<Vec<Image>, ImageError> {
    if path.join("index.json").is_file() || path.join("oci-layout").is_file() {
        return oci::open(&Directory::new(path), selector, options);
    }
    if ["etc", "usr", "bin", "lib", "var"].iter().any(|name| path.join(name).is_dir()) {
        return rootfs::open(path, options).map(|image| vec![image]);
    }
    let why = "the folder is neither an OCI layout (no index.json) nor a root file system (no etc, usr or bin); \
               dir:PATH takes any folder as a root file system";
    Err(ImageError::NotAnImage { what: path.display().to_string(), why: why.into() })
}

fn open_archive(
    path: &Path,
    prefer: Prefer,
    selector: Option<&str>,
    options: &OpenOptions<'_>,
) -> Result<Vec<Image>, ImageError> {
    let missing = || ImageError::Open { path: path.into(), source: io::ErrorKind::NotFound.into() };
    if path.is_dir() {
        return oci::open(&Directory::new(path), selector, options);
    }
    let Some((file, path, length)) = open_file_or_pipe(path)?.ok_or_else(missing)?.regular() else {
        let file = File::open(path).map_err(|source| ImageError::Open { path: path.into(), source })?;
        let label = path.display().to_string();
        let streamed = Streamed::read(BufReader::with_capacity(1 << 18, file), &label, options)?;
        return open_members(&streamed, &streamed.names.twice, prefer, selector, options);
    };
    let mut head = [0; 512];
    let read = Span::new(&file, 0, length).read(&mut head);
    let read = read.map_err(|source| ImageError::Read { what: path.display().to_string(), source })?;
    if sniff(&head[..read]) == Compression::None {
        let archive = Archive::index(file, &path, length, options.limits)?;
        return open_members(&archive, &archive.names.twice, prefer, selector, options);
    }
    let label = path.display().to_string();
    let streamed = Streamed::read(BufReader::with_capacity(1 << 18, file), &label, options)?;
    open_members(&streamed, &streamed.names.twice, prefer, selector, options)
}

enum Opened {
    Regular(File, std::path::PathBuf, u64),
    Pipe,
}

impl Opened {
    fn regular(self) -> Option<(File, std::path::PathBuf, u64)> {
        match self {
            Self::Regular(file, path, length) => Some((file, path, length)),
            Self::Pipe => None,
        }
    }
}

/// A named pipe is read as a stream; everything else has to be a regular file.
fn open_file_or_pipe(path: &Path) -> Result<Option<Opened>, ImageError> {
    use std::os::unix::fs::FileTypeExt as _;
    let is_pipe = std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo());
    if is_pipe {
        return Ok(Some(Opened::Pipe));
    }
    Ok(open_regular(path)?.map(|(file, path, length)| Opened::Regular(file, path, length)))
}

fn open_members(
    members: &dyn Members,
    twice: &[String],
    prefer: Prefer,
    selector: Option<&str>,
    options: &OpenOptions<'_>,
) -> Result<Vec<Image>, ImageError> {
    let is_oci = members.document("index.json", options.limits.document_bytes)?.is_some();
    let is_docker = !(prefer == Prefer::Oci && is_oci) && docker::is_docker(members, options)?;
    let mut images = match (is_docker, is_oci) {
        (true, _) => docker::open(members, selector, options)?,
        (false, true) => oci::open(members, selector, options)?,
        (false, false) => {
            let why = "it holds neither manifest.json (docker archive) nor index.json (OCI archive)".into();
            return Err(ImageError::NotAnImage { what: members.label(), why });
        }
    };
    for name in twice {
        let gap =
            Gap::whole(GapCode::Archive, format!("the archive holds `{name}` more than once; the last one was read"));
        images.iter_mut().for_each(|image| image.gaps.push(gap.clone()));
    }
    Ok(images)
}

/// Reads a JSON document; a byte order mark in front is passed over.
pub(super) fn document<T: DeserializeOwned>(object: &'static str, what: &str, bytes: &[u8]) -> Result<T, ImageError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|source| ImageError::Document {
        object,
        what: what.chars().take(200).collect(),
        source,
    })
}
