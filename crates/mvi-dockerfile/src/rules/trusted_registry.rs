//! MVI3026: images from registries nobody trusts.

use crate::finding::{Finding, Level};
use crate::reference::Reference;
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::stages::Base;
use crate::syntax::{Body, Dockerfile};

pub(crate) struct TrustedRegistry;

static META: RuleMeta = RuleMeta {
    code: "MVI3026",
    name: "trusted-registry",
    twins: &["DL3026"],
    level: Level::Error,
    why: "What an image is built from runs with everything the image may do. When a team has said which \
          registries it takes images from, any other one is a mistake or an attack.",
    bad: "FROM docker.io/library/alpine:3.21.3\n",
    good: "FROM ghcr.io/example/alpine:3.21.3\n",
    settings: |settings| settings.trusted_registries = vec!["ghcr.io".into()],
    ..RuleMeta::PLAIN
};

impl Rule for TrustedRegistry {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let trusted = settings.trusted_registries.as_slice();
        if trusted.is_empty() {
            return Vec::new();
        }
        let bases = file.stages().iter().filter_map(|stage| match &stage.base {
            Base::Image(image) => Some((image.resolved.as_deref().unwrap_or(&image.text), image.span)),
            Base::Stage(_) | Base::Scratch => None,
        });
        let untrusted = bases.chain(taken(file)).filter(|(image, _)| !is_trusted(image, trusted));
        untrusted
            .map(|(image, span)| Finding::new(&META, span, format!("the registry of `{image}` is not trusted")))
            .collect()
    }
}

/// Images that `COPY` and mounts take files from.
fn taken(file: &Dockerfile) -> impl Iterator<Item = (&str, Span)> {
    file.instructions().iter().flat_map(move |instruction| {
        let copied = match &instruction.body {
            Body::Copy { from: Some(from), .. } => Some((from.text.as_str(), from.span)),
            _ => None,
        };
        let mounted = instruction.mounts.iter().filter_map(|mount| Some((mount.from()?, mount.span)));
        let stage = instruction.stage.unwrap_or_default();
        let is_image = move |name: &str| name != "scratch" && file.stage_meant(name, stage).is_none();
        copied.into_iter().chain(mounted).filter(move |(name, _)| is_image(name))
    })
}

fn is_trusted(image: &str, trusted: &[String]) -> bool {
    match Reference::of(image).registry {
        Some(registry) => trusted.iter().any(|pattern| matches(pattern, registry)),
        // What names none comes from Docker Hub.
        None => ["docker.io", "hub.docker.com"].iter().any(|hub| trusted.iter().any(|pattern| matches(pattern, hub))),
    }
}

/// A registry, or a pattern with a star at one end.
fn matches(pattern: &str, registry: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => registry.ends_with(end),
        (None, Some(start)) => registry.starts_with(start),
        (None, None) => pattern == registry,
    }
}
