//! Measures a fleet of a given size against what the product promises and prints a Markdown table; the same fleet
//! every time. `cargo run --release -p mvi-fleet --example scale [IMAGES] [FILE]`
#![allow(clippy::unwrap_used)] // a measurement that cannot be taken should stop

#[path = "scale/fleet.rs"]
mod fleet;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use mvi_fleet::{ImageFacts, Stamp, Store};

use fleet::Fleet;

/// Images that are made before the clock starts on them.
const PORTION: usize = 5000;
/// How often each question is asked.
const ROUNDS: usize = 200;

fn main() {
    let images = std::env::args().nth(1).map_or(100_000, |text| text.parse().unwrap());
    let folder = tempfile::TempDir::new().unwrap();
    let file = std::env::args().nth(2).map_or_else(|| folder.path().join("fleet.db"), PathBuf::from);
    let mut bench = Bench { store: Store::create(&file).unwrap(), fleet: Fleet::new(), stamps: 0 };
    println!("| what | measured | promised |\n|---|---|---|");
    bench.fill(images);
    bench.size(&file);
    bench.ask();
    bench.grow();
    bench.whole();
}

struct Bench {
    store: Store,
    fleet: Fleet,
    stamps: u64,
}

impl Bench {
    fn stamp(&mut self) -> Stamp {
        self.stamps += 1;
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.stamps.to_be_bytes());
        let second = 1_795_000_000 + i64::try_from(self.stamps).unwrap();
        Stamp::new(Timestamp::from_second(second).unwrap(), "scale", seed)
    }

    fn fill(&mut self, images: usize) {
        let (mut spent, mut worked, mut taken) = (Duration::ZERO, Duration::ZERO, 0);
        while taken < images {
            let portion: Vec<ImageFacts> = (0..PORTION.min(images - taken)).map(|_| self.fleet.next_image()).collect();
            let mut stamp = self.stamp();
            let (start, before) = (Instant::now(), processor_time());
            taken += self.store.ingest_many(&mut stamp, portion, |_| ()).unwrap();
            (spent, worked) = (spent + start.elapsed(), worked + (processor_time() - before));
            let speed = |time: Duration| taken as f64 / time.as_secs_f64();
            eprintln!("{taken} images, {:.0} a second, {:.0} a second of processor", speed(spent), speed(worked));
        }
        let (refs, edges) = (self.fleet.layer_references, self.fleet.package_edges);
        println!("| images, layer references, package edges | {images}, {refs}, {edges} | |");
        println!("| ingest, images a second | {:.0} | ≥ 2000 |", taken as f64 / spent.as_secs_f64());
        println!("| ingest, images a second of processor time | {:.0} | |", taken as f64 / worked.as_secs_f64());
        let facts = self.fleet.facts();
        let mut stamp = self.stamp();
        let start = Instant::now();
        let count = self.store.append_many(&mut stamp, facts, |_| ()).unwrap();
        let speed = count as f64 / start.elapsed().as_secs_f64();
        println!("| judgements, runs and advisories, events a second | {speed:.0} of {count} | |");
    }

    fn size(&self, file: &Path) {
        let bytes = std::fs::metadata(file).unwrap().len() as f64 / 1e9;
        println!("| file, GB | {bytes:.2} | < 1.5 |");
    }

    fn ask(&self) {
        let mut answers = 0;
        let times = measure(0..ROUNDS, |round| {
            let id = self.fleet.vulnerability(round * 7);
            answers = answers.max(self.store.inherits(&id).unwrap().services.len());
        });
        row("Q1 who inherits a CVE", &times, "p95 < 250 ms");
        let start = Instant::now();
        let hot = self.store.inherits(&self.fleet.hot_vulnerability()).unwrap().services.len();
        println!("| Q1, CVE of the hottest base ({hot} services) | {:.1} ms | |", milliseconds(start.elapsed()));
        let times = measure(0..ROUNDS, |round| drop(self.store.blast_radius(&self.fleet.base(round)).unwrap()));
        row("Q2 what a base reaches, bases drawn evenly", &times, "p95 < 20 ms");
        let mut reached = 0;
        let times = measure(0..20, |_| reached = self.store.blast_radius(&self.fleet.hot_base()).unwrap().images);
        row(&format!("Q2, hottest base ({reached} images)"), &times, "");
        let start = Instant::now();
        let recount = self.store.solvency_recount().unwrap();
        println!("| tally of the whole fleet, counted anew | {:.1} ms | < 1000 ms |", milliseconds(start.elapsed()));
        assert_eq!(recount, self.store.solvency_tally().unwrap());
    }

    fn grow(&mut self) {
        let (mut taken, mut asked, mut counted) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let image = self.fleet.next_image();
            let judgement = self.fleet.judgement(&image.digest);
            let mut stamp = self.stamp();
            let start = Instant::now();
            self.store.ingest(&mut stamp, &image).unwrap();
            taken.push(start.elapsed());
            let start = Instant::now();
            let lineage = self.store.lineage(&image.digest.to_string()).unwrap();
            asked.push(start.elapsed());
            assert!(!lineage.bases.is_empty());
            let start = Instant::now();
            self.store.append(&mut stamp, &judgement, None).unwrap();
            self.store.solvency_tally().unwrap();
            counted.push(start.elapsed());
        }
        row("one image taken in, on the disk", &sorted(taken), "");
        row("lineage of a new image", &sorted(asked), "< 5 ms");
        row("tally after one change, on the disk", &sorted(counted), "< 10 ms");
    }

    fn whole(&mut self) {
        let start = Instant::now();
        let events = self.store.rebuild().unwrap();
        println!("| rebuild from {events} events | {:.1} s | |", start.elapsed().as_secs_f64());
        let start = Instant::now();
        let report = self.store.check().unwrap();
        assert!(report.is_whole(), "{report:?}");
        println!("| check, with a replay | {:.1} s | |", start.elapsed().as_secs_f64());
    }
}

/// What the main thread has run so far: on a machine that others use, the time on the wall says little.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split(' ').next().and_then(|field| field.parse().ok()).unwrap_or(0))
}

/// Times of each round, ascending.
fn measure(rounds: std::ops::Range<usize>, mut ask: impl FnMut(usize)) -> Vec<Duration> {
    let time = |round| {
        let start = Instant::now();
        ask(round);
        start.elapsed()
    };
    sorted(rounds.map(time).collect())
}

fn sorted(mut times: Vec<Duration>) -> Vec<Duration> {
    times.sort();
    times
}

fn row(what: &str, times: &[Duration], promised: &str) {
    let at = |percent: usize| milliseconds(times[(times.len() * percent / 100).min(times.len() - 1)]);
    println!("| {what} | median {:.1}, p95 {:.1}, most {:.1} ms | {promised} |", at(50), at(95), at(100));
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
