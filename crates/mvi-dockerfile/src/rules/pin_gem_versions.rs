//! MVI3028: Ruby packages without a version.

use crate::finding::Finding;
use crate::packages::{Call, calls, unpinned, written};
use crate::rule::{Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::ShellWord;
use crate::syntax::Dockerfile;

pub(crate) struct PinGemVersions;

static META: RuleMeta = RuleMeta {
    code: "MVI3028",
    name: "pin-gem-versions",
    twins: &["DL3028"],
    why: "`gem install NAME` takes the newest release of the day, with whatever it depends on. `NAME:VERSION` \
          or `--version` decides it once; a `Gemfile.lock` decides it for everything.",
    bad: "FROM ruby:3.4.2-slim\nRUN gem install bundler\n",
    good: "FROM ruby:3.4.2-slim\nRUN gem install bundler:2.6.5\n",
    ..RuleMeta::PLAIN
};

impl Rule for PinGemVersions {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| call.name == "gem" && call.has(ORDERS)).filter_map(|call| finding(&call)).collect()
    }
}

const ORDERS: &[&str] = &["install", "i"];

/// Flags whose value is the next word (`gem help install`).
const VALUED: &[&str] = &[
    "B",
    "bindir",
    "build-root",
    "bulk-threshold",
    "document",
    "file",
    "g",
    "http-proxy",
    "install-dir",
    "n",
    "P",
    "p",
    "platform",
    "s",
    "source",
    "trust-policy",
    "without",
];

fn finding(call: &Call<'_>) -> Option<Finding> {
    let has_version = |word: &ShellWord| word.text.starts_with("-v") || word.text.starts_with("--version");
    if call.words.iter().any(has_version) {
        return None;
    }
    // What follows two dashes is for the compiler of extensions.
    let ours = call.words.iter().position(|word| word.text == "--").unwrap_or(call.words.len());
    let ours = Call { words: &call.words[..ours], ..*call };
    let names = ours.operands(VALUED).filter(|word| !ORDERS.contains(&word.text.as_str()));
    unpinned(&META, names.filter(|word| !is_pinned(&written(word))), "`NAME:VERSION` installs the same one every time")
}

/// A version, a file.
fn is_pinned(package: &str) -> bool {
    package.contains(':') || package.ends_with(".gem")
}
