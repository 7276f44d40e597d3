//! The score, what it is made of, and the way to a better one.

use std::io;

use anstyle::Style;
use mvi_standard::ratio::Ratio;
use mvi_standard::solvency::Remedy;

use super::table;
use crate::render::text::page::{Page, bar, paint};
use crate::report::fleet::{PlanReport, ScoreReport, SolvencyReport};

/// Millionths in one: weights other than counts are kept in them.
const MILLION: f64 = 1e6;

pub(super) fn write(report: &SolvencyReport, page: &mut Page<'_>) -> io::Result<()> {
    headline(&report.score, page)?;
    let when = report.at.as_deref().map_or_else(String::new, |at| format!(" as of {at}"));
    let text = format!("{} by {}, under {}{when}", report.score.scope, report.score.by, report.standard);
    page.line(&[(paint::DIM, &text)])?;
    if report.judged_otherwise > 0 {
        let text = format!(
            "{} images were judged by another standard; `mvi fleet judge` judges them by {}",
            report.judged_otherwise, report.standard
        );
        page.wrapped(paint::WARN, "", 0, &text)?;
    }
    page.blank()?;
    parts(&report.score, page)?;
    gains(&report.score, page)
}

/// The score in one line, beside the one that is asked for.
pub(super) fn headline(score: &ScoreReport, page: &mut Page<'_>) -> io::Result<()> {
    let Some(now) = score.solvency.score else {
        return page.both(paint::WARN, "Solvency none", "the fleet is empty, or nothing in it weighs anything");
    };
    let reached = score.target.is_some_and(|target| now >= target);
    let style = if reached { paint::GOOD } else { paint::BAD };
    let target = score.target.map_or_else(String::new, |target| format!("target {}", both(target)));
    page.both(style, &format!("Solvency {}", both(now)), &target)?;
    if let (true, Some(compliant), Some(heavy)) =
        (score.precise, score.solvency.compliant_share, score.solvency.heavy_share)
    {
        let text = format!("= {compliant:#} compliant × (1 − {heavy:#} heavy)");
        page.line(&[(paint::PLAIN, &text)])?;
    }
    match score.solvency.interval {
        None => Ok(()),
        Some([low, high]) => {
            let text = format!("between {} and {} once all is measured", low.decimal(4), high.decimal(4));
            page.line(&[(paint::WARN, &text)])
        }
    }
}

fn both(ratio: Ratio) -> String {
    format!("{} = {ratio:#}", ratio.decimal(4))
}

fn amount(score: &ScoreReport, weight: u64) -> String {
    match score.by {
        "images" => weight.to_string(),
        "bytes" => format!("{:.2} MB", weight as f64 / MILLION),
        _ => format!("{}", weight as f64 / MILLION),
    }
}

fn parts(score: &ScoreReport, page: &mut Page<'_>) -> io::Result<()> {
    let tally = &score.solvency.tally;
    let rows = [
        ("compliant", tally.compliant(), paint::GOOD, "on a floor base, no trigger fires"),
        ("neither", score.neither, paint::PLAIN, "justified, or light on another base"),
        ("heavy", tally.heavy(), paint::BAD, "over 500 MB and not justified"),
        ("unmeasured", tally.unmeasured(), paint::WARN, "of unknown size; they count as neither"),
    ];
    let total = tally.total().max(1) as f64;
    for (name, weight, style, text) in rows.iter().filter(|(name, weight, ..)| *weight > 0 || *name != "unmeasured") {
        let start = format!("  {name:<11}{:>12}  ", amount(score, *weight));
        let columns = bar(*weight as f64 / total, 20);
        let rest = if page.width() > 90 { format!("{columns:<22}{text}") } else { columns };
        page.line(&[(paint::PLAIN, &start), (*style, &rest)])?;
    }
    let all = format!("  {:<11}{:>12}", "all", amount(score, tally.total()));
    page.line(&[(paint::DIM, &all)])
}

fn gains(score: &ScoreReport, page: &mut Page<'_>) -> io::Result<()> {
    if score.by != "images" || score.solvency.score.is_none() {
        return Ok(());
    }
    page.heading("One more image gains", "")?;
    let rows = [
        ("heavy, rebuilt at the floor", score.gains.fix_heavy),
        ("light, rebuilt at the floor", score.gains.fix_light),
        ("heavy, justified by a change request", score.gains.justify),
    ];
    for (text, gain) in rows {
        let gain = gain.map_or_else(|| "none is left".to_owned(), |gain| format!("+{}", gain.decimal(4)));
        page.line(&[(paint::PLAIN, &format!("  {gain:<14}")), (paint::PLAIN, text)])?;
    }
    Ok(())
}

pub(super) fn write_plan(report: &PlanReport, page: &mut Page<'_>) -> io::Result<()> {
    headline(&report.score, page)?;
    let steps = &report.plan.steps;
    let told = if report.plan.reached { "reached" } else { "not reached with what is left to fix" };
    page.heading(&format!("To {}", both(report.plan.target)), &format!("{} steps, {told}", steps.len()))?;
    let columns = [
        table::Column { head: "", right: true, cuts: false },
        table::Column { head: "IMAGE", right: false, cuts: true },
        table::Column { head: "GAIN", right: true, cuts: false },
        table::Column { head: "SCORE", right: true, cuts: false },
        table::Column { head: "", right: false, cuts: false },
    ];
    let rows: Vec<Vec<(Style, String)>> = steps
        .iter()
        .enumerate()
        .map(|(number, step)| {
            let what = match step.remedy {
                Remedy::FixHeavy => "rebuild: heavy",
                Remedy::FixLight => "rebuild: light",
                Remedy::Justify => "justify",
            };
            vec![
                (paint::DIM, format!("{}.", number + 1)),
                (paint::PLAIN, step.name.clone()),
                (paint::GOOD, format!("+{}", step.gain.decimal(4))),
                (paint::BOLD, both(step.score)),
                (paint::DIM, what.to_owned()),
            ]
        })
        .collect();
    if rows.is_empty() {
        return page.line(&[(paint::GOOD, "  nothing to do")]);
    }
    table::write(page, &columns, &rows).map(|_| ())
}
