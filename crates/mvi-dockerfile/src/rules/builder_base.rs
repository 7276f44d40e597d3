//! W-BUILDER-BASE: helping stages on bases that nobody allowed for that.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::law::image::exactly;
use crate::law::view::image_of;
use crate::law::{Image, View, repository_of};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::{AllowedBase, LintSettings};
use crate::stages::ImageName;
use crate::syntax::Dockerfile;

pub(crate) struct BuilderBase;

static META: RuleMeta = RuleMeta {
    code: "W-BUILDER-BASE",
    name: "builder-base",
    group: Group::Law,
    why: "What a helping stage compiles or copies ends up in the image. A builder that nobody chose brings its own \
          compilers and libraries into every release, though the runtime's base is one of the set.",
    bad: "FROM golang:1.19.3-alpine3.21 AS builder\nRUN echo hello > /app\n\nFROM alpine:3.21.3\nCOPY --from=builder /app /app\n",
    good: "FROM golang:1.24.2-alpine3.21 AS builder\nRUN echo hello > /app\n\nFROM alpine:3.21.3\nCOPY --from=builder /app /app\n",
    fixes: Fixes::Unsafe,
    settings: |settings| {
        settings.allowed_bases = vec![AllowedBase::new("alpine:3.21")];
        settings.builder_bases = vec![AllowedBase::new("golang:1.24-alpine")];
        settings.pins = [("golang:1.24-alpine".into(), "golang:1.24.2-alpine3.21".into())].into();
    },
    ..RuleMeta::PLAIN
};

impl Rule for BuilderBase {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        if settings.allowed_bases.is_empty() && settings.builder_bases.is_empty() {
            return Vec::new();
        }
        let view = View::new(file, settings);
        view.builders().filter_map(|stage| finding(file, settings, image_of(stage)?)).collect()
    }
}

fn finding(file: &Dockerfile, settings: &LintSettings, base: &ImageName) -> Option<Finding> {
    let name = base.resolved.as_ref()?;
    let image = Image::parse(name);
    let allowed = || settings.allowed_bases.iter().chain(&settings.builder_bases);
    if allowed().any(|entry| image.is_of(entry)) {
        return None;
    }
    let finding =
        Finding::new(&META, base.span, format!("`{name}` is neither a builder of the standard nor one of its bases"));
    let other = allowed().map(|entry| &entry.reference).find(|entry| repository_of(entry) == image.repository);
    let Some(other) = other.filter(|_| base.span.of(file.text()) == base.text) else { return Some(finding) };
    let other = exactly(settings, other);
    let edits = vec![Edit { span: base.span, text: other.clone() }];
    Some(finding.fix(Fix { title: format!("build on `{other}`"), safety: Safety::Unsafe, edits }))
}
