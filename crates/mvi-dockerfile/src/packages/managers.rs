//! Package managers as data: what they are called, how they install, which flags answer for them, what they leave.

use super::{Call, written};
use crate::shell::ShellWord;

/// A package manager, as far as it installs packages that are named on its command line.
#[derive(Debug)]
pub(crate) struct Manager {
    /// Its programs.
    pub(crate) programs: &'static [&'static str],
    /// Words with which it installs what is named behind them.
    pub(crate) install: &'static [&'static str],
    /// Words with which it asks before it goes on.
    pub(crate) asks: &'static [&'static str],
    /// Flags that answer yes.
    pub(crate) yes: &'static [&'static str],
    /// Flags whose value is the next word.
    pub(crate) valued: &'static [&'static str],
    /// Words that are no packages either.
    pub(crate) others: &'static [&'static str],
}

/// Debian and Ubuntu.
pub(crate) const APT: Manager = Manager {
    programs: &["apt-get"],
    install: &["install"],
    asks: &["install"],
    yes: &["y", "yes", "qq", "assume-yes"],
    valued: &["t", "target-release"],
    others: &[],
};

/// Alpine; it never asks.
pub(crate) const APK: Manager = Manager {
    programs: &["apk"],
    install: &["add"],
    asks: &[],
    yes: &[],
    valued: &["t", "virtual", "repository", "X"],
    others: &[],
};

/// Red Hat up to 7.
pub(crate) const YUM: Manager = Manager {
    programs: &["yum"],
    install: &["install"],
    asks: &["install", "groupinstall", "localinstall"],
    yes: &["y", "assumeyes"],
    valued: &[],
    others: &["module"],
};

/// Red Hat from 8 on, and Fedora.
pub(crate) const DNF: Manager = Manager { programs: &["dnf", "microdnf"], ..YUM };

/// SUSE.
pub(crate) const ZYPPER: Manager = Manager {
    programs: &["zypper"],
    install: &["install", "in"],
    asks: &["install", "in", "remove", "rm", "source-install", "si", "patch"],
    yes: &["non-interactive", "n", "no-confirm", "y"],
    valued: &[],
    others: &[],
};

/// Node; it never asks.
pub(crate) const NPM: Manager = Manager {
    programs: &["npm"],
    install: &["install", "i", "add"],
    asks: &[],
    yes: &[],
    valued: &["loglevel", "registry"],
    others: &[],
};

/// Python; [`Call::is_pip_install`] knows its programs.
pub(crate) const PIP: Manager = Manager {
    programs: &["pip", "pip3"],
    install: &["install"],
    asks: &[],
    yes: &[],
    valued: &[
        "abi",
        "b",
        "build",
        "e",
        "editable",
        "extra-index-url",
        "f",
        "find-links",
        "i",
        "implementation",
        "index-url",
        "no-binary",
        "only-binary",
        "platform",
        "prefix",
        "progress-bar",
        "proxy",
        "python",
        "python-version",
        "root",
        "root-user-action",
        "src",
        "t",
        "target",
        "trusted-host",
        "upgrade-strategy",
    ],
    others: &[],
};

impl Manager {
    /// Whether a call is one of it.
    pub(crate) fn is(&self, call: &Call<'_>) -> bool {
        self.programs.contains(&call.name)
    }

    /// Whether a call is one of it that installs what it names.
    pub(crate) fn installs(&self, call: &Call<'_>) -> bool {
        self.is(call) && call.has(self.install)
    }

    /// Whether a call would ask and nothing answers.
    pub(crate) fn would_ask(&self, call: &Call<'_>) -> bool {
        self.is(call) && call.has(self.asks) && !call.has_flag(self.yes)
    }

    /// What an installing call names: operands without the words that say to install.
    pub(crate) fn packages<'a>(&'a self, call: &Call<'a>) -> impl Iterator<Item = &'a ShellWord> {
        let is_order = |word: &str| self.install.contains(&word) || self.others.contains(&word);
        call.operands(self.valued).filter(move |word| !is_order(&written(word)))
    }

    /// What it names behind the word that says to install.
    pub(crate) fn packages_behind<'a>(&'a self, call: &Call<'a>) -> impl Iterator<Item = &'a ShellWord> {
        let is_order = |word: &&ShellWord| self.install.contains(&word.text.as_str());
        call.operands(self.valued).skip_while(move |word| !is_order(word)).skip_while(is_order)
    }
}
