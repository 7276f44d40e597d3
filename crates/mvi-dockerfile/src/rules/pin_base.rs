//! REC-04: bases that are another image tomorrow.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::law::Image;
use crate::law::view::image_of;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::stages::ImageName;
use crate::syntax::Dockerfile;

pub(crate) struct PinBase;

static META: RuleMeta = RuleMeta {
    code: "REC-04",
    name: "pin-base",
    twins: &["FN-3b"],
    group: Group::Recommendation,
    why: "`alpine:3.20` is whatever patch the registry has today. When one of them has a hole, nobody can say which images \
          have it, as the file says the same for all. A patch version or a digest says which, and a rebuild shows in the \
          history when it moved.",
    bad: "FROM alpine:3.20\nRUN echo hello\n",
    good: "FROM alpine:3.20.3\nRUN echo hello\n",
    fixes: Fixes::Safe,
    settings: |settings| settings.pins = [("alpine:3.20".into(), "alpine:3.20.3".into())].into(),
    ..RuleMeta::PLAIN
};

impl Rule for PinBase {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        file.stages().iter().filter_map(|stage| finding(file, settings, image_of(stage)?)).collect()
    }
}

fn finding(file: &Dockerfile, settings: &LintSettings, image: &ImageName) -> Option<Finding> {
    let name = image.resolved.as_ref()?;
    let parsed = Image::parse(name);
    if parsed.is_pinned() {
        return None;
    }
    let message = match parsed.tag {
        None => format!("`{name}` has no version"),
        Some("latest") => format!("`{name}` is another image whenever somebody pushes one"),
        Some(_) => format!("`{name}` says no patch version and no digest"),
    };
    let finding = Finding::new(&META, image.span, message);
    // What it is today is looked up, never guessed.
    let pinned = settings.pins.get(name).filter(|pinned| Image::parse(pinned).is_pinned());
    let Some(pinned) = pinned.filter(|_| image.span.of(file.text()) == image.text && image.text == *name) else {
        return Some(finding);
    };
    let edits = vec![Edit { span: image.span, text: pinned.clone() }];
    Some(finding.fix(Fix { title: format!("write `{pinned}`"), safety: Safety::Safe, edits }))
}
