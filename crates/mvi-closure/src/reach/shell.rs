//! Scripts: who interprets them, and which programs a shell script may call.

use mvi_image::NodeId;

use super::Reach;
use crate::closure::{Link, Strength, Thing};

/// Where programs are looked for when the image does not say: runc.
const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Words of a script that are looked up, at most.
const MOST_WORDS: usize = 2_000;

/// Folders of a search path, at most.
const MOST_FOLDERS: usize = 64;

/// Words of shells that stand before another command.
const BEFORE: &[&str] = &[
    "if", "then", "else", "elif", "do", "while", "until", "!", "{", "(", "exec", "time", "command", "eval", "sudo",
    "env", "nohup", "xargs",
];

impl Reach<'_> {
    pub(super) fn expand_script(&mut self, node: NodeId, strength: Strength) {
        let Some(text) = self.script(node) else { return };
        let from = Some(Thing::File(node));
        let first = text.lines().next().unwrap_or_default().trim_start_matches("#!");
        let words: Vec<&str> = first.split_whitespace().collect();
        let Some(interpreter) = words.first() else { return };
        self.mark_path(interpreter, strength, from, Link::Interpreter);
        let mut name = interpreter.rsplit('/').next().unwrap_or_default();
        if name == "env" {
            let program = words[1..].iter().find(|word| !word.starts_with('-') && !word.contains('='));
            name = program.copied().unwrap_or_default();
            if let Some(path) = self.program(name) {
                self.mark(Thing::File(path), strength, from, Link::Interpreter);
            }
        }
        if matches!(name, "sh" | "bash" | "dash" | "ash" | "ksh" | "zsh" | "busybox") {
            for word in called_words(&text) {
                if let Some(called) = self.program(&word) {
                    let strength = strength.min(Strength::Possible);
                    self.mark(Thing::File(called), strength, from, Link::Calls { word });
                }
            }
        }
    }

    /// The file that a word would start.
    pub(super) fn program(&self, word: &str) -> Option<NodeId> {
        if word.contains('/') {
            return self.file(&self.absolute(word));
        }
        let folders = self.ground.variable("PATH").unwrap_or(SEARCH_PATH);
        folders.split(':').take(MOST_FOLDERS).find_map(|folder| self.file(&format!("{folder}/{word}")))
    }
}

/// Words of a shell script that stand where commands do, and words that start at the root; a superset, as nothing is
/// taken apart but lines, pipes and lists. What a variable holds is not known.
pub(super) fn called_words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let code = text.lines().map(|line| line.trim()).filter(|line| !line.starts_with('#'));
    for part in code.flat_map(|line| line.split([';', '|', '&', '`', '(', ')', '{', '}'])) {
        let mut at_start = true;
        for word in part.split_whitespace() {
            let word = word.trim_matches(['"', '\'', '$']);
            let is_assignment = word.split_once('=').is_some_and(|(name, _)| !name.is_empty() && !name.contains('/'));
            let is_path = word.starts_with('/') && word.len() > 1;
            if (at_start && !is_assignment || is_path) && is_name(word) && words.len() < MOST_WORDS {
                words.push(word.to_owned());
            }
            at_start = at_start && (is_assignment || BEFORE.contains(&word));
        }
    }
    words.sort_unstable();
    words.dedup();
    words
}

fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word.len() < 256
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+-/[".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::called_words;

    fn check(text: &str, expected: &str) {
        assert_eq!(called_words(text).join(" "), expected);
    }

    #[test]
    fn words_where_commands_stand_are_called() {
        check(
            "#!/bin/sh\nset -e\nif [ -f /etc/x ]; then chown -R a /data && A=1 su-exec b \"$0\"; fi\n",
            "/data /etc/x [ chown fi if set su-exec then",
        );
        check("x=$(date +%s) | grep foo\n", "date grep");
    }

    #[test]
    fn comments_and_variables_name_none() {
        check("# rm -rf /\n$PROGRAM --flag\nexec \"$@\"\n", "PROGRAM exec");
    }
}
