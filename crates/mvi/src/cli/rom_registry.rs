//! `mvi rom push` and `mvi rom pull`: ROMs as OCI artifacts, signed as cosign signs.

use std::collections::BTreeMap;
use std::io::Write as _;

use anyhow::anyhow;
use mvi_registry::{Artifact, ArtifactBlob, ListedBy, Reference, Registry, RegistryError};
use mvi_seal::{ImageSignature, ROM_MEDIA_TYPE, SIGNATURE_ANNOTATION, SIGNATURE_MEDIA_TYPE, Sealed, signature_tag};

use super::args::ReadArgs;
use super::args::rom::PushArgs;
use super::key::signing_key;
use super::output::{Exit, Failure};
use super::remote::registry_options;
use super::rom::{Shelf, parse, record};

/// What kind of artifact a ROM is.
const ARTIFACT_TYPE: &str = "application/vnd.mvi.rom.v1";

pub(super) fn push(shelf: &Shelf, args: &PushArgs) -> Result<Exit, Failure> {
    let name = parse(&args.name)?;
    let verified = shelf.verified(&name)?;
    let sealed = shelf.folder.read(&name)?;
    let place: Reference = reference(&args.reference)?;
    let registry = Registry::new(registry_options(&args.read.remote)?);
    let subject = match (args.about, &place.digest) {
        (false, _) => None,
        (true, Some(digest)) => Some(digest.clone()),
        (true, None) => Some(registry.head(&place).map_err(|error| failed(&args.reference, error))?),
    };
    // Beside an image the artifact is found by its subject; it must not take over the image's tag.
    let target = if args.about { Reference { tag: None, digest: None, ..place.clone() } } else { place.clone() };
    let artifact = Artifact {
        artifact_type: ARTIFACT_TYPE.into(),
        subject,
        blobs: vec![ArtifactBlob {
            media_type: ROM_MEDIA_TYPE.into(),
            bytes: sealed.bytes().to_vec(),
            annotations: BTreeMap::from([("org.opencontainers.image.title".into(), format!("{name}.rom.json"))]),
        }],
        annotations: BTreeMap::from([
            ("org.opencontainers.image.title".into(), name.to_string()),
            ("org.opencontainers.image.created".into(), verified.content.sealed_at.to_string()),
        ]),
    };
    let pushed = registry.push_artifact(&target, &artifact).map_err(|error| failed(&args.reference, error))?;
    let mut out = anstream::stdout();
    writeln!(out, "{}@{}", place.name(), pushed.digest)?;
    match pushed.listed {
        Some(ListedBy::Registry) => writeln!(out, "listed among the image's referrers by the registry")?,
        Some(ListedBy::Tag) => writeln!(out, "listed under the fallback tag of the image's referrers")?,
        None => {}
    }
    if let Some(key) = &args.key {
        let key = signing_key(key, &args.password)?;
        let signature = ImageSignature::sign(&place.name(), &pushed.digest, &key)?;
        let tag = signature_tag(&pushed.digest);
        let signed = registry.push_artifact(&place.tagged(&tag), &signature_artifact(signature));
        signed.map_err(|error| failed(&args.reference, error))?;
        writeln!(out, "signed: {}:{tag}", place.name())?;
    }
    Ok(Exit::Fine)
}

/// cosign keeps signatures in a manifest of their own: one layer with the payload, its annotation the signature.
fn signature_artifact(signature: ImageSignature) -> Artifact {
    Artifact {
        artifact_type: String::new(),
        subject: None,
        blobs: vec![ArtifactBlob {
            media_type: SIGNATURE_MEDIA_TYPE.into(),
            bytes: signature.payload,
            annotations: BTreeMap::from([(SIGNATURE_ANNOTATION.into(), signature.signature)]),
        }],
        annotations: BTreeMap::new(),
    }
}

pub(super) fn pull(shelf: &Shelf, text: &str, read: &ReadArgs) -> Result<Exit, Failure> {
    if shelf.trusted.is_empty() {
        return Err(Failure::usage("whose seals count? name a public key with --trust"));
    }
    let registry = Registry::new(registry_options(&read.remote)?);
    let pulled = registry.pull_artifact(&reference(text)?).map_err(|error| failed(text, error))?;
    let blob = pulled.artifact.blobs.into_iter().find(|blob| blob.media_type == ROM_MEDIA_TYPE);
    let blob = blob.ok_or_else(|| Failure::Other(anyhow!("{text} holds no sealed ROM")))?;
    let sealed = Sealed::from_bytes(blob.bytes);
    let verified = sealed.verify(&shelf.trusted)?;
    shelf.folder.receive(&verified.content.name, &sealed)?;
    record(shelf.store.as_deref(), &sealed, &verified)?;
    writeln!(anstream::stdout(), "{} {}", verified.content.name, verified.seal)?;
    Ok(Exit::Fine)
}

fn reference(text: &str) -> Result<Reference, Failure> {
    let text = text.strip_prefix("docker://").unwrap_or(text);
    text.parse().map_err(|error: RegistryError| failed(text, error))
}

fn failed(what: &str, error: RegistryError) -> Failure {
    Failure::image(what, error.into())
}
