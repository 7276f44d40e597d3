//! Whether an image can move to musl, as text: the verdict, the numbers, then what has to move.

use std::io;

use anstyle::Style;
use mvi_musl::{Means, ObjectAnswer, SubjectKind, Verdict};

use super::page::{Page, paint};
use crate::report::musl::{MuslReport, MuslSubject};

/// Packages of a distribution that are told one by one; the rest is one line.
const PACKAGES: usize = 10;
/// Objects of a subject that are told.
const OBJECTS: usize = 3;

pub(super) fn write(report: &MuslReport, page: &mut Page<'_>) -> io::Result<()> {
    page.both(paint::BOLD, report.image.title(), &report.image.platform)?;
    let counts = &report.counts;
    page.line(&[(style(report.verdict), &format!("{} for musl", phrase(report.verdict)))])?;
    let numbers = format!(
        "{} blocked · {} need work · {} safe; {} objects of glibc itself go",
        counts.blocked, counts.needs_work, counts.safe, counts.glibc_objects
    );
    page.wrapped(paint::DIM, "", 0, &numbers)?;
    page.wrapped(paint::DIM, "", 0, &format!("compared: {}", report.compared))?;
    let wanted = |subject: &&MuslSubject| report.all || subject.subject.verdict > Verdict::Safe;
    let subjects: Vec<&MuslSubject> = report.subjects.iter().filter(wanted).collect();
    let is_package = |subject: &&&MuslSubject| {
        let subject = &subject.subject;
        subject.kind == SubjectKind::Package && subject.verdict == Verdict::NeedsWork
    };
    let (packages, others): (Vec<&MuslSubject>, Vec<_>) = subjects.iter().partition(|subject| is_package(subject));
    if !others.is_empty() {
        page.heading("Has to move", "layer")?;
    }
    for note in others {
        subject(note, report.all, page)?;
    }
    distribution(&packages, report.all, page)?;
    for gap in report.gaps.iter().take(5) {
        let path = gap.path.as_ref().map_or_else(String::new, |path| format!("/{path}: "));
        page.wrapped(paint::DIM, "", 2, &format!("not understood: {path}{}", gap.text))?;
    }
    Ok(())
}

/// Packages that a musl distribution has to bring: there are many, and the same is to be done about each.
fn distribution(packages: &[&MuslSubject], all: bool, page: &mut Page<'_>) -> io::Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    page.heading("Packages to take from a musl distribution, or to build anew", &format!("{}", packages.len()))?;
    if all {
        return packages.iter().try_for_each(|note| subject(note, true, page));
    }
    let name = |note: &&MuslSubject| {
        let subject = &note.subject;
        format!("{} {}", subject.name, subject.version.as_deref().unwrap_or_default())
    };
    let named: Vec<String> = packages.iter().take(PACKAGES).map(name).collect();
    let more = packages.len().saturating_sub(PACKAGES);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more (--all)") };
    page.wrapped(paint::PLAIN, "", 2, &format!("{}{rest}", named.join(", ")))
}

fn subject(note: &MuslSubject, all: bool, page: &mut Page<'_>) -> io::Result<()> {
    let subject = &note.subject;
    let version = subject.version.as_deref().unwrap_or_default();
    let slash = match subject.kind {
        SubjectKind::Program | SubjectKind::Java => "/",
        SubjectKind::Package | SubjectKind::Wheel | SubjectKind::Addon | SubjectKind::System => "",
    };
    let name = format!("  {:<10}  {slash}{} {version}", phrase(subject.verdict), subject.name);
    page.both(style(subject.verdict), name.trim_end(), &subject.layer.to_string())?;
    page.wrapped(paint::PLAIN, "", 14, &subject.why)?;
    if let Some(unblock) = &subject.unblock {
        page.wrapped(paint::FAIR, "", 14, &format!("→ {unblock}"))?;
    }
    let shown = if all { subject.objects.len() } else { OBJECTS };
    let told: Vec<&ObjectAnswer> = subject.objects.iter().filter(|object| all || object.means > Means::Musl).collect();
    for object in told.iter().take(shown) {
        page.wrapped(paint::DIM, "", 14, &format!("/{}: {}", object.path, proof(object)))?;
    }
    if told.len() > shown {
        page.wrapped(paint::DIM, "", 14, &format!("and {} more objects (--all)", told.len() - shown))?;
    }
    Ok(())
}

/// What an object shows of itself.
fn proof(object: &ObjectAnswer) -> String {
    let means = match object.means {
        Means::Static => "needs no loader, or nothing of libc",
        Means::Musl => "made for musl",
        Means::Rebuild if object.resolves => "made for glibc; musl's loader finds all its symbols",
        Means::Rebuild => "made for glibc",
        Means::RebuildWith => "made for glibc, with what it has built in",
        Means::Port => "uses what musl lacks",
        Means::Unknown => "its symbols cannot be read",
    };
    let named = |what: &str, names: &[String]| {
        (!names.is_empty()).then(|| format!("{what} {}", names.iter().take(8).cloned().collect::<Vec<_>>().join(", ")))
    };
    let headers = (object.headers > 0).then(|| format!("{} names of glibc's headers", object.headers));
    let parts = [
        Some(means.to_owned()),
        named("lacking:", &object.absent),
        named("new in musl:", &object.since),
        named("needs", &object.with),
        headers,
        named("done otherwise:", &object.differs),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// The words for a verdict.
pub(in crate::render) fn phrase(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Safe => "safe",
        Verdict::NeedsWork => "needs work",
        Verdict::Blocked => "blocked",
    }
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Safe => paint::GOOD,
        Verdict::NeedsWork => paint::WARN,
        Verdict::Blocked => paint::BAD,
    }
}
