//! REC-03: curl in an image that uses it for nothing but its health, or for nothing.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::law::commands::commands;
use crate::law::edits::without_packages;
use crate::law::installs::program;
use crate::law::{Install, View, repository_of};
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::SimpleCommand;
use crate::syntax::{Dockerfile, Instruction, Keyword};

pub(crate) struct CurlInRuntime;

static META: RuleMeta = RuleMeta {
    code: "REC-03",
    name: "curl-in-runtime",
    level: Level::Info,
    group: Group::Recommendation,
    why: "curl brings its libraries and their advisories into every image, for one request a minute to the service itself. \
          The service can answer that from inside, or the `wget` that the base has anyway asks.",
    bad: "FROM alpine:3.21.3\nRUN apk add --no-cache ca-certificates curl\nHEALTHCHECK CMD curl -f http://localhost:8080/health || exit 1\n",
    good: "FROM alpine:3.21.3\nRUN apk add --no-cache ca-certificates\nHEALTHCHECK CMD wget -q --spider http://localhost:8080/health || exit 1\n",
    fixes: Fixes::Unsafe,
    beside: &["MVI3018", "MVI3025"],
    ..RuleMeta::PLAIN
};

impl Rule for CurlInRuntime {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let view = View::new(file, settings);
        let installs = view.shipped_installs();
        let is_used = |one: &Instruction| one.keyword != Keyword::Healthcheck && calls(file, one).next().is_some();
        if view.shipped_instructions().any(is_used) {
            return Vec::new();
        }
        installs.iter().filter_map(|install| finding(&view, install)).collect()
    }
}

fn finding(view: &View<'_>, install: &Install<'_>) -> Option<Finding> {
    let package = *install.package("curl")?;
    let health: Vec<&SimpleCommand> = view
        .shipped_instructions()
        .filter(|one| one.keyword == Keyword::Healthcheck)
        .flat_map(|one| calls(view.file, one))
        .collect();
    let why = if health.is_empty() { "nothing here calls it" } else { "only HEALTHCHECK calls it" };
    let finding = Finding::new(&META, package.word.span, format!("curl ships, and {why}"));
    let Some(mut edits) = without_packages(view.file, install, &[package]) else { return Some(finding) };
    for command in &health {
        match with_wget(view, command) {
            Some(edit) => edits.push(edit),
            None => return Some(finding.note("the service can answer for its own health without another program")),
        }
    }
    edits.sort_by_key(|edit| edit.span);
    let title = if health.is_empty() { "do not install curl" } else { "let the base's wget ask" };
    Some(finding.fix(Fix { title: title.into(), safety: Safety::Unsafe, edits }))
}

/// The same request by the `wget` of busybox, where the base has it and nothing but the address is asked for.
fn with_wget(view: &View<'_>, command: &SimpleCommand) -> Option<Edit> {
    let has_busybox = view.shipped_bases().any(|base| {
        base.resolved.as_ref().is_some_and(|name| repository_of(name) == "alpine" || name.contains("-alpine"))
    });
    let quiet = |text: &str| {
        matches!(text, "--fail" | "--silent" | "--show-error" | "-o" | "/dev/null" | "--output" | "--location" | "-4")
            || text
                .strip_prefix('-')
                .is_some_and(|short| !short.is_empty() && short.bytes().all(|byte| b"fsSLo".contains(&byte)))
    };
    let mut addresses = command.words.iter().filter(|word| !quiet(&word.text));
    let address = addresses.next().filter(|word| word.text.starts_with("http"))?;
    if !has_busybox || addresses.next().is_some() || command.name.as_ref()?.text != "curl" {
        return None;
    }
    Some(Edit { span: command.span, text: format!("wget -q --spider {}", address.raw) })
}

fn calls<'a>(file: &'a Dockerfile, instruction: &'a Instruction) -> impl Iterator<Item = &'a SimpleCommand> {
    commands(file, instruction).filter(|command| {
        program(command)
            .is_some_and(|(name, words)| name == "curl" || words.iter().any(|word| word.text.contains("$(curl")))
    })
}
