//! What is asked of a builder, and the command line that asks it.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// What to build; the same for every builder.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The folder that is sent to the builder.
    pub context: &'a Path,
    /// The Dockerfile, where it is not the context's own.
    pub dockerfile: Option<&'a Path>,
    /// Build arguments, `NAME=value`.
    pub arguments: &'a [String],
    /// The stage to build.
    pub target: Option<&'a str>,
    /// The platform to build for.
    pub platform: Option<&'a str>,
    /// Names the image gets in the builder's storage.
    pub tags: &'a [String],
    /// True where nothing that was built before may be used.
    pub no_cache: bool,
    /// Options for the builder itself, word by word.
    pub more: &'a [String],
}

/// One command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The program, looked up as the system does.
    pub program: OsString,
    /// Its words.
    pub words: Vec<OsString>,
    /// Variables it gets beside those of this process.
    pub variables: Vec<(&'static str, &'static str)>,
}

impl Order {
    pub(super) fn new(program: &str, words: &[&str]) -> Self {
        let words = words.iter().map(OsString::from).collect();
        Self { program: program.into(), words, variables: Vec::new() }
    }

    pub(super) fn word(&mut self, word: impl AsRef<OsStr>) -> &mut Self {
        self.words.push(word.as_ref().to_owned());
        self
    }

    pub(super) fn option(&mut self, name: &str, value: impl AsRef<OsStr>) -> &mut Self {
        self.word(name).word(value)
    }

    /// The words that all builders understand.
    pub(super) fn asked(&mut self, request: &Request<'_>, id_file: &Path) -> &mut Self {
        self.option("--iidfile", id_file);
        if let Some(file) = request.dockerfile {
            self.option("--file", file);
        }
        let options = [("--target", request.target), ("--platform", request.platform)];
        for (name, value) in options {
            if let Some(value) = value {
                self.option(name, value);
            }
        }
        request.arguments.iter().for_each(|argument| {
            self.option("--build-arg", argument);
        });
        request.tags.iter().for_each(|tag| {
            self.option("--tag", tag);
        });
        if request.no_cache {
            self.word("--no-cache");
        }
        request.more.iter().for_each(|word| {
            self.word(word);
        });
        self.word(request.context)
    }

    /// The command line for people; values of build arguments are left out, as they may be secret.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut shown: Vec<String> = self.variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        shown.push(self.program.to_string_lossy().into_owned());
        let mut is_secret = false;
        for word in &self.words {
            let word = word.to_string_lossy();
            let hidden = |text: &str| text.split_once('=').map_or(text.to_owned(), |(name, _)| format!("{name}=…"));
            shown.push(match word.strip_prefix("--build-arg=") {
                Some(argument) => format!("--build-arg={}", hidden(argument)),
                None if is_secret => hidden(&word),
                None => word.clone().into_owned(),
            });
            is_secret = word == "--build-arg";
        }
        shown.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_arguments_are_not_shown() {
        let order =
            Order::new("b", &["bud", "--build-arg", "T=secret", "--build-arg=U=secret", "--build-arg", "V", "."]);
        assert_eq!(order.shown(), "b bud --build-arg T=… --build-arg=U=… --build-arg V .");
    }
}
