//! Measures the index: importing, opening, its size, and matching 10,000 packages that are made of what it knows.
//!
//! `cargo run --release -p mvi-advisories --example scale -- FILE…` with feeds as their sources publish them.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a measurement that cannot go on should stop

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::time::{Duration, Instant};

use mvi_advisories::index::{self, Index, IndexLock};
use mvi_advisories::{Coordinates, Ecosystem, Feed, Import, ImportLimits};

/// Packages of one measurement.
const PACKAGES: usize = 10_000;

fn main() {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("advisories.idx");

    let start = Instant::now();
    let mut import = Import::new(ImportLimits::default(), 0);
    for file in &files {
        import.read(file, BufReader::new(File::open(file).unwrap()));
    }
    let counts = import.counts();
    let read = start.elapsed();
    for reject in import.rejects().iter().take(20) {
        println!("reject {}: {}", reject.place, reject.reason);
    }
    assert_eq!(counts.read, counts.taken + counts.rejected);
    let feeds = import.onto(Vec::new());
    let bytes = index::build(&feeds).unwrap();
    let built = start.elapsed();
    let lock = IndexLock::take(&path, || {}).unwrap();
    index::write(&path, &bytes, &lock).unwrap();
    let written = start.elapsed();
    println!("read {counts:?} in {read:?}; built at {built:?}, on the disk at {written:?}");

    let opened: Vec<Duration> = (0..20).map(|_| time(|| drop(Index::open(&path).unwrap()))).collect();
    let index = Index::open(&path).unwrap();
    println!(
        "{} advisories on {} packages in {} bytes; opened in {:?} (median of 20)",
        index.advisories(),
        index.packages(),
        index.size(),
        median(opened)
    );
    for feed in index.feeds() {
        println!("  {} {} records, {} withdrawn, newest {:?}", feed.name, feed.records, feed.withdrawn, feed.newest);
    }
    let sources = time(|| drop(index.sources(|_| true).unwrap()));
    println!("sources read back in {sources:?}");

    matching(&index, &packages(&feeds));
}

/// Packages by name and release, each in the first version that its advisories list or name as fixed.
fn packages(feeds: &[Feed]) -> Vec<Coordinates> {
    let entries = feeds.iter().flat_map(|feed| feed.advisories.values()).flat_map(|advisory| &advisory.entries);
    let mut seen = BTreeSet::new();
    let entries: Vec<_> =
        entries.filter(|entry| seen.insert((&entry.ecosystem, entry.release.as_deref(), &entry.name))).collect();
    let step = (entries.len() / PACKAGES).max(1);
    entries
        .iter()
        .step_by(step)
        .filter_map(|entry| {
            let events = entry.ranges.iter().flat_map(|range| &range.events);
            let fixed = events.clone().find_map(|event| event.fixed.clone());
            Some(Coordinates {
                ecosystem: Ecosystem::named(&entry.ecosystem)?,
                release: entry.release.clone(),
                name: entry.name.clone(),
                version: entry.versions.first().cloned().or(fixed).unwrap_or_else(|| "1.0".to_owned()),
                module: entry.modules.first().cloned(),
            })
        })
        .take(PACKAGES)
        .collect()
}

fn matching(index: &Index, packages: &[Coordinates]) {
    let matched = |packages: &[Coordinates]| packages.iter().map(|it| index.matches(it).unwrap().len()).sum::<usize>();
    let mut hits = 0;
    let times: Vec<Duration> = (0..10).map(|_| time(|| hits = matched(packages))).collect();
    println!("{} packages of these advisories: {hits} matches in {:?} (median of 10)", packages.len(), median(times));
    let mut found = 0;
    let told = time(|| {
        for package in packages {
            for one in index.matches(package).unwrap() {
                found += usize::from(!index.finding(&one).unwrap().id.is_empty());
            }
        }
    });
    println!("the same with all that is known of each: {found} findings in {told:?}");
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
