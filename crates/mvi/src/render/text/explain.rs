//! One path as text: what it is, whose it is, and its history.

use std::io;

use mvi_closure::{End, Link, Strength};

use super::layers::reason;
use super::page::{Page, paint};
use crate::report::needs::NeededBy;
use crate::report::{ExplainReport, PathVersion, VersionFate};

pub(super) fn write(report: &ExplainReport, page: &mut Page<'_>) -> io::Result<()> {
    page.both(paint::BOLD, &format!("/{}", report.path), report.image.title())?;
    if let Some(resolved) = &report.resolved {
        page.wrapped(paint::DIM, "", 2, &format!("leads to /{resolved}"))?;
    }
    let state = if report.visible { "visible" } else { "not in the finished image" };
    let files = if report.files > 1 { format!(" in {} files", report.files) } else { String::new() };
    let hidden =
        if report.hidden_mb.0 > 0 { format!(", {} shipped and hidden", report.hidden_mb) } else { String::new() };
    page.wrapped(paint::PLAIN, "", 2, &format!("{state}, {}{files}{hidden}", report.mb))?;
    match &report.owner {
        Some(owner) => {
            let text = format!(
                "belongs to {} {} ({}), brought by layer {}",
                owner.name, owner.version, owner.installed_mb, owner.introduced
            );
            page.wrapped(paint::PLAIN, "", 2, &text)?;
            page.wrapped(paint::DIM, "", 2, &owner.purl)?;
        }
        None if report.visible => page.wrapped(paint::DIM, "", 2, "belongs to no package")?,
        None => {}
    }
    if let Some(needed) = &report.needed_by {
        needed_by(needed, page)?;
    }
    if !report.versions.is_empty() {
        page.heading("History", "")?;
    }
    for version in &report.versions {
        write_version(version, page)?;
    }
    if !report.largest.is_empty() {
        page.heading("Largest in it", "")?;
    }
    for item in &report.largest {
        page.line(&[(paint::BOLD, &format!("  {:>10}  ", item.mb.to_string())), (paint::PLAIN, &item.name)])?;
    }
    Ok(())
}

fn write_version(version: &PathVersion, page: &mut Page<'_>) -> io::Result<()> {
    let instruction = version.instruction.as_deref().unwrap_or("(no history)");
    page.line(&[(paint::BOLD, &format!("  layer {:>2}  ", version.layer)), (paint::PLAIN, instruction)])?;
    let fate = match &version.fate {
        VersionFate::Visible => "visible".to_owned(),
        VersionFate::Hidden { by_layer, reason: why } => format!("hidden by layer {by_layer}: {}", reason(*why)),
        VersionFate::Replaced => "stated again later".to_owned(),
        VersionFate::Deletes => return page.wrapped(paint::WARN, "", 12, "deletes it"),
    };
    let link = version.link.as_ref().map_or_else(String::new, |link| format!(" → {link}"));
    let xattrs = if version.xattrs.is_empty() { String::new() } else { format!(", {}", version.xattrs.join(", ")) };
    let kind =
        serde_json::to_value(version.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
    let text = format!("{kind}{link} {} {} {}{xattrs}: {fate}", version.mode, version.owner, version.mb);
    page.wrapped(paint::DIM, "", 12, &text)
}

/// The way from the entry point, a line a step.
fn needed_by(needed: &NeededBy, page: &mut Page<'_>) -> io::Result<()> {
    page.heading("Needed by", "")?;
    if needed.chain.is_empty() {
        let text = match &needed.end {
            End::Known => "nothing that the image starts reaches it".to_owned(),
            End::Open { reason } => format!("nothing known reaches it, and nobody can tell what runs: {reason}"),
        };
        return page.wrapped(paint::WARN, "", 2, &text);
    }
    for step in &needed.chain {
        let way = match &step.link {
            Link::Entry => "the image starts it".to_owned(),
            Link::Interpreter => "interprets the script".to_owned(),
            Link::Loader => "loads the program".to_owned(),
            Link::Needs { name } => format!("needed as {name}"),
            Link::Opens => "may be opened by it".to_owned(),
            Link::Imports { module } => format!("imported as {module}"),
            Link::Calls { word } => format!("may be called as {word}"),
            Link::Given { word } => format!("given as {word}"),
            Link::Runtime => "part of the runtime".to_owned(),
            Link::Application => "part of the application".to_owned(),
            Link::Listed => "listed by it".to_owned(),
            Link::Depends => "declared by its record".to_owned(),
            Link::Health => "asks about its health".to_owned(),
            Link::Volume => "in a volume".to_owned(),
            Link::System => "read on any system".to_owned(),
        };
        let sure = match step.strength {
            Strength::Included => "",
            Strength::Possible => ", possibly",
            Strength::Declared => ", only as declared",
        };
        page.line(&[(paint::PLAIN, &format!("  {}  ", step.thing)), (paint::DIM, &format!("{way}{sure}"))])?;
    }
    Ok(())
}
