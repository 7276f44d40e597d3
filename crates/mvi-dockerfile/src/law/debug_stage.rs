//! Edits that put tools into a debug stage, making one when there is none.

use crate::finding::Edit;
use crate::law::edits::{at_end, newline};
use crate::law::installs::{Manager, Package, installs};
use crate::law::view::{View, is_debug, is_root};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::stages::{Base, Stage};
use crate::syntax::{Body, Word};

/// What the debug stage is to install.
pub(crate) struct Wanted<'a> {
    pub(crate) manager: Manager,
    pub(crate) packages: &'a [Package<'a>],
}

/// Edits after which a debug stage on the runtime installs what is wanted, and the default target is still the runtime.
pub(crate) fn edits(view: &View<'_>, settings: &LintSettings, wanted: &Wanted<'_>) -> Option<Vec<Edit>> {
    let runtime = view.runtime()?;
    let debug = view.file.stages().iter().find(|stage| is_debug(stage) && is_on_shipped(view, stage));
    if let Some(debug) = debug {
        return inside(view, debug, wanted);
    }
    let mut edits = Vec::new();
    let name = name(view, runtime, &mut edits)?;
    let mut lines = vec![format!("FROM {name} AS {}", free_name(view, "debug"))];
    lines.extend(install_lines(view, runtime.index, wanted.manager, &words(wanted.packages)));
    if settings.targets.is_empty() || settings.builds_last {
        lines.extend([String::new(), format!("FROM {name} AS {}", free_name(view, "release"))]);
    }
    edits.push(at_end(view.file, &lines));
    Some(edits)
}

/// Lines in a debug stage that is there, right after its `FROM`.
fn inside(view: &View<'_>, debug: &Stage, wanted: &Wanted<'_>) -> Option<Vec<Edit>> {
    let already: Vec<_> = view.instructions_of(debug.index).iter().flat_map(|run| installs(view.file, run)).collect();
    let is_there = |package: &&Package<'_>| !already.iter().any(|install| install.package(package.name).is_some());
    let missing: Vec<Package<'_>> = wanted.packages.iter().filter(is_there).copied().collect();
    if missing.is_empty() {
        return Some(Vec::new());
    }
    let base = match debug.base {
        Base::Stage(base) => base,
        Base::Image(_) | Base::Scratch => return None,
    };
    let newline = newline(view.file);
    let lines = install_lines(view, base, wanted.manager, &words(&missing));
    let text: String = lines.iter().flat_map(|line| [newline, line]).collect();
    Some(vec![Edit { span: Span::at(debug.span.end), text }])
}

/// The name of a stage, given to it where it has none.
pub(crate) fn name(view: &View<'_>, stage: &Stage, edits: &mut Vec<Edit>) -> Option<String> {
    if let Some(name) = &stage.name {
        return Some(name.text.clone());
    }
    let Body::From { image, .. } = &view.file.instructions().get(stage.instructions.start)?.body else { return None };
    let name = free_name(view, "runtime");
    edits.push(Edit { span: Span::at(image.span.end), text: format!(" AS {name}") });
    Some(name)
}

/// A name that no stage has.
pub(crate) fn free_name(view: &View<'_>, wanted: &str) -> String {
    let names = std::iter::once(wanted.to_owned()).chain((2..).map(|number| format!("{wanted}-{number}")));
    names.into_iter().find(|name| view.file.stage_named(name).is_none()).unwrap_or_else(|| wanted.to_owned())
}

/// Whether a stage is built on one that ships.
pub(crate) fn is_on_shipped(view: &View<'_>, stage: &Stage) -> bool {
    view.file.bases(stage.index).any(|base| matches!(base, Base::Stage(base) if view.shipped.contains(base)))
}

fn install_lines(view: &View<'_>, base: usize, manager: Manager, packages: &str) -> Vec<String> {
    let user: Option<&Word> = view.user_of(base).filter(|user| !is_root(user));
    let run = match manager {
        Manager::Apk => format!("RUN apk add --no-cache {packages}"),
        Manager::Apt => format!(
            "RUN apt-get update && apt-get install -y --no-install-recommends {packages} && rm -rf /var/lib/apt/lists/*"
        ),
        Manager::Dnf => format!("RUN dnf install -y {packages} && dnf clean all"),
        Manager::Zypper => format!("RUN zypper --non-interactive install {packages} && zypper clean --all"),
        Manager::Pacman => format!("RUN pacman -Sy --noconfirm {packages}"),
    };
    let before = user.map(|_| "USER root".to_owned());
    let after = user.map(|user| format!("USER {}", user.raw));
    before.into_iter().chain([run]).chain(after).collect()
}

fn words(packages: &[Package<'_>]) -> String {
    packages.iter().map(|package| package.word.raw.as_str()).collect::<Vec<_>>().join(" ")
}
