//! What could become one Dockerfile, and that Dockerfile.

use std::collections::{BTreeMap, BTreeSet};

use super::runtime::{Runtime, own_base};
use super::{Known, Row, State, purpose};
use crate::compose::is_debugging_word;
use crate::manifest::ImageReference;
use crate::span::Span;
use crate::stages::{Base, Stage};
use crate::syntax::{Body, Dockerfile, Instruction};

/// How the files of one runtime become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The runtime: `erlang`.
    pub runtime: &'static str,
    /// The file that stays.
    pub into: String,
    /// What becomes of the others, in order of their paths.
    pub steps: Vec<Step>,
}

/// What becomes of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The file.
    pub path: String,
    /// The stage that takes its place: `--target cluster`; nothing for a file that is only taken away.
    pub target: Option<String>,
    /// Why, a sentence without a full stop.
    pub why: String,
    /// The folder it is built from, from the repository's; nothing when nobody builds it, or not always from one.
    pub context: Option<String>,
}

/// A Dockerfile made of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consolidated {
    /// Its text.
    pub text: String,
    /// What somebody has to look at, a sentence each without a full stop.
    pub remarks: Vec<String>,
}

/// Plans for every runtime that more than one file is about, those for developing and tests left out.
#[must_use]
pub fn plans(rows: &[Row]) -> Vec<Plan> {
    let mut by_runtime: BTreeMap<&'static str, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| !matches!(row.state, State::Keep | State::Specialized)) {
        if let Some(runtime) = &row.runtime {
            by_runtime.entry(runtime.name).or_default().push(row);
        }
    }
    let several = by_runtime.into_iter().filter(|(_, rows)| rows.len() > 1);
    several.filter_map(|(runtime, rows)| plan(runtime, &rows)).collect()
}

fn plan(runtime: &'static str, rows: &[&Row]) -> Option<Plan> {
    let into =
        rows.iter().filter(|row| row.state == State::Active).min_by_key(|row| (row.path.contains('/'), &row.path))?;
    let mut names = BTreeSet::new();
    let others = rows.iter().filter(|row| row.path != into.path && row.state != State::Active);
    let steps: Vec<Step> = others
        .map(|row| {
            let target = (row.state != State::Deprecated).then(|| unlike(&purpose::target(&row.path), &mut names));
            let why = match row.state {
                State::Deprecated => format!("{}; what {} builds takes its place", row.why, into.path),
                _ => row.why.clone(),
            };
            let mut contexts: Vec<&String> = row.uses.iter().filter_map(|usage| usage.context.as_ref()).collect();
            contexts.dedup();
            let context = (contexts.len() == 1).then(|| contexts[0].clone());
            Step { path: row.path.clone(), target, why, context }
        })
        .collect();
    (!steps.is_empty()).then(|| Plan { runtime, into: into.path.clone(), steps })
}

/// A name that is not among those given before.
fn unlike(wanted: &str, names: &mut BTreeSet<String>) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while !names.insert(name.to_lowercase()) {
        name = format!("{wanted}-{number}");
        number += 1;
    }
    name
}

/// Something to replace in a text.
type Change = (Span, String);

/// The Dockerfile that does what the plan's files do: stages of the one that stays as they are, then those of the
/// others that it does not have, then what is built by default.
///
/// Nothing when the file that stays is not among those known, or has no stage.
#[must_use]
pub fn consolidate(known: &[Known], plan: &Plan) -> Option<Consolidated> {
    let main = known.iter().find(|known| known.path == plan.into)?;
    let last = default_stage(&main.file)?;
    let mut names: BTreeSet<String> = main
        .file
        .stages()
        .iter()
        .filter_map(|stage| stage.name.as_ref())
        .map(|name| name.text.to_lowercase())
        .collect();
    let mut remarks = Vec::new();
    let (mut text, default) = named(&main.file, last, &mut names);
    let globals = global_arguments(&main.file);
    let newest = super::runtime::of(&main.file);
    for step in &plan.steps {
        let (Some(target), Some(other)) = (&step.target, known.iter().find(|known| known.path == step.path)) else {
            continue;
        };
        let context = step.context.as_deref();
        let guest = Guest { path: &step.path, file: &other.file, target, context, newest: newest.as_ref() };
        guest.remark(&globals, &mut remarks);
        // The empty line keeps it from being the description of the stage that follows.
        text.push_str(&format!("\n# What {} built: --target {target}\n\n", step.path));
        text.push_str(&guest.stages(&main.file, &mut names, &mut remarks));
    }
    let end = unlike("default", &mut names);
    text.push_str(&format!(
        "\n# The last stage is what is built when no target is named.\n\nFROM {default} AS {end}\n"
    ));
    Some(Consolidated { text, remarks })
}

/// The stage that should be built by default: the last that is not for debugging.
fn default_stage(file: &Dockerfile) -> Option<usize> {
    let is_debug = |stage: &&Stage| stage.name.as_ref().is_some_and(|name| is_debugging_word(&name.text));
    let stage = file.stages().iter().rev().find(|stage| !is_debug(stage));
    stage.map(|stage| stage.index).or_else(|| file.runtime_target())
}

/// The text of a file in which this stage has a name, and that name.
fn named(file: &Dockerfile, stage: usize, names: &mut BTreeSet<String>) -> (String, String) {
    let mut text = file.text().to_owned();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let stage = &file.stages()[stage];
    if let Some(name) = &stage.name {
        return (text, name.text.clone());
    }
    let name = unlike("runtime", names);
    text.insert_str(stage.span.end as usize, &format!(" AS {name}"));
    (text, name)
}

/// Arguments before the first stage, with their defaults.
fn global_arguments(file: &Dockerfile) -> BTreeMap<String, Option<String>> {
    let before = file.instructions().iter().take_while(|instruction| instruction.stage.is_none());
    let definitions = before.filter_map(|instruction| match &instruction.body {
        Body::Arg(definitions) => Some(definitions),
        _ => None,
    });
    let pairs = definitions.flatten();
    pairs
        .map(|argument| (argument.name.text.clone(), argument.default.as_ref().map(|value| value.text.clone())))
        .collect()
}

/// A file whose stages move into another.
struct Guest<'a> {
    path: &'a str,
    file: &'a Dockerfile,
    target: &'a str,
    context: Option<&'a str>,
    newest: Option<&'a Runtime>,
}

impl Guest<'_> {
    fn remark(&self, globals: &BTreeMap<String, Option<String>>, remarks: &mut Vec<String>) {
        for (name, value) in global_arguments(self.file) {
            let text = match globals.get(&name) {
                Some(known) if *known == value => continue,
                Some(_) => format!("{} has another default for the argument {name}", self.path),
                None => format!("{} takes the argument {name}, whose default was filled in", self.path),
            };
            remarks.push(text);
        }
        let folder = self.path.rsplit_once('/').map(|(folder, _)| folder);
        remarks.extend(match (self.context, folder) {
            // It was built from there before.
            (Some(""), _) | (None, None) => None,
            (Some(context), _) => Some(format!(
                "paths in {} are taken from the top of the repository now, not from {context}/",
                self.path
            )),
            (None, Some(folder)) => Some(format!(
                "paths in {} are taken from the top of the repository now; nothing says whether they were from {folder}/",
                self.path
            )),
        });
    }

    /// Its stages under new names; those that the host has as well are not repeated.
    fn stages(&self, host: &Dockerfile, names: &mut BTreeSet<String>, remarks: &mut Vec<String>) -> String {
        let last = default_stage(self.file).unwrap_or_default();
        let mut new_names: Vec<String> = Vec::new();
        let mut text = String::new();
        for stage in self.file.stages() {
            if let Some(name) = self.twin(stage, host, &new_names).filter(|_| stage.index != last) {
                let base = own_base(stage).map_or_else(String::new, |base| format!(", which stood on `{base}`"));
                remarks.push(format!("stage `{name}` stands for stage {} of {}{base}", stage_name(stage), self.path));
                new_names.push(name);
                continue;
            }
            let wanted = if stage.index == last {
                self.target.to_owned()
            } else {
                format!("{}-{}", self.target, stage_name(stage))
            };
            let name = unlike(&wanted, names);
            let changes = self.changes(stage, &name, &new_names, remarks);
            text.push_str(&changed(self.file, stage, changes));
            text.push('\n');
            new_names.push(name);
        }
        text
    }

    /// The stage of the host that says the same on the same base, versions of the base aside.
    fn twin(&self, stage: &Stage, host: &Dockerfile, new_names: &[String]) -> Option<String> {
        let same = host.stages().iter().find(|other| {
            let bases = match (&stage.base, &other.base) {
                (Base::Stage(own), Base::Stage(theirs)) => {
                    let theirs = host.stages()[*theirs].name.as_ref().map(|name| name.text.as_str());
                    new_names.get(*own).map(String::as_str) == theirs
                }
                (Base::Image(_), Base::Image(_)) => is_kin(stage, other),
                (Base::Scratch, Base::Scratch) => true,
                _ => false,
            };
            bases && says(self.file, stage) == says(host, other)
        });
        same?.name.as_ref().map(|name| name.text.clone())
    }

    fn changes(&self, stage: &Stage, name: &str, new_names: &[String], remarks: &mut Vec<String>) -> Vec<Change> {
        let mut changes = Vec::new();
        for instruction in self.file.instructions().get(stage.instructions.clone()).unwrap_or_default() {
            if let Body::From { image, .. } = &instruction.body {
                let base = self.base(stage, new_names, remarks).unwrap_or_else(|| image.text.clone());
                changes.push((Span::new(image.span.start, instruction.span.end), format!("{base} AS {name}")));
                continue;
            }
            changes.extend(froms(instruction).into_iter().filter_map(|(span, from)| {
                let meant = self.file.stage_meant(from, stage.index)?;
                new_names.get(meant).map(|name| (span, name.clone()))
            }));
        }
        changes
    }

    fn base(&self, stage: &Stage, new_names: &[String], remarks: &mut Vec<String>) -> Option<String> {
        if let Base::Stage(index) = stage.base {
            return new_names.get(index).cloned();
        }
        let own = own_base(stage)?;
        let newest = self.newest.filter(|newest| {
            super::runtime::of_reference(&own)
                .is_some_and(|runtime| runtime.name == newest.name && runtime.line < newest.line)
        });
        if let Some(newest) = newest {
            remarks.push(format!("{} moves from `{own}` to `{}`", self.path, newest.reference));
        }
        Some(newest.map_or(own, |newest| newest.reference.clone()))
    }
}

fn stage_name(stage: &Stage) -> String {
    stage.name.as_ref().map_or_else(|| stage.index.to_string(), |name| name.text.clone())
}

/// Whether two stages stand on the same runtime of the same flavour, or on the same repository; whatever the version.
fn is_kin(one: &Stage, other: &Stage) -> bool {
    let (Some(one), Some(other)) = (own_base(one), own_base(other)) else { return false };
    let (own, theirs) = (super::runtime::of_reference(&one), super::runtime::of_reference(&other));
    match (own, theirs) {
        (Some(own), Some(theirs)) => own.name == theirs.name && one.contains("alpine") == other.contains("alpine"),
        (None, None) => ImageReference::parse(&one).repository == ImageReference::parse(&other).repository,
        _ => false,
    }
}

/// What a stage's instructions but the first say, spaces and continuations aside.
fn says(file: &Dockerfile, stage: &Stage) -> Vec<String> {
    let instructions = file.instructions().get(stage.instructions.clone()).unwrap_or_default();
    let text = |instruction: &Instruction| {
        let lines = instruction.span.of(file.text()).lines().filter(|line| !line.trim_start().starts_with('#'));
        lines.flat_map(str::split_whitespace).filter(|word| *word != "\\").collect::<Vec<_>>().join(" ")
    };
    instructions.iter().skip(1).map(text).collect()
}

/// The values of `--from=` and `from=` of an instruction, with their places.
fn froms(instruction: &Instruction) -> Vec<(Span, &str)> {
    let mut found = Vec::new();
    let flags = instruction.flags.iter().filter(|flag| flag.name == "from");
    for flag in flags {
        if let Some(value) = &flag.value {
            // The value ends where the flag does; quotes are not written around names of stages.
            found.push((Span::new(flag.span.end.saturating_sub(value.len() as u32), flag.span.end), value.as_str()));
        }
    }
    for option in instruction.mounts.iter().flat_map(|mount| &mount.options).filter(|option| option.key == "from") {
        if let Some(value) = &option.value {
            let start = option.span.end.saturating_sub(value.len() as u32);
            found.push((Span::new(start, option.span.end), value.as_str()));
        }
    }
    found
}

/// The text of a stage with changes made, which do not overlap.
fn changed(file: &Dockerfile, stage: &Stage, mut changes: Vec<Change>) -> String {
    let instructions = file.instructions().get(stage.instructions.clone()).unwrap_or_default();
    let end = instructions.last().map_or(stage.span.end, |last| last.span.end);
    let mut text = String::new();
    let mut at = stage.span.start;
    changes.sort_by_key(|(span, _)| span.start);
    for (span, new) in changes {
        text.push_str(Span::new(at, span.start).of(file.text()));
        text.push_str(&new);
        at = span.end;
    }
    text.push_str(Span::new(at, end).of(file.text()));
    text.push('\n');
    text
}
