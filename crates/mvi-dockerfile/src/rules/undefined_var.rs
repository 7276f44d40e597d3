//! MVI5006: variables that nothing has set where they are used.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::law::repository_of;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::stages::{Base, Variable};
use crate::syntax::{Body, Dockerfile, Instruction, Word};
use crate::words::{most_like, references};

pub(crate) struct UndefinedVar;

static META: RuleMeta = RuleMeta {
    code: "MVI5006",
    name: "undefined-var",
    twins: &["UndefinedVar"],
    group: Group::Build,
    why: "A variable that nothing sets is empty, and the builder goes on: `COPY app $TARGT/` copies to the root. An ARG \
          before the first `FROM` does not hold inside stages either; the stage has to declare it again.",
    bad: "ARG VERSION=1\nFROM alpine:3.21.3\nCOPY app-$VERSION /app\n",
    good: "ARG VERSION=1\nFROM alpine:3.21.3\nARG VERSION\nCOPY app-$VERSION /app\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

/// Images that set no variable but `PATH`, so that what a stage on them does not set is not set.
const BARE: &[&str] = &["alpine", "debian", "ubuntu", "busybox", "fedora", "almalinux", "rockylinux", "archlinux"];

impl Rule for UndefinedVar {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().flat_map(|instruction| findings(file, instruction)).collect()
    }
}

fn findings(file: &Dockerfile, instruction: &Instruction) -> Vec<Finding> {
    let (Some(stage), words) = (instruction.stage, words(instruction)) else { return Vec::new() };
    if words.is_empty() {
        return Vec::new();
    }
    let scope = file.scope_at(instruction.index);
    let mut found = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for word in words {
        for reference in references(&word.raw, file.escape()) {
            let name = reference.name;
            let is_unset = scope.variable(name) == Variable::Undeclared && !reference.has_default && name != "PATH";
            if is_unset && !seen.contains(&name) && !is_declared_here(instruction, name, word.span) {
                seen.push(name);
                found.extend(finding(file, instruction, stage, word, name));
            }
        }
    }
    found
}

/// What is known of a variable that the file does not set before; `None` where the base may well set it.
fn finding(file: &Dockerfile, instruction: &Instruction, stage: usize, word: &Word, name: &str) -> Option<Finding> {
    let finding = |why: &str| Finding::new(&META, word.span, format!("nothing sets `{name}` here{why}"));
    let before = || file.instructions().iter().take_while(|one| one.stage.is_none());
    if before().any(|one| defined(one).contains(&name)) {
        let told = finding(": the ARG before the first FROM does not hold in stages");
        let ending = if file.text().contains("\r\n") { "\r\n" } else { "\n" };
        let edit = Edit { span: Span::at(instruction.span.start), text: format!("ARG {name}{ending}") };
        let fix = Fix { title: format!("declare `{name}` in the stage"), safety: Safety::Unsafe, edits: vec![edit] };
        return Some(told.fix(fix));
    }
    let range = file.stages().get(stage)?.instructions.clone();
    let here = || file.instructions().get(range.clone()).unwrap_or_default().iter();
    if here().skip_while(|one| one.index <= instruction.index).any(|one| defined(one).contains(&name)) {
        return Some(finding(": it is set further down"));
    }
    let known = here().take_while(|one| one.index < instruction.index).flat_map(defined).chain(["PATH"]);
    if let Some(meant) = most_like(name, known) {
        return Some(finding("").note(format!("`{meant}` is set")));
    }
    let is_bare = file.bases(stage).any(|base| match base {
        Base::Scratch => true,
        Base::Image(image) => image.resolved.as_ref().is_some_and(|name| BARE.contains(&repository_of(name))),
        Base::Stage(_) => false,
    });
    is_bare.then(|| finding(""))
}

/// The words of an instruction in which the builder expands variables.
fn words(instruction: &Instruction) -> Vec<&Word> {
    match &instruction.body {
        Body::Copy { sources, destination, .. } | Body::Add { sources, destination } => {
            let flags = instruction.flags.iter().filter(|flag| matches!(flag.name.as_str(), "chown" | "chmod"));
            sources.iter().chain([destination]).chain(flags.filter_map(|flag| flag.word.as_ref())).collect()
        }
        Body::Env(pairs) | Body::Label(pairs) => pairs.iter().flat_map(|pair| [&pair.key, &pair.value]).collect(),
        Body::Arg(definitions) => definitions.iter().filter_map(|definition| definition.default.as_ref()).collect(),
        Body::User(word) | Body::Workdir(word) | Body::Stopsignal(word) => vec![word],
        Body::Expose(words) | Body::Volume(words) => words.iter().collect(),
        _ => Vec::new(),
    }
}

/// The variables an instruction sets or declares.
fn defined(instruction: &Instruction) -> Vec<&str> {
    match &instruction.body {
        Body::Env(pairs) => pairs.iter().map(|pair| pair.key.text.as_str()).collect(),
        Body::Arg(definitions) => definitions.iter().map(|definition| definition.name.text.as_str()).collect(),
        _ => Vec::new(),
    }
}

/// Whether an ARG declares a name before this place of the same instruction.
fn is_declared_here(instruction: &Instruction, name: &str, at: Span) -> bool {
    match &instruction.body {
        Body::Arg(definitions) => definitions.iter().any(|one| one.name.text == name && one.span.end < at.start),
        _ => false,
    }
}
