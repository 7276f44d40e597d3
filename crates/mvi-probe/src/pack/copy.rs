//! Layers and whole images of others, copied with every digest checked on the way.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Read, Write as _};

use mvi_image::{Algorithm, Digest, Hasher, Image, ImageError, Layer, Object};
use serde_json::{Value, json};

use super::blob::{Blob, Digesting, Packing};
use super::error::PackError;
use super::staging::Staging;
use super::{LayerFrom, PackedLayer};

/// How a layer is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// Byte for byte.
    AsStored,
    /// Packed so where it is plain, unpacked where this is plain, else as it is stored.
    As(Packing),
}

/// What is done with a layer.
enum Plan {
    /// Its bytes are copied; they are packed so.
    Copy(Packing),
    /// Its tar is packed so.
    Repack(Packing),
}

/// Copies a layer. Its tar stays the same in any case.
pub(super) fn layer(layer: &Layer, what: String, staging: &Staging, keep: Keep) -> Result<PackedLayer, PackError> {
    let known_as = layer.blob.as_ref().or(layer.diff_id.as_ref()).map_or_else(String::new, ToString::to_string);
    let diff_id = layer.diff_id.clone().ok_or_else(|| {
        let why = "a root file system has no layers; pack the folder itself instead of using it as a base";
        ImageError::Once { layer: known_as.clone(), why }
    })?;
    let stored = layer.stored()?;
    let stated = layer.blob.clone().filter(|_| stored.is_blob);
    let mut bytes = BufReader::with_capacity(256 << 10, stored.bytes);
    let what_fails = format!("layer {known_as}");
    let found = match bytes.fill_buf() {
        Ok([0x1f, 0x8b, ..]) => Some(Packing::Gzip(6)),
        Ok([0x28, 0xb5, 0x2f, 0xfd, ..]) => Some(Packing::Zstd(3)),
        Ok([first, 0x2a, 0x4d, 0x18, ..]) if first & 0xf0 == 0x50 => Some(Packing::Zstd(3)),
        Ok(_) => None,
        Err(source) => return Err(ImageError::Read { what: what_fails, source }.into()),
    };
    let plan = match (keep, found) {
        (Keep::AsStored, found) => Plan::Copy(found.unwrap_or(Packing::Plain)),
        (Keep::As(Packing::Plain), _) => Plan::Repack(Packing::Plain),
        (Keep::As(packing), None) => Plan::Repack(packing),
        (Keep::As(_), Some(found)) => Plan::Copy(found),
    };
    let tee = Tee { inner: bytes, stated: None, copy: None, is_full: false, what: what_fails };
    let tee = Tee { stated: stated.map(|digest| (digest.clone(), digest.algorithm().hasher())), ..tee };
    let (blob, packing) = match plan {
        Plan::Copy(packing) => (copy(tee, found, &diff_id, staging)?, packing),
        Plan::Repack(packing) => (repack(tee, found, packing, (&diff_id, staging))?, packing),
    };
    Ok(PackedLayer {
        digest: blob.digest,
        bytes: blob.bytes,
        diff_id,
        tar_bytes: blob.tar_bytes,
        media_type: packing.media_type(),
        entries: None,
        from: LayerFrom::Copied,
        what,
    })
}

fn copy(mut tee: Tee, found: Option<Packing>, diff_id: &Digest, staging: &Staging) -> Result<Blob, PackError> {
    let growing = staging.path("growing");
    let file = File::create(&growing).map_err(|source| staging.failed(source))?;
    tee.copy = Some(Digesting::new(BufWriter::with_capacity(256 << 10, file), Algorithm::Sha256));
    let told = unpack(&mut tee, found, diff_id, &mut io::sink());
    let tar_bytes = told.map_err(|error| tee.told(error, staging))??;
    let copy = tee.copy.take();
    tee.check()?;
    let (mut file, digest, bytes) = match copy {
        Some(copy) => copy.finish(),
        None => return Err(staging.failed(io::ErrorKind::Other.into())),
    };
    file.flush().map_err(|source| staging.failed(source))?;
    staging.keep(&growing, &digest)?;
    Ok(Blob { digest, bytes, diff_id: diff_id.clone(), tar_bytes })
}

fn repack(
    mut tee: Tee,
    found: Option<Packing>,
    packing: Packing,
    (diff_id, staging): (&Digest, &Staging),
) -> Result<Blob, PackError> {
    let (blob, ()) = staging.layer((packing, diff_id.algorithm()), |mut writer| {
        let told = unpack(&mut tee, found, diff_id, &mut writer);
        told.map_err(|error| tee.told(error, staging))??;
        Ok((writer, ()))
    })?;
    tee.check()?;
    Ok(blob)
}

/// Reads a layer to its end, through its packing, and checks its diff id. Gives the bytes of the tar.
fn unpack(
    tee: &mut Tee,
    packing: Option<Packing>,
    diff_id: &Digest,
    out: &mut dyn io::Write,
) -> io::Result<Result<u64, PackError>> {
    let mut out = Digesting::new(out, diff_id.algorithm());
    {
        let reader = BufReader::with_capacity(256 << 10, &mut *tee);
        let mut decoder: Box<dyn Read + '_> = match packing {
            Some(Packing::Gzip(_)) => Box::new(flate2::bufread::MultiGzDecoder::new(reader)),
            Some(Packing::Zstd(_)) => Box::new(zstd::stream::read::Decoder::with_buffer(reader)?),
            Some(Packing::Plain) | None => Box::new(reader),
        };
        io::copy(&mut decoder, &mut out)?;
    }
    // What follows the packed stream belongs to the blob all the same.
    io::copy(tee, &mut io::sink())?;
    let (_, found, bytes) = out.finish();
    if found != *diff_id {
        let (expected, found) = (Box::new(diff_id.clone()), Box::new(found));
        return Ok(Err(PackError::Damaged { expected, found }));
    }
    Ok(Ok(bytes))
}

/// Gives bytes on, digests them by the stated digest, and keeps a copy if one is wanted.
struct Tee {
    inner: BufReader<Box<dyn Read + Send>>,
    stated: Option<(Digest, Hasher)>,
    copy: Option<Digesting<BufWriter<File>>>,
    /// True when it was the copy that failed.
    is_full: bool,
    /// What messages call the layer.
    what: String,
}

impl Tee {
    /// Whose fault an error is: the destination's or the layer's.
    fn told(&self, error: io::Error, staging: &Staging) -> PackError {
        let is_full = self.is_full || error.kind() == io::ErrorKind::StorageFull;
        if is_full {
            return staging.failed(error);
        }
        ImageError::Read { what: self.what.clone(), source: error }.into()
    }

    fn check(self) -> Result<(), PackError> {
        let Some((expected, hasher)) = self.stated else { return Ok(()) };
        let found = hasher.finish();
        if found == expected {
            return Ok(());
        }
        Err(PackError::Damaged { expected: Box::new(expected), found: Box::new(found) })
    }
}

impl Read for Tee {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let bytes = &buffer[..count];
        if let Some((_, hasher)) = &mut self.stated {
            hasher.update(bytes);
        }
        if let Some(copy) = &mut self.copy {
            copy.write_all(bytes).inspect_err(|_| self.is_full = true)?;
        }
        Ok(count)
    }
}

/// Copies an image with the digest it has, if its manifest is there and all its layers are stored as it says. Gives its
/// descriptor and its layers; nothing for an image that has to be written anew.
pub(super) fn whole(image: &Image, staging: &Staging) -> Result<Option<(Value, Vec<PackedLayer>)>, PackError> {
    let manifest: Value = match serde_json::from_slice(&image.documents.manifest) {
        Ok(manifest) => manifest,
        Err(_) => return Ok(None),
    };
    let is_sha256 = |digest: &Option<Digest>| digest.as_ref().is_some_and(|d| d.algorithm() == Algorithm::Sha256);
    let is_whole = image.layers.iter().all(|layer| is_sha256(&layer.blob) && !layer.is_absent());
    if !is_sha256(&image.manifest_digest) || !is_whole {
        return Ok(None);
    }
    let mut layers = Vec::new();
    for (index, layer) in image.layers.iter().enumerate() {
        let what = image.instruction(index).unwrap_or_default().to_owned();
        layers.push(self::layer(layer, what, staging, Keep::AsStored)?);
    }
    staging.document(&image.documents.config)?;
    let digest = staging.document(&image.documents.manifest)?;
    let media_type = manifest["mediaType"].as_str().unwrap_or("application/vnd.oci.image.manifest.v1+json");
    let size = image.documents.manifest.len();
    let wrong = ImageError::Missing { object: Object::Manifest, what: digest.to_string() };
    if Some(&digest) != image.manifest_digest.as_ref() {
        return Err(wrong.into());
    }
    let descriptor = json!({ "mediaType": media_type, "digest": digest, "size": size, "platform": image.platform() });
    Ok(Some((descriptor, layers)))
}
