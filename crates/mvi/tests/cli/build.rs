//! `mvi build` with the builders that are really there: what comes out, how long it took, and that nothing is left
//! behind, however a build ends.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::desk::{Desk, text};

const DOCKERFILE: &str = "FROM scratch\nCOPY busybox /bin/busybox\nCOPY src /app\nENTRYPOINT [\"/bin/busybox\"]\n";
const SLOW: &str = "FROM scratch\nCOPY busybox /bin/busybox\nRUN [\"/bin/busybox\", \"sleep\", \"7654\"]\n";

/// A desk with a context and storages of its own; nothing where the tools are missing.
pub(crate) fn desk(builder: &str, dockerfile: &str) -> Option<Desk> {
    let has = |tool: &str| Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success());
    let busybox = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find(|path| Path::new(path).is_file());
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let (true, true, Some(busybox)) = (has(builder), is_root, busybox) else {
        eprintln!("skipped: needs root, {builder} and busybox-static");
        return None;
    };
    let desk = Desk::bare();
    for folder in ["context/src", "tmp", "storage", "run"] {
        fs::create_dir_all(desk.path(folder)).unwrap();
    }
    fs::copy(busybox, desk.path("context/busybox")).unwrap();
    desk.write("context/Dockerfile", dockerfile.as_bytes());
    desk.write("context/src/main.txt", b"hello\n");
    let [root, run] = ["storage", "run"].map(|name| desk.path(name).display().to_string());
    let storage = format!("[storage]\ndriver = \"vfs\"\ngraphroot = \"{root}\"\nrunroot = \"{run}\"\n");
    desk.write("storage.conf", storage.as_bytes());
    let containers = "[containers]\ndefault_ulimits=[\"nofile=1024:1024\",\"nproc=1000:1000\"]\nnetns=\"none\"\n\
                      [engine]\nruntime=\"runc\"\ncgroup_manager=\"cgroupfs\"\nevents_logger=\"file\"\n";
    desk.write("containers.conf", containers.as_bytes());
    Some(desk)
}

/// A command that uses the desk's storages and temporary folder.
pub(crate) fn within<'c>(desk: &Desk, command: &'c mut Command) -> &'c mut Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env("PATH", path).env("TMPDIR", desk.path("tmp")).env("BUILDAH_ISOLATION", "chroot");
    command.env("CONTAINERS_STORAGE_CONF", desk.path("storage.conf"));
    command.env("CONTAINERS_CONF", desk.path("containers.conf"))
}

fn run(desk: &Desk, arguments: &[&str]) -> Output {
    within(desk, &mut desk.command(arguments)).output().unwrap()
}

/// What a storage holds: images, containers, and what lies in the temporary folder.
pub(crate) fn left(desk: &Desk) -> (usize, usize, usize) {
    let count = |words: &[&str]| {
        let output = within(desk, Command::new("buildah").args(words)).output().unwrap();
        text(&output.stdout).lines().filter(|line| !line.is_empty()).count()
    };
    let temporary = fs::read_dir(desk.path("tmp")).unwrap().count();
    (count(&["images", "--all", "--quiet"]), count(&["containers", "--quiet"]), temporary)
}

/// True while a process has these words on its command line.
fn runs(words: &str) -> bool {
    fs::read_dir("/proc").unwrap().flatten().any(|item| {
        let line = fs::read(item.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).replace('\0', " ").contains(words)
    })
}

/// Waits until something holds; a machine under load may take a while.
fn until(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn follows_schema(report: &Value) {
    let schema: Value = serde_json::from_str(include_str!("../../schema/mvi-build-1.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn buildah_builds_and_its_cached_rebuilds_are_timed() {
    let Some(desk) = desk("buildah", DOCKERFILE) else { return };
    let arguments = ["build", "context", "--builder", "buildah", "--measure", "-o", "oci:image:1", "--format", "json"];
    let output = run(&desk, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    follows_schema(&report);
    assert_eq!((&report["cached"]["hits"], &report["cached"]["of"]), (&0.into(), &3.into()));
    let measure = &report["measure"];
    assert_eq!((&measure["touched"]["file"], &measure["chosen"]), (&"src/main.txt".into(), &true.into()));
    let rebuilds = measure["rebuilds"].as_array().unwrap();
    // What comes before the changed file is cached, what comes after is not.
    assert!(rebuilds.len() == 3 && rebuilds.iter().all(|rebuild| rebuild["cached"]["hits"] == 1), "{measure}");
    let mut seconds: Vec<f64> = rebuilds.iter().map(|rebuild| rebuild["seconds"].as_f64().unwrap()).collect();
    seconds.sort_by(f64::total_cmp);
    assert_eq!((measure["median_s"].as_f64(), &measure["gate"]["id"]), (Some(seconds[1]), &"AC-BUILD".into()));
    // The user's file is as it was, and so is the storage.
    assert_eq!(fs::read(desk.path("context/src/main.txt")).unwrap(), b"hello\n");
    assert_eq!(left(&desk), (0, 0, 0));
    assert!(text(&output.stderr).contains("STEP 2/4"), "{}", text(&output.stderr));
    desk.says(&["audit", "oci:image:1", "--quiet"]);
}

#[test]
fn podman_builds_and_the_image_stays_in_its_storage() {
    let Some(desk) = desk("podman", DOCKERFILE) else { return };
    let arguments = ["build", "context", "--builder", "podman", "-t", "team/app:1", "--format", "json", "--quiet"];
    let first = run(&desk, &arguments);
    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
    let again = run(&desk, &arguments);
    let report: Value = serde_json::from_slice(&again.stdout).unwrap();
    follows_schema(&report);
    assert_eq!(report["cached"]["hits"], report["cached"]["of"]);
    assert_eq!(left(&desk).2, 0);
}

#[test]
fn a_build_that_takes_too_long_is_stopped_with_all_its_processes() {
    let Some(desk) = desk("buildah", SLOW.replace("7654", "76541").as_str()) else { return };
    let output = run(&desk, &["build", "context", "--builder", "buildah", "--timeout", "8", "--quiet"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("--timeout"), "{said}");
    assert!(!runs("sleep 76541"));
    let (_, containers, temporary) = left(&desk);
    assert_eq!((containers, temporary), (0, 0));
}

#[test]
fn a_build_whose_asker_is_killed_leaves_nothing_behind() {
    let Some(desk) = desk("buildah", SLOW.replace("7654", "76542").as_str()) else { return };
    let mut command = desk.command(&["build", "context", "--builder", "buildah", "--quiet"]);
    let mut child = within(&desk, &mut command).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until("the build is at work", || runs("sleep 76542"));
    child.kill().unwrap();
    child.wait().unwrap();
    let folder = desk.path("tmp").display().to_string();
    until("its guard is gone", || !runs(&folder) && !runs("sleep 76542"));
    let (_, containers, temporary) = left(&desk);
    assert_eq!((containers, temporary), (0, 0));
}

/// The processes of a program that have these words on their command line.
fn processes(program: &str, words: &str) -> Vec<String> {
    let found = fs::read_dir("/proc").unwrap().flatten().filter(|item| {
        let line = fs::read(item.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).into_owned();
        let name = line.split('\0').next().unwrap_or_default();
        name.ends_with(program) && line.replace('\0', " ").contains(words)
    });
    found.map(|item| item.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_builder_that_is_killed_half_way_is_told_and_leaves_nothing_behind() {
    let Some(desk) = desk("buildah", SLOW.replace("7654", "76543").as_str()) else { return };
    let mut command = desk.command(&["build", "context", "--builder", "buildah", "--quiet"]);
    let child = within(&desk, &mut command).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    until("the build is at work", || runs("sleep 76543"));
    let folder = desk.path("tmp").display().to_string();
    let builders = processes("buildah", &folder);
    assert!(!builders.is_empty(), "the builder names its folder");
    assert!(Command::new("kill").arg("-KILL").args(&builders).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("buildah") && said.contains("killed"), "{said}");
    until("what it ran is gone", || !runs("sleep 76543"));
    let (_, containers, temporary) = left(&desk);
    // While another process of the builder runs, on whatever storage, they stay and are named.
    let named = said
        .lines()
        .find_map(|line| line.split_once("may use them: ")?.1.strip_suffix("; remove them with `buildah rm`"));
    assert_eq!(containers, named.map_or(0, |ids| ids.split(", ").count()), "{said}");
    assert_eq!(temporary, 0);
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let below: Vec<&str> = mounts.lines().filter(|line| line.contains(&*desk.path("").to_string_lossy())).collect();
    assert!(containers > 0 || below.is_empty(), "{below:?}");
}

#[test]
fn builds_that_cannot_be_say_why_and_leave_nothing() {
    let Some(desk) = desk("buildah", "FROM scratch\nCOPY missing /\n") else { return };
    let cases: &[(&[&str], i32, &str)] = &[
        (&["context"], 3, "missing"),
        (&["nowhere"], 2, "no folder"),
        (&["context", "--builder", "make"], 2, "known are buildah"),
        (&["context", "--build-arg", "=x"], 2, "NAME=VALUE"),
        (&["context", "-o", "nowhere"], 2, "oci:DIR"),
    ];
    for (arguments, code, words) in cases {
        let builder = if arguments.contains(&"--builder") { [].as_slice() } else { &["--builder", "buildah"] };
        let output = run(&desk, &[&["build", "--quiet"], *arguments, builder].concat());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(*code), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    let homeless = desk.command(&["build", "context"]).env("PATH", desk.path("tmp")).output().unwrap();
    assert_eq!(homeless.status.code(), Some(3));
    assert!(text(&homeless.stderr).contains("`buildah` is not installed"), "{}", text(&homeless.stderr));
    let shown = run(&desk, &["build", "context", "--builder", "buildah", "--build-arg", "T=secret", "--dry-run"]);
    assert!(text(&shown.stdout).contains("--build-arg T=…") && !text(&shown.stdout).contains("secret"));
    assert_eq!(left(&desk), (0, 0, 0));
}
