//! An image as a folder: the merged tree of its layers, written so that nothing of it leaves the folder.

mod accounts;
mod common;
mod inside;
mod write;

use std::io;
use std::path::{Path, PathBuf};

use mvi_image::{FileTree, Gap, Image, ImageError, ScanOptions, Unrepeatable, pour};

pub use accounts::{Account, account};
pub use common::Common;
pub use inside::{Root, Seen};
use write::Writer;

/// Why an image cannot be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// A layer is damaged, altered or gone.
    #[error("the layers cannot be read")]
    Image(#[source] ImageError),
    /// The layers went by once.
    #[error(
        "`{image}` is an archive that can be read only once; unpack it (gunzip, zstd -d) or save it as a file first"
    )]
    Streamed {
        /// The image.
        image: String,
    },
    /// A layer is listed, but kept elsewhere.
    #[error("layer {layer} of `{image}` is kept elsewhere and cannot be had")]
    Absent {
        /// The image.
        image: String,
        /// Base layer 0.
        layer: usize,
    },
    /// Something of it cannot be written.
    #[error("cannot write `{path}`")]
    Write {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The user that the image runs as is not in it.
    #[error("the image runs as `{user}`, and {why}")]
    User {
        /// As the image has it.
        user: String,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// Writes the visible files of `image` below `folder`, which has to be there, empty and nobody else's. `tree` is the
/// merge of its layers, so that what is written is what every other report speaks of: hidden files are not written at
/// all, links in paths were followed inside the tree. Owners, modes, times and hard links are kept (owners only as
/// root); device nodes, extended attributes and the holes of sparse files are not. Returns what was left out.
///
/// Every path is opened from the folder down without following any link (`openat2`), so that a tree that lies is an
/// error and not an escape. Layers are read again, and their digests checked again: what lies in the folder is to be
/// used only when this returns well.
///
/// # Errors
/// Layers that cannot be had, and everything the disk says.
pub fn unpack(
    image: &Image,
    tree: &FileTree,
    options: &ScanOptions<'_>,
    folder: &Path,
) -> Result<Vec<Gap>, UnpackError> {
    unpack_with(image, options, Writer::new(tree, folder, None)?)
}

/// The same, and files that an image unpacked into `common` before has as well, with owner, mode and time, are not written
/// again but get another name here: both folders have to be on one file system, and nobody may write to either.
///
/// # Errors
/// See [`unpack`].
pub fn unpack_beside(
    image: &Image,
    tree: &FileTree,
    options: &ScanOptions<'_>,
    folder: &Path,
    common: &Common,
) -> Result<Vec<Gap>, UnpackError> {
    let gaps = unpack_with(image, options, Writer::new(tree, folder, Some(common))?);
    match gaps {
        Ok(gaps) => {
            common.keep(folder).map_err(|source| UnpackError::Write { path: folder.to_owned(), source })?;
            Ok(gaps)
        }
        Err(error) => {
            common.forget();
            Err(error)
        }
    }
}

fn unpack_with(image: &Image, options: &ScanOptions<'_>, mut writer: Writer<'_>) -> Result<Vec<Gap>, UnpackError> {
    for (layer, found) in image.layers.iter().enumerate() {
        match found.unrepeatable() {
            Some(Unrepeatable::Streamed) => return Err(UnpackError::Streamed { image: image.source.clone() }),
            Some(Unrepeatable::Absent) => return Err(UnpackError::Absent { image: image.source.clone(), layer }),
            None => {}
        }
    }
    writer.make_names()?;
    for layer in 0..image.layers.len() {
        let Some(bodies) = writer.bodies_of(layer) else { continue };
        pour(image, layer, options, &bodies).map_err(UnpackError::Image)?;
        let gaps = bodies.finish()?;
        writer.gaps.extend(gaps);
    }
    writer.link()?;
    writer.close_folders()?;
    Ok(writer.gaps)
}
