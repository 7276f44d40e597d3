//! Commands as calls of a program: its name, its words, which of them are flags and which are operands.

use crate::shell::{Script, ShellWord, SimpleCommand};
use crate::span::Span;
use crate::syntax::{Body, Dockerfile, Instruction};

/// A command of a `RUN` whose name is known before it runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    /// The `RUN`, or the `ONBUILD` around it.
    pub(crate) run: &'a Instruction,
    /// The script it is in.
    pub(crate) script: &'a Script,
    /// Its place in [`Script::commands`].
    pub(crate) index: usize,
    /// The program: behind `command`, `exec`, `builtin` and `busybox` the one they run.
    pub(crate) name: &'a str,
    /// What follows the name.
    pub(crate) words: &'a [ShellWord],
}

/// Instructions that are `RUN`, those behind `ONBUILD` included.
pub(crate) fn runs(file: &Dockerfile) -> impl Iterator<Item = &Instruction> {
    file.instructions().iter().filter(|outer| matches!(outer.on_build.as_deref().unwrap_or(outer).body, Body::Run(_)))
}

/// All calls of all runs, in order.
pub(crate) fn calls(file: &Dockerfile) -> impl Iterator<Item = Call<'_>> {
    runs(file).flat_map(|run| calls_of(file, run))
}

/// All calls of one run, in order, those in substitutions after the command they are part of.
pub(crate) fn calls_of<'a>(file: &'a Dockerfile, run: &'a Instruction) -> impl Iterator<Item = Call<'a>> {
    file.scripts(run).iter().flat_map(move |script| {
        let commands = script.commands.iter().enumerate();
        commands.filter_map(move |(index, command)| call(run, script, index, command))
    })
}

fn call<'a>(run: &'a Instruction, script: &'a Script, index: usize, command: &'a SimpleCommand) -> Option<Call<'a>> {
    let name = command.name.as_ref().filter(|name| name.is_static)?;
    let (mut name, mut words) = (name, command.words.as_slice());
    if matches!(name.text.as_str(), "busybox" | "builtin" | "command" | "exec")
        && let Some((first, rest)) = words.split_first()
        && !is_flag(&first.text)
    {
        (name, words) = (first, rest);
    }
    let is_test = matches!(name.text.as_str(), "[" | "[[" | "((");
    (name.is_static && !is_test).then_some(Call { run, script, index, name: &name.text, words })
}

/// Whether a word is a flag; a dash alone is a file, two are the end of flags.
fn is_flag(word: &str) -> bool {
    word.starts_with('-') && word != "-" && word != "--"
}

impl<'a> Call<'a> {
    /// The command with everything that belongs to it.
    pub(crate) fn command(&self) -> Option<&'a SimpleCommand> {
        self.script.commands.get(self.index)
    }

    /// From its name to its last word.
    pub(crate) fn span(&self) -> Span {
        let name = self.command().and_then(|command| command.name.as_ref()).map(|name| name.span);
        name.into_iter().chain(self.words.last().map(|word| word.span)).reduce(Span::join).unwrap_or(self.run.span)
    }

    /// The first word that is one of these.
    pub(crate) fn word(&self, any: &[&str]) -> Option<&'a ShellWord> {
        self.words.iter().find(|word| any.contains(&word.text.as_str()))
    }

    /// Whether a word is one of these.
    pub(crate) fn has(&self, any: &[&str]) -> bool {
        self.word(any).is_some()
    }

    /// Its flags with the places of their words: `quiet` of `--quiet=1`; `q` and `y` of `-qy`.
    pub(crate) fn flags(&self) -> impl Iterator<Item = (&'a str, usize)> {
        let words = self.words.iter().enumerate().filter(|(_, word)| is_flag(&word.text));
        words.flat_map(|(index, word)| {
            let long = word.text.strip_prefix("--").map(|long| long.split('=').next().unwrap_or_default());
            let short = if long.is_some() { "" } else { &word.text[1..] };
            let letters = short.char_indices().map(move |(at, letter)| &short[at..at + letter.len_utf8()]);
            long.into_iter().chain(letters).map(move |flag| (flag, index))
        })
    }

    /// Whether one of these flags is there.
    pub(crate) fn has_flag(&self, any: &[&str]) -> bool {
        self.flags().any(|(flag, _)| any.contains(&flag))
    }

    /// How often a flag is there.
    pub(crate) fn count_flag(&self, wanted: &str) -> usize {
        self.flags().filter(|(flag, _)| *flag == wanted).count()
    }

    /// Words that are no flags and not the values of these flags, values behind `=` being part of theirs.
    pub(crate) fn operands(&self, valued: &'a [&'a str]) -> impl Iterator<Item = &'a ShellWord> {
        let mut is_value = vec![false; self.words.len() + 1];
        if !valued.is_empty() {
            for (flag, index) in self.flags() {
                is_value[index + 1] |= valued.contains(&flag) && !self.words[index].text.contains('=');
            }
        }
        let words = self.words.iter().zip(is_value);
        words.filter(|(word, is_value)| !is_value && !is_flag(&word.text)).map(|(word, _)| word)
    }

    /// Whether `pip` installs something, also as `python -m pip`.
    pub(crate) fn is_pip_install(&self) -> bool {
        let by_module = || {
            let three =
                |words: &[ShellWord]| words[0].text == "-m" && words[1].text == "pip" && words[2].text == "install";
            self.words.windows(3).any(three)
        };
        (self.name.starts_with("pip") && !self.name.starts_with("pipenv") && self.has(&["install"]))
            || (self.name.starts_with("python") && by_module())
    }
}
