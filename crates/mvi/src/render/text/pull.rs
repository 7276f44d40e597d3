//! How long images take to arrive, as text.

use std::io;

use super::page::{Page, paint};
use crate::report::{PullReport, PulledImage, Saving};

pub(super) fn write(report: &PullReport, page: &mut Page<'_>) -> io::Result<()> {
    for image in &report.images {
        page.both(paint::BOLD, &image.image, &weight(report, image))?;
    }
    for (name, text) in facts(report) {
        page.wrapped(paint::PLAIN, &format!("  {name:<14}"), 16, &text)?;
    }
    let rates = format!("{} Mbit/s a node, {} Mbit/s egress", report.link_mbps, report.egress_mbps);
    page.line(&[(paint::DIM, &rates)])
}

/// What is said about a pull, a name and a sentence each, in the order of interest.
fn facts(report: &PullReport) -> Vec<(String, String)> {
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut fact = |name: &str, text: String| facts.push((name.to_owned(), text));
    let shared: f64 = report.images.iter().map(|image| image.transfer_mb).sum::<f64>() - report.cold_mb;
    if shared > 0.05 {
        fact("shared", format!("{shared:.1} MB are in more than one image and are fetched once a node"));
    }
    if report.warm_mb < report.cold_mb {
        let there = report.cold_mb - report.warm_mb;
        fact("warm", format!("{there:.1} MB are there already, {:.1} MB are fetched", report.warm_mb));
    }
    let one = &report.one_node;
    let (download, unpack, setup) = (one.download_s, one.unpack_s, one.setup_s);
    let parts = format!("download {download:.2} s, unpacking {unpack:.2} s, round trips {setup:.2} s");
    fact("an empty node", format!("{:.2} s: {parts}", one.total_s));
    let all = &report.simulated;
    let (end, most, moved) = (all.makespan_s, all.p95_s, all.transferred_mb);
    let text = format!("{end:.1} s until the last has all, 95 % after {most:.1} s, {moved:.0} MB in all");
    fact(&format!("{} nodes", report.nodes), text);
    if let Some(seconds) = report.cluster_s {
        fact("closed form", format!("{seconds:.1} s, download alone"));
    }
    if let Some(seconds) = report.peer_bound_s {
        fact("with peers", format!("not below {seconds:.1} s"));
    }
    if let Some(Saving { formula_mb, exact_mb }) = &report.saving {
        let really = "as what images of a node share is fetched once";
        fact("saved", format!("{formula_mb:.1} MB as nodes × images × MB, {exact_mb:.1} MB really, {really}"));
    }
    facts
}

/// What an image weighs, with a mark where compressed sizes are estimates.
fn weight(report: &PullReport, image: &PulledImage) -> String {
    let about = if report.estimated { "≈ " } else { "" };
    format!("{about}{:.1} MB in {} layers", image.transfer_mb, image.layers)
}
