//! Sealing ROMs: what a record says is put together from the standard, an image that was read, and what was measured by
//! building and running it; the guards then say what is missing.

use std::collections::BTreeMap;

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;
use mvi_fleet::RomFacts;
use mvi_image::Digest;
use mvi_seal::{
    BaseDigest, Candidate, Dimension, Dimensions, Rebuild, RomContent, RomName, Sealed, SealingFacts, Template,
    Verified,
};
use mvi_standard::base::{BaseStanding, is_same_base};
use mvi_standard::crq::{Calendar, Crq, at};
use mvi_standard::evidence::MeasuredElsewhere;
use mvi_standard::judge::{Gate, GateStatus};
use mvi_standard::pressure::{Measurements, pressure};
use mvi_standard::standard::Row;
use mvi_standard::{Judgement, Standard, judge};
use serde::Deserialize;

use super::evidence::{Statement, evidence};
use super::examine::Examined;
use super::known::{Known, of_base};

/// A sealed record as the fleet keeps it.
///
/// # Errors
/// Bytes that are no JSON, which a verified record never has.
pub(crate) fn facts(sealed: &Sealed, verified: &Verified) -> anyhow::Result<RomFacts> {
    let content = &verified.content;
    Ok(RomFacts {
        name: content.name.to_string(),
        seal: verified.seal.clone(),
        previous: content.previous.clone(),
        gid: None,
        document: serde_json::from_slice(sealed.bytes())?,
    })
}

/// What reading an image cannot tell: the file behind `--measured`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MeasuredFile {
    /// Create to ready, milliseconds.
    pub startup_ms: Option<Dimension>,
    /// Peak memory, decimal megabytes.
    pub mem_mb: Option<Dimension>,
    /// Distinct advisories.
    pub cve_count: Option<Dimension>,
    /// Those of severity HIGH and CRITICAL.
    pub cve_high_plus: Option<u32>,
    /// Rebuild with warm caches, seconds.
    pub build_cached_s: Option<f64>,
    /// How two builds compared.
    pub rebuild: Option<Rebuild>,
    /// Id of the decision record.
    pub decision: Option<String>,
    /// Digest of the builder: of its image, or of its program.
    pub builder: Option<String>,
    /// The Dockerfile that the winner was built from: sealed where the standard has no template on this base.
    pub dockerfile: Option<String>,
    /// Digest of the winner's SBOM.
    pub sbom: Option<String>,
    /// Digest of the base by platform.
    pub base_digests: BTreeMap<String, Digest>,
    /// Bases that were tried.
    #[serde(rename = "candidate")]
    pub candidates: Vec<Candidate>,
}

/// What a seal goes by.
pub(crate) struct SealRequest<'a> {
    /// The standard.
    pub standard: &'a Standard,
    /// The row whose template is sealed.
    pub row: &'a str,
    /// What the user states of the winner.
    pub statement: Statement,
    /// What was measured.
    pub measured: MeasuredFile,
    /// Names that are sealed already.
    pub sealed: &'a [RomName],
    /// Everything that has a GID.
    pub known: &'a [Known],
    /// Change requests; one in force that asks for the base lifts its ban.
    pub crqs: &'a [Crq],
    /// The moment of sealing.
    pub now: Timestamp,
}

/// A record that is ready to be sealed, if its guards hold.
pub(crate) struct Prepared {
    /// What it will say; its place in the chain is still open.
    pub content: RomContent,
    /// What the guards ask.
    pub facts: SealingFacts,
}

/// Puts a record together.
///
/// # Errors
/// A row or template the standard does not have.
pub(crate) fn prepare(examined: &Examined, request: SealRequest<'_>) -> anyhow::Result<Prepared> {
    let standard = request.standard;
    let row = standard.rows.iter().find(|row| row.id == request.row);
    let row = row.with_context(|| {
        let known: Vec<&str> = standard.rows.iter().map(|row| row.id.as_str()).collect();
        format!("{} has no row `{}`; it has {}", standard.meta.id, request.row, known.join(", "))
    })?;
    let judgement = judged(examined, row, &request);
    let base = judgement.base.reference().unwrap_or(&row.base[0]).to_owned();
    let facts = SealingFacts {
        failing_gates: Some(failing(&judgement.gates)),
        base_banned: banned(&judgement.base),
        crq_active: is_asked_for(standard, &base, &request),
        measured_by_build: was_run(&request.measured),
        gid_registered: of_base(standard, request.known, &base).next().is_some(),
    };
    let content = content(row, base, (&judgement, examined.image.layers.len()), request)?;
    Ok(Prepared { content, facts })
}

fn judged(examined: &Examined, row: &Row, request: &SealRequest<'_>) -> Judgement {
    let statement = Statement { class: Some(row.id.clone()), ..request.statement.clone() };
    let mut found = evidence(examined, &examined.sizes(), &statement);
    if found.base.reference.is_none() {
        found.base.reference = row.base.first().cloned();
    }
    found.measured = MeasuredElsewhere {
        cve_high_plus: request.measured.cve_high_plus,
        cve_unknown: None,
        build_cached_s: request.measured.build_cached_s,
    };
    judge(request.standard, &found, request.now)
}

fn failing(gates: &[Gate]) -> Vec<String> {
    let name = |gate: &Gate| match gate.status {
        GateStatus::Pass => None,
        GateStatus::NoData => Some(format!("{} (no data)", gate.id)),
        GateStatus::Fail => Some(gate.id.clone()),
    };
    gates.iter().filter_map(name).collect()
}

/// Whether a base is banned; `None` where that is not known.
fn banned(base: &BaseStanding) -> Option<bool> {
    match base {
        BaseStanding::Unknown | BaseStanding::Unresolved { .. } => None,
        BaseStanding::Banned { .. } => Some(true),
        BaseStanding::Registered { .. } | BaseStanding::Outside { .. } => Some(false),
    }
}

/// True when start-up and memory name the runs they are from: only what was built can run.
fn was_run(measured: &MeasuredFile) -> bool {
    let runs = |dimension: &Option<Dimension>| dimension.as_ref().is_some_and(|found| !found.runs.is_empty());
    runs(&measured.startup_ms) && runs(&measured.mem_mb)
}

/// True when a change request in force at the moment asks for this base.
fn is_asked_for(standard: &Standard, base: &str, request: &SealRequest<'_>) -> bool {
    let calendar = Calendar::of(standard, &[]);
    let in_force = request.crqs.iter().map(|crq| at(crq, &calendar, request.now)).filter(|crq| crq.state.is_in_force());
    in_force.filter_map(|crq| crq.request.base).any(|asked| is_same_base(standard, base, &asked))
}

fn content(
    row: &Row,
    base: String,
    (judgement, layers): (&Judgement, usize),
    request: SealRequest<'_>,
) -> anyhow::Result<RomContent> {
    let SealRequest { standard, measured, sealed, now, .. } = request;
    let template = template(standard, row, (&base, measured.dockerfile))?;
    let first: RomName = row.rom.parse().map_err(|error| anyhow!("the standard's ROM of `{}`: {error}", row.id))?;
    let name = sealed.iter().filter(|name| name.is_same_line(&first)).max().map_or(first, RomName::next_revision);
    let by_us = |value: f64| Some(Dimension { value, method: "read from the image's layers".into(), runs: Vec::new() });
    let dimensions = Dimensions {
        size_mb: judgement.size.as_ref().and_then(|size| by_us(size.mb)),
        layer_count: by_us(layers as f64),
        startup_ms: measured.startup_ms,
        mem_mb: measured.mem_mb,
        cve_count: measured.cve_count,
    };
    let pressure = pressure(standard, &values(&dimensions));
    Ok(RomContent {
        name,
        standard: standard.digest().to_owned(),
        row: Some(row.id.clone()),
        base,
        base_digests: measured
            .base_digests
            .into_iter()
            .map(|(platform, digest)| BaseDigest { platform, digest })
            .collect(),
        template: Some(Template::new(template)),
        exception: None,
        coverage: pressure.as_ref().map_or(0.0, |pressure| pressure.coverage),
        content: pressure.as_ref().map(|pressure| pressure.content),
        pressure: pressure.map(|pressure| pressure.value),
        dimensions,
        decision: measured.decision,
        candidates: measured.candidates,
        builder: measured.builder,
        sbom: measured.sbom,
        rebuild: measured.rebuild,
        sequence: 0,
        previous: None,
        sealed_at: now,
    })
}

fn values(dimensions: &Dimensions) -> Measurements {
    let mut values = Measurements::default();
    for (id, dimension) in dimensions.each() {
        dimension.into_iter().for_each(|dimension| values.set(id, dimension.value));
    }
    values
}

/// What is sealed: the corrected text of the row's template where it stands on the base that was found to be the best,
/// else the Dockerfile that was really built on it.
fn template(standard: &Standard, row: &Row, (base, built): (&str, Option<String>)) -> anyhow::Result<String> {
    let stands_on = |text: &str| {
        let file = mvi_dockerfile::Dockerfile::parse(text.as_bytes());
        let stage = file.runtime_target();
        let found = stage.and_then(|stage| file.bases(stage).last().cloned());
        match found {
            Some(mvi_dockerfile::Base::Image(name)) => {
                name.resolved.is_some_and(|name| is_same_base(standard, &name, base))
            }
            Some(mvi_dockerfile::Base::Scratch) => base == "scratch",
            Some(mvi_dockerfile::Base::Stage(_)) | None => false,
        }
    };
    match (of_standard(standard, row), built) {
        (Ok(text), Some(built)) if !stands_on(&text) => Ok(built),
        (Err(_), Some(built)) => Ok(built),
        (of_standard, _) => of_standard,
    }
}

/// The corrected text of the row's template.
fn of_standard(standard: &Standard, row: &Row) -> anyhow::Result<String> {
    let tables = standard.document().get("template").and_then(serde_json::Value::as_array);
    let is_ours = |table: &&serde_json::Value| {
        let field = |name: &str| table.get(name).and_then(serde_json::Value::as_str);
        field("id") == Some(row.rom.as_str()) || field("row") == Some(row.id.as_str())
    };
    let found = tables.into_iter().flatten().find(is_ours).and_then(|table| table.get("text")?.as_str());
    found.map(str::to_owned).with_context(|| {
        format!(
            "{} has no template for `{}`; name the Dockerfile it was built from (dockerfile), or add a [[template]] with \
             row = \"{}\"",
            standard.meta.id, row.id, row.id
        )
    })
}

/// The Dockerfile of a ROM: its template with the base pinned by digest where the record has one for this platform.
#[must_use]
pub(crate) fn render(content: &RomContent, seal: &Digest, platform: &str) -> Option<String> {
    let template = content.template.as_ref()?;
    let digest = content.base_digests.iter().find(|base| base.platform == platform).map(|base| &base.digest);
    let pin = |line: &str| -> String {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        if words[0].eq_ignore_ascii_case("FROM") {
            for word in words.iter_mut().filter(|word| **word == content.base) {
                *word = digest.map_or_else(|| word.clone(), |digest| format!("{word}@{digest}"));
            }
        }
        words.join(" ")
    };
    let body: Vec<String> = template.text.trim_start_matches('\n').lines().map(pin).collect();
    Some(format!("# {} {seal}\n{}\n", content.name, body.join("\n")))
}
