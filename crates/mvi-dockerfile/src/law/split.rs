//! The repair that splits a file of one stage: what compiles stays in a builder, and what it made is copied out of it.
//!
//! It is offered only where everything that the runtime needs is known: which files the compiler writes, and that
//! nothing else before them is there for the service.

use crate::finding::{Edit, Fix, Safety};
use crate::law::View;
use crate::law::commands::{Work, commands, steps};
use crate::law::edits::newline;
use crate::law::installs::{installs, program};
use crate::law::tools::{Purpose, purpose};
use crate::law::view::image_of;
use crate::settings::LintSettings;
use crate::shell::SimpleCommand;
use crate::span::Span;
use crate::syntax::{Body, Dockerfile, Instruction, Keyword};

/// Compilers that are told where to write with `-o`.
const COMPILERS: &[&str] = &["cc", "gcc", "clang", "tcc", "go", "rustc"];
/// What may stand in a builder beside them: fetching, and keeping house.
const HOUSEKEEPING: &[&str] =
    &["apk", "apt-get", "apt", "dnf", "yum", "microdnf", "rm", "mkdir", "cd", "true", "set", "strip", "go"];
/// Images that are compilers, and the C library that their plain tags have; with what runs of them elsewhere.
const COMPILER_IMAGES: &[&str] = &["golang", "rust", "gcc"];

/// The repair of a file of one stage that compiles.
pub(crate) fn split(file: &Dockerfile, view: &View<'_>, settings: &LintSettings) -> Option<Fix> {
    let [stage] = file.stages() else { return None };
    let (base, instructions) = (image_of(stage)?, view.instructions_of(stage.index));
    let (from, body) = instructions.split_first()?;
    let last = body.iter().rposition(|one| one.keyword == Keyword::Run)?;
    let (built, after) = body.split_at(last + 1);
    let outputs = outputs(file, built)?;
    if stage.name.is_some() || outputs.is_empty() || !after.iter().all(is_setting) || !built.iter().all(stays_behind) {
        return None;
    }
    let only_compilers = built
        .iter()
        .flat_map(|run| installs(file, run))
        .all(|install| install.packages.iter().all(|package| purpose(package.name) == Some(Purpose::Build)));
    if !only_compilers {
        return None;
    }
    let runtime = runtime(settings, base.resolved.as_deref()?, base.span.of(file.text()), file)?;
    let newline = newline(file);
    let mut lines = vec![String::new(), format!("FROM {runtime}")];
    lines.extend(kept(file, built));
    lines.extend(outputs.iter().map(|path| format!("COPY --from=builder {path} {path}")));
    let end = built.last()?.span.end;
    let named = |name: &str| Edit { span: Span::at(from.span.end), text: format!(" AS {name}") };
    let mut edits = match fetching(file, built) {
        None => vec![named("builder")],
        Some(fetch) => {
            let text = format!("{newline}{newline}FROM deps AS builder");
            vec![named("deps"), Edit { span: Span::at(fetch.span.end), text }]
        }
    };
    edits.push(Edit { span: Span::at(end), text: format!("{newline}{}", lines.join(newline)) });
    Some(Fix { title: "compile in a stage of its own".into(), safety: Safety::Unsafe, edits })
}

/// The step that fetches dependencies and does nothing else, when files for the build are copied after it.
fn fetching<'a>(file: &Dockerfile, built: &'a [Instruction]) -> Option<&'a Instruction> {
    let only_fetches = |one: &Instruction| {
        let mut fetches = steps(file, one).map(|step| step.work == Work::Fetch).peekable();
        fetches.peek().is_some() && fetches.all(|fetches| fetches)
    };
    let at = built.iter().position(only_fetches)?;
    built[at + 1..].iter().any(|one| one.keyword == Keyword::Copy).then(|| built.get(at))?
}

/// What is only said about the image, after all was built.
fn is_setting(instruction: &Instruction) -> bool {
    matches!(
        instruction.keyword,
        Keyword::Cmd
            | Keyword::Entrypoint
            | Keyword::Env
            | Keyword::Expose
            | Keyword::Healthcheck
            | Keyword::Label
            | Keyword::Stopsignal
            | Keyword::User
            | Keyword::Volume
            | Keyword::Workdir
    )
}

/// What the runtime can do without, or is written again in it.
fn stays_behind(instruction: &Instruction) -> bool {
    let is_plain_copy = instruction.flag("from").is_none();
    match instruction.keyword {
        Keyword::Run | Keyword::Env | Keyword::Workdir | Keyword::Label => true,
        Keyword::Copy | Keyword::Add => is_plain_copy,
        _ => false,
    }
}

/// The settings before the last step that hold for the runtime as well, as they are written.
fn kept(file: &Dockerfile, built: &[Instruction]) -> Vec<String> {
    let text = |one: &Instruction| one.span.of(file.text()).trim_end().to_owned();
    let plain = built.iter().filter(|one| matches!(one.keyword, Keyword::Env | Keyword::Label)).map(text);
    let folder = built.iter().rfind(|one| one.keyword == Keyword::Workdir).map(text);
    plain.chain(folder).collect()
}

/// Every file that the steps compile, by absolute path; nothing where one of them does what is not known.
fn outputs(file: &Dockerfile, built: &[Instruction]) -> Option<Vec<String>> {
    let mut folder: Option<&str> = None;
    let mut outputs = Vec::new();
    for instruction in built {
        if let Body::Workdir(path) = &instruction.body {
            folder = Some(path.text.as_str()).filter(|path| path.starts_with('/') && !path.contains('$'));
        }
        if instruction.keyword != Keyword::Run {
            continue;
        }
        if file.scripts(instruction).iter().any(|script| script.problem.is_some()) {
            return None;
        }
        for command in commands(file, instruction) {
            let (name, _) = program(command)?;
            match output(command) {
                Some(path) if path.starts_with('/') => outputs.push(path.to_owned()),
                Some(path) => outputs.push(format!("{}/{path}", folder?.trim_end_matches('/'))),
                None if HOUSEKEEPING.contains(&name) && command.words.iter().all(|word| word.text != "build") => {}
                None => return None,
            }
        }
    }
    let is_plain = |path: &String| path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    outputs.dedup();
    outputs.iter().all(is_plain).then_some(outputs)
}

/// Where a compiler writes a program that needs nothing but the C library; nothing for any other command.
fn output(command: &SimpleCommand) -> Option<&str> {
    let (name, words) = program(command).filter(|(name, _)| COMPILERS.contains(name))?;
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let links =
        |word: &&str| word.starts_with("-l") || word.starts_with("-buildmode") || *word == "-c" || *word == "-shared";
    if words.iter().any(links) || (name == "go" && words.first() != Some(&"build")) {
        return None;
    }
    let at = words.iter().position(|word| *word == "-o")?;
    words.get(at + 1).copied().filter(|path| !path.ends_with('/') && *path != ".")
}

/// What the runtime stands on: the base itself, or where that is a compiler, what the standard has for such programs.
fn runtime<'a>(settings: &'a LintSettings, resolved: &str, written: &'a str, file: &Dockerfile) -> Option<&'a str> {
    let name = resolved.split(['@', ':']).next()?.rsplit('/').next()?;
    if !COMPILER_IMAGES.contains(&name) {
        return Some(written);
    }
    // A program of one C library does not start on another.
    let is_static = file.text().contains("CGO_ENABLED=0");
    let allowed = |prefix: &str| settings.allowed_bases.iter().find(|base| base.reference.starts_with(prefix));
    let fits = resolved.contains("alpine") || (name == "golang" && is_static);
    fits.then(|| allowed("alpine:"))?.map(|base| base.reference.as_str())
}
