//! REC-12: images for one kind of machine.

use crate::finding::{Edit, Finding, Fix, Level, Safety};
use crate::law::View;
use crate::law::commands::{commands, is_download};
use crate::law::edits::line_before;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::stages::Variable;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct MultiArch;

static META: RuleMeta = RuleMeta {
    code: "REC-12",
    name: "multi-arch",
    level: Level::Info,
    group: Group::Recommendation,
    why: "A download that names `amd64` builds everywhere and runs on one kind of machine: the image for the other kind \
          holds a program that cannot start there, and nothing says so before it is started. The builder knows the machine \
          as `TARGETARCH`.",
    bad: "FROM alpine:3.21.3\nADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.org/tool-linux-amd64 /tool\n",
    good: "FROM alpine:3.21.3\nARG TARGETARCH\nADD https://example.org/tool-linux-${TARGETARCH} /tool\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

/// Names of machines as downloads have them.
const MACHINES: &[&str] = &["amd64", "x86_64", "arm64", "aarch64"];
/// What tells that an instruction asks which machine it is.
const ASKS: &[&str] = &["TARGETARCH", "TARGETPLATFORM", "uname -m", "--print-arch", "arch)", "BUILDARCH"];

impl Rule for MultiArch {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let fixed = file.instructions().iter().filter_map(|instruction| finding(file, instruction));
        fixed.chain(single(file, settings)).collect()
    }
}

fn finding(file: &Dockerfile, instruction: &Instruction) -> Option<Finding> {
    let stage = instruction.stage.and_then(|stage| file.stages().get(stage));
    let is_named_after_one = stage.and_then(|stage| stage.name.as_ref());
    let is_named_after_one =
        is_named_after_one.is_some_and(|name| MACHINES.iter().any(|machine| name.text.contains(machine)));
    if is_named_after_one || ASKS.iter().any(|asks| instruction.span.of(file.text()).contains(asks)) {
        return None;
    }
    let (span, raw) = match &instruction.body {
        Body::Add { sources, .. } => {
            let source =
                sources.iter().find(|source| source.text.contains("://") && machine_in(&source.text).is_some())?;
            (source.span, source.raw.as_str())
        }
        Body::Run(_) => {
            let downloads = commands(file, instruction).filter(|command| is_download(command));
            let mut words = downloads.flat_map(|command| &command.words);
            let word = words.find(|word| word.text.contains("://") && machine_in(&word.text).is_some())?;
            (word.span, word.raw.as_str())
        }
        _ => return None,
    };
    let (at, machine) = machine_in(raw)?;
    let message = format!("this fetches a program for {machine} whatever machine the image is for");
    let finding = Finding::new(&META, span, message);
    // The builder's own names are `amd64` and `arm64`; others would need a table.
    let is_plain = matches!(machine, "amd64" | "arm64") && !raw.contains('\'') && span.of(file.text()) == raw;
    if !is_plain || instruction.flag("checksum").is_some_and(|_| raw.matches(machine).count() != 1) {
        return Some(finding);
    }
    let place = Span::new(span.start + at as u32, span.start + (at + machine.len()) as u32);
    let mut edits = vec![Edit { span: place, text: "${TARGETARCH}".into() }];
    if matches!(file.scope_at(instruction.index).variable("TARGETARCH"), Variable::Undeclared) {
        edits.insert(0, line_before(file, instruction, "ARG TARGETARCH"));
    }
    // A checksum is of one file; it has to be told for each machine.
    edits.extend(
        instruction
            .flag("checksum")
            .map(|flag| Edit { span: Span::new(flag.span.start, flag.span.end + 1), text: String::new() }),
    );
    edits.sort_by_key(|edit| edit.span);
    Some(finding.fix(Fix { title: "let the builder say which machine".into(), safety: Safety::Unsafe, edits }))
}

/// The name of a machine in an address, as a word of its own.
fn machine_in(text: &str) -> Option<(usize, &'static str)> {
    let is_word = |character: char| character.is_ascii_alphanumeric();
    MACHINES.iter().find_map(|machine| {
        let at = text.find(machine)?;
        let before = text[..at].chars().next_back().is_some_and(is_word);
        let after = text[at + machine.len()..].chars().next().is_some_and(is_word);
        (!before && !after).then_some((at, *machine))
    })
}

fn single(file: &Dockerfile, settings: &LintSettings) -> Option<Finding> {
    let automation = settings.repository.automation.as_ref()?;
    let platform = match automation.platforms.as_deref()? {
        [] => "the kind of machine it runs on",
        [platform] => platform,
        _ => return None,
    };
    let stage = View::new(file, settings).runtime().filter(|stage| stage.instructions.len() > 1)?;
    let message = format!("{} builds this for {platform} and nothing else", automation.path);
    Some(
        Finding::new(&META, stage.span, message)
            .note("`docker buildx build --platform linux/amd64,linux/arm64` builds for both"),
    )
}
