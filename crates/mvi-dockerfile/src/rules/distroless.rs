//! REC-11: a base with a shell below a program that needs none.

use crate::finding::{Finding, Level};
use crate::law::commands::commands;
use crate::law::installs::program;
use crate::law::{Image, View};
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::SimpleCommand;
use crate::syntax::{Body, Command, Dockerfile, Healthcheck, Instruction, Keyword};

pub(crate) struct Distroless;

static META: RuleMeta = RuleMeta {
    code: "REC-11",
    name: "distroless",
    level: Level::Style,
    group: Group::Recommendation,
    why: "A program without libraries of its own needs nothing of the base it stands on. On `scratch` or a distroless base \
          it runs as before, and there is no shell for whoever gets in, no package to patch and no megabyte to pull.",
    bad: "FROM golang:1.24.2-alpine3.21 AS builder\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM alpine:3.21.3\nCOPY --from=builder /app /app\nUSER 65532:65532\nENTRYPOINT [\"/app\"]\n",
    good: "FROM golang:1.24.2-alpine3.21 AS builder\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM scratch\nCOPY --from=builder /app /app\nUSER 65532:65532\nENTRYPOINT [\"/app\"]\n",
    beside: &["REC-06", "W-NO-CACHE-MOUNT"],
    ..RuleMeta::PLAIN
};

/// Bases whose shell is all that a static program gets from them.
const WITH_SHELL: &[&str] = &["alpine", "debian", "ubuntu", "busybox", "fedora", "almalinux", "rockylinux"];

impl Rule for Distroless {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let view = View::new(file, settings);
        let has_shell = |name: &str| WITH_SHELL.contains(&Image::parse(name).repository);
        let base = view.shipped_bases().find(|base| base.resolved.as_deref().is_some_and(has_shell));
        let Some(base) = base.filter(|_| is_static(&view) && !needs_shell(&view)) else { return Vec::new() };
        let message = format!("the program is static and nothing here needs the shell of `{}`", base.text);
        vec![
            Finding::new(&META, base.span, message)
                .note("`scratch`, or a distroless base with certificates and time zones, will do"),
        ]
    }
}

/// Whether a stage that does not ship builds a program without libraries, and the runtime takes files from there.
fn is_static(view: &View<'_>) -> bool {
    let copies = view.shipped_instructions().any(|one| matches!(&one.body, Body::Copy { from: Some(_), .. }));
    copies && view.builders().any(|stage| {
        let all = || view.instructions_of(stage.index).iter();
        let without_c = all().any(|one| matches!(&one.body, Body::Env(pairs) if pairs.iter().any(|pair| pair.key.text == "CGO_ENABLED" && pair.value.text == "0")));
        all().flat_map(|one| commands(view.file, one)).any(|command| builds_static(command, without_c))
    })
}

fn builds_static(command: &SimpleCommand, without_c: bool) -> bool {
    let is_off = command.assignments.iter().any(|one| one.name == "CGO_ENABLED" && one.value.text == "0");
    let has = |wanted: &str| command.words.iter().any(|word| word.text.contains(wanted));
    match program(command) {
        Some(("go", _)) => has("build") && (is_off || without_c || has("CGO_ENABLED=0")),
        Some(("cargo", _)) => has("build") && has("-linux-musl"),
        _ => false,
    }
}

/// Whether the runtime runs anything but the program: packages, scripts, or commands that go through a shell.
fn needs_shell(view: &View<'_>) -> bool {
    let mut all = view.shipped_instructions();
    all.any(|one: &Instruction| match &one.body {
        Body::Cmd(command) | Body::Entrypoint(command) | Body::Healthcheck(Healthcheck::Command(command)) => {
            match command {
                Command::Shell(_) => true,
                Command::Exec(words) => words.first().is_some_and(|word| word.text.ends_with("sh")),
            }
        }
        Body::Copy { sources, .. } => sources.iter().any(|source| source.text.ends_with(".sh")),
        _ => one.keyword == Keyword::Shell,
    }) || view
        .shipped_installs()
        .iter()
        .flat_map(|install| &install.packages)
        .any(|package| !matches!(package.name, "ca-certificates" | "tzdata"))
}
