//! MVI5014: bases that do not exist for the platform of the build.

use crate::finding::Finding;
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::stages::Base;
use crate::syntax::{Body, Dockerfile};

pub(crate) struct InvalidBaseImagePlatform;

static META: RuleMeta = RuleMeta {
    code: "MVI5014",
    name: "invalid-base-image-platform",
    twins: &["InvalidBaseImagePlatform"],
    group: Group::Build,
    why: "A base for another platform is taken without a word when it was pulled before. What is built on it then runs \
          slowly under emulation, or not at all on the machine it was built for.",
    bad: "FROM example.org/tools:1.4.2\nRUN echo hello\n",
    good: "FROM alpine:3.21.3\nRUN echo hello\n",
    settings: |settings| {
        let only = (String::from("example.org/tools:1.4.2"), vec![String::from("windows/amd64")]);
        settings.base_platforms = [only].into();
        settings.platforms = vec!["linux/amd64".into()];
    },
    ..RuleMeta::PLAIN
};

impl Rule for InvalidBaseImagePlatform {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let mut findings = Vec::new();
        for stage in file.stages() {
            let from = file.instructions().get(stage.instructions.start).map(|from| &from.body);
            // `--platform` chooses; what it chooses is what was meant.
            let Some(Body::From { platform: None, .. }) = from else { continue };
            let Base::Image(image) = &stage.base else { continue };
            let Some(resolved) = &image.resolved else { continue };
            let Some(offered) = settings.base_platforms.get(resolved) else { continue };
            let missing: Vec<&str> =
                settings.platforms.iter().map(String::as_str).filter(|one| !has(offered, one)).collect();
            if !missing.is_empty() {
                let message =
                    format!("`{resolved}` is there for {}, not for {}", offered.join(", "), missing.join(", "));
                findings.push(Finding::new(&META, image.span, message));
            }
        }
        findings
    }
}

/// Whether a platform is among these, its variant left out where they leave it out.
fn has(offered: &[String], platform: &str) -> bool {
    let plain = platform.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
    offered.iter().any(|one| one == platform || *one == plain)
}
