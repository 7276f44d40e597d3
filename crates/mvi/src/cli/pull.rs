//! `mvi pull`.

use mvi_image::HeadersOnly;

use super::args::pull::PullArgs;
use super::look::{collector_for, examine_options, location};
use super::output::{Exit, Failure, show};
use crate::actions::Examiner;
use crate::actions::pull::{Named, PullPlan, pull};
use crate::progress::Bars;
use crate::render::Report;
use crate::standards;

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
    let before = read(args, &args.instead_of)?;
    let report = pull(&images, (&warm, &before), &plan).map_err(|error| Failure::usage(format!("{error:#}")))?;
    show(&Report::Pull(&report), args.report.format)?;
    Ok(Exit::Fine)
}

fn read(args: &PullArgs, images: &[String]) -> Result<Vec<Named>, Failure> {
    let options = examine_options(&args.read)?;
    let bars = Bars::new(args.read.quiet);
    let mut read = Vec::new();
    for image in images {
        let collector = collector_for(&options, &HeadersOnly);
        let examiner = Examiner { options: &options, collector, estimate: true, progress: &bars };
        let examined = examiner.examine_one(&location(image)?);
        read.push((image.clone(), examined.map_err(|error| Failure::image(image, error))?));
    }
    bars.clear();
    Ok(read)
}
