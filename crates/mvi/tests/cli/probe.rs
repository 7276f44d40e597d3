//! `mvi probe` as its users meet it: real containers of busybox, and what is said where nothing can be run.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use crate::archive::{Config, Members};
use crate::desk::{Desk, text};
use crate::entry::{dir, file, layer, symlink};
use crate::follow::follow;

/// A desk with `box.tar`, busybox with this configuration.
fn desk(config: &Config<'_>) -> Desk {
    let desk = Desk::bare();
    let busybox = fs::read("/bin/busybox").unwrap();
    let mut entries = vec![dir("bin"), dir("www"), file("bin/busybox", busybox).mode(0o755)];
    entries.extend(["sh", "true", "sleep", "httpd"].map(|applet| symlink(&format!("bin/{applet}"), "busybox")));
    desk.write("box.tar", &Members::docker(&[layer(&entries)], &["box:1"], config).tar());
    desk
}

/// Runs the program with a temporary folder of the test's own, which has to be empty afterwards.
fn run(desk: &Desk, line: &[&str]) -> Output {
    let folder = desk.path("temporary");
    fs::create_dir_all(&folder).unwrap();
    let output = desk.command(line).env("TMPDIR", &folder).output().unwrap();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "{line:?} leaves something");
    output
}

fn check(output: &Output, code: i32, words: &[&str]) {
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{said}");
    for word in words {
        assert!(said.contains(word), "`{word}` is not in:\n{said}");
    }
}

const SCHEMA: &str = include_str!("../../schema/mvi-probe-1.json");

const SERVER: &str = r#"{"Cmd":["httpd","-f","-p","80","-h","/www"],"ExposedPorts":{"80/tcp":{}}}"#;

#[test]
fn a_server_is_measured_by_the_port_it_exposes() {
    let desk = desk(&Config { runtime: SERVER, ..Config::default() });
    let output = run(&desk, &["probe", "box.tar", "--runs", "6", "--settle", "20", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report = follow(SCHEMA, &output.stdout);
    let image = &report["images"][0];
    assert_eq!((image["ready"].as_str(), report["isolation"].as_str()), (Some("tcp:80"), Some("strict")));
    assert_eq!(image["runs"].as_array().map(Vec::len), Some(6));
    assert!(image["measures"]["startup_ms"]["interval"]["low"].as_f64().unwrap() > 0.0);
    assert!(report["floor"]["create_ms"]["median"].as_f64().unwrap() > 0.0);
    let shown = run(&desk, &["probe", "box.tar", "--runs", "6", "--settle", "20"]);
    check(
        &shown,
        0,
        &["box:1", "start-up", "95 % interval", "memory, peak", "strict: no network", "the runtime alone"],
    );
}

#[test]
fn two_images_are_compared_pair_by_pair() {
    let desk = desk(&Config { runtime: r#"{"Cmd":["true"]}"#, ..Config::default() });
    let line = ["probe", "box.tar", "--vs", "box.tar", "--runs", "8", "--format", "json"];
    let report = follow(SCHEMA, &run(&desk, &line).stdout);
    assert_eq!(report["comparison"]["startup_ms"]["pairs"], 8);
    assert!(report["comparison"]["startup_ms"]["wide_interval"].is_object());
}

#[test]
fn what_does_not_get_ready_is_told_and_fails() {
    let desk = desk(&Config {
        runtime: r#"{"Entrypoint":["sh","-c"],"Cmd":["echo no database; exit 4"]}"#,
        ..Config::default()
    });
    check(&run(&desk, &["probe", "box.tar"]), 1, &["exit code 4", "no database"]);
    let endless = ["probe", "box.tar", "--timeout", "0.5", "--isolation", "strict", "--", "sleep", "99"];
    check(&run(&desk, &endless), 1, &["not ready when its time was up", "--ready"]);
    let failed = run(&desk, &["probe", "box.tar", "--format", "json"]);
    assert!(follow(SCHEMA, &failed.stdout)["images"][0]["failure"].is_object());
}

#[test]
fn what_cannot_be_run_is_refused_before_anything_is_made() {
    let plain = desk(&Config::default());
    check(&run(&plain, &["probe", "box.tar"]), 2, &["names no command"]);
    check(&run(&plain, &["probe", "box.tar", "--ready", "soon", "--", "true"]), 2, &["tcp:PORT"]);
    check(&run(&plain, &["probe", "box.tar", "--env", "X", "--", "true"]), 2, &["NAME=VALUE"]);
    check(&run(&plain, &["probe", "box.tar", "--timeout", "nan", "--", "true"]), 2, &["--timeout"]);
    check(&run(&plain, &["probe", "missing.tar"]), 3, &["missing.tar"]);
    let foreign = desk(&Config { architecture: "s390x", ..Config::default() });
    check(
        &run(&foreign, &["probe", "box.tar", "--platform", "linux/s390x", "--", "true"]),
        3,
        &["linux/s390x", "this machine is"],
    );
}

#[test]
fn a_health_check_says_when_a_container_is_ready() {
    let check = |test: &str, last: &[&str]| {
        let runtime =
            format!(r#"{{"Cmd":["sh","-c","sleep 0.3; echo > /tmp/up; sleep 600"],"Healthcheck":{{"Test":{test}}}}}"#);
        let desk = desk(&Config { runtime: &runtime, ..Config::default() });
        run(&desk, &[&["probe", "box.tar", "--runs", "2", "--settle", "0", "--format", "json"], last].concat())
    };
    for test in [r#"["CMD","/bin/busybox","test","-e","/tmp/up"]"#, r#"["CMD-SHELL","[ -e /tmp/up ]"]"#] {
        let output = check(test, &[]);
        assert_eq!(output.status.code(), Some(0), "{test}: {}{}", text(&output.stdout), text(&output.stderr));
        let report = follow(SCHEMA, &output.stdout);
        let image = &report["images"][0];
        assert_eq!((&image["ready"], &image["ready_stated"]), (&"health".into(), &false.into()));
        for run in image["runs"].as_array().unwrap() {
            // Not before the file is there, and while the container's own program runs.
            assert!(run["startup_ms"].as_f64().unwrap() >= 300.0 && run["processes"].as_u64() >= Some(1), "{run}");
        }
    }
    let never = check(r#"["CMD","/bin/busybox","false"]"#, &["--timeout", "1.5", "--isolation", "strict"]);
    assert_eq!(never.status.code(), Some(1), "{}", text(&never.stderr));
    let report = follow(SCHEMA, &never.stdout);
    assert_eq!(report["images"][0]["failure"]["verdict"]["kind"], "timed-out");
}

#[test]
fn who_is_not_root_is_told_what_works_without() {
    let desk = desk(&Config { runtime: SERVER, ..Config::default() });
    let program = assert_cmd::cargo::cargo_bin!("mvi");
    // Where somebody else may reach it.
    let own = desk.path("mvi");
    fs::hard_link(program, &own).or_else(|_| fs::copy(program, &own).map(drop)).unwrap();
    fs::set_permissions(desk.path("."), fs::Permissions::from_mode(0o755)).unwrap();
    let folder = desk.path("temporary");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    for runtime in ["runc", "crun"] {
        let mut command = std::process::Command::new(&own);
        command.args(["probe", "box.tar", "--no-cache", "--runtime", runtime]).current_dir(desk.path("."));
        command.env_clear().env("TMPDIR", &folder).env("HOME", &folder).uid(65_534).gid(65_534);
        check(&command.output().unwrap(), 3, &[runtime, "needs root", "--runtime podman or docker"]);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "{runtime} leaves something");
    }
}

/// The paths of opened files, and those of them that were run.
fn opened(report: &serde_json::Value) -> (Vec<&str>, Vec<&str>) {
    let files = report["images"][0]["files"]["files"].as_array().unwrap();
    let path = |file: &'_ serde_json::Value| file["path"].as_str().map(str::to_owned).unwrap();
    assert!(files.iter().map(path).is_sorted());
    let paths = files.iter().map(|file| file["path"].as_str().unwrap());
    let run = files.iter().filter(|file| file["executed"] == true).map(|file| file["path"].as_str().unwrap());
    (paths.collect(), run.collect())
}

#[test]
fn the_files_that_are_opened_are_told_and_no_others() {
    let desk = Desk::bare();
    let busybox = fs::read("/bin/busybox").unwrap();
    let mut entries = vec![dir("bin"), dir("data"), dir("script"), file("bin/busybox", busybox).mode(0o755)];
    entries.extend(["sh", "cat", "sleep"].map(|applet| symlink(&format!("bin/{applet}"), "busybox")));
    let names = ["read", "behind", "looked-at", "never", "gone", "late \u{fc}"];
    entries.extend(names.map(|name| file(&format!("data/{name}"), format!("{name}\n"))));
    entries.push(symlink("data/link", "behind"));
    let script = "#!/bin/sh\ncat /data/read /data/link > /tmp/own\n[ -e /data/looked-at ] && cat /tmp/own\n\
                  (sleep 0.2; cat '/data/late \u{fc}'; echo up) &\nwait\n";
    entries.push(file("script/run", script).mode(0o755));
    let config = Config { runtime: r#"{"Cmd":["/script/run"]}"#, ..Config::default() };
    desk.write("box.tar", &Members::docker(&[layer(&entries)], &["box:1"], &config).tar());
    let line = ["probe", "box.tar", "--runs", "1", "--files", "--format", "json"];
    let all = ["bin/busybox", "data/behind", "data/late \u{fc}", "data/read", "script/run"];
    for isolation in ["strict", "relaxed"] {
        let output = run(&desk, &[&line[..], &["--isolation", isolation]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let report = follow(SCHEMA, &output.stdout);
        assert_eq!(opened(&report), (all.to_vec(), vec!["bin/busybox", "script/run"]), "{isolation}");
        let told = &report["images"][0]["files"];
        assert_eq!((&told["ready"], &told["complete"], &told["image_files"]), (&true.into(), &true.into(), &8.into()));
        assert_eq!(told["unseen"].as_array().unwrap().is_empty(), isolation == "relaxed");
    }
    // A file that the container takes away is still told, and one that it makes is not.
    let command =
        ["--isolation", "relaxed", "--", "/bin/sh", "-c", "cat data/gone; rm data/gone; echo > data/new; cat data/new"];
    desk.write("box.tar", &{
        entries.push(symlink("bin/rm", "busybox"));
        Members::docker(&[layer(&entries)], &["box:1"], &config).tar()
    });
    let report = follow(SCHEMA, &run(&desk, &[&line[..], &command].concat()).stdout);
    assert_eq!(opened(&report).0, ["bin/busybox", "data/gone"]);
    let shown = run(&desk, &["probe", "box.tar", "--runs", "1", "--files"]);
    check(&shown, 0, &["opened 5 of 8 files", "script/run  run", "not seen: what lies in /tmp"]);
    check(&run(&desk, &["probe", "box.tar", "--files", "--runtime", "podman"]), 2, &["runc and crun", "--files"]);
}

/// Settings with which podman makes containers wherever runc does.
const PODMAN: &str = "[containers]\ndefault_ulimits=[\"nofile=1024:1024\",\"nproc=1000:1000\"]\nnetns=\"none\"\n\
                      [engine]\nruntime=\"runc\"\ncgroup_manager=\"cgroupfs\"\n";

#[test]
fn podman_measures_the_same_image() {
    let desk = desk(&Config { runtime: SERVER, ..Config::default() });
    desk.write("containers.conf", PODMAN.as_bytes());
    let folder = desk.path("temporary");
    fs::create_dir_all(&folder).unwrap();
    let mut command = desk.command(&["probe", "box.tar", "--runtime", "podman", "--runs", "1", "--format", "json"]);
    command.env("TMPDIR", &folder).env("CONTAINERS_CONF", desk.path("containers.conf"));
    let output = command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    let report = follow(SCHEMA, &output.stdout);
    assert_eq!((&report["runtime"]["name"], &report["images"][0]["failed_runs"]), (&"podman".into(), &0.into()));
    assert!(report["images"][0]["measures"]["steady_mb"]["median"].as_f64().unwrap() > 0.1);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

/// crun, kept from the half of version 2 on machines that have both versions of cgroups, which it does not get along with.
const CRUN: &str = "#!/bin/sh\nmountpoint -q /sys/fs/cgroup/unified || exec /usr/bin/crun \"$@\"\n\
                    exec unshare -m sh -c 'umount /sys/fs/cgroup/unified; exec /usr/bin/crun \"$@\"' crun \"$@\"\n";

#[test]
fn crun_measures_the_same_image() {
    let desk = desk(&Config { runtime: SERVER, ..Config::default() });
    desk.write("crun", CRUN.as_bytes());
    fs::set_permissions(desk.path("crun"), fs::Permissions::from_mode(0o755)).unwrap();
    let folder = desk.path("temporary");
    fs::create_dir_all(&folder).unwrap();
    let mut command =
        desk.command(&["probe", "box.tar", "--runtime", "crun", "--runs", "2", "--files", "--format", "json"]);
    let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", desk.path("").display());
    let output = command.env("TMPDIR", &folder).env("PATH", path).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    let report = follow(SCHEMA, &output.stdout);
    assert_eq!((&report["runtime"]["name"], &report["isolation"]), (&"crun".into(), &"strict".into()));
    assert_eq!(opened(&report).0, ["bin/busybox"]);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn a_service_that_does_not_answer_is_no_runtime() {
    let desk = desk(&Config { runtime: SERVER, ..Config::default() });
    let mut command = desk.command(&["probe", "box.tar", "--runtime", "docker"]);
    let output = command.env("DOCKER_HOST", "unix:///nowhere.sock").output().unwrap();
    check(&output, 3, &["no container runtime", "docker"]);
}

#[test]
fn a_killed_probe_is_cleaned_up_after() {
    let desk = desk(&Config { runtime: r#"{"Cmd":["sleep","600"]}"#, ..Config::default() });
    let folder = desk.path("temporary");
    fs::create_dir_all(&folder).unwrap();
    let mut command = desk.command(&["probe", "box.tar", "--ready", "running", "--runs", "500"]);
    let mut child = command.env("TMPDIR", &folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    child.kill().unwrap();
    child.wait().unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while fs::read_dir(&folder).unwrap().next().is_some() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}
