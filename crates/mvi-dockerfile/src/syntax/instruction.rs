//! From a logical line to an instruction.

use crate::syntax::bodies::body;
use crate::syntax::body::{Body, Command};
use crate::syntax::context::Context;
use crate::syntax::flags;
use crate::syntax::keyword::Keyword;
use crate::syntax::logical::Slice;
use crate::syntax::model::{Instruction, ProblemKind};
use crate::syntax::mount::mount;

/// Where an instruction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Top,
    InsideOnbuild,
}

/// Reads a line, which is not empty; heredocs are still to be found.
pub(crate) fn instruction(context: &mut Context<'_>, line: Slice<'_>, place: Place) -> Instruction {
    let line = line.trim();
    let (word, rest) = line.split();
    let keyword = Keyword::parse(word.text);
    if keyword == Keyword::Unknown {
        let message = format!("there is no instruction `{}`", shortened(word.text));
        context.problem(context.span(word), ProblemKind::UnknownInstruction, message);
    }
    let (raw, arguments) = flags::take(context, rest);
    let mounts = if keyword == Keyword::Run {
        let mounts = raw.iter().filter(|raw| raw.flag.name == "mount");
        mounts.map(|raw| mount(context, raw)).collect()
    } else {
        Vec::new()
    };
    let flags: Vec<_> = raw.into_iter().map(|raw| raw.flag).collect();
    flags::check(context, keyword, &flags);
    let (body, on_build) = if keyword == Keyword::Onbuild {
        on_build(context, arguments, place)
    } else {
        (body(context, keyword, &flags, arguments), None)
    };
    Instruction {
        index: context.index,
        keyword,
        keyword_span: context.span(word),
        span: context.span(line),
        flags,
        arguments: context.span(arguments),
        heredocs: Vec::new(),
        mounts,
        stage: None,
        on_build: on_build.map(Box::new),
        body,
    }
}

/// A line that is not looked into, as too much has been already.
pub(crate) fn unread(context: &mut Context<'_>, line: Slice<'_>) -> Instruction {
    let line = line.trim();
    let (word, arguments) = line.split();
    let span = context.span(line);
    context.problem(span, ProblemKind::TooLong, "the instructions of this file are too long to be looked into");
    Instruction {
        index: context.index,
        keyword: Keyword::parse(word.text),
        keyword_span: context.span(word),
        span,
        flags: Vec::new(),
        arguments: context.span(arguments),
        heredocs: Vec::new(),
        mounts: Vec::new(),
        stage: None,
        on_build: None,
        body: Body::Unknown,
    }
}

fn on_build(context: &mut Context<'_>, arguments: Slice<'_>, place: Place) -> (Body, Option<Instruction>) {
    let (word, _) = arguments.split();
    let refused = match Keyword::parse(word.text) {
        _ if word.text.is_empty() => Some((ProblemKind::Arguments, "ONBUILD needs an instruction to follow it".into())),
        keyword @ (Keyword::Onbuild | Keyword::From | Keyword::Maintainer) => {
            Some((ProblemKind::Order, format!("{} must not stand in ONBUILD", keyword.name())))
        }
        _ => None,
    };
    if let Some((kind, message)) = refused {
        context.problem(context.span(word), kind, message);
        if word.text.is_empty() || place == Place::InsideOnbuild || Keyword::parse(word.text) == Keyword::Onbuild {
            return (Body::Unknown, None);
        }
    }
    (Body::Onbuild, Some(instruction(context, arguments, Place::InsideOnbuild)))
}

/// Whether heredocs may follow: only where files are made or the shell reads a line.
pub(crate) fn may_have_heredocs(instruction: &Instruction) -> bool {
    match (&instruction.keyword, &instruction.on_build) {
        (Keyword::Onbuild, Some(inner)) => inner.keyword != Keyword::Onbuild && may_have_heredocs(inner),
        (Keyword::Run, _) => !matches!(instruction.body, Body::Run(Command::Exec(_))),
        (Keyword::Add | Keyword::Copy, _) => true,
        _ => false,
    }
}

/// At most 40 characters of a text.
fn shortened(text: &str) -> String {
    let end = text.char_indices().nth(40).map_or(text.len(), |(at, _)| at);
    if end < text.len() { format!("{}…", &text[..end]) } else { text.to_owned() }
}
