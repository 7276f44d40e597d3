//! `mvi pull`.

use std::io::Write as _;

use mvi_image::HeadersOnly;

use super::args::ShowFormat;
use super::args::pull::PullArgs;
use super::look::{examine_options, location};
use super::output::{Exit, Failure};
use crate::actions::pull::{PullPlan, pull};
use crate::actions::{Examined, Examiner};
use crate::progress::Bars;
use crate::render::{Page, paint};
use crate::report::PullReport;
use crate::{settings, standards};

pub(super) fn run(args: &PullArgs) -> Result<Exit, Failure> {
    let standard = standards::load(args.standard.as_deref())?;
    let images = read(args, &args.images)?;
    let warm = read(args, &args.warm)?;
    let plan = PullPlan {
        standard: &standard,
        nodes: args.nodes,
        link_mbps: args.link,
        egress_mbps: args.egress,
        warm_nodes: args.warm_nodes,
        upload_mbps: args.p2p,
        slots: args.slots,
        overlap: !args.no_overlap,
        download_only: args.download_only,
    };
    let report = pull(&images, &warm, &plan).map_err(|error| Failure::usage(format!("{error:#}")))?;
    match args.output {
        ShowFormat::Json => {
            let text = serde_json::to_string_pretty(&report).map_err(anyhow::Error::from)?;
            writeln!(anstream::stdout(), "{text}")?;
        }
        ShowFormat::Text => show(&report)?,
    }
    Ok(Exit::Fine)
}

fn read(args: &PullArgs, images: &[String]) -> Result<Vec<(String, Examined)>, Failure> {
    let options = examine_options(&args.read)?;
    let bars = Bars::new(args.read.quiet);
    let mut read = Vec::new();
    for image in images {
        let collector: &dyn mvi_image::Collector =
            if options.cache.is_some() { &mvi_inventory::InventoryCollector } else { &HeadersOnly };
        let examiner = Examiner { options: &options, collector, estimate: true, progress: &bars };
        let examined = examiner.examine_one(&location(image)?);
        read.push((image.clone(), examined.map_err(|error| Failure::image(image, error))?));
    }
    bars.clear();
    Ok(read)
}

fn show(report: &PullReport) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    let mut page = Page::new(&mut out, settings::width());
    let about = if report.estimated { "≈ " } else { "" };
    for image in &report.images {
        let size = format!("{about}{:.1} MB in {} layers", image.transfer_mb, image.layers);
        page.both(paint::BOLD, &image.image, &size)?;
    }
    let mut fact = |name: &str, text: String| page.wrapped(paint::PLAIN, &format!("  {name:<14}"), 16, &text);
    let shared: f64 = report.images.iter().map(|image| image.transfer_mb).sum::<f64>() - report.cold_mb;
    if shared > 0.05 {
        fact("shared", format!("{shared:.1} MB are in more than one image and are fetched once a node"))?;
    }
    if report.warm_mb < report.cold_mb {
        fact(
            "warm",
            format!(
                "{:.1} MB are there already, {:.1} MB are fetched",
                report.cold_mb - report.warm_mb,
                report.warm_mb
            ),
        )?;
    }
    let one = &report.one_node;
    let parts = format!(
        "{:.2} s: download {:.2} s, unpacking {:.2} s, round trips {:.2} s",
        one.total_s, one.download_s, one.unpack_s, one.setup_s
    );
    fact("an empty node", parts)?;
    let simulated = &report.simulated;
    let nodes = format!("{} nodes", report.nodes);
    fact(
        &nodes,
        format!(
            "{:.1} s until the last has all, 95 % after {:.1} s, {:.0} MB in all",
            simulated.makespan_s, simulated.p95_s, simulated.transferred_mb
        ),
    )?;
    if let Some(seconds) = report.cluster_s {
        fact("closed form", format!("{seconds:.1} s, download alone"))?;
    }
    if let Some(seconds) = report.peer_bound_s {
        fact("with peers", format!("not below {seconds:.1} s"))?;
    }
    let rates = format!("{} Mbit/s a node, {} Mbit/s egress", report.link_mbps, report.egress_mbps);
    page.line(&[(paint::DIM, &rates)])?;
    Ok(())
}
