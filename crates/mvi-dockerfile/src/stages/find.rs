//! Finds the stages of a file, what each is built on, and which shell each instruction runs in.

use std::collections::HashMap;

use crate::stages::scope::Globals;
use crate::stages::{Base, ImageName, Stage};
use crate::syntax::lexer::{Quotes, expand};
use crate::syntax::{Body, Dockerfile, Instruction, Keyword, Problem, ProblemKind, Word};

impl Dockerfile {
    /// Fills in what follows from all instructions together.
    pub(crate) fn find_stages(&mut self) {
        let mut list: Vec<Stage> = Vec::new();
        let mut names: HashMap<String, Vec<usize>> = HashMap::new();
        let globals = Globals::new(self);
        for instruction in self.instructions.iter().filter(|one| one.keyword == Keyword::From) {
            if let Some(last) = list.last_mut() {
                last.instructions.end = instruction.index;
            }
            let index = list.len();
            let (base, name) = base(self.escape, instruction, &names, &globals);
            if let Some(word) = &name {
                names.entry(word.text.to_ascii_lowercase()).or_default().push(index);
            }
            let instructions = instruction.index..self.instructions.len();
            list.push(Stage { index, name, base, instructions, span: instruction.span });
        }
        self.stages.shells = shells(&self.instructions, &list);
        self.stages.list = list;
        self.stages.names = names;
        let problems: Vec<Problem> = self.instructions.iter().filter_map(|one| self.missing_source(one)).collect();
        self.problems.extend(problems);
        self.problems.sort_by_key(|problem| problem.span);
    }

    /// What is wrong with the stage that `COPY --from` names: a number that no earlier stage has, or its own name.
    fn missing_source(&self, instruction: &Instruction) -> Option<Problem> {
        let (Body::Copy { from: Some(from), .. }, Some(stage)) = (&instruction.body, instruction.stage) else {
            return None;
        };
        let number = from.text.parse::<usize>().ok();
        let named =
            self.stages.list.get(stage)?.name.as_ref().is_some_and(|one| one.text.eq_ignore_ascii_case(&from.text));
        let message = match (self.stage_meant(&from.text, stage), number) {
            (None, Some(number)) if number == stage => "a stage cannot copy from itself".to_owned(),
            (None, Some(number)) => format!("no stage before this one has the number {number}"),
            (None, None) if named => "a stage cannot copy from itself".to_owned(),
            (None, None) | (Some(_), _) => return None,
        };
        Some(Problem { span: from.span, kind: ProblemKind::Stage, message })
    }

    /// The `SHELL` instruction that says what this instruction of the file runs in; `None` when none does.
    #[must_use]
    pub fn shell_at(&self, instruction: usize) -> Option<&Instruction> {
        let shell = self.stages.shells.get(instruction).copied().flatten()?;
        self.instructions.get(shell as usize)
    }
}

fn base(
    escape: char,
    from: &Instruction,
    names: &HashMap<String, Vec<usize>>,
    globals: &Globals,
) -> (Base, Option<Word>) {
    let Body::From { image, alias, .. } = &from.body else {
        let name = ImageName { text: String::new(), resolved: None, span: from.arguments };
        return (Base::Image(name), None);
    };
    let expanded = expand(&image.raw, escape, Quotes::Remove, globals);
    let known = expanded.unknown.is_empty() && expanded.malformed.is_none() && !expanded.text.is_empty();
    let resolved = known.then_some(expanded.text);
    let base = match resolved {
        Some(name) if name == "scratch" => Base::Scratch,
        resolved => {
            let stage = resolved.as_ref().and_then(|name| names.get(&name.to_ascii_lowercase())?.last());
            let name = ImageName { text: image.text.clone(), resolved: resolved.clone(), span: image.span };
            stage.map_or(Base::Image(name), |stage| Base::Stage(*stage))
        }
    };
    (base, alias.clone())
}

/// The `SHELL` in force at each instruction: the last of its stage, or what its base ends with.
fn shells(instructions: &[Instruction], stages: &[Stage]) -> Vec<Option<u32>> {
    let mut shells = vec![None; instructions.len()];
    let mut last: Vec<Option<u32>> = Vec::with_capacity(stages.len());
    for stage in stages {
        let mut shell = match stage.base {
            Base::Stage(base) => last.get(base).copied().flatten(),
            Base::Image(_) | Base::Scratch => None,
        };
        for index in stage.instructions.clone() {
            shells[index] = shell;
            if matches!(instructions[index].body, Body::Shell(_)) {
                shell = Some(index as u32);
            }
        }
        last.push(shell);
    }
    shells
}
