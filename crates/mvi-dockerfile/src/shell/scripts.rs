//! Finds the scripts of an instruction, and reads them.

use crate::shell::flatten::flatten;
use crate::shell::interpreter::{base, is_shell, of, of_shebang};
use crate::shell::source::Source;
use crate::shell::{Interpreter, Joint, RedirectKind, Script, ScriptPart, ShellWord, SimpleCommand};
use crate::span::Span;
use crate::syntax::logical::Map;
use crate::syntax::{
    Body, Command, Dockerfile, Healthcheck, Heredoc, Instruction, ShellText, Word, rejoin, string_literal,
};

/// All scripts of an instruction.
pub(super) fn scripts(file: &Dockerfile, outer: &Instruction) -> Vec<Script> {
    let instruction = outer.on_build.as_deref().unwrap_or(outer);
    match &instruction.body {
        Body::Run(command)
        | Body::Cmd(command)
        | Body::Entrypoint(command)
        | Body::Healthcheck(Healthcheck::Command(command)) => match command {
            Command::Shell(text) => line(file, instruction, text),
            Command::Exec(words) => exec(file, words),
        },
        Body::Copy { .. } | Body::Add { .. } => {
            (0..instruction.heredocs.len()).filter_map(|index| written(file, instruction, index)).collect()
        }
        _ => Vec::new(),
    }
}

/// A file made of a heredoc, when it says who reads it.
fn written(file: &Dockerfile, instruction: &Instruction, index: usize) -> Option<Script> {
    let interpreter = shebang(file, instruction.heredocs.get(index)?)?;
    Some(body(file, instruction, index, interpreter))
}

/// Who reads a heredoc by its first line.
fn shebang(file: &Dockerfile, heredoc: &Heredoc) -> Option<Interpreter> {
    let text = heredoc.body.of(file.text());
    of_shebang(if heredoc.strip_tabs { text.trim_start_matches('\t') } else { text })
}

fn script(source: &Source<'_>, part: ScriptPart, span: Span, interpreter: Interpreter) -> Script {
    let mut script = Script { part, span, interpreter, commands: Vec::new(), functions: Vec::new(), problem: None };
    if matches!(script.interpreter, Interpreter::Shell(_)) {
        let found = flatten(source);
        script.commands = found.commands;
        script.functions = found.functions;
        script.problem = found.problem;
    }
    script
}

/// The lines of a heredoc as a script of their own.
fn body(file: &Dockerfile, instruction: &Instruction, index: usize, interpreter: Interpreter) -> Script {
    let part = ScriptPart::Heredoc(index);
    let (heredoc, end) = (&instruction.heredocs[index], instruction.span.end);
    let limit = Span::new(heredoc.body.start.min(end), heredoc.body.end.min(end));
    let written = heredoc.body.of(file.text());
    if !heredoc.strip_tabs {
        let source = Source::new(written, Map::piece(heredoc.body.start), limit);
        return script(&source, part, limit, interpreter);
    }
    let (mut text, mut map) = (String::with_capacity(written.len()), Map::default());
    let mut at = heredoc.body.start;
    for line in written.split_inclusive('\n') {
        let kept = line.trim_start_matches('\t');
        map.push(text.len(), at + (line.len() - kept.len()) as u32);
        text.push_str(kept);
        at += line.len() as u32;
    }
    script(&Source::new(&text, map, limit), part, limit, interpreter)
}

/// A line for the shell. A heredoc that is all there is, is the script itself; others are read by the shell.
fn line(file: &Dockerfile, instruction: &Instruction, line: &ShellText) -> Vec<Script> {
    let shell = of(file, instruction.index);
    let limit = instruction.span;
    let Some(first) = instruction.heredocs.first() else {
        let source = Source::new(&line.text, line.map.clone(), limit);
        return vec![script(&source, ScriptPart::Line, line.span, shell)];
    };
    if first.mark == line.span {
        let interpreter = shebang(file, first).unwrap_or(shell);
        return vec![body(file, instruction, 0, interpreter)];
    }
    let (mut text, mut map) = (line.text.clone(), line.map.clone());
    for heredoc in &instruction.heredocs {
        text.push('\n');
        map.push(text.len(), heredoc.body.start);
        text.push_str(heredoc.body.of(file.text()));
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&heredoc.name);
    }
    let whole = script(&Source::new(&text, map, limit), ScriptPart::Line, line.span, shell);
    let fed = instruction.heredocs.iter().enumerate().filter_map(|(index, heredoc)| {
        let interpreter = fed(&whole, heredoc).or_else(|| shebang(file, heredoc))?;
        Some(body(file, instruction, index, interpreter))
    });
    let fed: Vec<Script> = fed.collect();
    std::iter::once(whole).chain(fed).collect()
}

/// Who gets a heredoc as its script: a command that reads its standard input because it has no other.
fn fed(line: &Script, heredoc: &Heredoc) -> Option<Interpreter> {
    let reads = |command: &&SimpleCommand| {
        let mut documents = command.redirects.iter().filter(|one| one.kind == RedirectKind::Heredoc);
        documents.any(|one| heredoc.mark.covers(one.target.span) && one.descriptor.is_none_or(|number| number == 0))
    };
    let command = line.commands.iter().find(reads)?;
    let name = base(&command.name.as_ref()?.text);
    let reads_input = command.words.iter().all(|word| word.text.starts_with('-') && !word.text.contains('c'));
    let is_other = ["python", "python3", "python2", "perl", "ruby", "node", "php", "pwsh"].contains(&name);
    match (is_shell(name), is_other) {
        (true, _) if reads_input => Some(Interpreter::Shell(name.to_owned())),
        (_, true) => Some(Interpreter::Other(name.to_owned())),
        _ => None,
    }
}

/// The exec form: its words as one command, and the script when it hands one to a shell.
fn exec(file: &Dockerfile, words: &[Word]) -> Vec<Script> {
    let Some(span) = words.iter().map(|word| word.span).reduce(Span::join) else { return Vec::new() };
    let mut all = words.iter().map(|word| ShellWord {
        text: word.text.clone(),
        raw: word.raw.clone(),
        span: word.span,
        is_static: true,
    });
    let command = SimpleCommand {
        name: all.next(),
        words: all.collect(),
        assignments: Vec::new(),
        redirects: Vec::new(),
        span,
        joined_by: Joint::First,
        in_pipeline: false,
        pipeline: 1,
        depth: 0,
        in_substitution: false,
        within: None,
        in_condition: false,
        in_function: false,
    };
    let direct = Script {
        part: ScriptPart::Exec,
        span,
        interpreter: Interpreter::Direct,
        commands: vec![command],
        functions: Vec::new(),
        problem: None,
    };
    std::iter::once(direct).chain(handed(file, words)).collect()
}

/// The script in `["sh", "-c", "…"]`, whatever stands before it.
fn handed(file: &Dockerfile, words: &[Word]) -> Option<Script> {
    let shell = words.iter().position(|word| is_shell(&word.text))?;
    let mut options = words[shell + 1..].iter();
    let takes_script =
        |word: &Word| word.text.starts_with('-') && !word.text.starts_with("--") && word.text.ends_with('c');
    options
        .by_ref()
        .take_while(|word| word.text.starts_with(['-', '+']) || word.text == "pipefail")
        .find(|word| takes_script(word))?;
    let word = options.next()?;
    let (text, inside, _) = string_literal(&word.raw)?;
    let joined = rejoin(file.text(), word.span, file.escape());
    let map = joined.map.through(&inside, text.len());
    let interpreter = Interpreter::Shell(base(&words[shell].text).to_owned());
    let source = Source::new(&text, map, word.span);
    Some(script(&source, ScriptPart::ExecScript, word.span, interpreter))
}
