//! Findings about what the automation of a repository does not do with the image; told where the image begins.

use crate::finding::Finding;
use crate::law::View;
use crate::repository::Automation;
use crate::rule::RuleMeta;
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

/// One finding when a fact about the automation is known and is no.
pub(crate) fn missing(
    meta: &'static RuleMeta,
    file: &Dockerfile,
    settings: &LintSettings,
    fact: impl Fn(&Automation) -> Option<bool>,
    message: &str,
) -> Vec<Finding> {
    let Some(automation) = &settings.repository.automation else { return Vec::new() };
    if fact(automation) != Some(false) {
        return Vec::new();
    }
    let runtime = View::new(file, settings).runtime().filter(|stage| stage.instructions.len() > 1);
    let told = |stage: &crate::stages::Stage| {
        Finding::new(meta, stage.span, message).note(format!("the image is built by {}", automation.path))
    };
    runtime.map(told).into_iter().collect()
}

/// Automation of which everything is known to be there but one thing, for examples.
pub(crate) fn all_but(settings: &mut LintSettings, change: impl FnOnce(&mut Automation)) {
    let mut automation = Automation {
        path: ".github/workflows/build.yml".into(),
        scans: Some(true),
        limits_size: Some(true),
        lists_contents: Some(true),
        signs: Some(true),
        attests_origin: Some(true),
        platforms: Some(vec!["linux/amd64".into(), "linux/arm64".into()]),
    };
    change(&mut automation);
    settings.repository.automation = Some(automation);
}
