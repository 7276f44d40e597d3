//! Measures the measuring: what a probe costs beside the bare runtime, how often equal images are called different and
//! images that differ by a tenth are told apart, and whether memory is what was allocated. Needs root, runc and a static
//! busybox. Usage: `trials KEEPER [TRIALS [PART…]]`; KEEPER is the example `keeper`, a part is one of `overhead`, `memory`,
//! `equal`, `apart`, `work`, `work-20`, `sleep`, and all where none is named. Prints Markdown.

use std::error::Error;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use mvi_probe::run::{
    Command, Isolation, Kind, Level, Limits, Outcome, Place, Plan, Progress, Ready, Series, Subject, find, measure,
};
use mvi_probe::stats::{Decision, compare, compare_together, median};

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

/// How the files of two images lie.
#[derive(Clone, Copy, PartialEq)]
enum Lie {
    /// What they have in common is there once, as `mvi probe --vs` unpacks them.
    Shared,
    /// Each has its own copy.
    Apart,
}

fn run(keeper: &Path, lines: &[&str], runs: usize, lie: Lie) -> Outcomes<Outcome> {
    let place = Place::open(&std::env::temp_dir(), Process::new(keeper))?;
    let mut subjects = Vec::new();
    for (line, name) in lines.iter().zip(["a", "b"]) {
        let root = root(&place, name)?;
        if lie == Lie::Shared && name == "b" {
            let copy = root.join("bin/busybox");
            fs::remove_file(&copy)?;
            fs::hard_link(place.folder().join("a/bin/busybox"), copy)?;
        }
        subjects.push(subject(&root, line));
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

fn peak(series: &Series) -> Vec<f64> {
    series.runs.iter().filter_map(|run| run.peak_mb).collect()
}

/// What the trials of one line of the table are.
struct Trials<'a> {
    /// The second the quicker one.
    lines: [&'a str; 2],
    trials: usize,
    runs: usize,
    lie: Lie,
}

/// How often each decision fell, by start-up, processor time and peak memory, which are decided together as in a report.
fn trials(keeper: &Path, plan: &Trials<'_>) -> Outcomes<()> {
    let rows: [(&str, Row); 3] = [("start-up", startup), ("CPU", cpu), ("peak", peak)];
    let mut counts = [[0; 5]; 3];
    let (mut shares, mut wrong, mut any) = ([const { Vec::new() }; 3], [0; 3], 0);
    for _ in 0..plan.trials {
        let outcome = run(keeper, &plan.lines, plan.runs, plan.lie)?;
        let values = rows.map(|(_, row)| (row(&outcome.series[0]), row(&outcome.series[1])));
        let pairs = values.each_ref().map(|(first, second)| (first.as_slice(), second.as_slice()));
        let mut is_called = false;
        for (number, found) in compare_together(&pairs).into_iter().enumerate() {
            let found = found.ok_or("no runs")?;
            let place = match found.decision {
                Decision::Different => 0,
                Decision::Small => 1,
                Decision::Undecided => 2,
                Decision::Same => 3,
                Decision::TooFew => 4,
            };
            counts[number][place] += 1;
            is_called |= found.decision == Decision::Different;
            wrong[number] += usize::from(found.decision == Decision::Different && found.estimate > 0.0);
            shares[number].extend(found.share.map(|share| share * 100.0));
        }
        any += usize::from(is_called);
    }
    println!(
        "| by | pairs | trials | different | under 2 % | perhaps | same | wrong way | median difference | half of them within |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    );
    for (number, (name, _)) in rows.iter().enumerate() {
        let [different, small, undecided, same, _] = counts[number];
        let share = median(&shares[number]).unwrap_or_default();
        let away: Vec<f64> = shares[number].iter().map(|one| (one - share).abs()).collect();
        let spread = median(&away).unwrap_or_default();
        let (runs, trials, wrong) = (plan.runs, plan.trials, wrong[number]);
        println!(
            "| {name} | {runs} | {trials} | {different} | {small} | {undecided} | {same} | {wrong} | {share:+.1} % | ± {spread:.1} % |"
        );
    }
    println!("\nAny of the three: {any} of {}.", plan.trials);
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
        let probed = run(keeper, &["exit 0"], 1, Lie::Shared)?;
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
        let outcome = run(keeper, &[&line], 6, Lie::Shared)?;
        let peaks: Vec<f64> = outcome.series[0].runs.iter().filter_map(|run| run.peak_mb).collect();
        println!("| {size} | {:.2} |", median(&peaks).unwrap_or_default());
    }
    Ok(())
}

fn main() -> Outcomes<()> {
    let mut arguments = std::env::args().skip(1);
    let keeper = PathBuf::from(arguments.next().ok_or("usage: trials KEEPER [TRIALS [PART…]]")?);
    let count: usize = arguments.next().map_or(Ok(100), |count| count.parse())?;
    let parts: Vec<String> = arguments.collect();
    let is_wanted = |part: &str| parts.is_empty() || parts.iter().any(|one| one == part);
    if is_wanted("overhead") {
        println!("| create to end, ms | median | least |\n|---|---:|---:|");
        overhead(&keeper, 40)?;
    }
    if is_wanted("memory") {
        println!("\n| allocated MB | peak MB |\n|---:|---:|");
        memory(&keeper)?;
    }
    let work = |count: u32| format!("i=0; while [ $i -lt {count} ]; do i=$((i+1)); done");
    let (more, less) = (work(110_000), work(100_000));
    let few = count.div_ceil(5);
    let kinds = [
        ("equal", "Equal images, working", [&*less, &*less], count, 10, Lie::Shared),
        (
            "apart",
            "Equal images, working, each with its own copy of their files",
            [&*less, &*less],
            count,
            10,
            Lie::Apart,
        ),
        ("work", "One works 10 % longer", [&*more, &*less], few, 10, Lie::Shared),
        ("work-20", "One works 10 % longer", [&*more, &*less], few, 20, Lie::Shared),
        ("sleep", "One sleeps 10 % longer", ["sleep 0.11", "sleep 0.10"], few, 10, Lie::Shared),
    ];
    for (part, title, lines, trials, runs, lie) in kinds {
        if is_wanted(part) {
            println!("\n{title}:\n");
            self::trials(&keeper, &Trials { lines, trials, runs, lie })?;
        }
    }
    Ok(())
}
