//! SOV-1: a runtime on a base outside the set.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::law::exception::{Exception, LABEL, exception};
use crate::law::image::exactly;
use crate::law::{Image, View};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::{AllowedBase, LintSettings};
use crate::stages::ImageName;
use crate::syntax::Dockerfile;

pub(crate) struct BaseOutsideSet;

static META: RuleMeta = RuleMeta {
    code: "SOV-1",
    name: "base-outside-set",
    level: Level::Error,
    group: Group::Sovereignty,
    why: "The set of bases is what is measured, sealed and rebuilt when a hole is found. A service on another base is \
          rebuilt by nobody: it needs one of the set, or a CRQ that says why not and until when.",
    bad: "FROM alpine:3.20.3\nRUN echo hello\n",
    good: "FROM alpine:3.21.3\nRUN echo hello\n",
    fixes: Fixes::Unsafe,
    beside: &["REC-04"],
    settings: |settings| settings.allowed_bases = vec![AllowedBase::new("alpine:3.21")],
    ..RuleMeta::PLAIN
};

impl Rule for BaseOutsideSet {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        if settings.allowed_bases.is_empty() {
            return Vec::new();
        }
        let view = View::new(file, settings);
        view.shipped_bases().filter_map(|base| finding(&view, settings, base)).collect()
    }
}

fn finding(view: &View<'_>, settings: &LintSettings, base: &ImageName) -> Option<Finding> {
    let name = base.resolved.as_ref()?;
    let image = Image::parse(name);
    let is_allowed = settings.allowed_bases.iter().any(|allowed| image.is_of(allowed));
    let (file, exception) = (view.file, exception(view, settings, &image));
    // A ban says more than that it is not in the set.
    let is_banned = settings.bans.iter().any(|ban| image.is_banned_by(ban));
    if is_allowed || exception == Exception::Named || is_banned {
        return None;
    }
    let message = format!("`{name}` is not in the set of bases, and no active CRQ excepts it");
    let mut finding = Finding::new(&META, base.span, message);
    if let Exception::Unnamed(crq) = exception {
        finding = finding.note(format!("{crq} excepts it for one image; if this is that one: LABEL {LABEL}=\"{crq}\""));
    }
    let same = |allowed: &&AllowedBase| Image::parse(&allowed.reference).repository == image.repository;
    let mut others = settings.allowed_bases.iter().filter(same);
    let Some(other) = others.next().filter(|_| base.span.of(file.text()) == base.text) else { return Some(finding) };
    let other = exactly(settings, &other.reference);
    let edits = vec![Edit { span: base.span, text: other.clone() }];
    Some(finding.fix(Fix { title: format!("build on `{other}`"), safety: Safety::Unsafe, edits }))
}
