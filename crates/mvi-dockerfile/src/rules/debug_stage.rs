//! REC-07: no debug stage where one is needed, or one that is built when nobody asks for it.

use crate::finding::{Finding, Fix, Safety};
use crate::law::View;
use crate::law::debug_stage::{free_name, name};
use crate::law::edits::at_end;
use crate::law::tools::{Purpose, purpose};
use crate::law::view::is_debug;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::stages::Stage;
use crate::syntax::Dockerfile;

pub(crate) struct DebugStage;

static META: RuleMeta = RuleMeta {
    code: "REC-07",
    name: "debug-stage",
    twins: &["FN-1b"],
    group: Group::Recommendation,
    why: "`docker build .` builds the last stage. When that is the debug stage, the image that goes to production is the \
          one with the tools, and the command line looks the same. The runtime comes last, or every build names its \
          target.",
    bad: "FROM alpine:3.21.3 AS runtime\nRUN echo hello\n\nFROM runtime AS debug\nRUN apk add --no-cache vim\n",
    good: "FROM alpine:3.21.3 AS runtime\nRUN echo hello\n\nFROM runtime AS debug\nRUN apk add --no-cache vim\n\nFROM runtime AS release\n",
    fixes: Fixes::Unsafe,
    beside: &["MVI3018"],
    ..RuleMeta::PLAIN
};

impl Rule for DebugStage {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let view = View::new(file, settings);
        default_target(&view, settings).into_iter().chain(missing(&view)).collect()
    }
}

fn default_target(view: &View<'_>, settings: &LintSettings) -> Option<Finding> {
    let is_built = settings.targets.is_empty() || settings.builds_last;
    let last = view.file.stages().last().filter(|stage| is_built && is_debug(stage))?;
    let runtime = view.runtime().filter(|runtime| runtime.index != last.index)?;
    let label = |stage: &Stage| {
        stage.name.as_ref().map_or_else(|| format!("stage {}", stage.index), |name| format!("`{}`", name.text))
    };
    let message = format!("{} is built unless a target is named, and not {}", label(last), label(runtime));
    let finding = Finding::new(&META, last.span, message);
    let mut edits = Vec::new();
    let Some(name) = name(view, runtime, &mut edits) else { return Some(finding) };
    edits.push(at_end(view.file, &[format!("FROM {name} AS {}", free_name(view, "release"))]));
    let title = "end the file with the runtime".to_owned();
    Some(finding.fix(Fix { title, safety: Safety::Unsafe, edits }))
}

fn missing(view: &View<'_>) -> Option<Finding> {
    let installs = view.shipped_installs();
    let mut packages = installs.iter().flat_map(|install| &install.packages);
    let tool = packages.find(|package| purpose(package.name) == Some(Purpose::Debug))?;
    if view.file.stages().iter().any(is_debug) {
        return None;
    }
    let message = format!("`{}` is there for looking in, and there is no debug stage for it", tool.name);
    Some(Finding::new(&META, view.runtime()?.span, message))
}
