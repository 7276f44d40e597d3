//! What the history tells of the build: updates, upgrades, sudo, ADD, and secrets among the words.

use crate::check::{Evidence, Step};
use crate::finding::Finding;
use crate::secrets::{Leak, Place, assigned_in_words, secrets_in_text};

/// Bytes of an instruction that are looked at.
const LONGEST: usize = 64 << 10;

pub(crate) fn findings(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (number, step) in evidence.steps.iter().enumerate() {
        let text = front(&step.instruction);
        let finding = |code: &str, message: String| Finding {
            step: Some(number),
            layer: step.layer,
            ..Finding::new(code, message)
        };
        if let Some(rest) = text.strip_prefix("ADD ") {
            // The root file system of a base comes as an archive: there is no other way.
            let is_root = number == 0 || rest.trim_end().ends_with(" in /") || rest.trim_end().ends_with(" /");
            if !is_root {
                found.push(finding("CIS-DI-0009", "a step adds where it could copy".to_owned()));
            }
        }
        if let Some(script) = text.strip_prefix("RUN ") {
            found.extend(of_script(script).into_iter().map(|(code, message)| finding(code, message)));
        }
    }
    found
}

/// What is unwise in the commands of one step.
fn of_script(script: &str) -> Vec<(&'static str, String)> {
    let commands: Vec<Vec<&str>> = commands(script);
    let mut found = Vec::new();
    let is_call = |words: &[&str], programs: &[&str], orders: &[&str]| {
        let is_program = words.first().is_some_and(|word| programs.contains(&word.rsplit('/').next().unwrap_or(word)));
        let order = words.iter().skip(1).find(|word| !word.starts_with('-'));
        is_program && order.is_some_and(|word| orders.contains(word))
    };
    const MANAGERS: &[&str] = &["apt", "apt-get", "aptitude", "apk", "yum", "dnf", "microdnf", "zypper"];
    let any = |orders: &[&str]| commands.iter().any(|words| is_call(words, MANAGERS, orders));
    if any(&["update", "refresh"])
        && !any(&["install", "add", "upgrade", "dist-upgrade", "full-upgrade", "build-dep", "in"])
    {
        let is_upgrade =
            commands.iter().any(|words| is_call(words, &["yum", "dnf", "microdnf", "zypper"], &["update"]));
        if !is_upgrade {
            found.push(("CIS-DI-0007", "package lists are updated and nothing is installed".to_owned()));
        }
    }
    let upgrades = commands.iter().any(|words| {
        let everything = words.iter().skip(1).filter(|word| !word.starts_with('-')).count() == 1;
        is_call(words, MANAGERS, &["upgrade", "dist-upgrade", "full-upgrade", "dup"])
            || (everything && is_call(words, &["yum", "dnf", "microdnf", "zypper"], &["update", "up"]))
    });
    if upgrades {
        found.push(("DKL-DI-0003", "all packages are upgraded".to_owned()));
    }
    let runs_sudo =
        commands.iter().any(|words| words.first().is_some_and(|word| *word == "sudo" || word.ends_with("/sudo")));
    let brings_sudo =
        commands.iter().any(|words| is_call(words, MANAGERS, &["install", "add"]) && words.contains(&"sudo"));
    if runs_sudo || brings_sudo {
        let text = if runs_sudo { "a step uses sudo" } else { "a step installs sudo" };
        found.push(("DKL-DI-0001", text.to_owned()));
    }
    let adds = commands.iter().any(|words| is_call(words, &["apk"], &["add"]) && !words.contains(&"--no-cache"));
    if adds && !script.contains("/var/cache/apk") {
        found.push(("DKL-DI-0004", "apk adds packages and keeps its index".to_owned()));
    }
    found
}

/// The commands of a script, as words: near enough for the few that are asked about. The shell's own words before a
/// command are passed over; quotes hide nothing that matters here.
fn commands(script: &str) -> Vec<Vec<&str>> {
    let lines = script.split([';', '\n', '&', '|', '(', ')']);
    let words = lines.map(|line| {
        let words = line.split_whitespace().map(|word| word.trim_matches(['"', '\'', ',', '[', ']']));
        let is_prefix = |word: &&str| {
            matches!(
                *word,
                "if" | "then"
                    | "do"
                    | "else"
                    | "!"
                    | "exec"
                    | "time"
                    | "env"
                    | "{"
                    | "set"
                    | "-c"
                    | "sh"
                    | "bash"
                    | "/bin/sh"
                    | "/bin/bash"
            ) || word
                .split_once('=')
                .is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
                || word.starts_with("--mount")
                || word.is_empty()
        };
        words.skip_while(is_prefix).collect::<Vec<&str>>()
    });
    words.filter(|words| !words.is_empty()).collect()
}

/// Secrets among the words of steps.
pub(crate) fn leaks(steps: &[Step]) -> Vec<Leak> {
    let mut found = Vec::new();
    for (step, text) in steps.iter().enumerate().map(|(number, step)| (number, front(&step.written))) {
        let mut secrets = secrets_in_text(text.as_bytes());
        for secret in assigned_in_words("build-argument", text) {
            if !secrets.iter().any(|known| known.line == secret.line && known.length == secret.length) {
                secrets.push(secret);
            }
        }
        found.extend(secrets.into_iter().take(16).map(|secret| Leak { secret, place: Place::History { step } }));
    }
    found
}

/// The front of a text, as far as it is looked at.
fn front(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &str, expected: &[&str]) {
        assert_eq!(of_script(script).iter().map(|found| found.0).collect::<Vec<_>>(), expected, "{script}");
    }

    #[test]
    fn each_habit_is_told_and_its_cure_is_not() {
        check("apt-get update", &["CIS-DI-0007"]);
        check("apt-get -qq update && apt-get install -y curl", &[]);
        check("apt-get update && apt-get -y upgrade", &["DKL-DI-0003"]);
        check("yum -y update", &["DKL-DI-0003"]);
        check("dnf update -y openssl", &[]);
        check("apk add curl", &["DKL-DI-0004"]);
        check("apk add --no-cache curl", &[]);
        check("apk add curl && rm -rf /var/cache/apk/*", &[]);
        check("sudo make install", &["DKL-DI-0001"]);
        check("DEBIAN_FRONTEND=noninteractive apt-get install -y sudo", &["DKL-DI-0001"]);
        check("echo sudo apt-get upgrade", &[]);
        check("visudo -c; pip install --upgrade pip", &[]);
    }
}
