//! Which stages of a file ship: those that make up a runtime target, not those that only help to build it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Deref;

use crate::law::commands::commands;
use crate::law::installs::{Install, installs, program};
use crate::settings::LintSettings;
use crate::stages::{Base, ImageName, Stage};
use crate::syntax::{Body, Dockerfile, Instruction, Keyword, Word};

/// A file as the law sees it.
#[derive(Debug)]
pub(crate) struct View<'a> {
    pub(crate) file: &'a Dockerfile,
    shipping: Cow<'a, Shipping>,
}

/// Which stages ship when somebody builds these targets; kept beside the file, as most rules of the law ask.
#[derive(Clone, Debug)]
pub(crate) struct Shipping {
    /// Of [`LintSettings`], which a file may be judged with others of.
    asked: (Vec<String>, bool),
    /// Stages that somebody runs, in order.
    pub(crate) targets: Vec<usize>,
    /// The targets and the stages they are built on: what is in these is in the image.
    pub(crate) shipped: BTreeSet<usize>,
    /// Every stage the targets need.
    pub(crate) reached: BTreeSet<usize>,
}

/// Parts of stage names that say that a stage is there to look into a service.
const DEBUG: &[&str] = &["debug", "debugger", "dbg", "troubleshoot", "diagnostics"];
/// Parts of stage names of which nobody runs the result in production.
const ASIDE: &[&str] = &["dev", "devel", "development", "test", "tests", "testing", "lint", "ci"];

/// Programs of steps that need nothing of what was copied or installed before them.
const HARMLESS: &[&str] = &[
    "apk", "apt-get", "apt", "dnf", "yum", "rm", "mkdir", "chown", "chmod", "adduser", "addgroup", "useradd",
    "groupadd", "echo", "true", "ln",
];

/// Whether a stage is there to look into a service, by its name.
pub(crate) fn is_debug(stage: &Stage) -> bool {
    has_part(stage, DEBUG) || has_part(stage, &["dev", "devel", "development"])
}

fn has_part(stage: &Stage, parts: &[&str]) -> bool {
    let Some(name) = &stage.name else { return false };
    name.text.split(['-', '_', '.']).any(|part| parts.iter().any(|one| part.eq_ignore_ascii_case(one)))
}

fn is_aside(stage: &Stage) -> bool {
    has_part(stage, DEBUG) || has_part(stage, ASIDE)
}

impl Shipping {
    fn find(file: &Dockerfile, settings: &LintSettings) -> Self {
        let targets = targets(file, settings);
        let (mut shipped, mut reached) = (BTreeSet::new(), BTreeSet::new());
        for target in &targets {
            let mut open = Some(*target);
            while let Some(stage) = open.filter(|stage| shipped.insert(*stage)) {
                open = match file.stages().get(stage).map(|stage| &stage.base) {
                    Some(Base::Stage(base)) => Some(*base),
                    Some(Base::Image(_) | Base::Scratch) | None => None,
                };
            }
            reached.extend(file.stages_reached_from(*target));
        }
        Self { asked: (settings.targets.clone(), settings.builds_last), targets, shipped, reached }
    }
}

impl Deref for View<'_> {
    type Target = Shipping;

    fn deref(&self) -> &Shipping {
        &self.shipping
    }
}

impl<'a> View<'a> {
    pub(crate) fn new(file: &'a Dockerfile, settings: &LintSettings) -> Self {
        let kept = file.shipping.get_or_init(|| Shipping::find(file, settings));
        let is_same = kept.asked.0 == settings.targets && kept.asked.1 == settings.builds_last;
        let shipping = if is_same { Cow::Borrowed(kept) } else { Cow::Owned(Shipping::find(file, settings)) };
        Self { file, shipping }
    }

    /// The stage that runs in production, when there is just one.
    pub(crate) fn runtime(&self) -> Option<&'a Stage> {
        self.file.stages().get(*self.targets.last()?)
    }

    pub(crate) fn instructions_of(&self, stage: usize) -> &'a [Instruction] {
        let range = self.file.stages().get(stage).map(|stage| stage.instructions.clone());
        range.and_then(|range| self.file.instructions().get(range)).unwrap_or_default()
    }

    /// The instructions of each stage that ships.
    pub(crate) fn shipped_stages(&self) -> impl Iterator<Item = &'a [Instruction]> {
        self.shipped.iter().map(|stage| self.instructions_of(*stage))
    }

    /// Instructions whose results are in the image, in order.
    pub(crate) fn shipped_instructions(&self) -> impl Iterator<Item = &'a Instruction> {
        self.shipped_stages().flatten()
    }

    /// Installations that are in the image.
    pub(crate) fn shipped_installs(&self) -> Vec<Install<'a>> {
        let runs = self.shipped_instructions().filter(|one| one.keyword == Keyword::Run);
        runs.flat_map(|run| installs(self.file, run)).collect()
    }

    /// Stages that targets need and that do not ship.
    pub(crate) fn builders(&self) -> impl Iterator<Item = &'a Stage> {
        self.reached.difference(&self.shipped).filter_map(|stage| self.file.stages().get(*stage))
    }

    /// Bases from elsewhere that the shipped stages begin with.
    pub(crate) fn shipped_bases(&self) -> impl Iterator<Item = &'a ImageName> {
        self.shipped.iter().filter_map(|stage| image_of(self.file.stages().get(*stage)?))
    }

    /// The last instruction of this kind that holds for a stage, its bases included.
    pub(crate) fn last_of(&self, stage: usize, is_it: impl Fn(&Instruction) -> bool) -> Option<&'a Instruction> {
        let mut open = Some(stage);
        while let Some(stage) = open {
            if let Some(found) = self.instructions_of(stage).iter().rev().find(|one| is_it(one)) {
                return Some(found);
            }
            open = match self.file.stages().get(stage)?.base {
                Base::Stage(base) => Some(base),
                Base::Image(_) | Base::Scratch => None,
            };
        }
        None
    }

    /// Whether a shipped step, this one or a later one, does more than install packages and keep house: it may need what
    /// is there by then.
    pub(crate) fn works_after(&self, instruction: &Instruction) -> bool {
        let later =
            self.shipped_instructions().filter(|one| one.keyword == Keyword::Run && one.index >= instruction.index);
        later.flat_map(|one| commands(self.file, one)).any(|command| match program(command) {
            Some((name, _)) => !HARMLESS.contains(&name),
            None => false,
        })
    }

    /// Who runs in a stage, as far as the file says so.
    pub(crate) fn user_of(&self, stage: usize) -> Option<&'a Word> {
        match &self.last_of(stage, |one| one.keyword == Keyword::User)?.body {
            Body::User(user) => Some(user),
            _ => None,
        }
    }
}

/// The image a stage begins with, when that is from elsewhere.
pub(crate) fn image_of(stage: &Stage) -> Option<&ImageName> {
    match &stage.base {
        Base::Image(image) => Some(image),
        Base::Stage(_) | Base::Scratch => None,
    }
}

/// Whether a user is root, by name or number.
pub(crate) fn is_root(user: &Word) -> bool {
    matches!(user.text.split(':').next().unwrap_or_default(), "root" | "0")
}

/// What somebody runs: the targets in use, else the last stage; where that is only there to look into another one, or
/// for tests, the one it is built on or the last that is neither.
fn targets(file: &Dockerfile, settings: &LintSettings) -> Vec<usize> {
    let stages = file.stages();
    let named: BTreeSet<usize> = settings.targets.iter().filter_map(|name| file.stage_named(name)).collect();
    let mut named: BTreeSet<usize> = named.into_iter().filter(|stage| !is_aside(&stages[*stage])).collect();
    if named.is_empty() || settings.builds_last {
        named.extend(default_target(stages));
    }
    named.into_iter().collect()
}

fn default_target(stages: &[Stage]) -> Option<usize> {
    let last = stages.last()?;
    if !is_aside(last) {
        return Some(last.index);
    }
    let mut open = last;
    for _ in 0..stages.len() {
        match open.base {
            Base::Stage(base) if !is_aside(&stages[base]) => return Some(base),
            Base::Stage(base) => open = &stages[base],
            Base::Image(_) | Base::Scratch => break,
        }
    }
    Some(stages.iter().rev().find(|stage| !is_aside(stage)).map_or(last.index, |stage| stage.index))
}
