//! `mvi spiral` with a builder and a runtime that are really there: from the source to a sealed ROM, ended and gone on
//! with at every line of its journal, and that nothing is left behind however it ends.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::desk::{Desk, blob, text};
use crate::follow::follow;

pub(crate) const DOCKERFILE: &str = "FROM team/fat:1\nCOPY www /srv/www\nRUN echo built > /srv/built\nEXPOSE 8080\n\
                          ENTRYPOINT [\"/bin/busybox\", \"httpd\", \"-f\", \"-p\", \"8080\", \"-h\", \"/srv/www\"]\n";
const SCHEMA: &str = include_str!("../../schema/mvi-spiral-1.json");
/// Bytes of the base in use; the alpine one has about one megabyte.
const FAT: usize = 24_000_000;

/// A desk with a service, three bases, and a storage of its own; nothing where the tools are missing.
pub(crate) fn desk(dockerfile: &str) -> Option<Desk> {
    let has = |tool: &str| Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success());
    let busybox = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find(|path| Path::new(path).is_file());
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let (true, true, true, Some(busybox)) = (has("buildah"), has("runc"), is_root, busybox) else {
        eprintln!("skipped: needs root, buildah, runc and busybox-static");
        return None;
    };
    let desk = Desk::bare();
    for folder in ["api/www", "alpine/bin", "alpine/etc", "fat/bin", "static/etc", "tmp", "storage", "run", "rom"] {
        fs::create_dir_all(desk.path(folder)).unwrap();
    }
    for root in ["alpine", "fat"] {
        fs::copy(busybox, desk.path(&format!("{root}/bin/busybox"))).unwrap();
        symlink("busybox", desk.path(&format!("{root}/bin/sh"))).unwrap();
    }
    desk.write("alpine/etc/os-release", b"ID=alpine\nVERSION_ID=3.21.0\n");
    desk.write("fat/model.bin", &blob(7, FAT));
    desk.write("static/etc/passwd", b"nobody:x:65534:65534::/:\n");
    desk.write("api/Dockerfile", dockerfile.as_bytes());
    desk.write("api/www/index.html", b"hello\n");
    for root in ["fat", "static"] {
        desk.says(&["pack", "--layer", &format!("{root}:/"), "-o", &format!("oci:{root}-base"), "--quiet"]);
    }
    desk.write(
        "osv.json",
        br#"{"id": "PYSEC-1", "modified": "2026-03-01T00:00:00Z", "affected": [{"package":
        {"ecosystem": "PyPI", "name": "a"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}"#,
    );
    desk.says(&["db", "import", "osv.json", "--db", "here.idx"]);
    desk.says(&["key", "new", "--no-password", "ada.key"]);
    desk.write("mvi.toml", b"[fleet]\nstore = \"fleet.db\"\n[rom]\nfolder = \"rom\"\ntrusted = [\"ada.key.pub\"]\n");
    let [root, run] = ["storage", "run"].map(|name| desk.path(name).display().to_string());
    let storage = format!("[storage]\ndriver = \"vfs\"\ngraphroot = \"{root}\"\nrunroot = \"{run}\"\n");
    desk.write("storage.conf", storage.as_bytes());
    Some(desk)
}

/// The bases, and the rest that every run here names.
const ASKED: &[&str] = &[
    "--class",
    "go-static",
    "--bases",
    "alpine:3.21=dir:alpine",
    "team/fat:1=oci:fat-base",
    "gcr.io/distroless/static-debian12=oci:static-base",
    "--db",
    "here.idx",
    "--key",
    "ada.key",
    "--vsm",
    "S1",
    "--settle",
    "20",
    "--epoch",
    "1700000000",
    "--format",
    "json",
];

/// A command that uses the desk's storage and temporary folder.
fn within<'c>(desk: &Desk, command: &'c mut Command) -> &'c mut Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env("PATH", path).env("TMPDIR", desk.path("tmp")).env("BUILDAH_ISOLATION", "chroot");
    command.env("CONTAINERS_STORAGE_CONF", desk.path("storage.conf"))
}

fn asked(more: &[&'static str]) -> Vec<&'static str> {
    asked_of("buildah", more)
}

/// A run with that builder.
pub(crate) fn asked_of(builder: &'static str, more: &[&'static str]) -> Vec<&'static str> {
    [&["spiral", "run", "api"], ASKED, &["--builder", builder], more].concat()
}

pub(crate) fn run(desk: &Desk, more: &[&'static str]) -> Output {
    within(desk, &mut desk.command(&asked(more))).output().unwrap()
}

pub(crate) fn report(output: &Output, code: i32) -> Value {
    assert_eq!(output.status.code(), Some(code), "{}{}", text(&output.stdout), text(&output.stderr));
    follow(SCHEMA, &output.stdout)
}

/// What is left: images and containers of the builder, files in the temporary folder, mounts and control groups of
/// probes in it.
fn left(desk: &Desk) -> [usize; 5] {
    let count = |words: &[&str]| {
        let output = within(desk, Command::new("buildah").args(words)).output().unwrap();
        text(&output.stdout).lines().filter(|line| !line.is_empty()).count()
    };
    let own = desk.path("tmp").display().to_string();
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let running = fs::read_dir("/proc").unwrap().flatten().filter(|item| {
        String::from_utf8_lossy(&fs::read(item.path().join("cmdline")).unwrap_or_default()).contains(&own)
    });
    [
        count(&["images", "--all", "--quiet"]),
        count(&["containers", "--quiet"]),
        fs::read_dir(desk.path("tmp")).unwrap().count(),
        mounts.lines().filter(|line| line.contains(&own)).count(),
        running.count(),
    ]
}

pub(crate) fn candidate<'r>(report: &'r Value, base: &str) -> &'r Value {
    report["candidates"].as_array().unwrap().iter().find(|one| one["base"] == base).unwrap()
}

fn codes(report: &Value) -> Vec<&str> {
    report["stops"].as_array().unwrap().iter().map(|stop| stop["code"].as_str().unwrap()).collect()
}

/// Lines of the journal.
fn lines(desk: &Desk) -> usize {
    fs::read_to_string(desk.path("api/.mvi/spiral/journal")).unwrap_or_default().matches('\n').count()
}

/// What has to be the same however often a run was ended.
fn result(report: &Value) -> Value {
    let stands = |one: &Value| (one["base"].clone(), one["stands"].clone(), one["digest"].clone());
    let mut stands: Vec<_> = report["candidates"].as_array().unwrap().iter().map(stands).collect();
    stands.sort_by_key(|one| one.0.to_string());
    let organism = &report["organism"];
    serde_json::json!({
        "state": report["state"], "stands": stands, "chosen": report["decision"]["chosen"],
        "different": report["rebuild"]["different"], "rom": report["rom"]["name"],
        "gid": organism["gid"], "reference": organism["reference"], "digest": organism["digest"],
    })
}

#[test]
fn a_service_is_sealed_and_registered_and_again_after_being_killed_at_every_line() {
    let (Some(whole), Some(killed)) = (desk(DOCKERFILE), desk(DOCKERFILE)) else { return };
    let told = report(&run(&whole, &[]), 0);
    assert_eq!((&told["state"], &told["rom"]["name"]), (&"REGISTERED".into(), &"ROM-GO-V13".into()), "{told:#}");
    assert_eq!(told["decision"]["chosen"], "alpine:3.21", "{told:#}");
    assert!(told["decision"]["interval"][0].as_f64().unwrap() > 0.0, "{told:#}");
    assert_eq!(told["rebuild"]["different"], serde_json::json!([]));
    assert_eq!(candidate(&told, "gcr.io/distroless/static-debian12")["stands"], "failed", "there is no shell in it");
    assert_eq!(candidate(&told, "alpine:3.21")["coverage"], 1.0);
    assert_eq!(left(&whole), [0; 5]);
    assert!(whole.says(&["rom", "verify"]).contains("1 hold, 0 broken"));
    assert!(whole.says(&["fleet", "check"]).contains("all is whole"));
    let before = lines(&whole);
    assert_eq!(result(&report(&run(&whole, &[]), 0)), result(&told), "it is done, and stays done");
    assert_eq!(lines(&whole), before);
    the_fleet_knows(&whole, &told);
    // Now with an end at every line.
    let mut last = 0;
    for _ in 0..60 {
        let mut command = killed.command(&asked(&[]));
        let mut child = within(&killed, &mut command).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        while lines(&killed) <= last && child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < Duration::from_secs(300), "nothing happens any more");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        let done = child.wait().unwrap().success();
        let now = lines(&killed);
        if done && now == last {
            break;
        }
        last = now;
    }
    let again = report(&run(&killed, &[]), 0);
    assert_eq!(result(&again), result(&told));
    let gone = Instant::now();
    while left(&killed) != [0; 5] && gone.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(100));
    }
    let files: Vec<_> = fs::read_dir(killed.path("tmp")).unwrap().flatten().map(|file| file.path()).collect();
    assert_eq!(left(&killed), [0; 5], "{files:?}");
    assert!(killed.says(&["fleet", "check"]).contains("all is whole"));
    assert!(killed.says(&["rom", "verify"]).contains("1 hold, 0 broken"), "sealed once");
}

/// Everything that a spiral tells the fleet, and what the linter makes of it.
fn the_fleet_knows(desk: &Desk, told: &Value) {
    let schema = include_str!("../../schema/mvi-fleet-decisions-1.json");
    let decisions = follow(schema, desk.says(&["fleet", "decisions", "api", "--format", "json"]).as_bytes());
    let row = &decisions["decisions"][0];
    assert_eq!((&row["id"], &row["digest"]), (&told["decision"]["id"], &told["decision"]["digest"]));
    assert_eq!(row["document"]["record"]["requested"], "team/fat:1");
    let shown = desk.says(&["fleet", "decisions"]);
    assert!(shown.contains("takes alpine:3.21"), "{shown}");
    desk.says(&["fleet", "rebuild"]);
    let again = follow(schema, desk.says(&["fleet", "decisions", "--format", "json"]).as_bytes());
    assert_eq!(again, decisions, "the log says the same twice");
    // Candidates do not count; the winner does.
    let list: Value = serde_json::from_str(&desk.says(&["fleet", "list", "--format", "json"])).unwrap();
    let counted: Vec<_> = list["images"].as_array().unwrap().iter().filter(|row| row["counted"] == true).collect();
    assert!(counted.len() == 1 && counted[0]["reference"] == "api:latest", "{list:#}");
    let status = follow(SCHEMA, desk.says(&["spiral", "status", "api", "--format", "json"]).as_bytes());
    assert_eq!(result(&status), result(told));
    let log = desk.says(&["spiral", "log", "api", "--format", "json"]);
    let log = follow(include_str!("../../schema/mvi-spiral-log-1.json"), log.as_bytes());
    assert_eq!(log["lines"][0]["done"], "begun");
    let page = desk.command(&["spiral", "status", "api"]).env("COLUMNS", "80").output().unwrap();
    let page = text(&page.stdout);
    assert!(page.contains("ROM-GO-V13") && page.lines().all(|line| line.chars().count() <= 80), "{page}");
    desk.write("Dockerfile", b"FROM team/fat:1\nRUN echo hello\n");
    let lint = |more: &[&str]| {
        let output = desk.run(&[&["lint", "Dockerfile", "--select", "SOV-1", "--format", "json"], more].concat());
        text(&output.stdout) + &text(&output.stderr)
    };
    assert!(lint(&[]).contains("SOV-1"), "{}", lint(&[]));
    // A base of the set, and not the one that is sealed for the class.
    desk.write("Dockerfile", b"FROM python:3.12-alpine\nRUN echo hello\n");
    assert!(!lint(&[]).contains("SOV-1"), "{}", lint(&[]));
    assert!(
        lint(&["--class", "go-static"]).contains("on which ROM-GO-V13 seals"),
        "{}",
        lint(&["--class", "go-static"])
    );
    assert!(lint(&["--class", "cobol"]).contains("has no row `cobol`"));
}

#[test]
fn a_decision_answers_a_change_request_and_a_history_of_one_build_is_no_model() {
    let Some(desk) = desk(DOCKERFILE) else { return };
    desk.write(
        "one.csv",
        b"at,service,runtime,base,outcome,source,size_mb\n2026-01-01,x,static-elf,alpine:3.21,ok,built,9\n",
    );
    let told = report(&run(&desk, &["--until", "predicted", "--history", "one.csv"]), 0);
    assert_eq!((&told["state"], &told["rom"]), (&"PREDICTED".into(), &Value::Null), "{told:#}");
    let decision = told["decision"]["id"].as_str().unwrap();
    let decisions: Value = serde_json::from_str(&desk.says(&["fleet", "decisions", "--format", "json"])).unwrap();
    let forecast = &decisions["decisions"][0]["document"]["forecast"];
    assert_eq!(forecast["builds"], 1);
    let by = &forecast["decision"]["candidates"][0]["forecast"]["by"];
    assert_eq!(by, "prior", "{forecast:#}");
    // The image on the base in use is asked an exception for; a musl base does better, so there is none.
    let log: Value = serde_json::from_str(&desk.says(&["spiral", "log", "api", "--format", "json"])).unwrap();
    let line = log["lines"].as_array().unwrap().iter().find(|line| line["entry"]["base"] == "team/fat:1").unwrap();
    let image = format!("oci:api/.mvi/spiral/{}/images/{}", told["id"].as_str().unwrap(), line["entry"]["number"]);
    let size = candidate(&told, "team/fat:1")["measured"]["size_mb"].to_string();
    let new = ["crq", "new", "justified-base", "api", "--size", &size, "--base", "team/fat:1"];
    let id = desk.says(&[&new[..], &["--reason", "not-libc:models"]].concat());
    let id = id.split(' ').next().unwrap().to_owned();
    desk.says(&["crq", "file", &id, "--image", &image, "--quiet"]);
    let other = desk.run(&["crq", "confirm", &id, "--decision", "DEC-none"]);
    assert!(other.status.code() == Some(2) && text(&other.stderr).contains("mvi fleet decisions"));
    let said = desk.says(&["crq", "confirm", &id, "--decision", decision]);
    assert!(said.contains("GBM_REFUTED"), "{said}");
    let shown: Value = serde_json::from_str(&desk.says(&["crq", "show", &id, "--format", "json"])).unwrap();
    assert!(shown.to_string().contains("its measured pressure is"), "{shown:#}");
    // The source is another now: what was measured of the old one does not count for it.
    desk.write("api/www/index.html", b"another\n");
    let probed = report(&run(&desk, &["--until", "probed"]), 0);
    assert!(probed["id"] != told["id"] && probed["notes"][0].as_str().unwrap().contains("new cycle"), "{probed:#}");
}

#[test]
fn without_a_builder_or_a_runtime_the_rest_is_done_and_what_is_missing_is_told() {
    let Some(desk) = desk(DOCKERFILE) else { return };
    fs::create_dir_all(desk.path("bin")).unwrap();
    let without = |more: &[&'static str]| {
        let mut command = desk.command(&asked(more));
        within(&desk, &mut command)
            .env("PATH", desk.path("bin"))
            .env("DOCKER_HOST", "unix:///nowhere")
            .output()
            .unwrap()
    };
    let told = report(&without(&[]), 1);
    assert_eq!((&told["state"], codes(&told)), (&"PROBED".into(), vec!["SPIRAL-BUILDER"]), "{told:#}");
    assert!(told["expected"]["trials"].as_array().unwrap().iter().any(|base| base == "alpine:3.21"), "{told:#}");
    let dockerfiles = desk.path("api/.mvi/spiral").join(told["id"].as_str().unwrap()).join("dockerfiles");
    let written: Vec<PathBuf> = crate::desk::files(&dockerfiles);
    let moved = |path: &PathBuf| fs::read_to_string(path).unwrap().starts_with("FROM alpine:3.21\nCOPY www");
    assert!(written.len() == 3 && written.iter().any(moved), "{written:?}");
    assert_eq!(fs::read_to_string(desk.path("api/Dockerfile")).unwrap(), DOCKERFILE, "the user's file is as it was");
    // With a builder alone all is built and decided, and nothing is sealed.
    let path = std::env::var_os("PATH").unwrap();
    let buildah = std::env::split_paths(&path).map(|folder| folder.join("buildah")).find(|file| file.is_file());
    symlink(buildah.unwrap(), desk.path("bin/buildah")).unwrap();
    let told = report(&without(&["--runtime", "docker", "--fresh"]), 1);
    assert_eq!((&told["state"], codes(&told)), (&"PREDICTED".into(), vec!["SEAL-COVERAGE"]), "{told:#}");
    let alpine = candidate(&told, "alpine:3.21");
    let why = alpine["missing"]["startup_ms"].as_str().unwrap();
    assert!(why.contains("nothing ran it") && alpine["measured"]["size_mb"].is_number(), "{alpine:#}");
    assert_eq!(fs::read_dir(desk.path("rom")).unwrap().count(), 0);
    assert_eq!(left(&desk), [0; 5]);
}

#[test]
fn where_every_base_is_infeasible_nothing_is_built_and_each_says_why() {
    let desk = Desk::bare();
    fs::create_dir(desk.path("ml")).unwrap();
    desk.write("ml/Dockerfile", b"FROM python:3.12-alpine\nCOPY . /app\n");
    let wheel = "https://files.example/torch-2.4.1-cp312-cp312-manylinux1_x86_64.whl";
    let lock = format!("[[package]]\nname = \"torch\"\nversion = \"2.4.1\"\nwheels = [{{ url = \"{wheel}\" }}]\n");
    desk.write("ml/uv.lock", lock.as_bytes());
    let output = desk.command(&["spiral", "run", "ml", "--format", "json"]).env("PATH", "/nowhere").output().unwrap();
    let told = report(&output, 1);
    assert_eq!((&told["class"], codes(&told)), (&"python-service".into(), vec!["SPIRAL-INFEASIBLE"]), "{told:#}");
    let why = candidate(&told, "python:3.12-alpine")["why"].as_str().unwrap();
    assert!(why.contains("torch 2.4.1 can be had for manylinux only"), "{why}");
    for (arguments, code, words) in [
        (&["spiral", "run", "nowhere"][..], 2, "no folder"),
        (&["spiral", "run", "ml", "--class", "cobol"], 2, "has no row `cobol`"),
        (&["spiral", "run", "ml", "--bases", "alpine"], 2, "NAME=SOURCE"),
        (&["spiral", "run", "ml", "--name", "A B"], 2, "no name of an image"),
        (&["spiral", "run", "ml", "--target", "none"], 3, "no stage `none`"),
        (&["spiral", "status", "nowhere"], 3, "there is no spiral"),
    ] {
        let output = desk.run(arguments);
        let said = text(&output.stderr);
        assert!(output.status.code() == Some(code) && said.contains(words), "{arguments:?}: {said}");
    }
}

#[test]
fn a_builder_that_is_killed_or_runs_out_of_room_speaks_about_no_base() {
    let slow = DOCKERFILE.replace("echo built > /srv/built", "busybox sleep 76543");
    let Some(desk) = desk(&slow) else { return };
    let mut command = desk.command(&asked(&["--until", "measured"]));
    let child = within(&desk, &mut command).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let (began, mut killed) = (Instant::now(), false);
    while !killed {
        assert!(began.elapsed() < Duration::from_secs(120), "the build does not come to its step");
        let own = desk.path("api/.mvi").display().to_string();
        let all: Vec<(u32, String)> = fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .filter_map(|item| {
                let line = fs::read(item.path().join("cmdline")).ok()?;
                Some((item.file_name().to_str()?.parse().ok()?, String::from_utf8_lossy(&line).replace('\0', " ")))
            })
            .collect();
        if all.iter().any(|(_, line)| line.contains("sleep 76543")) {
            let builder = all.iter().find(|(_, line)| line.starts_with("buildah build") && line.contains(&own));
            let (id, _) = builder.unwrap();
            killed = Command::new("kill").args(["-9", &id.to_string()]).status().unwrap().success();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let said = text(&output.stderr);
    assert!(output.status.code() == Some(3) && said.contains("came to no end"), "{said}");
    assert_eq!(left(&desk), [0; 5]);
    let status = desk.says(&["spiral", "status", "api", "--format", "json"]);
    assert!(!status.contains("\"failed\""), "{status}");
    // A storage of eight megabytes, in a name space of mounts of its own.
    desk.write("api/Dockerfile", DOCKERFILE.as_bytes());
    let line = asked(&["--until", "measured"]);
    let mut command = Command::new("unshare");
    let script = "mount -t tmpfs -o size=8m none storage && exec \"$0\" \"$@\"";
    command.args(["-m", "/bin/sh", "-c", script]).arg(assert_cmd::cargo::cargo_bin!("mvi")).args(line);
    let command = within(&desk, command.current_dir(desk.path("")).env("HOME", desk.path("")));
    let output = command.output().unwrap();
    let said = text(&output.stderr);
    assert!(output.status.code() == Some(3) && said.contains("came to no end"), "{said}");
    assert_eq!(fs::read_dir(desk.path("tmp")).unwrap().count(), 0);
}
