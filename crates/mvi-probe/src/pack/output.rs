//! Where a packed image goes: `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]`, `docker-archive:FILE[:NAME]`. It appears
//! there whole or not at all.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tar::{Builder, EntryType, Header};

use super::error::PackError;
use super::staging::Staging;

const REF_NAME: &str = "org.opencontainers.image.ref.name";
const LAYOUT: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;

/// The form of what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A folder, OCI image-spec 1.1, `image-layout.md`.
    Layout,
    /// The same in one tar.
    Archive,
    /// As `docker save` writes it (moby image-spec v1.2).
    Docker,
}

/// Where an image goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// In which form.
    pub form: Form,
    /// File or folder.
    pub path: PathBuf,
    /// Its name there.
    pub tag: Option<String>,
}

impl Output {
    /// Reads what the user wrote. What follows the first colon behind a path is the tag.
    ///
    /// # Errors
    /// [`PackError::Written`].
    pub fn parse(text: &OsStr) -> Result<Self, PackError> {
        let bytes = text.as_bytes();
        let bad = |why: &str| PackError::written(text.to_string_lossy(), "destination", why);
        let forms = [("oci:", Form::Layout), ("oci-archive:", Form::Archive), ("docker-archive:", Form::Docker)];
        let found = forms.iter().find_map(|(name, form)| Some((*form, bytes.strip_prefix(name.as_bytes())?)));
        let (form, rest) =
            found.ok_or_else(|| bad("it is oci:DIR[:TAG], oci-archive:FILE[:TAG] or docker-archive:FILE[:NAME]"))?;
        let cut = rest.iter().position(|byte| *byte == b':').unwrap_or(rest.len());
        let tag = rest.get(cut + 1..).map(|tag| std::str::from_utf8(tag).map_err(|_| bad("a name is UTF-8")));
        let tag = tag.transpose()?.map(str::to_owned);
        let legal = |tag: &String| !tag.is_empty() && !tag.chars().any(|c| c.is_whitespace() || c.is_control());
        if cut == 0 || !tag.as_ref().is_none_or(legal) {
            return Err(bad("a path follows the scheme, and a name without spaces the path"));
        }
        Ok(Self { form, path: PathBuf::from(OsStr::from_bytes(&rest[..cut])), tag })
    }

    /// Where it can be read from, as other verbs take it.
    #[must_use]
    pub fn location(&self) -> String {
        let scheme = match self.form {
            Form::Layout => "oci",
            Form::Archive => "oci-archive",
            Form::Docker => "docker-archive",
        };
        let tag = self.tag.as_ref().map_or_else(String::new, |tag| format!(":{tag}"));
        format!("{scheme}:{}{tag}", self.path.display())
    }

    /// Refuses what would be in the way before any work is done.
    pub(super) fn check(&self) -> Result<(), PackError> {
        let in_the_way = |why: &str| PackError::InTheWay { path: self.path.clone(), why: why.to_owned() };
        let Ok(metadata) = fs::symlink_metadata(&self.path) else { return Ok(()) };
        match self.form {
            Form::Layout if self.path.join("oci-layout").is_file() => Ok(()),
            Form::Layout if !self.path.is_dir() => Err(in_the_way("it is no folder")),
            Form::Layout => match fs::read_dir(&self.path).map(|mut items| items.next().is_none()) {
                Ok(true) => Ok(()),
                Ok(false) => Err(in_the_way("the folder holds something that is no OCI layout")),
                Err(source) => Err(PackError::Read { path: self.path.clone(), source }),
            },
            Form::Archive | Form::Docker if metadata.is_file() => Ok(()),
            Form::Archive | Form::Docker => Err(in_the_way("it is no file that could be replaced")),
        }
    }

    /// Moves what has grown into place. `top` is the descriptor of the manifest or index.
    pub(super) fn publish(&self, staging: &Staging, mut top: Value) -> Result<(), PackError> {
        if let Some(tag) = &self.tag {
            top["annotations"] = json!({ REF_NAME: tag });
        }
        match self.form {
            Form::Layout => self.publish_layout(staging, top),
            Form::Archive => {
                self.write_index(staging, &[top])?;
                self.publish_file(staging, &|tar| layout_into(tar, &staging.layout()))
            }
            // Its documents were put there by whoever knows them.
            Form::Docker => self.publish_file(staging, &|tar| folder_into(tar, &staging.path("docker"), "")),
        }
    }

    fn publish_layout(&self, staging: &Staging, top: Value) -> Result<(), PackError> {
        let failed = |source| staging.failed(source);
        let is_layout = self.path.join("oci-layout").is_file();
        if !is_layout {
            self.write_index(staging, &[top])?;
            return fs::rename(staging.layout(), &self.path).map_err(failed);
        }
        let blobs = self.path.join("blobs/sha256");
        fs::create_dir_all(&blobs).map_err(failed)?;
        for item in fs::read_dir(staging.blobs()).map_err(failed)? {
            let item = item.map_err(failed)?;
            fs::rename(item.path(), blobs.join(item.file_name())).map_err(failed)?;
        }
        let index = self.path.join("index.json");
        let bytes = fs::read(&index).map_err(|source| PackError::Read { path: index.clone(), source })?;
        let known: Value = serde_json::from_slice(&bytes)
            .map_err(|source| PackError::Document { what: index.display().to_string(), source })?;
        let others = known["manifests"].as_array().into_iter().flatten().filter(|other| !is_replaced(other, &top));
        let manifests: Vec<Value> = others.cloned().chain([top.clone()]).collect();
        self.write_index(staging, &manifests)?;
        fs::rename(staging.layout().join("index.json"), index).map_err(failed)
    }

    fn write_index(&self, staging: &Staging, manifests: &[Value]) -> Result<(), PackError> {
        let index = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": manifests,
        });
        let failed = |source| staging.failed(source);
        fs::write(staging.layout().join("oci-layout"), LAYOUT).map_err(failed)?;
        fs::write(staging.layout().join("index.json"), canonical(&index)?).map_err(failed)
    }

    fn publish_file(
        &self,
        staging: &Staging,
        fill: &dyn Fn(&mut Builder<BufWriter<File>>) -> std::io::Result<()>,
    ) -> Result<(), PackError> {
        let growing = staging.path("archive");
        let write = || {
            let mut tar = Builder::new(BufWriter::with_capacity(256 << 10, File::create(&growing)?));
            fill(&mut tar)?;
            tar.into_inner()?.flush()?;
            fs::rename(&growing, &self.path)
        };
        write().map_err(|source| staging.failed(source))
    }
}

/// True for an entry of an index that a new one takes the place of: of the same name, or the same thing without a name.
fn is_replaced(old: &Value, new: &Value) -> bool {
    let name = |entry: &Value| entry["annotations"][REF_NAME].as_str().map(str::to_owned);
    let (before, after) = (name(old), name(new));
    before == after && (before.is_some() || old["digest"] == new["digest"])
}

/// Bytes of a document that are the same wherever they are made (RFC 8785).
pub(super) fn canonical(document: &Value) -> Result<Vec<u8>, PackError> {
    serde_json_canonicalizer::to_vec(document)
        .map_err(|source| PackError::Document { what: "packed image".to_owned(), source })
}

/// A layout as a tar: the two small documents first, then the blobs by digest.
fn layout_into(tar: &mut Builder<BufWriter<File>>, layout: &Path) -> std::io::Result<()> {
    for name in ["oci-layout", "index.json"] {
        member(tar, &layout.join(name), name)?;
    }
    for name in ["blobs/", "blobs/sha256/"] {
        tar.append_data(&mut header(EntryType::Directory, 0o755, 0), name, std::io::empty())?;
    }
    folder_into(tar, &layout.join("blobs/sha256"), "blobs/sha256/")
}

/// The files of a folder by name.
fn folder_into(tar: &mut Builder<BufWriter<File>>, folder: &Path, prefix: &str) -> std::io::Result<()> {
    let mut names = fs::read_dir(folder)?.map(|item| Ok(item?.file_name())).collect::<std::io::Result<Vec<_>>>()?;
    names.sort();
    for name in names {
        member(tar, &folder.join(&name), &format!("{prefix}{}", name.to_string_lossy()))?;
    }
    Ok(())
}

fn member(tar: &mut Builder<BufWriter<File>>, path: &Path, name: &str) -> std::io::Result<()> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    tar.append_data(&mut header(EntryType::Regular, 0o644, length), name, file)
}

fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header
}
