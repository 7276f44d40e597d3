//! W-ROM-DRIFT: a base as it was before it was sealed again.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::law::{Image, View};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::{LintSettings, SealedBase};
use crate::stages::ImageName;
use crate::syntax::Dockerfile;

pub(crate) struct RomDrift;

static META: RuleMeta = RuleMeta {
    code: "W-ROM-DRIFT",
    name: "rom-drift",
    group: Group::Law,
    why: "A base is sealed again when it was rebuilt, mostly because of a hole. A file that names the digest of an earlier \
          seal goes on building on the hole, and looks pinned and proper while it does.",
    bad: "FROM alpine:3.21@sha256:1111111111111111111111111111111111111111111111111111111111111111\nRUN echo hello\n",
    good: "FROM alpine:3.21@sha256:2222222222222222222222222222222222222222222222222222222222222222\nRUN echo hello\n",
    fixes: Fixes::Unsafe,
    settings: |settings| {
        let [before, today] = ["1", "2"].map(|digit| format!("sha256:{}", digit.repeat(64)));
        settings.sealed_bases = vec![SealedBase { reference: "alpine:3.21".into(), newer: [(before, today)].into() }];
    },
    ..RuleMeta::PLAIN
};

impl Rule for RomDrift {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        if settings.sealed_bases.is_empty() {
            return Vec::new();
        }
        let view = View::new(file, settings);
        view.shipped_bases().filter_map(|base| finding(file, settings, base)).collect()
    }
}

fn finding(file: &Dockerfile, settings: &LintSettings, base: &ImageName) -> Option<Finding> {
    let image = Image::parse(base.resolved.as_ref()?);
    let digest = image.digest?;
    let mut sealed =
        settings.sealed_bases.iter().filter(|sealed| image.tag.is_none() || image.refines(&sealed.reference));
    let (entry, today) = sealed.find_map(|sealed| Some((&sealed.reference, sealed.newer.get(digest)?)))?;
    let finding =
        Finding::new(&META, base.span, format!("`{entry}` was sealed again since; this is an earlier digest"));
    let text = base.span.of(file.text());
    let Some(text) = text.strip_suffix(digest) else { return Some(finding) };
    let edits = vec![Edit { span: base.span, text: format!("{text}{today}") }];
    Some(finding.fix(Fix { title: "take today's digest".into(), safety: Safety::Unsafe, edits }))
}
