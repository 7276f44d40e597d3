//! Follows an image's command to the program it runs: search path, links, scripts, shells and other wrappers.

use mvi_image::{FileKind, FileTree};
use serde::{Deserialize, Serialize};

use super::Profile;
use super::script::{command_text, exec_line, interpreter, is_assignment};
use crate::document::Bodies;
use crate::extract::Part;
use crate::objects::object_at;
use crate::parse::elf::ElfHead;

/// Programs followed before a command counts as leading nowhere.
const MOST_STEPS: usize = 16;
/// Stars of a pattern behind the first one; each multiplies the work.
const MOST_STARS: usize = 2;
/// The search path of a container whose image sets none, as runc has it.
const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What an image starts.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    /// Entrypoint and command together.
    pub argv: &'a [String],
    /// `PATH` of the image's environment.
    pub search_path: Option<&'a str>,
    /// Working directory; empty is the root.
    pub working_dir: &'a str,
}

/// A program on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The word that names it.
    pub word: String,
    /// Printable path of the file, all links followed; none when there is none.
    pub path: Option<String>,
    /// What the file is.
    pub program: Program,
}

/// What a file that is started is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Program {
    /// A program for a processor.
    Elf(ElfHead),
    /// A script.
    Script {
        /// The words behind `#!`.
        interpreter: Vec<String>,
    },
    /// A file that is neither, or is not executable and so was not read.
    Opaque,
    /// There is no such file in the image.
    Missing,
}

impl Step {
    /// True for shells and programs that only start another one.
    #[must_use]
    pub fn is_wrapper(&self) -> bool {
        wrapper_of(&self.word).is_some()
    }
}

/// A program that starts the one named in its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapper {
    Shell,
    Busybox,
    Env,
    /// Takes a user before the program.
    User,
    Plain,
}

fn wrapper_of(word: &str) -> Option<Wrapper> {
    Some(match base_name(word) {
        "sh" | "bash" | "dash" | "ash" | "ksh" | "zsh" => Wrapper::Shell,
        "busybox" => Wrapper::Busybox,
        "env" => Wrapper::Env,
        "gosu" | "su-exec" => Wrapper::User,
        "tini" | "tini-static" | "dumb-init" | "catatonit" | "docker-init" | "nice" | "exec" | "stdbuf" => {
            Wrapper::Plain
        }
        _ => return None,
    })
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// What a program of this name runs; none for programs that are their own runtime.
pub(super) fn profile_of_name(path: &str) -> Option<Profile> {
    let name = base_name(path);
    let is_version = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if ["python", "pypy"].iter().any(|stem| name.strip_prefix(stem).is_some_and(is_version)) {
        return Some(Profile::Python);
    }
    match name {
        "node" | "nodejs" => Some(Profile::Node),
        "java" => Some(Profile::Java),
        "beam.smp" | "erl" | "erlexec" | "run_erl" | "elixir" | "iex" => Some(Profile::Erlang),
        "nginx" | "nginx-debug" | "openresty" | "caddy" | "httpd" | "apache2" | "apache2ctl" | "apachectl"
        | "apache2-foreground" | "httpd-foreground" | "lighttpd" | "thttpd" | "mini_httpd" | "darkhttpd"
        | "static-web-server" => Some(Profile::StaticWeb),
        _ => None,
    }
}

/// The programs from the first word of the command to the last one reached, and what that one is given.
pub(super) fn follow(tree: &FileTree, bodies: &Bodies<'_>, command: &Command<'_>) -> (Vec<Step>, Vec<String>) {
    let image = Files { tree, bodies, command };
    let mut steps: Vec<Step> = Vec::new();
    let mut given = Vec::new();
    let mut words = command.argv.to_vec();
    while let Some(word) = words.first().cloned() {
        let rest = words.split_off(1);
        let (step, head) = image.look(&word);
        // What stands behind a wrapper is a program only if there is one of that name.
        if steps.len() >= MOST_STEPS || (!steps.is_empty() && is_argument(&step)) {
            break;
        }
        given.clone_from(&rest);
        words = match &step.program {
            Program::Script { interpreter } => {
                if is_shell_line(interpreter) {
                    // The shell itself is one more step; what the script runs is the one behind it.
                    steps.push(step.clone());
                    let (shell, _) = image.look(&interpreter[0]);
                    steps.push(shell);
                    words = exec_line(head).unwrap_or(rest);
                    continue;
                }
                // The kernel gives the interpreter the script and its words: execve(2).
                let script = step.path.iter().map(|path| format!("/{path}"));
                interpreter.iter().cloned().chain(script).chain(rest).collect()
            }
            Program::Elf(_) | Program::Opaque | Program::Missing => {
                wrapper_of(&word).map_or_else(Vec::new, |wrapper| wrapped(wrapper, rest))
            }
        };
        steps.push(step);
    }
    (steps, given)
}

/// A word that is no program: an option, or a name that leads to no file and stands for no runtime.
fn is_argument(step: &Step) -> bool {
    step.program == Program::Missing && (step.word.starts_with('-') || profile_of_name(&step.word).is_none())
}

fn is_shell_line(interpreter: &[String]) -> bool {
    let program = interpreter.iter().find(|word| wrapper_of(word) != Some(Wrapper::Env) && !word.starts_with('-'));
    program.is_some_and(|word| matches!(wrapper_of(word), Some(Wrapper::Shell | Wrapper::Busybox)))
}

/// The words a wrapper with the arguments `rest` starts.
fn wrapped(wrapper: Wrapper, rest: Vec<String>) -> Vec<String> {
    if wrapper == Wrapper::Shell
        && let Some(at) =
            rest.iter().position(|word| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'))
    {
        return rest.get(at + 1).map_or_else(Vec::new, |text| command_text(text));
    }
    let is_own = |word: &String| word.starts_with('-') || (wrapper == Wrapper::Env && is_assignment(word));
    let own = rest.iter().take_while(|word| is_own(word)).count() + usize::from(wrapper == Wrapper::User);
    rest.into_iter().skip(own).collect()
}

/// True when the stars of `pattern` can stand for what `name` has there.
fn is_match(pattern: &str, name: &[u8]) -> bool {
    let Some((front, rest)) = pattern.split_once('*') else { return pattern.as_bytes() == name };
    let Some(left) = name.strip_prefix(front.as_bytes()) else { return false };
    if rest.matches('*').count() > MOST_STARS {
        return false;
    }
    (0..=left.len()).any(|taken| is_match(rest, &left[taken..]))
}

struct Files<'a> {
    tree: &'a FileTree,
    bodies: &'a Bodies<'a>,
    command: &'a Command<'a>,
}

impl<'a> Files<'a> {
    /// The file that `word` starts, and the beginning of it if it is a script.
    fn look(&self, word: &str) -> (Step, &'a [u8]) {
        let missing = || (Step { word: word.to_owned(), path: None, program: Program::Missing }, &b""[..]);
        let Some(id) = self.places(word).iter().find_map(|path| self.file(path)) else {
            return missing();
        };
        let node = self.tree.node(id);
        let script = node.place().and_then(|place| self.bodies.part(place, Part::Script)).unwrap_or_default();
        let object = node.place().and_then(|place| object_at(self.bodies, place));
        let program = match (object, interpreter(script)) {
            (Some(facts), _) => Program::Elf(facts.head()),
            (None, Some(interpreter)) => Program::Script { interpreter },
            (None, None) => Program::Opaque,
        };
        let path = Some(mvi_image::printable(&self.tree.path(id)));
        (Step { word: word.to_owned(), path, program }, script)
    }

    fn file(&self, path: &str) -> Option<mvi_image::NodeId> {
        let found = self.tree.find(path.as_bytes()).filter(|id| self.tree.node(*id).kind() == FileKind::File);
        found.or_else(|| path.contains('*').then(|| self.only_match(path))?)
    }

    /// The only file that a shell would put in the place of a path with stars.
    fn only_match(&self, path: &str) -> Option<mvi_image::NodeId> {
        let mut here = vec![mvi_image::ROOT];
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let mut next = Vec::new();
            for folder in here {
                let children = self.tree.children(folder).filter(|id| is_match(name, self.tree.node(*id).name()));
                next.extend(children.filter_map(|id| self.tree.find(&self.tree.path(id))));
            }
            here = next;
        }
        match here.as_slice() {
            [only] => Some(*only).filter(|id| self.tree.node(*id).kind() == FileKind::File),
            _ => None,
        }
    }

    /// Where the system would look for `word`: execvp(3).
    fn places(&self, word: &str) -> Vec<String> {
        let from_here = |path: &str| match path.starts_with('/') {
            true => path.to_owned(),
            false => format!("{}/{path}", self.command.working_dir),
        };
        if word.is_empty() {
            return Vec::new();
        }
        if word.contains('/') {
            return vec![from_here(word)];
        }
        let folders = self.command.search_path.unwrap_or(SEARCH_PATH).split(':');
        folders.map(|folder| from_here(&format!("{folder}/{word}"))).collect()
    }
}
