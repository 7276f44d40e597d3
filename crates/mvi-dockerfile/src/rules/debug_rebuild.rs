//! W-DEBUG-REBUILD: debug stages that make the runtime a second time.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::law::View;
use crate::law::commands::{commands, is_download, steps};
use crate::law::debug_stage::is_on_shipped;
use crate::law::edits::without_packages;
use crate::law::installs::installs;
use crate::law::view::{image_of, is_debug, is_root};
use crate::law::{Install, Package};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::stages::Stage;
use crate::syntax::{Body, Dockerfile};

pub(crate) struct DebugRebuild;

static META: RuleMeta = RuleMeta {
    code: "W-DEBUG-REBUILD",
    name: "debug-rebuild",
    level: Level::Info,
    group: Group::Law,
    why: "A debug image that installs the runtime's libraries by itself has other versions of them, and the fault is not \
          there when one looks for it. It also shares no layer with the image that is already on the machine. Built on the \
          runtime, it is the runtime with tools on top.",
    bad: "FROM alpine:3.21.3 AS runtime\nRUN apk add --no-cache ca-certificates tzdata\n\nFROM alpine:3.21.3 AS debug\nRUN apk add --no-cache ca-certificates tzdata vim\n\nFROM runtime AS release\n",
    good: "FROM alpine:3.21.3 AS runtime\nRUN apk add --no-cache ca-certificates tzdata\n\nFROM runtime AS debug\nRUN apk add --no-cache vim\n\nFROM runtime AS release\n",
    fixes: Fixes::Unsafe,
    beside: &["MVI3018"],
    ..RuleMeta::PLAIN
};

impl Rule for DebugRebuild {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let view = View::new(file, settings);
        let apart = file.stages().iter().filter(|stage| is_debug(stage) && !view.shipped.contains(&stage.index));
        apart.flat_map(|debug| findings(&view, debug)).collect()
    }
}

fn findings(view: &View<'_>, debug: &Stage) -> Vec<Finding> {
    let mut found = Vec::new();
    let is_on = is_on_shipped(view, debug);
    for one in view.instructions_of(debug.index) {
        if let Some(step) = steps(view.file, one).next() {
            let message =
                format!("the debug stage runs {} again; `COPY --from` or `FROM` has its result", step.ecosystem.name);
            found.push(Finding::new(&META, step.command.span, message));
        } else if let Some(command) = commands(view.file, one).find(|command| is_download(command)).filter(|_| !is_on) {
            found.push(Finding::new(
                &META,
                command.span,
                "the debug stage downloads what the runtime may have already",
            ));
        }
    }
    let again: Vec<(Install<'_>, Vec<Package<'_>>)> = view
        .instructions_of(debug.index)
        .iter()
        .flat_map(|run| installs(view.file, run))
        .map(|install| (install.clone(), twice(view, &install)))
        .filter(|(_, twice)| !twice.is_empty())
        .collect();
    let Some(((_, first), edits)) = again.first().map(|first| (first, rebase(view, debug, &again))) else {
        return found;
    };
    let names: Vec<&str> = again.iter().flat_map(|(_, twice)| twice).map(|package| package.name).take(8).collect();
    let message = format!("the debug stage installs again what the runtime has: {}", names.join(", "));
    let finding = Finding::new(&META, first[0].word.span, message);
    found.push(match edits {
        Some(edits) => finding.fix(Fix { title: "build it on the runtime".into(), safety: Safety::Unsafe, edits }),
        None => finding,
    });
    found
}

/// Packages of an installation that the runtime has too.
fn twice<'a>(view: &View<'a>, install: &Install<'a>) -> Vec<Package<'a>> {
    let shipped = view.shipped_installs();
    let has =
        |name: &str| shipped.iter().any(|other| other.manager == install.manager && other.package(name).is_some());
    install.packages.iter().filter(|package| has(package.name)).copied().collect()
}

/// Edits that put the debug stage on the runtime, where both begin with the same image and the runtime comes first.
fn rebase(view: &View<'_>, debug: &Stage, again: &[(Install<'_>, Vec<Package<'_>>)]) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    for (install, twice) in again {
        edits.extend(without_packages(view.file, install, twice)?);
    }
    if !is_on_shipped(view, debug) {
        let image = image_of(debug)?.resolved.as_ref()?;
        let earlier = view.shipped.iter().rev().filter(|stage| **stage < debug.index);
        let mut earlier = earlier.filter_map(|stage| view.file.stages().get(*stage));
        let runtime = earlier.find(|stage| image_of(stage).and_then(|base| base.resolved.as_ref()) == Some(image))?;
        let name = runtime.name.as_ref()?;
        let Body::From { image, .. } = &view.file.instructions().get(debug.instructions.start)?.body else {
            return None;
        };
        edits.push(Edit { span: image.span, text: name.text.clone() });
        if view.user_of(runtime.index).is_some_and(|user| !is_root(user)) {
            let text = format!("{}USER root", crate::law::edits::newline(view.file));
            edits.push(Edit { span: Span::at(debug.span.end), text });
        }
    }
    edits.sort_by_key(|edit| edit.span);
    Some(edits)
}
