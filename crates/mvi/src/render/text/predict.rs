//! Forecasts and evaluations, as text.

use std::io;

use mvi_forecast::{By, DecisionKind, DimensionForecast, Evaluation, Forecast, MethodScore, Ranked};

use super::page::{Page, pad, paint};
use crate::report::predict::{EvaluateReport, PredictReport};

/// Factors of a dimension that are shown.
const FACTORS: usize = 3;

pub(super) fn predict(report: &PredictReport, page: &mut Page<'_>) -> io::Result<()> {
    let decision = &report.decision;
    let (style, word) = match decision.kind {
        DecisionKind::Propose => (paint::GOOD, "propose"),
        DecisionKind::Keep => (paint::FAIR, "keep"),
        DecisionKind::NothingFeasible => (paint::BAD, "no base can be had"),
    };
    let chosen = decision.chosen.as_deref().unwrap_or_default();
    let builds = format!("{} builds, {} simulated", report.builds, report.simulated);
    page.both(style, &format!("{}: {word} {chosen}", report.service), &builds)?;
    page.wrapped(paint::PLAIN, "  ", 2, &decision.reason)?;
    if !decision.trials.is_empty() {
        let trials = format!("build before anything is sealed: {}", decision.trials.join(", "));
        page.wrapped(paint::DIM, "  ", 2, &trials)?;
    }
    for (place, one) in decision.candidates.iter().enumerate() {
        candidate(place, one, page)?;
    }
    for one in &report.unproven {
        page.wrapped(
            paint::WARN,
            "  ",
            2,
            &format!("{}: not proven, as nothing says {}", one.base, one.missing.join("; ")),
        )?;
    }
    for one in &report.left_out {
        page.wrapped(
            paint::DIM,
            "  ",
            2,
            &format!("{}: no forecast, as nothing says {}", one.base, one.missing.join("; ")),
        )?;
    }
    Ok(())
}

fn candidate(place: usize, one: &Ranked, page: &mut Page<'_>) -> io::Result<()> {
    let told = &one.forecast;
    if let Some(why) = &one.excluded {
        page.heading(&format!("   {}", one.base), "left out")?;
        return page.wrapped(paint::BAD, "     ", 5, why);
    }
    let pressure = format!("P {:.4}  {:.4} to {:.4}", told.pressure, told.low, told.high);
    page.heading(&format!("{}  {}", place + 1, one.base), &pressure)?;
    page.wrapped(paint::DIM, "     ", 5, &speaker(told))?;
    for one in &told.dimensions {
        page.line(&[(paint::PLAIN, &dimension(one))])?;
    }
    Ok(())
}

fn speaker(told: &Forecast) -> String {
    let chance = told.chance.map(|chance| format!("; builds succeed with {:.0} %", chance * 100.0)).unwrap_or_default();
    match told.by {
        By::Model => format!("the model{chance}"),
        By::Prior => {
            let doubts: Vec<String> = told.doubts.iter().map(ToString::to_string).collect();
            format!("the prior, as the model is not to be trusted here: {}{chance}", doubts.join("; "))
        }
    }
}

/// A dimension with its interval and what moved it most.
fn dimension(one: &DimensionForecast) -> String {
    let value = format!("{:>9.1}  {:.1} to {:.1}", one.value, one.low, one.high);
    let factors = one.factors.iter().take(FACTORS).map(|factor| format!("{} ×{:.2}", factor.feature, factor.times));
    let factors: Vec<String> = factors.collect();
    format!("     {:<12}{}{}", one.id, pad(&value, 32), factors.join(", "))
}

pub(super) fn evaluate(report: &EvaluateReport, page: &mut Page<'_>) -> io::Result<()> {
    let told = &report.evaluation;
    let rows = format!("{} builds learnt from, {} asked about", told.learnt, told.asked);
    page.both(paint::BOLD, "what choices would have cost", &rows)?;
    table("services never seen", told.cold_cases, &told.cold, page)?;
    table("services seen", told.warm_cases, &told.warm, page)?;
    page.blank()?;
    page.wrapped(paint::PLAIN, "  ", 2, &errors(told))?;
    for one in told.dimensions.iter().filter(|one| one.builds > 0) {
        let [model, prior] = [one.model, one.prior].map(|error| error.unwrap_or_default());
        let line =
            format!("  error of ln({}): model {model:.3}, prior {prior:.3}, {} builds", one.dimension, one.builds);
        page.line(&[(paint::PLAIN, &line)])?;
    }
    let gate = if report.doubts.is_empty() {
        "the model may replace the prior where enough builds succeeded on the base".to_owned()
    } else {
        format!("the prior decides: {}", report.doubts.join("; "))
    };
    page.wrapped(paint::PLAIN, "  ", 2, &gate)
}

fn table(title: &str, cases: usize, scores: &[MethodScore], page: &mut Page<'_>) -> io::Result<()> {
    page.heading(title, &format!("{cases} built on several bases"))?;
    if cases == 0 {
        return page.line(&[(paint::DIM, "  nothing to compare")]);
    }
    let head = format!("  {:<26}{:>9}{:>10}{:>12}{:>8}", "", "answered", "regret", "infeasible", "best");
    page.line(&[(paint::DIM, &head)])?;
    for one in scores {
        let share =
            |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{:.0} %", value * 100.0));
        let regret = one.regret.map_or_else(|| "–".to_owned(), |regret| format!("{regret:.3}"));
        let (failed, best) = (share(one.infeasible), share(one.best));
        let line = format!("  {:<26}{:>9}{regret:>10}{failed:>12}{best:>8}", one.method, one.answered);
        page.line(&[(paint::PLAIN, &line)])?;
    }
    Ok(())
}

fn errors(told: &Evaluation) -> String {
    let number = |value: Option<f64>| value.map_or_else(|| "not known".to_owned(), |value| format!("{value:.3}"));
    let held = told.coverage.map_or_else(
        || "no interval is calibrated".to_owned(),
        |share| format!("{:.0} % lie in the model's interval", share * 100.0),
    );
    format!(
        "mean absolute error of the pressure: model {}, prior {}; {held}",
        number(told.model_error),
        number(told.prior_error)
    )
}
