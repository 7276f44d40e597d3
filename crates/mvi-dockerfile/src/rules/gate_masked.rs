//! W-GATE-MASKED: checks that may fail without anybody noticing.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::law::installs::program;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::{Joint, Script, SimpleCommand};
use crate::span::Span;
use crate::syntax::{Dockerfile, Keyword};

pub(crate) struct GateMasked;

static META: RuleMeta = RuleMeta {
    code: "W-GATE-MASKED",
    name: "gate-masked",
    group: Group::Law,
    why: "A check whose failure is turned into success is no gate. The log says that it ran, the image is built, and what \
          it found is read by nobody; from the day it was masked on, it may as well be gone.",
    bad: "FROM alpine:3.21.3\nRUN rebar3 dialyzer || true\n",
    good: "FROM alpine:3.21.3\nRUN rebar3 dialyzer\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

/// Programs that only check.
const CHECKERS: &[&str] = &[
    "bandit",
    "black",
    "checkov",
    "clippy",
    "credo",
    "dialyzer",
    "eslint",
    "flake8",
    "gitleaks",
    "golangci-lint",
    "govulncheck",
    "grype",
    "hadolint",
    "jest",
    "mypy",
    "phpstan",
    "phpunit",
    "pylint",
    "pytest",
    "rspec",
    "rubocop",
    "ruff",
    "safety",
    "semgrep",
    "shellcheck",
    "snyk",
    "staticcheck",
    "tox",
    "trivy",
    "tsc",
    "vitest",
];
/// Verbs of other programs that only check.
const VERBS: &[&str] = &[
    "audit",
    "check",
    "clippy",
    "credo",
    "ct",
    "dialyzer",
    "eunit",
    "fmt",
    "lint",
    "proper",
    "scan",
    "test",
    "test:unit",
    "typecheck",
    "verify",
    "vet",
    "xref",
];
const DRIVERS: &[&str] = &[
    "bundle", "cargo", "composer", "docker", "dotnet", "go", "gradle", "make", "mix", "mvn", "npm", "npx", "pip",
    "pnpm", "poetry", "python", "python3", "rake", "rebar3", "uv", "yarn",
];

impl Rule for GateMasked {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let runs = file.instructions().iter().filter(|one| one.keyword == Keyword::Run);
        runs.flat_map(|run| file.scripts(run)).flat_map(|script| findings(file, script)).collect()
    }
}

fn findings(file: &Dockerfile, script: &Script) -> Vec<Finding> {
    let pairs = script.commands.windows(2).filter_map(|pair| <&[SimpleCommand; 2]>::try_from(pair).ok());
    let masked = pairs.filter(|[gate, mask]| {
        mask.joined_by == Joint::Or && mask.depth == gate.depth && is_mask(mask) && is_gate(gate) && !gate.in_condition
    });
    masked
        .map(|[gate, mask]| {
            let text = gate.span.of(file.text()).split_whitespace().take(4).collect::<Vec<_>>().join(" ");
            let finding =
                Finding::new(&META, gate.span.join(mask.span), format!("`{text}` may fail and nobody notices"));
            let span = Span::new(end_of(gate), end_of(mask));
            if span.of(file.text()).contains('#') {
                return finding;
            }
            let edits = vec![Edit { span, text: String::new() }];
            finding.fix(Fix { title: "let it fail".into(), safety: Safety::Unsafe, edits })
        })
        .collect()
}

fn end_of(command: &SimpleCommand) -> u32 {
    command.redirects.iter().map(|redirect| redirect.span.end).fold(command.span.end, u32::max)
}

/// `true`, `:`, `exit 0` or a message.
fn is_mask(command: &SimpleCommand) -> bool {
    match program(command) {
        Some(("true" | ":" | "echo" | "printf", _)) => true,
        Some(("exit", words)) => words.first().is_none_or(|word| word.text == "0"),
        _ => false,
    }
}

fn is_gate(command: &SimpleCommand) -> bool {
    let Some((name, words)) = program(command) else { return false };
    let mut verbs = words.iter().map(|word| word.text.as_str()).filter(|word| !word.starts_with('-')).take(3);
    CHECKERS.contains(&name)
        || (DRIVERS.contains(&name) && verbs.any(|verb| VERBS.contains(&verb) || CHECKERS.contains(&verb)))
}
