//! `mvi pack`.

use std::ffi::OsStr;
use std::path::PathBuf;

use mvi_image::{FileKind, HeadersOnly, Image, Platform, PlatformChoice};
use mvi_probe::pack::{
    Base, Epoch, Found, How, Output, Owners, Pack, PackError, Packed, Packing, Settings, Source, Times, pack,
    pack_index,
};

use super::args::Format;
use super::args::pack::{PackArgs, SettingsArgs};
use super::look::{collector_for, examine_options, location};
use super::output::{Exit, Failure, show};
use crate::actions::{ExamineOptions, Examined, Examiner};
use crate::progress::Bars;
use crate::render::Report;
use crate::report::TOOL;
use crate::report::pack::{EpochFrom, PackReport};

pub(super) fn run(args: &PackArgs) -> Result<Exit, Failure> {
    let output = Output::parse(&args.output)?;
    let packing = Packing::parse(&args.compression)?;
    let epoch = args.epoch.as_deref().map(Epoch::parse).transpose()?;
    let options = examine_options(&args.read)?;
    let packed = if args.index {
        pack_index(&opened(args, &options)?, packing, &output)?
    } else {
        let times = if args.keep_times { Times::Clamped } else { Times::Epoch };
        let owners = owners(&args.owner)?;
        let how = How { epoch: epoch.unwrap_or_default(), times, owners, packing, limits: &options.limits };
        packed(args, &options, &how, &output)?
    };
    let report = PackReport {
        schema: "mvi-pack/1",
        tool: TOOL,
        output: output.location(),
        epoch: epoch.unwrap_or_default().seconds(),
        epoch_from: if epoch.is_some() { EpochFrom::Stated } else { EpochFrom::Default },
        packed,
    };
    if !(args.read.quiet && args.report.format == Format::Text) {
        show(&Report::Pack(&report), args.report.format)?;
    }
    Ok(Exit::Fine)
}

fn packed(args: &PackArgs, options: &ExamineOptions, how: &How<'_>, output: &Output) -> Result<Packed, Failure> {
    let layers = layers(args)?;
    if layers.is_empty() {
        return Err(Failure::usage("name what to pack: a file, a folder, --add SRC:DST or --layer SRC:DST"));
    }
    let settings = settings(&args.settings)?;
    let platform = stated(args)?;
    let base = args.base.as_deref().map(|base| read_base(base, args, options)).transpose()?;
    let look = |path: &[u8]| base.as_ref().map_or(Found::Nothing, |base| look_into(base, path));
    // A bare tag is no name that anybody else could find it by.
    let is_name = |name: &&str| name.contains(['/', ':']);
    let own = base.as_ref().and_then(|base| base.image.reference.as_deref()).filter(is_name);
    let name = args.base_name.as_deref().or(own);
    let pack_of = Pack {
        layers: &layers,
        base: base.as_ref().map(|base| Base { image: &base.image, name, look: &look }),
        settings: &settings,
        platform: platform.as_ref(),
    };
    Ok(pack(&pack_of, how, output)?)
}

/// The layers, lowest first.
fn layers(args: &PackArgs) -> Result<Vec<Vec<Source>>, PackError> {
    let mut layers = Vec::new();
    for layer in &args.layer {
        layers.push(vec![Source::parse(layer)?]);
    }
    let last = args.paths.iter().map(|path| Ok(Source::whole(PathBuf::from(path))));
    let last: Vec<Source> =
        last.chain(args.add.iter().map(|add| Source::parse(add))).collect::<Result<_, PackError>>()?;
    if !last.is_empty() {
        layers.push(last);
    }
    Ok(layers)
}

fn settings(args: &SettingsArgs) -> Result<Settings, PackError> {
    let command = |text: &Option<String>| text.as_deref().map(Settings::command).transpose();
    Ok(Settings {
        entrypoint: command(&args.entrypoint)?,
        cmd: command(&args.cmd)?,
        env: args.env.clone(),
        user: args.user.clone(),
        workdir: args.workdir.clone(),
        expose: args.expose.clone(),
        volumes: args.volume.clone(),
        labels: args.label.clone(),
        healthcheck: args.healthcheck.clone(),
        stop_signal: args.stop_signal.clone(),
        annotations: args.annotation.clone(),
    })
}

fn stated(args: &PackArgs) -> Result<Option<Platform>, Failure> {
    match &args.read.platform {
        None => Ok(None),
        Some(PlatformChoice::Exactly(platform) | PlatformChoice::Prefer(platform)) => Ok(Some(platform.clone())),
        Some(PlatformChoice::All) => {
            Err(Failure::usage("an image is for one platform; pack one for each, and then --index"))
        }
    }
}

fn owners(text: &str) -> Result<Owners, Failure> {
    let number = |text: &str| text.parse::<u32>().ok();
    let pair = || text.split_once(':').and_then(|(user, group)| Some((number(user)?, number(group)?)));
    match (text, pair()) {
        ("keep", _) => Ok(Owners::Kept),
        (_, Some((user, group))) => Ok(Owners::Are(user, group)),
        (_, None) => Err(Failure::usage(format!("`{text}` is no owner; write UID:GID in numbers, or keep"))),
    }
}

fn read_base(base: &str, args: &PackArgs, options: &ExamineOptions) -> Result<Examined, Failure> {
    let bars = Bars::new(args.read.quiet);
    let collector = collector_for(options, &HeadersOnly);
    let examiner = Examiner { options, collector, estimate: false, progress: &bars };
    let examined = examiner.examine_one(&location(base)?).map_err(|error| Failure::image(base, error));
    bars.clear();
    examined
}

fn look_into(base: &Examined, path: &[u8]) -> Found {
    match base.tree.find(path).map(|node| base.tree.node(node).kind()) {
        None => Found::Nothing,
        Some(FileKind::Directory) => Found::Folder,
        Some(_) => Found::Other,
    }
}

/// The images of an index.
fn opened(args: &PackArgs, options: &ExamineOptions) -> Result<Vec<Image>, Failure> {
    if args.paths.is_empty() {
        return Err(Failure::usage("--index needs images, such as oci:amd64 oci:arm64"));
    }
    let bars = Bars::new(true);
    let examiner = Examiner { options, collector: &HeadersOnly, estimate: false, progress: &bars };
    let mut images = Vec::new();
    for path in &args.paths {
        let text = utf8(path)?;
        images.extend(examiner.open(&location(text)?).map_err(|error| Failure::image(text, error))?);
    }
    Ok(images)
}

fn utf8(text: &OsStr) -> Result<&str, Failure> {
    text.to_str()
        .ok_or_else(|| Failure::usage(format!("`{}` is no image: its name is not UTF-8", text.to_string_lossy())))
}

impl From<PackError> for Failure {
    fn from(error: PackError) -> Self {
        match error {
            PackError::Image(error) => Self::image("the image to copy", error),
            error => {
                let (is_usage, hint) = (error.is_usage(), error.hint());
                Self::with_hint(&anyhow::Error::from(error), is_usage, hint)
            }
        }
    }
}
