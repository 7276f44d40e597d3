//! W-SOURCE-SHIPPED: the source of a compiled program in the image.

use crate::finding::{Finding, Fix, Safety};
use crate::law::View;
use crate::law::commands::{Work, steps};
use crate::law::edits::without_instruction;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Instruction, Word};

pub(crate) struct SourceShipped;

static META: RuleMeta = RuleMeta {
    code: "W-SOURCE-SHIPPED",
    name: "source-shipped",
    group: Group::Law,
    why: "A compiled program does not need its source to run. Whoever pulls the image has it, with its history when `.git` \
          came along, and with whatever was written into it that was meant for nobody.",
    bad: "FROM alpine:3.21.3\nCOPY main.erl util.hrl /src/\n",
    good: "FROM alpine:3.21.3\nCOPY main.beam /app/\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

/// Ends of files that a compiled program is made of.
const SOURCES: &[&str] = &[
    ".erl", ".hrl", ".ex", ".exs", ".c", ".h", ".cc", ".cpp", ".hpp", ".go", ".rs", ".java", ".kt", ".scala", ".cs",
    ".ts", ".tsx", ".swift", ".zig", ".hs",
];
/// Tools whose results run without the source.
const COMPILE: &[&str] = &["rebar3", "mix", "go", "cargo", "maven", "gradle"];

impl Rule for SourceShipped {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let view = View::new(file, settings);
        let compiles = view
            .shipped_instructions()
            .flat_map(|one| steps(file, one))
            .find(|step| step.work == Work::Build && COMPILE.contains(&step.ecosystem.name));
        view.shipped_instructions()
            .filter_map(|one| {
                let source = sources(one).iter().find(|source| is_source(&source.text, compiles.is_some()))?;
                let message = format!("`{}` is source, and it ships with what is made of it", source.text);
                let finding = Finding::new(&META, source.span, message).note("risk MEDIUM");
                let only = compiles.is_none() && sources(one).iter().all(|source| is_source(&source.text, false));
                if !only || view.works_after(one) {
                    return Some(finding.note("built in a stage of its own, only the result has to be copied"));
                }
                let edits = vec![without_instruction(file, one)];
                Some(finding.fix(Fix { title: "do not copy it".into(), safety: Safety::Unsafe, edits }))
            })
            .collect()
    }
}

fn sources(instruction: &Instruction) -> &[Word] {
    match &instruction.body {
        Body::Copy { sources, .. } | Body::Add { sources, .. } => sources,
        _ => &[],
    }
}

/// Whether a path is source; folders and the whole context only where something is compiled from them.
fn is_source(path: &str, compiles: bool) -> bool {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let is_folder =
        matches!(path.trim_end_matches('/'), "." | "src" | "./src" | "apps" | "./apps" | "lib" | "cmd" | "internal");
    name == ".git" || SOURCES.iter().any(|end| name.ends_with(end)) || (compiles && is_folder)
}
