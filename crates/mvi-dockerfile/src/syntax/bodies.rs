//! From an instruction's arguments to what it says.

use crate::syntax::body::{ArgDef, Body, Command, Healthcheck, Pair, ShellText, Word};
use crate::syntax::context::Context;
use crate::syntax::heredoc;
use crate::syntax::json::{Exec, exec};
use crate::syntax::keyword::Keyword;
use crate::syntax::logical::Slice;
use crate::syntax::model::{Flag, ProblemKind};
use crate::syntax::words::{Expand, split_blanks, split_quoted, word};

/// Reads the arguments of any instruction but `ONBUILD`.
pub(crate) fn body(context: &mut Context<'_>, keyword: Keyword, flags: &[Flag], arguments: Slice<'_>) -> Body {
    let empty = arguments.text.is_empty();
    let may_be_empty = matches!(keyword, Keyword::Cmd | Keyword::Entrypoint | Keyword::Unknown);
    if empty && !may_be_empty {
        let message = format!("{} needs something to follow it", keyword.name());
        context.problem(context.span(arguments), ProblemKind::Arguments, message);
        return Body::Unknown;
    }
    match keyword {
        Keyword::Add | Keyword::Copy => files(context, keyword, flags, arguments),
        Keyword::Arg => Body::Arg(definitions(context, arguments)),
        Keyword::Cmd => command(context, arguments).map_or(Body::Unknown, Body::Cmd),
        Keyword::Entrypoint => command(context, arguments).map_or(Body::Unknown, Body::Entrypoint),
        Keyword::Env => pairs(context, keyword, arguments).map_or(Body::Unknown, Body::Env),
        Keyword::Expose => Body::Expose(list(context, arguments)),
        Keyword::From => from(context, flags, arguments),
        Keyword::Healthcheck => healthcheck(context, arguments),
        Keyword::Label => pairs(context, keyword, arguments).map_or(Body::Unknown, Body::Label),
        Keyword::Maintainer => Body::Maintainer(word(context, arguments, Expand::No)),
        Keyword::Run => command(context, arguments).map_or(Body::Unknown, Body::Run),
        Keyword::Shell => shell(context, arguments),
        Keyword::Stopsignal => Body::Stopsignal(word(context, arguments, Expand::Yes)),
        Keyword::User => Body::User(word(context, arguments, Expand::Yes)),
        Keyword::Volume => words(context, arguments).map_or(Body::Unknown, Body::Volume),
        Keyword::Workdir => Body::Workdir(word(context, arguments, Expand::Yes)),
        Keyword::Onbuild | Keyword::Unknown => Body::Unknown,
    }
}

fn list(context: &mut Context<'_>, arguments: Slice<'_>) -> Vec<Word> {
    split_blanks(arguments).into_iter().map(|slice| word(context, slice, Expand::Yes)).collect()
}

/// An array of strings, or words between blanks.
fn words(context: &mut Context<'_>, arguments: Slice<'_>) -> Option<Vec<Word>> {
    match exec(context, arguments, Expand::Yes) {
        Exec::Words(words) => Some(words),
        Exec::No => Some(list(context, arguments)),
        Exec::NotStrings => not_strings(context, arguments),
    }
}

fn not_strings<T>(context: &mut Context<'_>, arguments: Slice<'_>) -> Option<T> {
    context.problem(context.span(arguments), ProblemKind::Json, "an array in exec form holds strings only");
    None
}

fn command(context: &mut Context<'_>, arguments: Slice<'_>) -> Option<Command> {
    match exec(context, arguments, Expand::No) {
        Exec::Words(words) => Some(Command::Exec(words)),
        Exec::No => Some(Command::Shell(ShellText {
            span: context.span(arguments),
            text: arguments.text.to_owned(),
            map: context.map.cut(arguments.at, arguments.end()),
        })),
        Exec::NotStrings => not_strings(context, arguments),
    }
}

fn files(context: &mut Context<'_>, keyword: Keyword, flags: &[Flag], arguments: Slice<'_>) -> Body {
    let slices = split_blanks(arguments);
    let Some(mut all) = words(context, arguments) else { return Body::Unknown };
    let (name, span) = (keyword.name(), context.span(arguments));
    let destination = all.pop().filter(|_| !all.is_empty());
    let Some(destination) = destination else {
        context.problem(span, ProblemKind::Arguments, format!("{name} needs a source and a destination"));
        return Body::Unknown;
    };
    if slices.last().is_some_and(|last| heredoc::mark(*last).is_some()) {
        context.problem(destination.span, ProblemKind::Arguments, format!("{name} cannot copy into a heredoc"));
    }
    let sources =
        all.into_iter().filter(|source| heredoc::mark(Slice { text: &source.raw, at: 0 }).is_none()).collect();
    if keyword == Keyword::Add {
        return Body::Add { sources, destination };
    }
    let from = value_of(flags, "from");
    if let Some(from) = from.as_ref().filter(|from| from.has_variables) {
        context.problem(from.span, ProblemKind::Flag, "variables are not replaced in `--from`; name a stage for it");
    }
    Body::Copy { sources, destination, from }
}

fn value_of(flags: &[Flag], name: &str) -> Option<Word> {
    flags.iter().find(|flag| flag.name == name).and_then(|flag| flag.word.clone())
}

fn from(context: &mut Context<'_>, flags: &[Flag], arguments: Slice<'_>) -> Body {
    let slices = split_blanks(arguments);
    let (image, alias) = match slices.as_slice() {
        [image] => (*image, None),
        [image, word, alias] if word.text.eq_ignore_ascii_case("as") => (*image, Some(*alias)),
        all => {
            let message = "FROM takes an image, and `AS` with a name at most";
            context.problem(context.span(arguments), ProblemKind::Arguments, message);
            let named = all.get(1).is_some_and(|word| word.text.eq_ignore_ascii_case("as"));
            (all.first().copied().unwrap_or(arguments), all.get(2).copied().filter(|_| named))
        }
    };
    let alias = alias.map(|alias| {
        if !is_stage_name(alias.text) {
            let message = "a name of a stage begins with a letter and has letters, digits, `-`, `_` and `.`";
            context.problem(context.span(alias), ProblemKind::Arguments, message);
        }
        word(context, alias, Expand::No)
    });
    Body::From { image: word(context, image, Expand::Yes), platform: value_of(flags, "platform"), alias }
}

fn is_stage_name(name: &str) -> bool {
    name.starts_with(|char: char| char.is_ascii_alphabetic())
        && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.'))
}

fn definitions(context: &mut Context<'_>, arguments: Slice<'_>) -> Vec<ArgDef> {
    let words = split_quoted(arguments, context.escape);
    let definitions = words.into_iter().map(|slice| {
        let (name, default) = split_equals(slice).map_or((slice, None), |(name, value)| (name, Some(value)));
        if name.text.is_empty() {
            context.problem(context.span(slice), ProblemKind::Arguments, "ARG needs a name before the `=`");
        }
        ArgDef {
            name: word(context, name, Expand::Yes),
            default: default.map(|default| word(context, default, Expand::Yes)),
            span: context.span(slice),
        }
    });
    definitions.collect()
}

fn split_equals(slice: Slice<'_>) -> Option<(Slice<'_>, Slice<'_>)> {
    let equals = slice.text.find('=')?;
    Some((slice.cut(0, equals), slice.cut(equals + 1, slice.text.len())))
}

fn pairs(context: &mut Context<'_>, keyword: Keyword, arguments: Slice<'_>) -> Option<Vec<Pair>> {
    let slices = split_quoted(arguments, context.escape);
    if slices.first().is_some_and(|first| !first.text.contains('=')) {
        let (key, value) = arguments.split();
        if value.text.is_empty() {
            let message = format!("{} needs a value for `{}`", keyword.name(), key.text);
            context.problem(context.span(key), ProblemKind::Arguments, message);
            return None;
        }
        return Some(vec![pair(context, key, value, arguments)]);
    }
    let mut pairs = Vec::new();
    for slice in slices {
        match split_equals(slice) {
            Some((key, value)) if !key.text.is_empty() => pairs.push(pair(context, key, value, slice)),
            Some(_) => {
                let message = format!("{} needs a name before the `=`", keyword.name());
                context.problem(context.span(slice), ProblemKind::Arguments, message);
            }
            None => {
                let message = format!("`{}` has no `=` and no value", slice.text);
                context.problem(context.span(slice), ProblemKind::Arguments, message);
            }
        }
    }
    Some(pairs)
}

fn pair(context: &mut Context<'_>, key: Slice<'_>, value: Slice<'_>, whole: Slice<'_>) -> Pair {
    Pair {
        key: word(context, key, Expand::Yes),
        value: word(context, value, Expand::Yes),
        span: context.span(whole),
        // The new form has an `=` between both.
        old_form: !whole.text[key.text.len()..].starts_with('='),
    }
}

fn shell(context: &mut Context<'_>, arguments: Slice<'_>) -> Body {
    let problem = match exec(context, arguments, Expand::No) {
        Exec::Words(words) if !words.is_empty() => return Body::Shell(words),
        Exec::Words(_) => "SHELL needs at least one word",
        Exec::No => "SHELL needs an array: `SHELL [\"/bin/sh\", \"-c\"]`",
        Exec::NotStrings => "an array in exec form holds strings only",
    };
    context.problem(context.span(arguments), ProblemKind::Json, problem);
    Body::Unknown
}

fn healthcheck(context: &mut Context<'_>, arguments: Slice<'_>) -> Body {
    let (kind, rest) = arguments.split();
    let message = if kind.text.eq_ignore_ascii_case("none") {
        if rest.text.is_empty() {
            return Body::Healthcheck(Healthcheck::None);
        }
        "HEALTHCHECK NONE takes nothing more"
    } else if !kind.text.eq_ignore_ascii_case("cmd") {
        "HEALTHCHECK needs CMD or NONE"
    } else {
        match command(context, rest) {
            None => return Body::Unknown,
            Some(Command::Exec(words)) if words.is_empty() => "HEALTHCHECK CMD needs a command",
            Some(Command::Shell(_)) if rest.text.is_empty() => "HEALTHCHECK CMD needs a command",
            Some(command) => return Body::Healthcheck(Healthcheck::Command(command)),
        }
    };
    context.problem(context.span(arguments), ProblemKind::Arguments, message);
    Body::Unknown
}
