//! `mvi predict`.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use mvi_forecast::{DecisionKind, History, Model, Row, Schema, read_model, write_model};
use mvi_inventory::InventoryCollector;
use mvi_seal::{Envelope, canonical};
use mvi_standard::Standard;

use super::args::predict::{PredictArgs, PredictCommon, PredictVerb};
use super::fleet::known_fleet;
use super::key::signing_key;
use super::look::{Need, look};
use super::output::{Exit, Failure, show};
use crate::actions::predict::{
    builds_of, evaluate_history, predict, read_history, read_service, schema, service_of, train,
};
use crate::actions::source::{class_of, is_source, service_of_source};
use crate::actions::spiral::DECISION_TYPE;
use crate::actions::whole::replace;
use crate::render::Report;
use crate::{settings, standards};

/// Most bytes of a file that is read.
const LONGEST: u64 = 256 << 20;

pub(super) fn run(args: &PredictArgs) -> Result<Exit, Failure> {
    if let Some(PredictVerb::Evaluate { histories, jobs, common }) = &args.verb {
        return evaluate(histories, *jobs, common);
    }
    let standard = standards::load(args.common.standard.as_deref())?;
    let name = args
        .service
        .as_deref()
        .ok_or_else(|| Failure::usage("name a service's file, the folder of its source, or an image"))?;
    let path = Path::new(name);
    let file = if name.ends_with(".toml") {
        read_service(&read(path)?).map_err(|error| unusable(path, &error))?
    } else if is_source(path) {
        let class = class_of(&standard, args.class.as_deref(), (path, (None, None)));
        service_of_source(path, class.map_err(|error| unusable(path, &error))?)?
    } else {
        look(&args.read, name, Need::of(&InventoryCollector), |examiner, location| {
            Ok(service_of(name, &examiner.examine_one(location)?))
        })?
    };
    let model = model(args, &standard)?;
    if let Some(path) = &args.save_model {
        write(path, &write_model(&model).map_err(anyhow::Error::from)?)?;
    }
    let report = predict(&standard, &model, &file).map_err(|error| unusable(path, &error))?;
    if let (Some(key), Some(path)) = (&args.key, &args.record) {
        let key = signing_key(key, &args.password)?;
        let envelope = Envelope::sign(DECISION_TYPE, &canonical(&report)?, &[&key]);
        write(path, &envelope.to_json()?)?;
    }
    show(&Report::Predict(&report), args.common.report.format)?;
    Ok(if report.decision.kind == DecisionKind::NothingFeasible { Exit::Failed } else { Exit::Fine })
}

fn evaluate(histories: &[PathBuf], jobs: Option<usize>, common: &PredictCommon) -> Result<Exit, Failure> {
    let standard = standards::load(common.standard.as_deref())?;
    let schema = schema(&standard).map_err(anyhow::Error::from)?;
    let rows = rows(&standard, &schema, histories)?;
    let report = evaluate_history(&standard, &rows, threads(jobs))?;
    show(&Report::Evaluate(&report), common.report.format)?;
    Ok(Exit::Fine)
}

/// The model of a file, or one that is learnt now; without either, one that has learnt nothing.
fn model(args: &PredictArgs, standard: &Standard) -> Result<Model, Failure> {
    let schema = schema(standard).map_err(anyhow::Error::from)?;
    if let Some(path) = &args.model {
        let bytes = read(path)?;
        let read = read_model(&bytes, Some(&schema));
        return Ok(read.with_context(|| format!("`{}` cannot be used", path.display()))?);
    }
    let mut rows = rows(standard, &schema, &args.history)?;
    if let Some(store) = args.store.as_deref().map(|store| known_fleet(Some(store))).transpose()?.flatten() {
        rows.extend(builds_of(standard, &schema, &store, &|_| true)?.rows);
    }
    let history = History::new(&schema, rows).map_err(anyhow::Error::from)?;
    Ok(train(standard, &schema, &history, threads(args.read.jobs))?)
}

fn rows(standard: &Standard, schema: &Schema, paths: &[PathBuf]) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for path in paths {
        let text = String::from_utf8(read(path)?).with_context(|| format!("`{}` is no UTF-8 text", path.display()))?;
        rows.extend(read_history(standard, schema, &text).map_err(|error| unusable(path, &error))?);
    }
    Ok(rows)
}

fn threads(jobs: Option<usize>) -> usize {
    jobs.unwrap_or_else(settings::processors)
}

fn unusable(path: &Path, error: &anyhow::Error) -> Failure {
    Failure::usage(format!("`{}`: {error:#}", path.display()))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let cannot = || format!("cannot read `{}`", path.display());
    let mut bytes = Vec::new();
    File::open(path).with_context(cannot)?.take(LONGEST + 1).read_to_end(&mut bytes).with_context(cannot)?;
    if bytes.len() as u64 > LONGEST {
        bail!("`{}` is larger than {LONGEST} bytes", path.display());
    }
    Ok(bytes)
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    replace(path, bytes).with_context(|| format!("cannot write `{}`", path.display()))
}
