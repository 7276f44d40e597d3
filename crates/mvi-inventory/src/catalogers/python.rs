//! Python distributions: `.dist-info` and `.egg-info` folders, `.egg-info` files, eggs, and links to where they are written.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RECORD_BYTES, RecordPath, Sighting};
use crate::document::{Content, Document};
use crate::folders::join;
use crate::life::{Ended, Life, Record, lives};
use crate::package::Ecosystem;
use crate::parse::direct_url::{DirectUrl, parse_direct_url};
use crate::parse::python_metadata::{PythonMetadata, normalise_name, parse_python_metadata};
use crate::parse::python_record::{parse_installed_files, parse_python_record};
use crate::providers::{Needs, with_needs};

/// How the names of links end that `setup.py develop` leaves behind.
const EGG_LINK: &[u8] = b".egg-link";

/// Installed Python distributions.
pub(super) struct Python;

impl Cataloger for Python {
    fn name(&self) -> &'static str {
        "python"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        let claimed = match path.name {
            b"METADATA" | b"RECORD" | b"direct_url.json" => path.folder.ends_with(b".dist-info"),
            b"PKG-INFO" => is_egg_info(path.folder),
            b"installed-files.txt" => path.folder.ends_with(b".egg-info"),
            name => name.ends_with(b".egg-info") || name.ends_with(EGG_LINK),
        };
        claimed.then_some(RECORD_BYTES)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        let mut found: Vec<(Sighting<'_>, Needs)> = Vec::new();
        let by_path: HashMap<&[u8], &Document<'_>> =
            documents.iter().map(|document| (document.path.as_slice(), document)).collect();
        for document in documents {
            let path = RecordPath::new(&document.path);
            if matches!(path.name, b"RECORD" | b"installed-files.txt" | b"direct_url.json") {
                continue;
            }
            if path.name.ends_with(EGG_LINK) {
                follow_link(document, documents, &mut findings);
                continue;
            }
            let read = |layer, bytes| {
                let (metadata, problems) = parse_python_metadata(bytes);
                findings.problems(document, layer, &problems);
                metadata.map(|metadata| Metadata { metadata, bytes }).into_iter().collect()
            };
            for life in lives(document, read) {
                let files = files_of(&path, life.ended.as_ref(), &by_path, &mut findings);
                let qualifiers = origin_of(&path, &life, &by_path, &mut findings);
                let needs = life.record.metadata.requires.iter();
                let needs = needs.map(|need| (normalise_name(need.name), need.always)).collect();
                found.push((Sighting { qualifiers, ..sighting(&path, &life, files) }, needs));
            }
        }
        findings.sightings = with_needs(found);
        findings
    }
}

#[derive(Debug, Clone)]
struct Metadata<'a> {
    metadata: PythonMetadata<'a>,
    bytes: &'a [u8],
}

impl Record for Metadata<'_> {
    fn key(&self) -> (&str, &str) {
        ("", "")
    }
    fn version(&self) -> &str {
        &self.metadata.version
    }
    fn content(&self) -> &[u8] {
        self.bytes
    }
}

fn sighting<'a>(path: &RecordPath<'_>, life: &Life<Metadata<'_>>, files: OwnedFiles<'a>) -> Sighting<'a> {
    let metadata = &life.record.metadata;
    let name = normalise_name(&metadata.name);
    Sighting {
        site: site_of(path).to_vec(),
        files,
        licences: metadata.licences.iter().map(ToString::to_string).collect(),
        supplier: metadata.supplier.as_ref().map(ToString::to_string),
        ..Sighting::new(Ecosystem::Pypi, name, path.path, life)
    }
}

fn is_egg_info(folder: &[u8]) -> bool {
    folder.ends_with(b".egg-info") || (folder.ends_with(b".egg/EGG-INFO"))
}

/// The folder that Python searches: it holds one version of a distribution at a time.
fn site_of<'a>(path: &RecordPath<'a>) -> &'a [u8] {
    let folder = RecordPath::new(path.folder);
    match folder.name {
        b"EGG-INFO" => RecordPath::new(folder.folder).folder,
        name if name.ends_with(b".dist-info") || name.ends_with(b".egg-info") => folder.folder,
        _ => path.folder,
    }
}

/// A distribution that is used from the folder it is written in has its record there; where the folder has none, that is a gap.
///
/// Format: setuptools, "The Internal Structure of Python Eggs", `.egg-link`: the first line is the folder.
fn follow_link(link: &Document<'_>, documents: &[Document<'_>], findings: &mut Findings<'_>) {
    let Some((layer, bytes)) = link.version_before(u32::MAX).and_then(|it| Some((it.layer, it.bytes()?))) else {
        return;
    };
    let target = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
    let folder = join(RecordPath::new(&link.path).folder, target);
    // A record that was not read is a gap of its own.
    let is_record = |document: &Document<'_>| {
        let path = RecordPath::new(&document.path);
        is_egg_info(path.folder) && RecordPath::new(path.folder).folder == folder && path.name == b"PKG-INFO"
    };
    if target.is_empty() || !documents.iter().any(|document| is_record(document) && !document.is_gone()) {
        let folder = mvi_image::printable(&folder);
        findings.gap(link, layer, format!("leads to `/{folder}`, which has no record of a distribution"));
    }
}

/// What the package URL says of a distribution that came from elsewhere than an index; of a folder there is nothing to
/// say that another machine could use.
fn origin_of(
    path: &RecordPath<'_>,
    life: &Life<Metadata<'_>>,
    by_path: &HashMap<&[u8], &Document<'_>>,
    findings: &mut Findings<'_>,
) -> Vec<(&'static str, String)> {
    let before = life.ended.as_ref().map_or(u32::MAX, |ended| ended.layer);
    let Some(document) = by_path.get([path.folder, b"direct_url.json"].join(&b'/').as_slice()) else {
        return Vec::new();
    };
    let Some((version, bytes)) = document.version_before(before).and_then(|it| Some((it, it.bytes()?))) else {
        return Vec::new();
    };
    let (origin, problems) = parse_direct_url(bytes);
    findings.problems(document, version.layer, &problems);
    match origin {
        Some(DirectUrl::Repository(url)) => vec![("vcs_url", url)],
        Some(DirectUrl::Archive(url)) => vec![("download_url", url)],
        Some(DirectUrl::Folder { .. }) | None => Vec::new(),
    }
}

/// The files that a distribution brought, as its list said when it was last there.
fn files_of<'a>(
    path: &RecordPath<'_>,
    ended: Option<&Ended>,
    by_path: &HashMap<&[u8], &Document<'a>>,
    findings: &mut Findings<'_>,
) -> OwnedFiles<'a> {
    let (list, base) = match path.name {
        b"METADATA" => (&b"RECORD"[..], RecordPath::new(path.folder).folder),
        b"PKG-INFO" if path.folder.ends_with(b"/EGG-INFO") => {
            return OwnedFiles::Folder(RecordPath::new(path.folder).folder.to_vec());
        }
        b"PKG-INFO" => (&b"installed-files.txt"[..], path.folder),
        _ => return OwnedFiles::Listed(vec![Cow::Owned(path.path.to_vec())]),
    };
    let before = ended.map_or(u32::MAX, |ended| ended.layer);
    let document = by_path.get([path.folder, list].join(&b'/').as_slice());
    let Some((document, version)) = document.and_then(|list| Some((list, list.version_before(before)?))) else {
        return OwnedFiles::Folder(path.folder.to_vec());
    };
    match version.content {
        Content::Bytes(bytes) if path.name == b"METADATA" => {
            let (paths, problems) = parse_python_record(bytes);
            findings.problems(document, version.layer, &problems);
            OwnedFiles::Listed(paths.iter().map(|path| Cow::Owned(join(base, path))).collect())
        }
        Content::Bytes(bytes) => {
            let mut paths: Vec<_> =
                parse_installed_files(bytes).into_iter().map(|path| Cow::Owned(join(base, path))).collect();
            paths.push(Cow::Owned([path.folder, list].join(&b'/')));
            OwnedFiles::Listed(paths)
        }
        Content::Unread | Content::Gone => OwnedFiles::Folder(path.folder.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected_site: Option<&str>) {
        let path = RecordPath::new(path.as_bytes());
        let site = Python.claims(&path).map(|_| String::from_utf8_lossy(site_of(&path)).into_owned());
        assert_eq!(site.as_deref(), expected_site);
    }

    #[test]
    fn records_are_claimed_and_belong_to_a_site() {
        check("app/lib/flask-3.dist-info/METADATA", Some("app/lib"));
        check("app/lib/flask-3.dist-info/RECORD", Some("app/lib"));
        check("app/lib/six.egg-info/PKG-INFO", Some("app/lib"));
        check("app/lib/six-1.egg-info", Some("app/lib"));
        check("app/lib/six.egg-link", Some("app/lib"));
        check("app/lib/six-1.egg/EGG-INFO/PKG-INFO", Some("app/lib"));
    }

    #[test]
    fn other_files_are_not() {
        check("app/METADATA", None);
        check("app/PKG-INFO", None);
        check("app/lib/flask-3.dist-info/WHEEL", None);
    }
}
