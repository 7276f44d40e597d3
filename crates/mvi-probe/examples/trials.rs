//! Measures the measuring: what a probe costs beside the bare runtime, how often equal images are called different and
//! images that differ by a tenth are told apart, and whether memory is what was allocated. Needs root, runc and a static
//! busybox. Usage: `trials KEEPER [TRIALS]`; KEEPER is the example `keeper`. Prints Markdown.

use std::error::Error;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use mvi_probe::run::{
    Command, Isolation, Kind, Level, Limits, Outcome, Place, Plan, Progress, Ready, Series, Subject, find, measure,
};
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

/// Trials of pairs of lines, the second the quicker one: how often each decision fell, by start-up and by processor time.
fn trials(keeper: &Path, lines: [&str; 2], (trials, runs): (usize, usize)) -> Outcomes<()> {
    let rows: [(&str, Row); 2] = [("start-up", startup), ("CPU", cpu)];
    let mut counts = [[0; 5]; 2];
    let (mut shares, mut wrong) = ([Vec::new(), Vec::new()], [0; 2]);
    for _ in 0..trials {
        let outcome = run(keeper, &lines, runs)?;
        for (number, (_, row)) in rows.iter().enumerate() {
            let found = compare(&row(&outcome.series[0]), &row(&outcome.series[1])).ok_or("no runs")?;
            let place = match found.decision {
                Decision::Different => 0,
                Decision::Undecided => 1,
                Decision::Same => 2,
                Decision::Small => 3,
                Decision::TooFew => 4,
            };
            counts[number][place] += 1;
            wrong[number] += usize::from(found.decision == Decision::Different && found.estimate > 0.0);
            shares[number].extend(found.share.map(|share| share * 100.0));
        }
    }
    for (number, (name, _)) in rows.iter().enumerate() {
        let [different, undecided, same, small, _] = counts[number];
        let share = median(&shares[number]).unwrap_or_default();
        println!(
            "| {name} | {runs} | {trials} | {different} | {small} | {undecided} | {same} | {} | {share:+.1} % |",
            wrong[number]
        );
    }
    Ok(())
}

/// The bare runtime beside the probe, in turn, on the same bundle: from `create` to the end of the container's output.
fn overhead(keeper: &Path, rounds: usize) -> Outcomes<()> {
    let folder = tempfile::tempdir()?;
    let place = Place::open(&std::env::temp_dir(), Process::new(keeper))?;
    let root = root(&place, "bare")?;
    for name in ["proc", "dev", "sys", "tmp", "run", "var", "var/tmp"] {
        fs::create_dir(root.join(name))?;
    }
    let (mut bare, mut own) = (Vec::new(), Vec::new());
    for number in 0..rounds {
        for attempt in ["warm", "counts"] {
            let id = format!("bare-{}-{number}-{attempt}", std::process::id());
            let taken = run_bare(folder.path(), &root, &id)?;
            if attempt == "counts" {
                bare.push(taken.as_secs_f64() * 1e3);
            }
        }
        let probed = run(keeper, &["exit 0"], 1)?;
        let run = &probed.series[0].runs[0];
        own.push(run.create_ms + run.startup_ms.ok_or("not ready")?);
    }
    place.close()?;
    let least = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
    for (name, values) in [("runc alone", &bare), ("mvi", &own)] {
        println!("| {name} | {:.1} | {:.1} |", median(values).unwrap_or_default(), least(values));
    }
    let found = compare(&bare, &own).ok_or("no rounds")?;
    let (low, high) = found.interval.map_or((f64::NAN, f64::NAN), |ends| (ends.low, ends.high));
    println!(
        "| difference of pairs | {:+.1} ({low:+.1} … {high:+.1}) | {:+.1} |",
        found.estimate,
        least(&own) - least(&bare)
    );
    Ok(())
}

/// A container of runc alone.
fn run_bare(folder: &Path, root: &Path, id: &str) -> Outcomes<Duration> {
    let bundle = folder.join(id);
    fs::create_dir(&bundle)?;
    fs::write(bundle.join("config.json"), CONFIG.replace("ROOT", root.to_str().ok_or("path")?).replace("ID", id))?;
    let runc = |words: &[&str]| {
        let mut command = Process::new("runc");
        command.arg("--root").arg(folder.join("state")).args(words).stdin(Stdio::null()).stderr(Stdio::null());
        command
    };
    let begun = Instant::now();
    let (mut end, output) = std::io::pipe()?;
    let created = runc(&["create", "--bundle", bundle.to_str().ok_or("path")?, id]).stdout(output).status()?;
    let started = runc(&["start", id]).stdout(Stdio::null()).status()?;
    std::io::copy(&mut end, &mut std::io::sink())?;
    let taken = begun.elapsed();
    let deleted = runc(&["delete", "--force", id]).stdout(Stdio::null()).status()?;
    match created.success() && started.success() && deleted.success() {
        true => Ok(taken),
        false => Err(format!("runc does not run {id}").into()),
    }
}

/// What mvi writes for the same container at the strict level.
const CONFIG: &str = r#"{"ociVersion":"1.0.2","hostname":"probe","process":{"terminal":false,"user":{"uid":0,"gid":0},
"args":["/bin/sh","-c","exit 0"],"env":["PATH=/bin","HOME=/"],"cwd":"/","noNewPrivileges":true,
"capabilities":{"bounding":[],"effective":[],"permitted":[],"inheritable":[],"ambient":[]}},
"root":{"path":"ROOT","readonly":true},
"mounts":[{"destination":"/proc","type":"proc","source":"proc","options":["nosuid","noexec","nodev"]},
{"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","strictatime","mode=755","size=65536k"]},
{"destination":"/dev/pts","type":"devpts","source":"devpts","options":["nosuid","noexec","newinstance","ptmxmode=0666","mode=0620"]},
{"destination":"/dev/shm","type":"tmpfs","source":"tmpfs","options":["nosuid","noexec","nodev","mode=1777","size=65536k"]},
{"destination":"/sys","type":"sysfs","source":"sysfs","options":["nosuid","noexec","nodev","ro"]},
{"destination":"/tmp","type":"tmpfs","source":"tmpfs","options":["nosuid","nodev","mode=1777","tmpcopyup"]},
{"destination":"/run","type":"tmpfs","source":"tmpfs","options":["nosuid","nodev","mode=1777","tmpcopyup"]},
{"destination":"/var/tmp","type":"tmpfs","source":"tmpfs","options":["nosuid","nodev","mode=1777","tmpcopyup"]}],
"linux":{"cgroupsPath":"/ID","resources":{"memory":{"limit":1000000000,"swap":1000000000},"pids":{"limit":100}},
"sysctl":{"net.ipv4.ip_unprivileged_port_start":"0"},
"namespaces":[{"type":"pid"},{"type":"mount"},{"type":"ipc"},{"type":"uts"},{"type":"network"}],
"maskedPaths":["/proc/acpi","/proc/asound","/proc/kcore","/proc/keys","/proc/latency_stats","/proc/timer_list","/proc/timer_stats","/proc/sched_debug","/proc/scsi","/sys/firmware"],
"readonlyPaths":["/proc/bus","/proc/fs","/proc/irq","/proc/sys","/proc/sysrq-trigger"]}}"#;

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
    println!("| create to end, ms | median | least |\n|---|---:|---:|");
    overhead(&keeper, 40)?;
    println!("\n| allocated MB | peak MB |\n|---:|---:|");
    memory(&keeper)?;
    let head = "| by | pairs | trials | different | under 2 % | perhaps | same | wrong way | median difference |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|";
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
