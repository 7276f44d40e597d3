//! Who reads a script.

use crate::shell::Interpreter;
use crate::stages::Base;
use crate::syntax::{Body, Dockerfile, Word};

/// Shells whose scripts are parsed.
const SHELLS: [&str; 9] = ["sh", "bash", "ash", "dash", "ksh", "mksh", "zsh", "rbash", "busybox"];

/// The shell that reads the lines of an instruction.
pub(super) fn of(file: &Dockerfile, instruction: usize) -> Interpreter {
    if let Some(Body::Shell(words)) = file.shell_at(instruction).map(|shell| &shell.body) {
        return named(words);
    }
    let stage = file.instructions().get(instruction).and_then(|instruction| instruction.stage);
    if stage.is_some_and(|stage| is_windows(file, stage)) {
        return Interpreter::Other("cmd".to_owned());
    }
    Interpreter::Shell("sh".to_owned())
}

/// The shell among the words of `SHELL`, wrappers before it left out.
fn named(words: &[Word]) -> Interpreter {
    let names = || words.iter().map(|word| base(&word.text));
    match names().find(|name| SHELLS.contains(name)) {
        Some(shell) => Interpreter::Shell(shell.to_owned()),
        None => Interpreter::Other(names().next().unwrap_or_default().to_owned()),
    }
}

/// Who reads a file with this text; `None` when it does not say.
pub(super) fn of_shebang(text: &str) -> Option<Interpreter> {
    let line = text.strip_prefix("#!")?.lines().next().unwrap_or_default();
    let mut words = line.split_whitespace().map(base).filter(|word| !word.starts_with('-') && !word.contains('='));
    let first = words.next().unwrap_or_default();
    let name = if first == "env" { words.next().unwrap_or_default() } else { first };
    Some(if is_shell(name) { Interpreter::Shell(name.to_owned()) } else { Interpreter::Other(name.to_owned()) })
}

/// Whether a command of this name is a shell, its folder left out.
pub(super) fn is_shell(name: &str) -> bool {
    SHELLS.contains(&base(name))
}

/// A name without its folder and `.exe`.
pub(super) fn base(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    name.strip_suffix(".exe").or_else(|| name.strip_suffix(".EXE")).unwrap_or(name)
}

/// Whether a stage is for Windows, by its base's name or platform; else by the escape of the file.
pub(super) fn is_windows(file: &Dockerfile, stage: usize) -> bool {
    let image = file.bases(stage).find_map(|base| match base {
        Base::Image(image) => Some(image),
        Base::Stage(_) | Base::Scratch => None,
    });
    let Some(image) = image else { return false };
    let name = image.resolved.as_ref().unwrap_or(&image.text).to_ascii_lowercase();
    let platform = file.stages().get(stage).and_then(|stage| file.instructions().get(stage.instructions.start));
    let platform = platform.and_then(|from| from.flag("platform")?.value.as_deref()).unwrap_or_default();
    ["nanoserver", "servercore", "windows"].iter().any(|part| name.contains(part))
        || platform.to_ascii_lowercase().starts_with("windows")
        || file.escape() == '`'
}
