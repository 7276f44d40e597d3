//! Packages that system package managers install, with the words that name them.

use crate::shell::{Script, ShellWord, SimpleCommand};
use crate::syntax::{Dockerfile, Instruction};

/// A package manager of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Manager {
    Apk,
    Apt,
    Dnf,
    Zypper,
    Pacman,
}

/// How a manager is spoken to.
struct Way {
    manager: Manager,
    programs: &'static [&'static str],
    installs: &'static [&'static str],
    removes: &'static [&'static str],
    /// Options whose value is the next word.
    valued: &'static [&'static str],
    /// Options that install somewhere else than into this image.
    elsewhere: &'static [&'static str],
}

const WAYS: &[Way] = &[
    Way {
        manager: Manager::Apk,
        programs: &["apk"],
        installs: &["add"],
        removes: &["del"],
        valued: &["-t", "--virtual", "-X", "--repository", "--keys-dir", "--cache-dir", "--arch", "--wait"],
        elsewhere: &["-p", "--root"],
    },
    Way {
        manager: Manager::Apt,
        programs: &["apt-get", "apt", "aptitude"],
        installs: &["install"],
        removes: &["remove", "purge", "autoremove"],
        valued: &["-o", "--option", "-t", "--target-release", "--default-release", "-c", "--config-file", "-a"],
        elsewhere: &[],
    },
    Way {
        manager: Manager::Dnf,
        programs: &["dnf", "yum", "microdnf", "tdnf", "dnf5"],
        installs: &["install"],
        removes: &["remove", "erase", "autoremove"],
        valued: &["-c", "--config", "-x", "--exclude", "--enablerepo", "--disablerepo", "--repo", "--setopt"],
        elsewhere: &["--installroot"],
    },
    Way {
        manager: Manager::Zypper,
        programs: &["zypper"],
        installs: &["install", "in"],
        removes: &["remove", "rm"],
        valued: &["-r", "--repo", "--from", "-t", "--type"],
        elsewhere: &["-R", "--root", "--installroot"],
    },
    Way {
        manager: Manager::Pacman,
        programs: &["pacman"],
        installs: &["-S", "-Sy", "-Syu", "--sync", "-Syyu", "-Syy"],
        removes: &["-R", "-Rs", "-Rns", "--remove"],
        valued: &[],
        elsewhere: &["-r", "--root"],
    },
];

/// A package that is still there when its instruction is done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Package<'a> {
    /// Without a version.
    pub(crate) name: &'a str,
    pub(crate) word: &'a ShellWord,
}

/// One command that installs.
#[derive(Clone, Debug)]
pub(crate) struct Install<'a> {
    pub(crate) instruction: &'a Instruction,
    pub(crate) script: &'a Script,
    /// Its place in the script.
    pub(crate) index: usize,
    pub(crate) manager: Manager,
    pub(crate) packages: Vec<Package<'a>>,
}

impl<'a> Install<'a> {
    pub(crate) fn command(&self) -> &'a SimpleCommand {
        &self.script.commands[self.index]
    }

    /// The package of this name.
    pub(crate) fn package(&self, name: &str) -> Option<&Package<'a>> {
        self.packages.iter().find(|package| package.name == name)
    }
}

/// An installation as it is kept beside the file: places in it, as what is kept cannot borrow.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    instruction: usize,
    script: usize,
    /// Its place in the script.
    index: usize,
    manager: Manager,
    /// Places among the words of the command, with bytes of the name.
    packages: Vec<(usize, usize)>,
}

impl Kept {
    fn install<'a>(&self, file: &'a Dockerfile, instruction: &'a Instruction) -> Option<Install<'a>> {
        let script = file.scripts(instruction).get(self.script)?;
        let words = &script.commands.get(self.index)?.words;
        let package = |(word, length): &(usize, usize)| {
            let word = words.get(*word)?;
            Some(Package { name: word.text.get(..*length)?, word })
        };
        let packages = self.packages.iter().filter_map(package).collect();
        Some(Install { instruction, script, index: self.index, manager: self.manager, packages })
    }
}

/// What an instruction installs and does not take away again; found once a file, as a dozen rules ask.
pub(crate) fn installs<'a>(
    file: &'a Dockerfile,
    instruction: &'a Instruction,
) -> impl Iterator<Item = Install<'a>> + use<'a> {
    let kept = file.installs.get_or_init(|| file.instructions().iter().flat_map(|one| find(file, one)).collect());
    let first = kept.partition_point(|one| one.instruction < instruction.index);
    let here = kept.iter().skip(first).take_while(|one| one.instruction == instruction.index);
    here.filter_map(|one| one.install(file, instruction))
}

fn find(file: &Dockerfile, instruction: &Instruction) -> Vec<Kept> {
    let mut found = Vec::new();
    for (script_index, script) in file.scripts(instruction).iter().enumerate() {
        let ways: Vec<(usize, &SimpleCommand, &'static Way, &[ShellWord])> =
            script.commands.iter().enumerate().filter_map(|(index, command)| spoken_to(index, command)).collect();
        let removed: Vec<(usize, &str)> = ways
            .iter()
            .flat_map(|(index, _, way, words)| {
                let operands = operands(way, way.removes, words).unwrap_or_default();
                operands.into_iter().map(|at| (*index, words[at].text.as_str()))
            })
            .collect();
        for (index, command, way, words) in ways {
            let Some(operands) = operands(way, way.installs, words) else { continue };
            if command.words.iter().any(|word| is_option(word, way.elsewhere)) {
                continue;
            }
            let gone = |name: &str| removed.iter().any(|(later, other)| *later > index && *other == name);
            if virtual_name(way, command).is_some_and(gone) {
                continue;
            }
            let before = command.words.len() - words.len();
            let named = operands.into_iter().map(|at| (before + at, name_of(way.manager, &words[at].text)));
            let packages: Vec<(usize, usize)> =
                named.filter(|(_, name)| !gone(name)).map(|(word, name)| (word, name.len())).collect();
            if !packages.is_empty() {
                let (instruction, manager) = (instruction.index, way.manager);
                found.push(Kept { instruction, script: script_index, index, manager, packages });
            }
        }
    }
    found
}

/// A command of a package manager, with the words after its name.
fn spoken_to(index: usize, command: &SimpleCommand) -> Option<(usize, &SimpleCommand, &'static Way, &[ShellWord])> {
    let (program, words) = program(command)?;
    let way = WAYS.iter().find(|way| way.programs.contains(&program))?;
    Some((index, command, way, words))
}

/// Places of the words after one of these verbs that are no options.
fn operands(way: &Way, verbs: &[&str], words: &[ShellWord]) -> Option<Vec<usize>> {
    let mut operands = Vec::new();
    let mut is_asked = false;
    let mut words = words.iter().enumerate();
    while let Some((at, word)) = words.next() {
        let text = word.text.as_str();
        if verbs.contains(&text) && !is_asked {
            is_asked = true;
        } else if way.valued.contains(&text) || way.elsewhere.contains(&text) {
            words.next();
        } else if text.starts_with(['-', '!']) || text.is_empty() {
        } else if is_asked {
            operands.push(at);
        } else {
            return None;
        }
    }
    is_asked.then_some(operands)
}

/// The program a command runs and its words, what only changes who runs it left out.
pub(crate) fn program(command: &SimpleCommand) -> Option<(&str, &[ShellWord])> {
    let name = base(&command.name.as_ref()?.text);
    if !matches!(name, "sudo" | "env" | "exec" | "command" | "nice" | "time" | "doas") {
        return Some((name, &command.words));
    }
    let skipped = command.words.iter().take_while(|word| word.text.starts_with('-') || word.text.contains('=')).count();
    let words = command.words.get(skipped..)?;
    let (first, rest) = words.split_first()?;
    Some((base(&first.text), rest))
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn is_option(word: &ShellWord, options: &[&str]) -> bool {
    options
        .iter()
        .any(|option| word.text == *option || (option.len() > 2 && word.text.starts_with(&format!("{option}="))))
}

/// `apk add --virtual NAME`
fn virtual_name<'a>(way: &Way, command: &'a SimpleCommand) -> Option<&'a str> {
    if way.manager != Manager::Apk {
        return None;
    }
    let mut words = command.words.iter();
    while let Some(word) = words.next() {
        if let Some(name) = word.text.strip_prefix("--virtual=") {
            return Some(name);
        }
        if matches!(word.text.as_str(), "-t" | "--virtual") {
            return words.next().map(|word| word.text.as_str());
        }
    }
    None
}

/// A package without its version, release or architecture.
fn name_of(manager: Manager, text: &str) -> &str {
    let end = match manager {
        Manager::Apk => text.find(['=', '~', '<', '>', '@']),
        Manager::Apt => text.find(['=', '/', ':']),
        Manager::Zypper => text.find(['=', '<', '>']),
        Manager::Dnf | Manager::Pacman => None,
    };
    let name = &text[..end.unwrap_or(text.len())];
    match manager {
        // `vim-9.0.2120-1.fc40`: the version begins at the first dash before a digit.
        Manager::Dnf => name
            .match_indices('-')
            .find(|(at, _)| starts_with_digit(&name[at + 1..]))
            .map_or(name, |(at, _)| &name[..at]),
        Manager::Apk | Manager::Apt | Manager::Zypper | Manager::Pacman => name,
    }
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit()) && text.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(run: &str, expected: &[&str]) {
        let file = Dockerfile::parse(format!("FROM a:1\nRUN {run}\n").as_bytes());
        let found: Vec<_> = installs(&file, &file.instructions()[1]).collect();
        let names: Vec<&str> = found.iter().flat_map(|install| &install.packages).map(|package| package.name).collect();
        assert_eq!(names, expected, "{run}");
    }

    #[test]
    fn packages_are_found_without_their_versions() {
        check("apk add --no-cache vim=9.0 'curl~8' -X http://x bash", &["vim", "curl", "bash"]);
        check("sudo apt-get -y -o A=b install gcc=4:12 libc6:i386", &["gcc", "libc6"]);
        check("dnf install -y vim-9.1.2-1.fc40 gcc-c++", &["vim", "gcc-c++"]);
        check("yum -y install git && yum clean all", &["git"]);
        check("zypper -n in make", &["make"]);
        check("pacman -Sy --noconfirm base-devel", &["base-devel"]);
    }

    #[test]
    fn what_is_taken_away_again_is_not_there() {
        check("apk add -t .deps gcc make && make && apk del .deps", &[]);
        check("apk add gcc curl && apk del gcc", &["curl"]);
        check("apt-get install -y gcc && apt-get purge -y gcc", &[]);
        check("apk add --root /rootfs bash", &[]);
    }
}
