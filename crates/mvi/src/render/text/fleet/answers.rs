//! Answers to the questions one can ask the fleet.

use std::io;

use anstyle::Style;
use mvi_fleet::{AffectedImages, BlastRadius, Change, Cover, Inheritance, LineageFinding, Orphan, SplitPart};

use super::table;
use crate::render::text::page::{Page, cut, layers, paint};
use crate::report::Megabytes;
use crate::report::fleet::{AnswerReport, DueReport, LineageReport, SimilarReport};

/// Things of one list that are shown.
const SHOWN: usize = 40;

pub(super) fn write(report: &AnswerReport, page: &mut Page<'_>) -> io::Result<()> {
    match report {
        AnswerReport::Inherits(answer) => inherits(&answer.answer, page),
        AnswerReport::Images(answer) => images(&answer.answer, page),
        AnswerReport::Blast(answer) => blast(&answer.answer, page),
        AnswerReport::Changes(answer) => changes(&answer.answer, page),
        AnswerReport::Fixes(answer) => fixes(&answer.answer, page),
        AnswerReport::Orphans(answer) => orphans(&answer.answer.orphans, page),
    }
}

pub(super) fn lineage(report: &LineageReport, page: &mut Page<'_>) -> io::Result<()> {
    let (lineage, split) = (&report.lineage, &report.split);
    page.both(paint::BOLD, &lineage.image.reference, &cut(&lineage.image.digest.to_string(), 20))?;
    page.heading("By layers", "nearest first")?;
    for (depth, base) in lineage.bases.iter().enumerate() {
        let gid = base.gid.as_ref().map_or_else(String::new, |gid| format!(" · {gid}"));
        let text = format!("  {}{}", "  ".repeat(depth.min(10)), base.image.reference);
        page.both(paint::PLAIN, &text, &format!("{}{gid}", layers(base.layers as u64)))?;
    }
    if lineage.bases.is_empty() {
        page.line(&[(paint::DIM, "  no known image is a base of it")])?;
    }
    if !lineage.twins.is_empty() {
        let names: Vec<&str> = lineage.twins.iter().map(|twin| twin.reference.as_str()).collect();
        page.wrapped(paint::DIM, "", 2, &format!("the same layers: {}", names.join(", ")))?;
    }
    if !lineage.claims.is_empty() {
        page.heading("As claimed", "")?;
        for claim in &lineage.claims {
            let text = format!("{} on {}, by {}", claim.child, claim.parent, claim.evidence.code());
            page.wrapped(paint::PLAIN, "", 2, &text)?;
        }
    }
    for finding in &lineage.findings {
        page.wrapped(paint::WARN, "", 2, &finding_text(finding))?;
    }
    page.heading("What of it is its base's", "")?;
    part("its base", &split.base, page)?;
    part("its own", &split.own, page)?;
    if !split.removed.is_empty() {
        let text = format!("{} packages of the base were taken away", split.removed.len());
        page.line(&[(paint::DIM, "  "), (paint::DIM, &text)])?;
    }
    Ok(())
}

fn part(name: &str, part: &SplitPart, page: &mut Page<'_>) -> io::Result<()> {
    let size = part.unpacked.map_or_else(|| "unknown size".to_owned(), |bytes| Megabytes(bytes).to_string());
    let unclear = match part.unexamined {
        0 => String::new(),
        count => format!("; {count} layers nobody looked into"),
    };
    let text = format!(
        "{name:<9} {size}, {} packages, {} vulnerabilities{unclear}",
        part.packages.len(),
        part.vulnerabilities.len()
    );
    page.wrapped(paint::PLAIN, "", 2, &text)
}

fn finding_text(finding: &LineageFinding) -> String {
    match finding {
        LineageFinding::Contradicted { claim, nearest, is_ancestor } => {
            let nearest = nearest.as_ref().map_or("nothing known", |image| &image.reference);
            let rest = if *is_ancestor { "which is further down" } else { "which its layers do not show" };
            format!("D-LINEAGE: {} claims {}, {rest}; nearest is {nearest}", claim.evidence.code(), claim.parent)
        }
        LineageFinding::SmallerThanBase { claim, child_bytes, parent_bytes } => format!(
            "E-LINEAGE-SIZE: {} has {}, and {} has {}; no image is smaller than its base",
            claim.child,
            Megabytes(*child_bytes),
            claim.parent,
            Megabytes(*parent_bytes)
        ),
        LineageFinding::Cycle { claim } => {
            format!("E-LINEAGE-CYCLE: the claim that {} stands on {} leads in a circle", claim.child, claim.parent)
        }
        LineageFinding::TooDeep { claim } => {
            format!("W-LINEAGE-DEPTH: claims go on beyond {} on {}", claim.child, claim.parent)
        }
    }
}

/// A table, or why there is none.
fn rows(
    page: &mut Page<'_>,
    heads: &[(&'static str, bool, bool)],
    rows: &[Vec<String>],
    nothing: &str,
) -> io::Result<()> {
    if rows.is_empty() {
        return page.line(&[(paint::GOOD, nothing)]);
    }
    let columns: Vec<table::Column> =
        heads.iter().map(|(head, right, cuts)| table::Column { head, right: *right, cuts: *cuts }).collect();
    let painted: Vec<Vec<(Style, String)>> =
        rows.iter().map(|row| row.iter().map(|text| (paint::PLAIN, text.clone())).collect()).collect();
    table::write(page, &columns, &painted).map(|_| ())
}

fn images(answer: &AffectedImages, page: &mut Page<'_>) -> io::Result<()> {
    page.both(paint::BOLD, &answer.vulnerability, &format!("{} images and packages", answer.images.len()))?;
    let cell = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".into());
    let cells: Vec<Vec<String>> = answer
        .images
        .iter()
        .map(|found| {
            let (image, by) = (found.image.reference.clone(), found.introduced_by.reference.clone());
            vec![image, found.package.clone(), by, cell(&found.fixed_in), cell(&found.severity)]
        })
        .collect();
    let heads = [
        ("IMAGE", false, true),
        ("PACKAGE", false, true),
        ("BROUGHT BY", false, true),
        ("FIXED IN", false, false),
        ("SEVERITY", false, false),
    ];
    rows(page, &heads, &cells, "no image has it")?;
    let unclear: Vec<String> = answer.undecided.iter().map(|image| image.reference.clone()).collect();
    undecided("images", &unclear, page)
}

fn inherits(answer: &Inheritance, page: &mut Page<'_>) -> io::Result<()> {
    page.both(paint::BOLD, &answer.vulnerability, &format!("{} services and packages", answer.services.len()))?;
    let cells: Vec<Vec<String>> = answer
        .services
        .iter()
        .map(|service| {
            vec![
                service.service.clone(),
                service.package.clone(),
                service.introduced_by.reference.clone(),
                service.fixed_in.clone().unwrap_or_else(|| "–".into()),
                service.severity.clone().unwrap_or_else(|| "–".into()),
                service.image.reference.clone(),
            ]
        })
        .collect();
    let heads = [
        ("SERVICE", false, true),
        ("PACKAGE", false, true),
        ("BROUGHT BY", false, true),
        ("FIXED IN", false, false),
        ("SEVERITY", false, false),
        ("IMAGE", false, true),
    ];
    rows(page, &heads, &cells, "no running service inherits it; images that run nowhere: --images")?;
    undecided("services", &answer.undecided, page)
}

fn undecided(what: &str, names: &[String], page: &mut Page<'_>) -> io::Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let text = format!("not known of {} {what}, which were not read whole: {}", names.len(), names.join(", "));
    page.wrapped(paint::WARN, "", 0, &text)
}

fn blast(answer: &BlastRadius, page: &mut Page<'_>) -> io::Result<()> {
    page.both(paint::BOLD, &answer.base.reference, &cut(&answer.base.digest.to_string(), 20))?;
    let text = format!(
        "a change reaches {} images, {} services, {} pods; {} to pull again",
        answer.images,
        answer.services,
        answer.pods,
        Megabytes(answer.bytes)
    );
    page.wrapped(paint::PLAIN, "", 0, &text)?;
    if answer.unplaced > 0 {
        let text = format!("{} services count as one node each: where they run is not known", answer.unplaced);
        page.wrapped(paint::WARN, "", 0, &text)?;
    }
    if answer.unsized_layers > 0 {
        page.wrapped(paint::WARN, "", 0, &format!("{} layers of unknown size are in no sum", answer.unsized_layers))?;
    }
    let mut nodes: Vec<(&String, &u64)> = answer.nodes.iter().collect();
    nodes.sort_by(|left, right| right.1.cmp(left.1).then_with(|| left.0.cmp(right.0)));
    for (node, bytes) in nodes.into_iter().take(SHOWN) {
        page.line(&[(paint::PLAIN, &format!("  {:>12}  {node}", Megabytes(*bytes).to_string()))])?;
    }
    Ok(())
}

pub(super) fn similar(report: &SimilarReport, page: &mut Page<'_>) -> io::Result<()> {
    page.both(paint::BOLD, &report.reference, &cut(&report.digest, 20))?;
    let line = |image: &mvi_fleet::Similar| {
        vec![format!("{:.4}", image.likeness), image.image.reference.clone(), cut(&image.image.digest.to_string(), 20)]
    };
    let cells: Vec<Vec<String>> = report.similar.iter().map(line).collect();
    let heads = [("LIKENESS", true, false), ("IMAGE", false, true), ("DIGEST", false, false)];
    rows(page, &heads, &cells, "the fleet has no other image")
}

fn changes(answer: &Change, page: &mut Page<'_>) -> io::Result<()> {
    page.both(paint::BOLD, &format!("{} → {}", answer.from.reference, answer.to.reference), "")?;
    let text = format!(
        "{} layers are the same, {} are gone, {} are new",
        answer.shared_layers,
        answer.layers_gone.len(),
        answer.layers_new.len()
    );
    page.line(&[(paint::PLAIN, &text)])?;
    for (id, shift) in &answer.dimensions {
        let value = |value: Option<f64>| value.map_or_else(|| "unknown".to_owned(), |value| format!("{value:.2}"));
        page.line(&[(paint::PLAIN, &format!("  {id}: {} → {}", value(shift.from), value(shift.to)))])?;
    }
    for (style, mark, packages) in [(paint::BAD, "-", &answer.packages_gone), (paint::GOOD, "+", &answer.packages_new)]
    {
        for package in packages.iter().take(SHOWN) {
            page.line(&[(style, mark), (paint::PLAIN, " "), (paint::PLAIN, package)])?;
        }
        if packages.len() > SHOWN {
            page.line(&[(paint::DIM, &format!("  and {} more; every one in --format json", packages.len() - SHOWN))])?;
        }
    }
    if answer.unexamined > 0 {
        let text = format!("{} layers nobody looked into: packages may be missing", answer.unexamined);
        page.wrapped(paint::WARN, "", 0, &text)?;
    }
    Ok(())
}

fn fixes(answer: &Cover, page: &mut Page<'_>) -> io::Result<()> {
    page.both(paint::BOLD, &answer.vulnerability, &format!("{} services run it", answer.services))?;
    let line = |rebuild: &mvi_fleet::Rebuild| vec![rebuild.frees.to_string(), rebuild.image.reference.clone()];
    let cells: Vec<Vec<String>> = answer.rebuilds.iter().map(line).collect();
    rows(page, &[("FREES", true, false), ("REBUILD", false, true)], &cells, "nobody has to rebuild anything")?;
    if answer.undecided > 0 {
        page.line(&[(paint::WARN, &format!("not known of {} services", answer.undecided))])?;
    }
    Ok(())
}

fn orphans(orphans: &[Orphan], page: &mut Page<'_>) -> io::Result<()> {
    let cells: Vec<Vec<String>> = orphans
        .iter()
        .map(|orphan| {
            vec![
                orphan.reference.clone().unwrap_or_else(|| "unknown".into()),
                cut(&orphan.digest.to_string(), 20),
                orphan.pods.to_string(),
                orphan.services.join(", "),
                orphan.retired.clone().map_or_else(|| "–".into(), |gid| format!("{gid} is retired")),
            ]
        })
        .collect();
    let heads = [
        ("IMAGE", false, true),
        ("DIGEST", false, false),
        ("PODS", true, false),
        ("SERVICES", false, true),
        ("", false, false),
    ];
    rows(page, &heads, &cells, "everything that runs is an organism's")
}

pub(super) fn due(report: &DueReport, page: &mut Page<'_>) -> io::Result<()> {
    let cells: Vec<Vec<String>> = report
        .due
        .iter()
        .map(|crq| {
            let state = format!("{:?}", crq.state);
            vec![
                crq.id.clone(),
                crq.days.to_string(),
                crq.subject.clone(),
                crq.kind.to_owned(),
                state,
                minute(&crq.review_due),
            ]
        })
        .collect();
    let heads = [
        ("REQUEST", false, false),
        ("DAYS", true, false),
        ("IMAGE", false, true),
        ("KIND", false, false),
        ("STATE", false, false),
        ("REVIEW DUE", false, false),
    ];
    let nothing = format!("nothing falls due within {} days", report.within_days);
    if !cells.is_empty() || report.seals.is_empty() {
        rows(page, &heads, &cells, &nothing)?;
    }
    if !cells.is_empty() && !report.seals.is_empty() {
        page.blank()?;
    }
    due_seals(report, page)
}

/// A moment to the minute; whatever is none stays as it is.
fn minute(moment: &str) -> String {
    let read = moment.parse::<jiff::Timestamp>();
    read.map_or_else(|_| moment.to_owned(), |moment| moment.strftime("%Y-%m-%d %H:%M").to_string())
}

fn due_seals(report: &DueReport, page: &mut Page<'_>) -> io::Result<()> {
    if report.seals.is_empty() {
        return Ok(());
    }
    let cells: Vec<Vec<String>> =
        report.seals.iter().map(|seal| vec![seal.name.clone(), seal.days.to_string(), seal.why.clone()]).collect();
    rows(page, &[("SEALED", false, false), ("DAYS", true, false), ("WHY", false, true)], &cells, "")
}
