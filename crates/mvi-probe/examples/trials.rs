//! Measures the measuring: what a probe costs beside the bare runtime, how often equal images are called different and
//! images that differ by a tenth are told apart, and whether memory is what was allocated. Needs root, runc and a static
//! busybox. Usage: `trials KEEPER [TRIALS]`; KEEPER is the example `keeper`. Prints Markdown.

use std::error::Error;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use mvi_probe::run::{Command, Isolation, Kind, Level, Limits, Outcome, Place, Plan, Progress, Ready, Series, Subject, find, measure};
use mvi_probe::stats::{Decision, compare, median};

type Outcomes<T> = Result<T, Box<dyn Error>>;

struct Silent;

impl Progress for Silent {
    fn advance(&mut self, _: usize, _: usize) {}
}

/// Makes a root of busybox.
fn root(place: &Place, name: &str) -> Outcomes<PathBuf> {
    let root = place.make(name)?;
    fs::create_dir(root.join("bin"))?;
    fs::copy("/bin/busybox", root.join("bin/busybox"))?;
    for applet in ["sh", "true", "sleep", "dd"] {
        symlink("busybox", root.join("bin").join(applet))?;
    }
    fs::set_permissions(&root, fs::Permissions::from_mode(0o755))?;
    Ok(root)
}

fn subject(root: &Path, line: &str) -> Subject {
    let command = Command {
        args: ["/bin/sh", "-c", line].map(str::to_owned).to_vec(),
        env: vec!["PATH=/bin".to_owned()],
        cwd: "/".to_owned(),
        user: String::new(),
        volumes: Vec::new(),
    };
    Subject { root: root.to_owned(), borrowed: false, command, ready: Ready::Exit(0) }
}

fn run(keeper: &Path, lines: &[&str], runs: usize) -> Outcomes<Outcome> {
    let place = Place::open(&std::env::temp_dir(), Process::new(keeper))?;
    let mut subjects = Vec::new();
    for (line, name) in lines.iter().zip(["a", "b"]) {
        subjects.push(subject(&root(&place, name)?, line));
    }
    let limits = Limits { memory_bytes: 1_000_000_000, pids: 100, cpus: None, patience: Duration::from_secs(60) };
    let isolation = Isolation::Only(Level::Strict);
    let plan = Plan { runs, warm_up: 1, isolation, limits, settle: Duration::ZERO };
    let outcome = measure(&place, find(Some(Kind::Runc), "".as_ref())?, &subjects, &plan, &mut Silent)?;
    place.close()?;
    Ok(outcome)
}

type Row = fn(&Series) -> Vec<f64>;

fn startup(series: &Series) -> Vec<f64> {
    series.runs.iter().filter_map(|run| run.startup_ms).collect()
}

fn cpu(series: &Series) -> Vec<f64> {
    series.runs.iter().filter_map(|run| run.cpu_ms).collect()
}

/// Trials of pairs of lines: how often each decision fell, by start-up and by processor time.
fn trials(keeper: &Path, lines: [&str; 2], (trials, runs): (usize, usize)) -> Outcomes<()> {
    let rows: [(&str, Row); 2] = [("start-up", startup), ("CPU", cpu)];
    let mut counts = [[0; 4]; 2];
    let (mut shares, mut wrong) = ([Vec::new(), Vec::new()], [0; 2]);
    for _ in 0..trials {
        let outcome = run(keeper, &lines, runs)?;
        for (number, (_, row)) in rows.iter().enumerate() {
            let found = compare(&row(&outcome.series[0]), &row(&outcome.series[1])).ok_or("no runs")?;
            let place = match found.decision {
                Decision::Different => 0,
                Decision::Undecided => 1,
                Decision::Same => 2,
                Decision::TooFew => 3,
            };
            counts[number][place] += 1;
            wrong[number] += usize::from(found.decision == Decision::Different && found.estimate < 0.0);
            shares[number].extend(found.share.map(|share| share * 100.0));
        }
    }
    for (number, (name, _)) in rows.iter().enumerate() {
        let [different, undecided, same, _] = counts[number];
        let share = median(&shares[number]).unwrap_or_default();
        println!("| {name} | {runs} | {trials} | {different} | {undecided} | {same} | {} | {share:+.1} % |", wrong[number]);
    }
    Ok(())
}

/// The bare runtime beside the probe, in turn: wall time of create, start and end of the same container.
fn overhead(keeper: &Path, rounds: usize) -> Outcomes<()> {
    let folder = tempfile::tempdir()?;
    let place = Place::open(&std::env::temp_dir(), Process::new(keeper))?;
    let root = root(&place, "bare")?;
    for name in ["proc", "dev", "sys", "tmp", "run", "var", "var/tmp"] {
        fs::create_dir(root.join(name))?;
    }
    let bundle = folder.path().join("bundle");
    fs::create_dir(&bundle)?;
    let (mut whole, mut parts, mut own, mut cpu_share) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for number in 0..rounds {
        let id = format!("bare-{}-{number}", std::process::id());
        fs::write(bundle.join("config.json"), CONFIG.replace("ROOT", root.to_str().ok_or("path")?).replace("ID", &id))?;
        let state = folder.path().join("state");
        let runc = |words: &[&str]| -> Outcomes<Duration> {
            let begun = Instant::now();
            let mut command = Process::new("runc");
            command.arg("--root").arg(&state).args(words).stdin(Stdio::null()).stdout(Stdio::null());
            if !command.status()?.success() {
                return Err(format!("runc {words:?}").into());
            }
            Ok(begun.elapsed())
        };
        let bundle = bundle.to_str().ok_or("path")?;
        whole.push(runc(&["run", "--bundle", bundle, &id])?.as_secs_f64() * 1e3);
        let create = runc(&["create", "--bundle", bundle, &id])?;
        let start = runc(&["start", &id])?;
        parts.push((create + start).as_secs_f64() * 1e3);
        // Long gone by now; a container that has just been started ends at once.
        std::thread::sleep(Duration::from_millis(20));
        runc(&["delete", "--force", &id])?;
        let probed = run(keeper, &["exit 0"], 1)?;
        let run = &probed.series[0].runs[0];
        own.push(run.create_ms + run.startup_ms.ok_or("not ready")?);
        cpu_share.extend(run.cpu_ms);
    }
    place.close()?;
    let middle = |values: &[f64]| median(values).unwrap_or_default();
    println!("| `runc run` | {:.1} |", middle(&whole));
    println!("| `runc create`, `runc start` | {:.1} |", middle(&parts));
    println!("| mvi, create to end | {:.1} |", middle(&own));
    for line in [&whole, &parts] {
        let found = compare(line, &own).ok_or("no rounds")?;
        println!("| difference | {:+.1} ({:?}) |", found.estimate, found.interval);
    }
    Ok(())
}

const CONFIG: &str = r#"{"ociVersion":"1.0.2","process":{"terminal":false,"user":{"uid":0,"gid":0},"args":["/bin/sh","-c","exit 0"],"env":["PATH=/bin"],"cwd":"/","noNewPrivileges":true},
"root":{"path":"ROOT","readonly":true},
"mounts":[{"destination":"/proc","type":"proc","source":"proc"},{"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755"]},
{"destination":"/dev/pts","type":"devpts","source":"devpts","options":["newinstance","ptmxmode=0666","mode=0620"]},{"destination":"/dev/shm","type":"tmpfs","source":"tmpfs"},
{"destination":"/sys","type":"sysfs","source":"sysfs","options":["ro"]},{"destination":"/tmp","type":"tmpfs","source":"tmpfs"},{"destination":"/run","type":"tmpfs","source":"tmpfs"},{"destination":"/var/tmp","type":"tmpfs","source":"tmpfs"}],
"linux":{"cgroupsPath":"/ID","resources":{"memory":{"limit":1000000000},"pids":{"limit":100}},"namespaces":[{"type":"pid"},{"type":"mount"},{"type":"ipc"},{"type":"uts"},{"type":"network"}]}}"#;

fn memory(keeper: &Path) -> Outcomes<()> {
    for size in [0_u64, 10, 50, 100, 400] {
        let line = format!("dd if=/dev/zero of=/dev/null bs={} count=1 2>/dev/null", (size * 1_000_000).max(1));
        let outcome = run(keeper, &[&line], 6)?;
        let peaks: Vec<f64> = outcome.series[0].runs.iter().filter_map(|run| run.peak_mb).collect();
        println!("| {size} | {:.2} |", median(&peaks).unwrap_or_default());
    }
    Ok(())
}

fn main() -> Outcomes<()> {
    let mut arguments = std::env::args().skip(1);
    let keeper = PathBuf::from(arguments.next().ok_or("usage: trials KEEPER [TRIALS]")?);
    let count: usize = arguments.next().map_or(Ok(100), |count| count.parse())?;
    println!("| what | median ms |\n|---|---:|");
    overhead(&keeper, 30)?;
    println!("\n| allocated MB | peak MB |\n|---:|---:|");
    memory(&keeper)?;
    let head = "| by | pairs | trials | different | perhaps | same | wrong way | median difference |\n|---|---:|---:|---:|---:|---:|---:|---:|";
    let sleep = ["sleep 0.11", "sleep 0.10"];
    let work = |count: u32| format!("i=0; while [ $i -lt {count} ]; do i=$((i+1)); done");
    let (more, less) = (work(110_000), work(100_000));
    println!("\nEqual images, working:\n\n{head}");
    trials(&keeper, [&less, &less], (count, 10))?;
    println!("\nOne works 10 % longer:\n\n{head}");
    trials(&keeper, [&more, &less], (count.div_ceil(5), 10))?;
    trials(&keeper, [&more, &less], (count.div_ceil(5), 20))?;
    println!("\nOne sleeps 10 % longer:\n\n{head}");
    trials(&keeper, sleep, (count.div_ceil(5), 10))?;
    Ok(())
}
