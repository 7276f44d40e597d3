//! MVI3008: packages of Debian and Ubuntu without a version.

use crate::finding::Finding;
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::{ShellWord, SimpleCommand};
use crate::syntax::Dockerfile;

pub(crate) struct PinAptVersions;

static META: RuleMeta = RuleMeta {
    code: "MVI3008",
    name: "pin-apt-versions",
    twins: &["DL3008"],
    why: "`apt-get install NAME` takes whatever version the mirror has on the day of the build, so the same Dockerfile \
          gives different images. `NAME=VERSION` gives the same one, or fails when it is gone and has to be looked at.",
    bad: "FROM debian:12.9\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\n",
    good: "FROM debian:12.9\nRUN apt-get update && apt-get install -y --no-install-recommends curl=7.88.1-10+deb12u8 && rm -rf /var/lib/apt/lists/*\n",
    ..RuleMeta::PLAIN
};

impl Rule for PinAptVersions {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let scripts = file.instructions().iter().flat_map(|instruction| file.scripts(instruction));
        scripts.flat_map(|script| &script.commands).filter_map(finding).collect()
    }
}

fn finding(command: &SimpleCommand) -> Option<Finding> {
    let is_apt = command.name.as_ref().is_some_and(|name| name.text == "apt-get");
    let installs = command.words.iter().any(|word| word.text == "install");
    if !is_apt || !installs {
        return None;
    }
    let floating: Vec<&ShellWord> = packages(&command.words).filter(|word| !is_pinned(&word.text)).collect();
    let (first, last) = (floating.first()?, floating.last()?);
    let names: Vec<&str> = floating.iter().take(5).map(|word| word.text.as_str()).collect();
    let more = if floating.len() > names.len() { ", …" } else { "" };
    let message = format!("packages are installed without a version: {}{more}", names.join(", "));
    Some(
        Finding::new(&META, first.span.join(last.span), message)
            .note("`NAME=VERSION` installs the same one every time"),
    )
}

/// Words that are neither options nor the value of `-t`; as hadolint, whatever stands before `install` counts too.
fn packages(words: &[ShellWord]) -> impl Iterator<Item = &ShellWord> {
    let mut is_value = false;
    words.iter().filter(move |word| {
        let skipped = std::mem::replace(&mut is_value, matches!(word.text.as_str(), "-t" | "--target-release"));
        !skipped && !word.text.starts_with('-') && word.text != "install"
    })
}

/// A version, a release, a file.
fn is_pinned(package: &str) -> bool {
    package.contains(['=', '/']) || package.ends_with(".deb")
}
