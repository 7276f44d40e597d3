//! REC-01: Elixir where nothing is written in it.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::law::commands::commands;
use crate::law::edits::without_packages;
use crate::law::installs::{installs, program};
use crate::law::view::image_of;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::stages::{ImageName, Stage};
use crate::syntax::Dockerfile;

pub(crate) struct ElixirUnused;

static META: RuleMeta = RuleMeta {
    code: "REC-01",
    name: "elixir-unused",
    level: Level::Info,
    group: Group::Recommendation,
    why: "An image with Erlang and Elixir is taken for a program in Erlang alone. It costs every build the bytes, every \
          audit the packages, and a release may carry the Elixir applications along although nothing calls them.",
    bad: "FROM ghcr.io/emqx/erlang:28.3.1-elixir-1.17.3-alpine AS builder\nRUN rebar3 version\n",
    good: "FROM ghcr.io/emqx/erlang:28.3.1-alpine AS builder\nRUN rebar3 version\n",
    fixes: Fixes::Unsafe,
    settings: |settings| settings.repository.has_elixir = Some(false),
    ..RuleMeta::PLAIN
};

impl Rule for ElixirUnused {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        if settings.repository.has_elixir != Some(false) {
            return Vec::new();
        }
        let bases = file.stages().iter().filter_map(|stage: &Stage| in_base(file, image_of(stage)?));
        let packages = file.instructions().iter().flat_map(|run| installs(file, run)).filter_map(|install| {
            let package = *install.package("elixir")?;
            let finding = Finding::new(&META, package.word.span, "Elixir is installed, and nothing is written in it");
            Some(match without_packages(file, &install, &[package]) {
                Some(edits) => finding.fix(Fix { title: "do not install it".into(), safety: Safety::Unsafe, edits }),
                None => finding,
            })
        });
        let found: Vec<Finding> = bases.chain(packages).collect();
        if found.is_empty() || is_used(file) { Vec::new() } else { found }
    }
}

fn is_used(file: &Dockerfile) -> bool {
    let mut all = file.instructions().iter().flat_map(|one| commands(file, one));
    all.any(|command| program(command).is_some_and(|(name, _)| matches!(name, "mix" | "elixir" | "elixirc" | "iex")))
}

fn in_base(file: &Dockerfile, image: &ImageName) -> Option<Finding> {
    let name = image.resolved.as_ref()?;
    if !name.contains("elixir") {
        return None;
    }
    let finding = Finding::new(&META, image.span, format!("`{name}` brings Elixir, and nothing is written in it"));
    let Some(text) = without_part(&image.text).filter(|_| image.span.of(file.text()) == image.text) else {
        return Some(finding);
    };
    let fix = Fix {
        title: format!("build on `{text}`"),
        safety: Safety::Unsafe,
        edits: vec![Edit { span: image.span, text }],
    };
    Some(finding.note("whether the other tag is there has to be looked up").fix(fix))
}

/// A name without `elixir-1.17.3` in its tag.
fn without_part(name: &str) -> Option<String> {
    let (repository, tag) =
        name.rsplit_once(':').filter(|(repository, tag)| !repository.is_empty() && !tag.contains('/'))?;
    let parts: Vec<&str> = tag.split('-').collect();
    let at = parts.iter().position(|part| part.starts_with("elixir"))?;
    let is_version = |part: &&&str| part.starts_with(|first: char| first.is_ascii_digit());
    let more = usize::from(parts[at] == "elixir" && parts.get(at + 1).as_ref().is_some_and(is_version));
    let kept: Vec<&str> = parts[..at].iter().chain(&parts[at + 1 + more..]).copied().collect();
    (!kept.is_empty()).then(|| format!("{repository}:{}", kept.join("-")))
}
