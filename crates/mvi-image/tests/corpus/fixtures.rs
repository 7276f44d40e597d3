//! Finds the corpus of real images and the set of hostile ones, and has them made where they are missing.
//! Their makers are scripts under `tools/`; nothing here knows what is in an image.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of real images, `MVI_CORPUS` or `mvi-corpus` in the temporary folder.
pub(crate) fn corpus() -> PathBuf {
    let folder = folder("MVI_CORPUS", "mvi-corpus");
    let complete = |folder: &Path| {
        let exported = |name: &String| folder.join("oci").join(name).join("index.json").is_file();
        folder.join("corpus.tsv").is_file() && corpus_names().iter().all(exported)
    };
    make(&folder, complete, &["bash", "tools/build-corpus.sh", "--drop-store", "--tier", &tier()]);
    folder
}

/// The images of the tier under test, in build order: `MVI_CORPUS_TIER`, the small one when that is not set.
pub(crate) fn corpus_names() -> Vec<String> {
    let tiers: &[&str] = match tier().as_str() {
        "heavy" => &["small", "medium", "heavy"],
        "medium" => &["small", "medium"],
        _ => &["small"],
    };
    let list = Command::new("bash").arg(repository().join("tools/build-corpus.sh")).arg("--list").output();
    let list = String::from_utf8(list.expect("bash lists the corpus").stdout).expect("names are ASCII");
    let wanted = |line: &str| {
        let mut fields = line.split('\t');
        let (name, tier) = (fields.next()?, fields.next()?);
        tiers.contains(&tier).then_some(name.to_owned())
    };
    list.lines().filter_map(wanted).collect()
}

/// The folder of hostile images, `MVI_HOSTILE` or `mvi-hostile` in the temporary folder.
pub(crate) fn hostile() -> PathBuf {
    let folder = folder("MVI_HOSTILE", "mvi-hostile");
    make(&folder, |folder| folder.join("cases.json").is_file(), &["python3", "tools/make-hostile.py"]);
    folder
}

fn folder(variable: &str, name: &str) -> PathBuf {
    env::var_os(variable).map_or_else(|| env::temp_dir().join(name), PathBuf::from)
}

fn tier() -> String {
    env::var("MVI_CORPUS_TIER").unwrap_or_else(|_| "small".into())
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs `maker FOLDER` unless the folder is complete. Test programs run side by side, so one makes and the others wait.
fn make(folder: &Path, complete: impl Fn(&Path) -> bool, maker: &[&str]) {
    if complete(folder) {
        return;
    }
    std::fs::create_dir_all(folder).expect("the folder can be made");
    let mut lock = folder.as_os_str().to_owned();
    lock.push(".lock");
    let lock = std::fs::File::create(PathBuf::from(lock)).expect("the lock can be made");
    let locked = Command::new("flock").arg("0").stdin(lock.try_clone().expect("a second handle")).status();
    assert!(locked.expect("flock of util-linux runs").success(), "{} cannot be locked", folder.display());
    if !complete(folder) {
        eprintln!("making {} with {}", folder.display(), maker.join(" "));
        let mut command = Command::new(maker[0]);
        command.args(&maker[1..]).arg(folder).current_dir(repository()).stdin(Stdio::null());
        let status = command.status().expect("the maker starts");
        assert!(status.success() && complete(folder), "{} is not complete: {status}", folder.display());
    }
    drop(lock);
}
