//! REC-04: bases that are another image tomorrow.

use std::collections::BTreeSet;

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::law::Image;
use crate::law::View;
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
        let shipped =
            if settings.base_versions.is_empty() { BTreeSet::new() } else { View::new(file, settings).shipped.clone() };
        let stages = file.stages().iter();
        let found =
            stages.filter_map(|stage| finding(file, settings, (image_of(stage)?, shipped.contains(&stage.index))));
        found.collect()
    }
}

fn finding(file: &Dockerfile, settings: &LintSettings, (image, ships): (&ImageName, bool)) -> Option<Finding> {
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
    let locked = settings.pins.get(name).cloned();
    // An image shows what it stands on, and nothing of what helped to build it.
    let pinned = locked.or_else(|| as_built(name, &parsed, settings).filter(|_| ships));
    let pinned = pinned.filter(|pinned| Image::parse(pinned).is_pinned());
    let Some(pinned) = pinned.filter(|_| image.span.of(file.text()) == image.text && image.text == *name) else {
        return Some(finding);
    };
    let edits = vec![Edit { span: image.span, text: pinned.clone() }];
    Some(finding.fix(Fix { title: format!("write `{pinned}`"), safety: Safety::Safe, edits }))
}

/// A name with the version that the image has in place of the one that its tag begins with, where that refines it.
fn as_built(name: &str, image: &Image<'_>, settings: &LintSettings) -> Option<String> {
    let tag = image.tag?;
    let version = settings.base_versions.get(image.repository.rsplit('/').next()?)?;
    let stated = tag.split('-').next()?;
    let refines = version.strip_prefix(stated).is_some_and(|rest| rest.starts_with('.'));
    let before = name.strip_suffix(tag)?;
    refines.then(|| format!("{before}{version}{}", &tag[stated.len()..]))
}
