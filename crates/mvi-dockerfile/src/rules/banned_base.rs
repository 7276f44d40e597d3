//! SOV-5: a runtime on a base that is banned.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::law::exception::{Exception, LABEL, exception};
use crate::law::image::exactly;
use crate::law::{Image, View};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::{BannedBase, LintSettings};
use crate::stages::ImageName;
use crate::syntax::Dockerfile;

pub(crate) struct BannedBaseUsed;

static META: RuleMeta = RuleMeta {
    code: "SOV-5",
    name: "banned-base",
    level: Level::Error,
    group: Group::Sovereignty,
    why: "A ban says that a base was tried and what it cost: hundreds of megabytes, years without patches. Using it again \
          needs a CRQ with a reason that was measured; some bans know no exception at all.",
    bad: "FROM ubuntu:22.04\nRUN echo hello\n",
    good: "FROM alpine:3.21.3\nRUN echo hello\n",
    fixes: Fixes::Unsafe,
    beside: &["REC-04"],
    settings: |settings| {
        settings.bans = vec![BannedBase {
            pattern: "ubuntu:*".into(),
            reason: "larger than the whole budget".into(),
            use_instead: Some("alpine:3.21.3".into()),
            may_be_excepted: true,
            names: None,
        }];
    },
    ..RuleMeta::PLAIN
};

impl Rule for BannedBaseUsed {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        if settings.bans.is_empty() {
            return Vec::new();
        }
        let view = View::new(file, settings);
        view.shipped_bases().filter_map(|base| finding(&view, settings, base)).collect()
    }
}

fn finding(view: &View<'_>, settings: &LintSettings, base: &ImageName) -> Option<Finding> {
    let name = base.resolved.as_ref()?;
    let image = Image::parse(name);
    let ban: &BannedBase = settings.bans.iter().find(|ban| image.is_banned_by(ban))?;
    let exception = if ban.may_be_excepted { exception(view, settings, &image) } else { Exception::Missing };
    if exception == Exception::Named {
        return None;
    }
    let file = view.file;
    let message = format!("`{name}` is banned by `{}`: {}", ban.pattern, ban.reason);
    let needs = match exception {
        Exception::Unnamed(crq) => {
            format!("{crq} excepts it for one image; if this is that one: LABEL {LABEL}=\"{crq}\"")
        }
        _ if ban.may_be_excepted => "only an active CRQ with a measured reason excepts it".to_owned(),
        _ => "no CRQ excepts it".to_owned(),
    };
    let finding = Finding::new(&META, base.span, message).note(needs);
    let Some(other) = ban.use_instead.as_ref().filter(|_| base.span.of(file.text()) == base.text) else {
        return Some(finding);
    };
    let other = exactly(settings, other);
    let edits = vec![Edit { span: base.span, text: other.clone() }];
    Some(finding.fix(Fix { title: format!("build on `{other}`"), safety: Safety::Unsafe, edits }))
}
