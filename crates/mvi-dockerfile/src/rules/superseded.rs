//! Instructions that count once in a stage: which come after another one, and the repair that takes the earlier away.

use crate::finding::{Edit, Fix, Safety};
use crate::span::Span;
use crate::syntax::{Body, Dockerfile, Instruction};

/// Pairs of such instructions that follow each other in a stage: the one that has no effect, and the one that has.
pub(crate) fn superseded(
    file: &Dockerfile,
    is_one: impl Fn(&Body) -> bool,
) -> impl Iterator<Item = (&Instruction, &Instruction)> {
    let mut last: Option<&Instruction> = None;
    file.instructions().iter().filter(move |one| is_one(&one.body)).filter_map(move |later| {
        let earlier = last.replace(later)?;
        (earlier.stage == later.stage).then_some((earlier, later))
    })
}

/// The repair that takes an instruction away, with its line.
pub(crate) fn removal(file: &Dockerfile, instruction: &Instruction) -> Fix {
    let behind = file.text().get(instruction.span.end as usize..).unwrap_or_default();
    let line = behind.find('\n').map_or(behind.len(), |end| end + 1);
    let blank = behind[..line].trim().is_empty();
    let end = instruction.span.end + if blank { line as u32 } else { 0 };
    let edit = Edit { span: Span::new(instruction.span.start, end), text: String::new() };
    Fix { title: "take the earlier one away".into(), safety: Safety::Unsafe, edits: vec![edit] }
}
