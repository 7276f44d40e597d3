//! Processes that are killed while they write, and writers that run out of room: what was acknowledged is there, what
//! was not is whole or absent, and the file passes its check.
//!
//! A test runs this test program again as a writer (`writer`, with its part in the environment), which says a line for
//! every acknowledged order; the test kills it at some moment after some line.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mvi_fleet::{FleetError, ImageFacts, Store};
use tempfile::TempDir;

use crate::organisms::registration;
use crate::stage::{assert_whole, dump, image, stamp};

const PART: &str = "MVI_FLEET_TEST_PART";
const FILE: &str = "MVI_FLEET_TEST_FILE";
/// Killed writers of each of the seven parts, unless the environment says how many.
const KILLS: u64 = 29;
const HOW_MANY: &str = "MVI_KILLS";

/// The writer's side. Under the test runner alone it has no part and nothing to do.
#[test]
fn writer() {
    let Ok(part) = std::env::var(PART) else { return };
    let path = PathBuf::from(std::env::var(FILE).unwrap());
    let first = Store::open_read_only(&path).map_or(0, |store| store.last_seq().unwrap());
    let mut store = if part == "migrate" { None } else { Some(Store::open(&path).unwrap()) };
    for number in first * 100.. {
        match (part.as_str(), store.as_mut()) {
            ("single", Some(store)) => {
                let kept = store.ingest(&mut stamp(number), &numbered(number)).unwrap();
                say(&format!("image {number} {}", kept.seq));
            }
            ("bulk", Some(store)) => {
                let images = (0..40).map(|place| numbered(number * 40 + place));
                store
                    .ingest_many(&mut stamp(number), images, |kept| say(&format!("bulk {}", kept.last().unwrap().seq)))
                    .unwrap();
            }
            ("register", Some(store)) => {
                let gid = format!("GID-IMG-N{number}-001");
                let kept = store.register(&mut stamp(number), &registration(&gid, &format!("n{number}"))).unwrap();
                say(&format!("gid {number} {}", kept.rom.seq));
            }
            ("rebuild", Some(store)) => say(&format!("rebuilt {}", store.rebuild().unwrap())),
            ("backup", Some(store)) => {
                store.backup(&path.with_extension("copy")).unwrap();
                say("copied");
            }
            ("restore", Some(store)) => {
                let (copy, again) = (path.with_extension("copy"), path.with_extension("again"));
                store.backup(&copy).unwrap();
                let _ = std::fs::remove_file(&again);
                drop(Store::restore(&copy, &again).unwrap());
                say("restored");
            }
            ("migrate", _) => {
                crate::files::age(&path);
                drop(Store::open(&path).unwrap());
                say("migrated");
            }
            (other, _) => panic!("no part `{other}`"),
        }
    }
}

fn numbered(number: u64) -> ImageFacts {
    let layers =
        ["base +x@1 +y@1".to_owned(), format!("{} +p{}@1", number / 7, number / 7), format!("own{number} -y@1")];
    image(&format!("i{number}"), &layers.iter().map(String::as_str).collect::<Vec<_>>())
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "ack {line}").unwrap();
    out.flush().unwrap();
}

fn start(part: &str, file: &Path) -> Child {
    let program = std::env::current_exe().unwrap();
    let mut writer = Command::new(program);
    writer.args(["--exact", "crash::writer", "--nocapture"]).env(PART, part).env(FILE, file);
    writer.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Lets a writer work until some acknowledged order and some moment after it, kills it (SIGKILL), and gives the lines
/// that it had said.
fn kill_after(part: &str, file: &Path, lines: u64, pause: Duration) -> Vec<String> {
    let mut writer = start(part, file);
    let mut said = BufReader::new(writer.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut acks: Vec<String> =
        said.by_ref().filter(|line| line.contains("ack ")).take(usize::try_from(lines).unwrap()).collect();
    std::thread::sleep(pause);
    writer.kill().unwrap();
    assert!(!writer.wait().unwrap().success());
    acks.extend(said.filter(|line| line.contains("ack ")));
    assert!(acks.len() as u64 >= lines, "the writer of `{part}` stopped by itself: {acks:?}");
    acks
}

/// Kills writers of one part and checks the file after each.
fn check(part: &str, expect: impl Fn(&Store, &[String])) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("fleet.db");
    let mut store = Store::create(&file).unwrap();
    store.ingest_many(&mut stamp(1), (1_000_000..1_000_060).map(numbered), |_| ()).unwrap();
    drop(store);
    let kills = std::env::var(HOW_MANY).map_or(KILLS, |kills| kills.parse().unwrap());
    for round in 0..kills {
        // Spread over what a write takes, without a clock or chance: multiples of a prime.
        let pause = Duration::from_micros(round * 7919 % 20_000);
        let acks = kill_after(part, &file, 1 + round % 3, pause);
        let store = Store::open(&file).unwrap();
        assert_whole(&store);
        expect(&store, &acks);
    }
}

/// The number at `place` of every line.
fn numbers(acks: &[String], place: usize) -> impl Iterator<Item = u64> + '_ {
    acks.iter()
        .filter_map(move |line| line.split(' ').skip_while(|word| !word.ends_with("ack")).nth(place)?.parse().ok())
}

#[test]
fn images_that_were_acknowledged_survive_a_kill() {
    check("single", |store, acks| {
        for number in numbers(acks, 2) {
            store.lineage(&crate::stage::id(&format!("i{number}"))).unwrap();
        }
    });
}

#[test]
fn batches_that_were_acknowledged_survive_a_kill() {
    check("bulk", |store, acks| {
        let last = numbers(acks, 2).max().unwrap();
        assert!(store.last_seq().unwrap() >= last);
        assert_eq!(store.solvency_tally().unwrap().images.total % 40, 60 % 40, "a batch is whole or absent");
    });
}

#[test]
fn registrations_that_were_acknowledged_survive_a_kill() {
    check("register", |store, acks| {
        let dump = dump(store);
        for number in numbers(acks, 2) {
            assert!(dump.contains(&format!("organism\t\"GID-IMG-N{number}-001\"")));
        }
        let rows = |table: &str| dump.lines().filter(|line| line.starts_with(table)).count();
        assert_eq!(rows("organism\t"), rows("rom\t"), "a registration is whole or absent");
    });
}

#[test]
fn a_killed_rebuild_leaves_the_tables_as_they_were() {
    check("rebuild", |store, _| assert_eq!(store.solvency_tally().unwrap().images.total, 60));
}

#[test]
fn a_killed_backup_leaves_a_whole_copy() {
    check("backup", |store, _| {
        let copy = Store::open_read_only(&store.path().with_extension("copy")).unwrap();
        assert_whole(&copy);
        assert_eq!(dump(&copy), dump(store));
    });
}

#[test]
fn a_killed_restore_leaves_a_whole_file_or_none() {
    check("restore", |store, _| {
        let again = store.path().with_extension("again");
        if again.exists() {
            assert_eq!(dump(&Store::open_read_only(&again).unwrap()), dump(store));
        }
    });
}

#[test]
fn a_killed_migration_is_done_again() {
    check("migrate", |store, _| assert_eq!(store.solvency_tally().unwrap().images.total, 60));
}

#[test]
fn two_processes_take_in_images_at_once_and_lose_none() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("fleet.db");
    drop(Store::create(&file).unwrap());
    // Both kinds of writers go on until they are killed; each has said what it got acknowledged.
    let mut writers = [start("single", &file), start("bulk", &file)];
    let acks = writers.each_mut().map(|writer| {
        let said = BufReader::new(writer.stdout.take().unwrap()).lines().map_while(Result::ok);
        said.filter(|line| line.contains("ack ")).take(15).collect::<Vec<String>>()
    });
    for writer in &mut writers {
        writer.kill().unwrap();
        writer.wait().unwrap();
    }
    let store = Store::open(&file).unwrap();
    assert_whole(&store);
    assert_eq!(acks.each_ref().map(Vec::len), [15, 15]);
    for number in numbers(&acks[0], 2) {
        store.lineage(&crate::stage::id(&format!("i{number}"))).unwrap();
    }
    assert!(store.solvency_tally().unwrap().images.total >= 15 * 40);
}

#[test]
fn a_full_disk_undoes_the_order_and_spares_what_was_before() {
    // A limit on the size of files stands for a full disk: writes beyond it fail. XFSZ is ignored, as a shell can.
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("fleet.db");
    drop(Store::create(&file).unwrap());
    let program = std::env::current_exe().unwrap();
    let script = "trap '' XFSZ; ulimit -f 600; exec \"$0\" --exact crash::writer --nocapture";
    let mut writer = Command::new("sh");
    writer.args(["-c", script]).arg(&program).env(PART, "bulk").env(FILE, &file);
    let done = writer.output().unwrap();
    assert!(!done.status.success());
    let error = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(error.contains("Full {"), "{error}");
    let out = String::from_utf8_lossy(&done.stdout).into_owned();
    let acks: Vec<String> = out.lines().filter(|line| line.contains("ack ")).map(str::to_owned).collect();
    let store = Store::open(&file).unwrap();
    assert_whole(&store);
    assert!(store.last_seq().unwrap() >= numbers(&acks, 2).max().expect("some batches found room"));
    assert_eq!(store.solvency_tally().unwrap().images.total % 40, 0);
}

#[test]
fn a_backup_without_room_leaves_no_copy() {
    let folder = TempDir::new().unwrap();
    let mut store = Store::create(&folder.path().join("fleet.db")).unwrap();
    store.ingest(&mut stamp(1), &numbered(1)).unwrap();
    let nowhere = folder.path().join("no such folder").join("copy");
    assert!(matches!(store.backup(&nowhere), Err(FleetError::File { .. })));
    let before: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|item| item.unwrap().file_name()).collect();
    assert!(before.iter().all(|name| !name.to_string_lossy().starts_with(".fleet-")), "{before:?}");
}
