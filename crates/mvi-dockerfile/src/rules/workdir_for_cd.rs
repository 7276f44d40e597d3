//! MVI3003: cd in a RUN.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::packages::{Call, calls};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::{Joint, ScriptPart};
use crate::span::Span;
use crate::syntax::Dockerfile;

pub(crate) struct WorkdirForCd;

static META: RuleMeta = RuleMeta {
    code: "MVI3003",
    name: "workdir-for-cd",
    twins: &["DL3003"],
    why: "`cd` counts until the end of its `RUN` and no longer, so that every line that needs the folder \
          repeats it, and one that forgets works in another. `WORKDIR` says it once, for what follows and for \
          whoever reads.",
    bad: "FROM alpine:3.21.3\nRUN cd /srv && touch ready\n",
    good: "FROM alpine:3.21.3\nWORKDIR /srv\nRUN touch ready\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for WorkdirForCd {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let own = calls(file).filter(|call| call.run.on_build.is_none() && call.name == "cd");
        own.map(|call| finding(file, &call)).collect()
    }
}

fn finding(file: &Dockerfile, call: &Call<'_>) -> Finding {
    let finding = Finding::new(&META, call.span(), "WORKDIR changes the folder for everything that follows");
    match fix(file, call) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

/// `WORKDIR` before the run, for a script that begins with `cd FOLDER &&`.
fn fix(file: &Dockerfile, call: &Call<'_>) -> Option<Fix> {
    let [folder] = call.words else { return None };
    let next = call.script.commands.get(call.index + 1)?;
    let is_first = call.script.part == ScriptPart::Line && call.index == 0 && next.joined_by == Joint::And;
    let is_plain = folder.is_static && folder.text.starts_with('/') && folder.raw == folder.text;
    let command =
        call.command().filter(|one| one.depth == 0 && one.redirects.is_empty() && one.assignments.is_empty())?;
    let between = file.text().get(command.span.start as usize..next.span.start as usize)?;
    let is_whole = between.len() > call.span().len() as usize && !between.contains(['#', '(', '{']);
    let (start, run) = (command.span.start, call.run.span.start);
    let edits = vec![
        Edit { span: Span::at(run), text: format!("WORKDIR {}\n", folder.text) },
        Edit { span: Span::new(start, next.span.start), text: String::new() },
    ];
    // What follows is in that folder then, too.
    (is_first && is_plain && is_whole && next.depth == 0).then(|| Fix {
        title: format!("write `WORKDIR {}` before it", folder.text),
        safety: Safety::Unsafe,
        edits,
    })
}
