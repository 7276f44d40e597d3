//! The inventory as text for a terminal, and as Markdown.

use std::io::{self, Write};

use anstyle::Style;

use super::{Page, paint};
use crate::render::markdown::cell;
use crate::report::inventory::{ClusterNote, DockerfileNote, InventoryReport, PlanNote};

/// Most entries of a list that a terminal shows; JSON has all.
const SHOWN: usize = 12;
/// Most columns of a path in the table.
const WIDEST_PATH: usize = 48;

/// For people.
///
/// # Errors
/// Whatever the writer says.
pub(crate) fn text(report: &InventoryReport, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, width);
    let files = report.dockerfiles.len();
    if files == 0 {
        return page.line(&[(paint::PLAIN, "There is no Dockerfile here.")]);
    }
    page.both(paint::BOLD, &format!("{files} {}", plural(files, "Dockerfile")), "state, path, base, purpose")?;
    for file in &report.dockerfiles {
        row(file, report, &mut page)?;
    }
    page.heading("Base images", "stages, files")?;
    let widest = report.bases.iter().take(SHOWN).map(|base| base.reference.chars().count()).max().unwrap_or(0);
    for base in report.bases.iter().take(SHOWN) {
        let pin = if base.pinned || base.reference == "scratch" { "" } else { "not pinned" };
        let name = format!("{:<1$}", base.reference, widest.min(60) + 2);
        let count = format!("{:>4} {:>4}  ", base.stages, base.files.len());
        page.line(&[(paint::PLAIN, &count), (paint::PLAIN, &name), (paint::DIM, pin)])?;
    }
    more(report.bases.len(), &mut page)?;
    clusters("Files that are nearly alike", &report.alike_files, &mut page)?;
    clusters("Stages that are nearly alike", &report.alike_stages, &mut page)?;
    for plan in &report.plans {
        steps(plan, &mut page)?;
    }
    Ok(())
}

fn row(file: &DockerfileNote, report: &InventoryReport, page: &mut Page<'_>) -> io::Result<()> {
    let path = report.dockerfiles.iter().map(|file| file.path.chars().count()).max().unwrap_or(0).min(WIDEST_PATH);
    let state = format!("{:<13}", file.state);
    let name = format!("{:<path$}  ", file.path);
    let base = format!("{}  ", file.base);
    page.line(&[
        (style(file.state), &state),
        (paint::BOLD, &name),
        (paint::PLAIN, &base),
        (paint::DIM, &file.purpose),
    ])?;
    page.wrapped(paint::DIM, "", 13, &file.why)?;
    for usage in file.uses.iter().take(SHOWN) {
        let target = usage.target.as_ref().map_or_else(String::new, |target| format!(", target {target}"));
        let publishes = if usage.publishes { ", published" } else { "" };
        let text = format!("{} {}:{}{target}{publishes}", usage.kind, usage.file, usage.line);
        page.wrapped(paint::DIM, "", 13, &text)?;
    }
    if file.uses.len() > SHOWN {
        page.wrapped(paint::DIM, "", 13, &format!("and {} more uses", file.uses.len() - SHOWN))?;
    }
    // Of an unclear one that is what makes it so.
    if file.orphaned && file.state != "UNCLEAR" {
        page.wrapped(paint::WARN, "", 13, "nothing here builds or runs it")?;
    }
    if let Some(commit) = &file.commit {
        let (id, day) = (commit.id.get(..10).unwrap_or(&commit.id), commit.at.get(..10).unwrap_or(&commit.at));
        page.line(&[(paint::DIM, &format!("{:13}{day} {id} {}", "", commit.subject))])?;
    }
    Ok(())
}

fn clusters(title: &str, clusters: &[ClusterNote], page: &mut Page<'_>) -> io::Result<()> {
    if clusters.is_empty() {
        return Ok(());
    }
    page.heading(title, "words that both have")?;
    for cluster in clusters.iter().take(SHOWN) {
        let members = cluster.members.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        let rest = cluster.members.len().saturating_sub(SHOWN);
        let rest = if rest > 0 { format!(", and {rest} more") } else { String::new() };
        let likest = cluster.pairs.first().map_or(0.0, |pair| pair.similarity);
        page.wrapped(paint::PLAIN, &format!("{:>5.0} %", likest * 100.0), 9, &format!("{members}{rest}"))?;
        let shared = cluster.shared.len() + cluster.more_shared;
        if let Some(first) = cluster.shared.first() {
            let count = format!("{shared} {} in all of them, such as {first}", plural(shared, "instruction"));
            page.line(&[(paint::DIM, &format!("{:9}{count}", ""))])?;
        }
    }
    more(clusters.len(), page)
}

fn steps(plan: &PlanNote, page: &mut Page<'_>) -> io::Result<()> {
    let files = plan.steps.len() + 1;
    page.heading(
        &format!("{files} files of {} could be one: {}", plan.runtime, plan.into),
        "mvi inventory --write FILE",
    )?;
    for step in &plan.steps {
        let what = match &step.target {
            Some(target) => format!("becomes --target {target}: {}", step.why),
            None => format!("goes: {}", step.why),
        };
        page.wrapped(paint::PLAIN, "", 2, &format!("{} {what}", step.path))?;
    }
    for remark in plan.remarks.iter().take(SHOWN) {
        page.wrapped(paint::DIM, "  -", 4, remark)?;
    }
    more(plan.remarks.len(), page)
}

fn more(all: usize, page: &mut Page<'_>) -> io::Result<()> {
    if all <= SHOWN {
        return Ok(());
    }
    page.line(&[(paint::DIM, &format!("and {} more; --format json has all", all - SHOWN))])
}

fn style(state: &str) -> Style {
    match state {
        "ACTIVE" | "KEEP" | "SPECIALIZED" => paint::GOOD,
        "DEPRECATED" => paint::BAD,
        _ => paint::WARN,
    }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

/// For pull requests and pages: the table as it is made by hand, and what follows from it.
///
/// # Errors
/// Whatever the writer says.
pub(crate) fn markdown(report: &InventoryReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| Dockerfile | Base Image | Purpose | Status | Used by | Last commit |\n|---|---|---|---|---|---|")?;
    for file in &report.dockerfiles {
        let uses: Vec<String> =
            file.uses.iter().take(SHOWN).map(|usage| cell(&format!("{}:{}", usage.file, usage.line))).collect();
        let uses = if file.orphaned { "nobody".to_owned() } else { uses.join("<br>") };
        let commit = file.commit.as_ref().map_or_else(String::new, |commit| {
            format!("{} {}", commit.at.get(..10).unwrap_or_default(), cell(&commit.subject))
        });
        let (path, base) = (cell(&file.path), cell(&file.base));
        writeln!(out, "| {path} | {base} | {} | {} | {uses} | {commit} |", cell(&file.purpose), file.state)?;
    }
    writeln!(out, "\n| Base | Stages | Files | Pinned |\n|---|---|---|---|")?;
    for base in &report.bases {
        let pinned = if base.pinned { "yes" } else { "no" };
        writeln!(out, "| {} | {} | {} | {pinned} |", cell(&base.reference), base.stages, base.files.len())?;
    }
    for plan in &report.plans {
        let into = cell(&plan.into);
        writeln!(out, "\n**{} files of {} could be one: {into}**\n", plan.steps.len() + 1, plan.runtime)?;
        for step in &plan.steps {
            let what =
                step.target.as_ref().map_or_else(|| "goes".to_owned(), |target| format!("becomes `--target {target}`"));
            writeln!(out, "- {} {what}: {}", cell(&step.path), cell(&step.why))?;
        }
        for remark in &plan.remarks {
            writeln!(out, "  - {}", cell(remark))?;
        }
    }
    Ok(())
}
