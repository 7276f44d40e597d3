//! `mvi layers` and `mvi explain`, and how arguments become reading options.

use std::path::Path;

use mvi_image::{Collector, HeadersOnly, LayerCache, Limits, Location, Platform, PlatformChoice, Scheme};

use mvi_inventory::InventoryCollector;

use super::args::{ExplainArgs, Format, LayersArgs, ReadArgs};
use super::output::{Exit, Failure, show};
use super::remote::registry_options;
use crate::actions::explain::{Ways, explain as explain_path};
use crate::actions::layers::{FileList, layers as list_layers};
use crate::actions::subject::{ReadBill, ReadLocks, Subject};
use crate::actions::{ExamineOptions, Examiner};
use crate::progress::Bars;
use crate::render::Report;
use crate::settings;

/// Reading options from arguments.
///
/// # Errors
/// See [`registry_options`].
pub(super) fn examine_options(args: &ReadArgs) -> Result<ExamineOptions, Failure> {
    let defaults = Limits::default();
    let root = args.cache_dir.clone().or_else(settings::cache_dir).filter(|_| !args.no_cache);
    Ok(ExamineOptions {
        platform: args.platform.clone().unwrap_or_else(|| PlatformChoice::Prefer(Platform::host())),
        verify: !args.no_verify,
        limits: Limits {
            layer_bytes: args.max_layer_bytes.unwrap_or(defaults.layer_bytes),
            files: args.max_files.unwrap_or(defaults.files),
            ..defaults
        },
        jobs: args.jobs.unwrap_or_else(settings::processors).max(1),
        cache: root.map(|root| LayerCache::new(root, args.cache_mb.saturating_mul(1_000_000), settings::file_time())),
        registry: registry_options(&args.remote)?,
    })
}

/// How images are read where a verb has no options for it: as the environment says.
pub(super) fn usual_options() -> Result<ExamineOptions, Failure> {
    #[derive(clap::Parser)]
    struct Usual {
        #[command(flatten)]
        read: ReadArgs,
    }
    let usual = <Usual as clap::Parser>::try_parse_from(["mvi"]);
    examine_options(&usual.map_err(|error| Failure::usage(error.to_string()))?.read)
}

/// An image as the user names it.
pub(super) fn location(image: &str) -> Result<Location, Failure> {
    let location = Location::parse(image).map_err(|error| Failure::image(image, error))?;
    if location.scheme == Scheme::Stdin && settings::stdin_is_terminal() {
        return Err(Failure::usage(
            "standard input is a terminal; pipe an image into it: docker save app | mvi audit -",
        ));
    }
    Ok(location)
}

/// `mvi layers`.
pub(super) fn layers(args: &LayersArgs) -> Result<Exit, Failure> {
    let files = match (args.files, args.largest) {
        (true, _) => FileList::All,
        (false, Some(count)) => FileList::Largest(count),
        (false, None) => FileList::None,
    };
    let report = look(&args.read, &args.image, Need::of(&HeadersOnly), |examiner, location| {
        list_layers(examiner, location, files)
    })?;
    if !(args.read.quiet && args.report.format == Format::Text) {
        show(&Report::Layers(&report), args.report.format)?;
    }
    Ok(Exit::Fine)
}

/// `mvi explain`.
pub(super) fn explain(args: &ExplainArgs) -> Result<Exit, Failure> {
    let ways = if args.needed_by { Ways::Shown } else { Ways::Left };
    let report = look(&args.read, &args.image, Need::of(&InventoryCollector), |examiner, location| {
        explain_path(examiner, location, &args.path, ways)
    })?;
    let Some(report) = report else {
        let text = format!(
            "no layer of {} ever had `{}`; `mvi layers {} --files` lists what there is",
            args.image, args.path, args.image
        );
        return Err(Failure::usage(text));
    };
    if !(args.read.quiet && args.report.format == Format::Text) {
        show(&Report::Explain(&report), args.report.format)?;
    }
    Ok(Exit::Fine)
}

/// What asks for bodies. `needed` asks for those the verb at hand needs; layers that are remembered are read for every
/// verb.
pub(super) fn collector_for<'c>(options: &ExamineOptions, needed: &'c dyn Collector) -> &'c dyn Collector {
    if options.cache.is_some() { &InventoryCollector } else { needed }
}

/// What a verb needs of an image.
#[derive(Clone, Copy)]
pub(super) struct Need<'c> {
    collector: &'c dyn Collector,
    estimate: bool,
    is_apart: bool,
}

impl<'c> Need<'c> {
    /// The bodies that a collector asks for.
    pub(super) fn of(collector: &'c dyn Collector) -> Self {
        Self { collector, estimate: false, is_apart: false }
    }

    /// More bodies than most verbs need: the layers are remembered apart from theirs.
    pub(super) fn apart(collector: &'c dyn Collector) -> Self {
        Self { collector, estimate: false, is_apart: true }
    }

    /// Also what plain layers weigh when they are transferred.
    pub(super) fn and_transfer(self) -> Self {
        Self { estimate: true, ..self }
    }
}

/// Reads one image, the bill of materials behind `sbom:`, or the lock files behind `lock:`, for its packages.
///
/// # Errors
/// What cannot be read.
pub(super) fn look_at<T>(
    args: &ReadArgs,
    image: &str,
    need: Need<'_>,
    act: impl FnOnce(&dyn Subject) -> T,
) -> Result<T, Failure> {
    match image.split_once(':') {
        Some(("sbom", file)) => Ok(act(&ReadBill::open(Path::new(file))?)),
        Some(("lock", place)) => Ok(act(&ReadLocks::open(Path::new(place))?)),
        _ => look(args, image, need, |examiner, location| Ok(act(&examiner.examine_one(location)?))),
    }
}

/// Reads one image.
pub(super) fn look<T>(
    args: &ReadArgs,
    image: &str,
    need: Need<'_>,
    act: impl FnOnce(&Examiner<'_>, &Location) -> Result<T, mvi_image::ImageError>,
) -> Result<T, Failure> {
    let location = location(image)?;
    let options = examine_options(args)?;
    let bars = Bars::new(args.quiet);
    let collector = if need.is_apart { need.collector } else { collector_for(&options, need.collector) };
    let result = act(&Examiner { options: &options, collector, estimate: need.estimate, progress: &bars }, &location);
    bars.clear();
    if let Some(cache) = &options.cache {
        cache.settle();
    }
    result.map_err(|error| Failure::image(location, error))
}
