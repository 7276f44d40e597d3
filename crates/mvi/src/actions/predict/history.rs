//! A history of builds as CSV: one line a build, columns by the name of what they hold.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use mvi_forecast::{FeatureKind, Outcome, Row, Schema, Source, Value};
use mvi_standard::Standard;
use mvi_standard::feasibility::{Feasibility, HardRule, ReasonFacts, feasibility};

use super::features::{self, BaseFacts, class, hard_rule};
use super::prior::prior;

/// Columns that every history has.
const NEEDED: &[&str] = &["at", "service", "runtime", "base"];
/// Columns that are neither features nor dimensions.
const OTHERS: &[&str] = &["at", "service", "outcome", "source"];
/// Most builds of a history.
const MOST_ROWS: usize = 1_000_000;

/// Reads the builds of a history. Empty fields are not known.
///
/// # Errors
/// The line and the column of what cannot be.
pub(crate) fn read_history(standard: &Standard, schema: &Schema, text: &str) -> anyhow::Result<Vec<Row>> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let (_, header) = lines.next().context("it is empty; its first line names the columns")?;
    let columns = fields(header).context("line 1")?;
    if let Some(missing) = NEEDED.iter().find(|name| !columns.iter().any(|column| column == *name)) {
        bail!("there is no column `{missing}`; at, service, runtime and base are needed");
    }
    let known = |name: &str| {
        OTHERS.contains(&name)
            || schema.features.iter().any(|feature| feature.name == name)
            || schema.dimensions.iter().any(|dimension| dimension.id == name)
    };
    if let Some(unknown) = columns.iter().find(|name| !known(name)) {
        bail!("column `{unknown}` is neither a feature nor a dimension of the standard");
    }
    let mut rows = Vec::new();
    for (number, line) in lines {
        let about = || format!("line {}", number + 1);
        let values = fields(line).with_context(about)?;
        if values.len() != columns.len() {
            bail!("line {} has {} fields and not {}", number + 1, values.len(), columns.len());
        }
        if rows.len() == MOST_ROWS {
            bail!("it has more than {MOST_ROWS} builds");
        }
        let pairs = columns.iter().map(String::as_str).zip(values.iter().map(String::as_str));
        let line = pairs.filter(|(_, value)| !value.is_empty()).collect();
        rows.push(row(standard, schema, &line).with_context(about)?);
    }
    Ok(rows)
}

fn row(standard: &Standard, schema: &Schema, line: &BTreeMap<&str, &str>) -> anyhow::Result<Row> {
    let text = |name: &str| line.get(name).copied().with_context(|| format!("`{name}` is empty"));
    let (base, runtime) = (base(standard, line)?, text("runtime")?);
    let values = features::values(given(schema, line)?, &base)?;
    let prior = prior(standard, &class(runtime, &values), &base).map_err(|missing| {
        anyhow::anyhow!("`{}` is no base to compare with: nothing says {}", base.reference, missing.join(", "))
    })?;
    let measured = schema.dimensions.iter().map(|dimension| number(line, &dimension.id));
    let measured = measured.collect::<anyhow::Result<Vec<_>>>()?;
    let outcome = match line.get("outcome").copied().unwrap_or("ok") {
        "ok" => Outcome::Measured(measured),
        "failed" => Outcome::Failed,
        other => bail!("`outcome` is ok or failed, not `{other}`"),
    };
    let source = match line.get("source").copied().unwrap_or("built") {
        "built" => Source::Built,
        "simulated" => Source::Simulated,
        other => bail!("`source` is built or simulated, not `{other}`"),
    };
    Ok(Row {
        at: moment(text("at")?)?,
        service: text("service")?.to_owned(),
        runtime: runtime.to_owned(),
        family: base.family(standard),
        features: schema.encode(&values)?,
        prior,
        ruled_out: hard_rule(&values, &base).is_some() || lacks_runtime(standard, &base.reference, runtime),
        base: base.reference,
        outcome,
        source,
    })
}

/// Whether a registered base is known not to bring a runtime. A base that was banned was built on all the same.
fn lacks_runtime(standard: &Standard, base: &str, runtime: &str) -> bool {
    let facts = ReasonFacts { runtime: Some(runtime.to_owned()), ..ReasonFacts::default() };
    matches!(feasibility(standard, base, &facts), Feasibility::Infeasible { rule: HardRule::RuntimeMissing, .. })
}

/// The features of the service; those of the base are kept with it.
fn given(schema: &Schema, line: &BTreeMap<&str, &str>) -> anyhow::Result<BTreeMap<String, Value>> {
    let mut values = BTreeMap::new();
    for feature in schema.features.iter().filter(|feature| !feature.name.starts_with("base")) {
        let Some(text) = line.get(feature.name.as_str()).copied() else { continue };
        let value = match &feature.what {
            FeatureKind::Category { .. } => Value::Text(text.to_owned()),
            FeatureKind::Number => Value::Number(number(line, &feature.name)?.unwrap_or(f64::NAN)),
            FeatureKind::Flag => match text {
                "1" | "true" => Value::Flag(true),
                "0" | "false" => Value::Flag(false),
                other => bail!("`{}` is true or false, not `{other}`", feature.name),
            },
        };
        values.insert(feature.name.clone(), value);
    }
    Ok(values)
}

fn base(standard: &Standard, line: &BTreeMap<&str, &str>) -> anyhow::Result<BaseFacts> {
    let facts = BaseFacts {
        reference: line.get("base").context("`base` is empty")?.to_string(),
        transfer_mb: number(line, "base_mb")?,
        libc: line.get("base_libc").map(ToString::to_string),
        packages: number(line, "base_packages")?,
        cves: number(line, "base_cves")?,
        layers: number(line, "base_layers")?,
        age_days: number(line, "base_age_days")?,
    };
    Ok(facts.completed(standard))
}

fn number(line: &BTreeMap<&str, &str>, name: &str) -> anyhow::Result<Option<f64>> {
    let Some(text) = line.get(name) else { return Ok(None) };
    let number: f64 = text.parse().ok().with_context(|| format!("`{name}` is no number: `{text}`"))?;
    if !number.is_finite() {
        bail!("`{name}` is not a finite number: `{text}`; leave it empty when it is not known");
    }
    Ok(Some(number))
}

/// A day, a moment, or seconds since 1970.
fn moment(text: &str) -> anyhow::Result<i64> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Ok(seconds);
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment.as_second());
    }
    let day: Date = text.parse().ok().with_context(|| format!("`at` is no day and no moment: `{text}`"))?;
    Ok(day.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp().as_second())
}

/// The fields of a line: RFC 4180, without line breaks inside quotes.
fn fields(line: &str) -> anyhow::Result<Vec<String>> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = line.trim_end_matches('\r').chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field).trim().to_owned()),
            other => field.push(other),
        }
    }
    if quoted {
        bail!("a quote does not end");
    }
    fields.push(field.trim().to_owned());
    Ok(fields)
}
