//! The source of a service: what it is by its bytes, what it shows of the service, and a copy that no edit reaches while
//! it is built.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use mvi_dockerfile::{Base, Dockerfile};
use mvi_forecast::Value;
use mvi_image::{Algorithm, Digest};
use mvi_inventory::lock_names;
use mvi_probe::build::copy_context;
use mvi_standard::Standard;
use mvi_standard::base::is_same_base;
use mvi_standard::feasibility::ReasonFacts;
use mvi_standard::standard::Row;
use mvi_standard::wheel::{Wheel, WheelStanding};

use crate::actions::crq::wheels_of_lock;
use crate::actions::predict::ServiceFile;

/// Names of a service's Dockerfile, the first that is there counts.
const DOCKERFILES: &[&str] = &["Dockerfile", "Containerfile"];
/// Files that tell a class, the first that is there counts.
const SIGNS: &[(&str, &str)] = &[
    ("go.mod", "go-static"),
    ("package.json", "node-portal"),
    ("pyproject.toml", "python-service"),
    ("requirements.txt", "python-service"),
    ("uv.lock", "python-service"),
    ("Corefile", "dns-resolver"),
];
/// Bytes of the largest source.
const LARGEST: u64 = 8 << 30;
/// Lock files whose wheels are known.
const LOCKS: &[&str] = &["uv.lock", "poetry.lock", "pdm.lock"];
/// Lock files beside those whose packages are read.
const OTHER_LOCKS: &[&str] = &["go.sum", "gradle.lockfile", "packages.lock.json"];
/// Longest lock file and Dockerfile, bytes.
const LONGEST: u64 = 64 << 20;

/// What a source is: sha256 over names, rights and contents, without the folder `left_out`.
///
/// # Errors
/// Files that cannot be read, and more than 8 GiB.
pub(crate) fn digest(source: &Path, left_out: &Path) -> anyhow::Result<(Digest, u64)> {
    let mut hasher = Algorithm::Sha256.hasher();
    let (mut pending, mut total) = (vec![source.to_owned()], 0);
    while let Some(folder) = pending.pop() {
        let read = || -> io::Result<Vec<PathBuf>> {
            let mut paths: Vec<_> = fs::read_dir(&folder)?.map(|item| Ok(item?.path())).collect::<io::Result<_>>()?;
            paths.sort();
            Ok(paths)
        };
        for path in read().with_context(|| format!("cannot read `{}`", folder.display()))? {
            let failed = || format!("cannot read `{}`", path.display());
            let metadata = fs::symlink_metadata(&path).with_context(failed)?;
            let name = path.strip_prefix(source).unwrap_or(&path);
            let kind = if metadata.is_dir() {
                'd'
            } else if metadata.is_symlink() {
                'l'
            } else {
                'f'
            };
            if path == left_out {
                continue;
            }
            hasher.update(format!("{kind}{:o}\0", metadata.permissions().mode()).as_bytes());
            hasher.update(name.as_os_str().as_bytes());
            if metadata.is_dir() {
                pending.push(path);
            } else if metadata.is_symlink() {
                hasher.update(b"\0");
                hasher.update(fs::read_link(&path).with_context(failed)?.as_os_str().as_bytes());
            } else if metadata.is_file() {
                total += metadata.len();
                anyhow::ensure!(total <= LARGEST, "`{}` has more than {LARGEST} bytes", source.display());
                hasher.update(format!("\0{}\0", metadata.len()).as_bytes());
                feed(&mut hasher, &path).with_context(failed)?;
            }
            hasher.update(b"\0");
        }
    }
    Ok((hasher.finish(), total))
}

fn feed(hasher: &mut mvi_image::Hasher, path: &Path) -> io::Result<()> {
    let (mut file, mut buffer) = (File::open(path)?, vec![0; 256 << 10]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// sha256 of a file.
///
/// # Errors
/// A file that cannot be read.
pub(crate) fn of_file(path: &Path) -> anyhow::Result<Digest> {
    let mut hasher = Algorithm::Sha256.hasher();
    feed(&mut hasher, path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(hasher.finish())
}

/// Copies a source, whole or not at all: what is there under the name is a whole copy.
///
/// # Errors
/// Files that cannot be read or written.
pub(crate) fn copy(source: &Path, to: &Path, left_out: &Path) -> anyhow::Result<()> {
    if to.is_dir() {
        return Ok(());
    }
    let growing = to.with_extension("growing");
    let _ = fs::remove_dir_all(&growing);
    copy_context(source, &growing, Some(left_out), LARGEST)?;
    fs::rename(&growing, to).with_context(|| format!("cannot write `{}`", to.display()))
}

/// The service as its source shows it: its lock files and its Dockerfile. What only a build shows is not known.
///
/// # Errors
/// A lock file that cannot be read: what it says could rule a base out.
pub(crate) fn service(
    source: &Path,
    (name, runtime): (&str, &str),
    (dockerfile, incumbent): (&Dockerfile, Option<String>),
    (bytes, level): (u64, Option<u8>),
) -> anyhow::Result<ServiceFile> {
    let mut values: BTreeMap<String, Value> = BTreeMap::from([("runtime".into(), Value::Text(runtime.into()))]);
    let mut number = |name: &str, count: usize| values.insert(name.to_owned(), Value::Number(count as f64));
    number("stages", dockerfile.stages().len());
    let runs = dockerfile.instructions().iter().filter(|one| matches!(one.body, mvi_dockerfile::Body::Run(_)));
    number("run_instructions", runs.clone().count());
    number("cache_mounts", runs.flat_map(|run| &run.mounts).filter(|mount| mount.kind() == "cache").count());
    let wheels = wheels(source)?;
    if let Some(wheels) = &wheels {
        number("dependencies", wheels.len());
        number("without_musl", wheels.iter().filter(|one| one.standing() == WheelStanding::GlibcOnly).count());
        let has = |names: &[&str]| wheels.iter().any(|wheel| names.contains(&wheel.name.as_str()));
        values.insert("machine_learning".into(), Value::Flag(has(&["docling", "jax", "tensorflow", "torch"])));
        values.insert("browser".into(), Value::Flag(has(&["playwright", "pyppeteer"])));
    }
    values.insert("code_mb".to_owned(), Value::Number(bytes as f64 / 1e6));
    let reasons = ReasonFacts { wheels, level, runtime: Some(runtime.to_owned()), ..ReasonFacts::default() };
    Ok(ServiceFile::of(name, incumbent, &values, reasons))
}

/// A folder with a Dockerfile, or with files that say what is built from it; no image.
pub(crate) fn is_source(folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).is_file();
    let is_image = has("oci-layout") || ["etc", "usr", "bin"].iter().any(|name| folder.join(name).is_dir());
    !is_image && DOCKERFILES.iter().copied().chain(SIGNS.iter().map(|(name, _)| *name)).any(has)
}

/// The service of a source, as it shows itself.
///
/// # Errors
/// Files that cannot be read.
pub(crate) fn service_of_source(source: &Path, class: &Row) -> anyhow::Result<ServiceFile> {
    let folder = source.canonicalize().with_context(|| format!("cannot read `{}`", source.display()))?;
    let name = folder.file_name().map_or_else(|| class.id.clone(), |name| name.to_string_lossy().into_owned());
    let file = dockerfile_in(source).map(|path| read_text(&path)).transpose()?.unwrap_or_default();
    let file = Dockerfile::parse(file.as_bytes());
    let (_, bytes) = digest(source, Path::new(""))?;
    service(source, (&name, &class.runtime), (&file, base_of(&file, None)), (bytes, None))
}

/// The class of a service: the one that is stated, else by the base of its Dockerfile, which may be named with the stage
/// that runs, else by its files.
///
/// # Errors
/// A row that the standard does not have, and a class that nothing tells.
pub(crate) fn class_of<'s>(
    standard: &'s Standard,
    stated: Option<&str>,
    (source, (dockerfile, target)): (&Path, (Option<&Path>, Option<&str>)),
) -> anyhow::Result<&'s Row> {
    let known = || standard.rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(id) = stated {
        let row = standard.row(id);
        return row.with_context(|| format!("{} has no row `{id}`; it has {}", standard.meta.id, known()));
    }
    let file = dockerfile.map(|file| source.join(file)).or_else(|| dockerfile_in(source));
    let file = file.and_then(|file| fs::read(file).ok()).map(|bytes| Dockerfile::parse(&bytes));
    let base = file.and_then(|file| base_of(&file, target));
    let of_base =
        |row: &&Row| base.as_ref().is_some_and(|base| row.base.iter().any(|own| is_same_base(standard, own, base)));
    let by_file = || SIGNS.iter().find(|(name, _)| source.join(name).is_file()).and_then(|(_, row)| standard.row(row));
    let found = standard.rows.iter().find(of_base).or_else(by_file);
    found.with_context(|| format!("which class is it? name the row of the standard: --class; {}", known()))
}

/// The Dockerfile at the top of a source.
pub(crate) fn dockerfile_in(source: &Path) -> Option<PathBuf> {
    DOCKERFILES.iter().map(|name| source.join(name)).find(|path| path.is_file())
}

/// The base of what runs, as far as it can be told.
fn base_of(file: &Dockerfile, target: Option<&str>) -> Option<String> {
    let stage = target.map_or_else(|| file.runtime_target(), |target| file.stage_named(target))?;
    match file.bases(stage).last()? {
        Base::Image(name) => name.resolved.clone(),
        Base::Scratch | Base::Stage(_) => None,
    }
}

/// The wheels of the lock files at the top of a source; nothing where there is none.
fn wheels(source: &Path) -> anyhow::Result<Option<Vec<Wheel>>> {
    let mut found: Option<Vec<Wheel>> = None;
    for lock in LOCKS.iter().map(|name| source.join(name)).filter(|lock| lock.is_file()) {
        let text = read_text(&lock)?;
        let wheels = wheels_of_lock(&text).with_context(|| format!("`{}`", lock.display()))?;
        found.get_or_insert_default().extend(wheels);
    }
    Ok(found)
}

/// sha256 over the names and bytes of the lock files at the top of a source; nothing where there is none.
///
/// # Errors
/// A lock file that cannot be read.
pub(crate) fn lock(source: &Path) -> anyhow::Result<Option<Digest>> {
    let mut names: Vec<&str> =
        lock_names().chain(OTHER_LOCKS.iter().copied()).filter(|name| source.join(name).is_file()).collect();
    names.sort_unstable();
    let mut hasher = Algorithm::Sha256.hasher();
    for name in &names {
        let path = source.join(name);
        let failed = || format!("cannot read `{}`", path.display());
        let length = fs::metadata(&path).with_context(failed)?.len();
        hasher.update(format!("{name}\0{length}\0").as_bytes());
        feed(&mut hasher, &path).with_context(failed)?;
    }
    Ok((!names.is_empty()).then(|| hasher.finish()))
}

/// A text of bounded length.
pub(crate) fn read_text(path: &Path) -> anyhow::Result<String> {
    let failed = || format!("cannot read `{}`", path.display());
    let mut text = String::new();
    File::open(path).with_context(failed)?.take(LONGEST).read_to_string(&mut text).with_context(failed)?;
    Ok(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot write its files should stop
mod tests {
    use super::*;

    #[test]
    fn a_source_is_what_its_names_rights_and_bytes_are() {
        let folder = tempfile::tempdir().unwrap();
        let (root, own) = (folder.path(), folder.path().join(".mvi"));
        fs::create_dir_all(root.join("a")).unwrap();
        fs::create_dir_all(&own).unwrap();
        fs::write(root.join("a/b"), "1").unwrap();
        let first = digest(root, &own).unwrap().0;
        fs::write(own.join("journal"), "x").unwrap();
        assert_eq!(digest(root, &own).unwrap().0, first, "what is left out is no source");
        fs::write(root.join("a/b"), "2").unwrap();
        let second = digest(root, &own).unwrap().0;
        assert_ne!(second, first);
        fs::set_permissions(root.join("a/b"), fs::Permissions::from_mode(0o755)).unwrap();
        assert_ne!(digest(root, &own).unwrap().0, second);
        let to = own.join("copy");
        copy(root, &to, &own).unwrap();
        assert!(to.join("a/b").is_file() && !to.join(".mvi").exists());
    }
}
