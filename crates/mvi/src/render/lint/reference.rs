//! Rules explained: one of them for the terminal, all of them as a table or as a page of the documentation.

use std::io::{self, Write};

use mvi_dockerfile::{Fixes, RuleMeta, Shown, all_rules};
use serde_json::json;

use crate::render::{Page, paint};

/// What one rule is about.
///
/// # Errors
/// Whatever the writer says.
pub(crate) fn explain(meta: &RuleMeta, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, width);
    page.both(paint::BOLD, &format!("{} {}", meta.code, meta.name), meta.level.name())?;
    page.wrapped(paint::DIM, "", 0, &facts(meta))?;
    page.blank()?;
    page.wrapped(paint::PLAIN, "", 0, meta.why)?;
    for (heading, example) in [("Bad", meta.bad), ("Good", meta.good)] {
        page.heading(heading, "")?;
        for line in example.trim_end().lines() {
            page.line(&[(paint::PLAIN, &format!("  {line}"))])?;
        }
    }
    Ok(())
}

fn facts(meta: &RuleMeta) -> String {
    let mut facts = vec![meta.group.name().to_owned()];
    if !meta.twins.is_empty() {
        facts.push(format!("also known as {}", meta.twins.join(", ")));
    }
    if meta.shown == Shown::WhenAsked {
        facts.push("off unless selected".to_owned());
    }
    facts.push(repair(meta).to_owned());
    facts.join(" · ")
}

fn repair(meta: &RuleMeta) -> &'static str {
    match meta.fixes {
        Fixes::None => "no repair",
        Fixes::Safe => "repaired by --fix",
        Fixes::Unsafe => "repaired by --unsafe-fixes",
    }
}

/// All rules, in a format that is `text`, `json` or `markdown`.
///
/// # Errors
/// Whatever the writer says.
pub(crate) fn list(format: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut rules: Vec<&RuleMeta> = all_rules().collect();
    rules.sort_by_key(|meta| (meta.group, meta.code));
    match format {
        "json" => json(&rules, out),
        "markdown" => markdown(&rules, out),
        _ => text(&rules, width, out),
    }
}

fn json(rules: &[&RuleMeta], out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<_> = rules
        .iter()
        .map(|meta| {
            json!({
                "code": meta.code, "name": meta.name, "twins": meta.twins, "level": meta.level.name(),
                "group": meta.group.name(), "why": meta.why, "bad": meta.bad, "good": meta.good,
                "on": meta.shown == Shown::Always,
                "fix": match meta.fixes {
                    Fixes::None => None,
                    Fixes::Safe => Some("safe"),
                    Fixes::Unsafe => Some("unsafe"),
                },
            })
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &json!({"schema": "mvi-lint-rules/1", "rules": rules}))?;
    writeln!(out)
}

fn text(rules: &[&RuleMeta], width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, width);
    let mut group = None;
    for meta in rules {
        if group != Some(meta.group) {
            page.heading(meta.group.name(), "")?;
            group = Some(meta.group);
        }
        let (code, name) = (format!("  {:<20} ", meta.code), format!("{:<44} ", meta.name));
        let (level, twins) = (format!("{:<8} ", meta.level.name()), meta.twins.join(", "));
        page.line(&[(paint::BOLD, &code), (paint::PLAIN, &name), (paint::PLAIN, &level), (paint::DIM, &twins)])?;
    }
    Ok(())
}

fn markdown(rules: &[&RuleMeta], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Rules for Dockerfiles\n")?;
    writeln!(out, "Made by `mvi lint --list-rules --format markdown`; every example here is also a test.\n")?;
    writeln!(out, "| code | name | also known as | level | repair |\n|---|---|---|---|---|")?;
    for meta in rules {
        let (code, name, twins, level) = (meta.code, meta.name, meta.twins.join(", "), meta.level.name());
        let link = code.to_lowercase();
        writeln!(out, "| [{code}](#{link}) | {name} | {twins} | {level} | {} |", repair(meta))?;
    }
    for meta in rules {
        writeln!(out, "\n## {}\n", meta.code)?;
        writeln!(out, "**{}**, {} · {}\n\n{}", meta.name, meta.level.name(), facts(meta), meta.why)?;
        for (heading, example) in [("Bad", meta.bad), ("Good", meta.good)] {
            let fence = if example.contains("```") { "~~~~" } else { "```" };
            writeln!(out, "\n{heading}:\n\n{fence}dockerfile\n{}\n{fence}", example.trim_end())?;
        }
    }
    Ok(())
}
