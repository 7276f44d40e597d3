//! W-ROOT-COPY: an image copied over itself.

use crate::finding::{Finding, Fix, Safety};
use crate::law::View;
use crate::law::edits::without_instruction;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::stages::Base;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct RootCopy;

static META: RuleMeta = RuleMeta {
    code: "W-ROOT-COPY",
    name: "root-copy",
    group: Group::Law,
    why: "A stage takes the whole file system of another one, looks at it and hands it back. The copy is a layer of its own \
          with every file once more: the image is twice as large, owners and capabilities may be lost, and whatever the \
          stage in between left there is in it. A stage that only looks needs to hand nothing back.",
    bad: "FROM alpine:3.21.3 AS runtime\nRUN echo hello\n\nFROM alpine:3.21.3 AS scan\nCOPY --from=runtime / /scan/\n\nFROM runtime AS final\nCOPY --from=scan /scan/ /\n",
    good: "FROM alpine:3.21.3 AS runtime\nRUN echo hello\n\nFROM alpine:3.21.3 AS scan\nRUN --mount=type=bind,from=runtime,target=/scan ls /scan > /scanned\n\nFROM runtime AS final\nCOPY --from=scan /scanned /scanned\n",
    fixes: Fixes::Unsafe,
    beside: &["MVI3067"],
    ..RuleMeta::PLAIN
};

impl Rule for RootCopy {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let view = View::new(file, settings);
        view.shipped_instructions().filter_map(|copy| finding(file, copy)).collect()
    }
}

fn finding(file: &Dockerfile, copy: &Instruction) -> Option<Finding> {
    let Body::Copy { sources, destination, from: Some(from) } = &copy.body else { return None };
    let stage = copy.stage?;
    let source = file.stage_meant(&from.text, stage)?;
    let [path] = sources.as_slice() else { return None };
    let whole = whole_of(file, source, &path.text)?;
    if !is_root(&destination.text) {
        return None;
    }
    let is_below = file.bases(stage).any(|base| matches!(base, Base::Stage(base) if *base == whole));
    let name = |stage: usize| {
        let name = file.stages().get(stage).and_then(|stage| stage.name.as_ref());
        name.map_or_else(|| format!("stage {stage}"), |name| format!("`{}`", name.text))
    };
    let message = match is_below {
        true => format!("this copies all of {} over itself: the image is twice as large", name(whole)),
        false => format!("this copies all of {} into the image, its base and tools included", name(whole)),
    };
    let finding = Finding::new(&META, copy.span, message);
    if !is_below {
        return Some(finding);
    }
    let edits = vec![without_instruction(file, copy)];
    let finding = finding.note("`RUN --mount=type=bind,from=STAGE` lets a stage look without a copy");
    Some(finding.fix(Fix { title: "do not copy it back".into(), safety: Safety::Unsafe, edits }))
}

/// The stage whose whole file system is at a path of a stage.
fn whole_of(file: &Dockerfile, stage: usize, path: &str) -> Option<usize> {
    if is_root(path) {
        return Some(stage);
    }
    let range = file.stages().get(stage)?.instructions.clone();
    let wanted = path.trim_end_matches('/');
    file.instructions().get(range)?.iter().find_map(|one| {
        let Body::Copy { sources, destination, from: Some(from) } = &one.body else { return None };
        let is_whole =
            sources.len() == 1 && is_root(&sources[0].text) && destination.text.trim_end_matches('/') == wanted;
        is_whole.then(|| file.stage_meant(&from.text, stage)).flatten()
    })
}

fn is_root(path: &str) -> bool {
    !path.is_empty() && path.bytes().all(|byte| matches!(byte, b'/' | b'.')) && path.starts_with('/')
}
