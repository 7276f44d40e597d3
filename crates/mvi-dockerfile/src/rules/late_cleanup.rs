//! W-LATE-CLEANUP: taking away what a layer before has shipped.

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::law::View;
use crate::law::edits::without_instruction;
use crate::law::installs::program;
use crate::packages::append_to;
use crate::rule::{Fixes, Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::shell::{Interpreter, Joint, Script, ScriptPart, SimpleCommand};
use crate::syntax::{Dockerfile, Instruction, Keyword};

pub(crate) struct LateCleanup;

static META: RuleMeta = RuleMeta {
    code: "W-LATE-CLEANUP",
    name: "late-cleanup",
    group: Group::Law,
    why: "A layer cannot take bytes away that a layer before it holds: it only hides them. A `RUN` that does nothing but \
          clean makes the image no smaller, however much it removes; cleaning belongs into the `RUN` that makes the mess.",
    bad: "FROM example.org/base:1.0.0\nRUN tar -xf /opt/all.tar -C /srv\nRUN rm -rf /srv/docs /srv/tests\n",
    good: "FROM example.org/base:1.0.0\nRUN tar -xf /opt/all.tar -C /srv && rm -rf /srv/docs /srv/tests\n",
    fixes: Fixes::Unsafe,
    beside: &["MVI3059"],
    ..RuleMeta::PLAIN
};

impl Rule for LateCleanup {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        View::new(file, settings).shipped_stages().flat_map(|stage| findings(file, stage)).collect()
    }
}

fn findings(file: &Dockerfile, instructions: &[Instruction]) -> Vec<Finding> {
    let mut before: Option<&Instruction> = None;
    let mut found = Vec::new();
    for instruction in instructions {
        if instruction.keyword != Keyword::Run {
            // What is copied in between may be what is cleaned; another user or folder may clean otherwise.
            if !says_something(instruction) {
                before = None;
            }
            continue;
        }
        if let Some(script) = cleaning(file, instruction) {
            let message = "this hides what layers before it ship, and saves nothing";
            let finding = Finding::new(&META, instruction.keyword_span, message);
            let fix = before.and_then(|before| moved(file, before, instruction, script));
            found.push(fix.into_iter().fold(finding, Finding::fix));
        }
        before = Some(instruction);
    }
    found
}

/// Whether an instruction only says something about the image.
fn says_something(instruction: &Instruction) -> bool {
    matches!(
        instruction.keyword,
        Keyword::Cmd
            | Keyword::Entrypoint
            | Keyword::Expose
            | Keyword::Healthcheck
            | Keyword::Label
            | Keyword::Stopsignal
    )
}

/// The script of a run that does nothing but take away.
fn cleaning<'a>(file: &'a Dockerfile, run: &'a Instruction) -> Option<&'a Script> {
    let [script] = file.scripts(run) else { return None };
    let is_shell = matches!(script.interpreter, Interpreter::Shell(_)) && script.problem.is_none();
    let is_chain = script.commands.iter().all(|command| {
        command.depth == 0 && !command.in_pipeline && matches!(command.joined_by, Joint::First | Joint::And)
    });
    let cleans = !script.commands.is_empty() && script.commands.iter().all(takes_away);
    (is_shell && is_chain && script.part == ScriptPart::Line && cleans).then_some(script)
}

/// Whether a command only removes files or packages.
fn takes_away(command: &SimpleCommand) -> bool {
    let Some((name, words)) = program(command) else { return false };
    let verb = words.iter().map(|word| word.text.as_str()).find(|word| !word.starts_with('-')).unwrap_or_default();
    match name {
        "rm" | "rmdir" | "unlink" => true,
        "apk" => matches!(verb, "del" | "cache"),
        "apt-get" | "apt" => matches!(verb, "clean" | "autoclean" | "autoremove" | "remove" | "purge"),
        "dnf" | "yum" | "microdnf" => matches!(verb, "clean" | "autoremove" | "remove" | "erase"),
        "pip" | "pip3" => matches!(verb, "cache" | "uninstall"),
        "npm" | "yarn" | "pnpm" => matches!(verb, "cache" | "prune" | "store"),
        _ => false,
    }
}

/// Whether a script makes what a command takes away, as far as its words tell: it calls the manager whose leavings they
/// are, or names the path or a folder above it.
fn makes(script: &Script, text: &str, command: &SimpleCommand) -> bool {
    let calls = |manager: &str| script.commands.iter().filter_map(program).any(|(name, _)| name.starts_with(manager));
    let Some((name, words)) = program(command) else { return false };
    if !matches!(name, "rm" | "rmdir" | "unlink") {
        return calls(name.trim_end_matches("-get"));
    }
    let paths = words.iter().map(|word| word.text.as_str()).filter(|word| !word.starts_with('-'));
    paths.into_iter().all(|path| match LEAVINGS.iter().find(|(folder, _)| path.starts_with(folder)) {
        Some((_, managers)) => managers.iter().any(|manager| calls(manager)),
        None => folders(path).any(|folder| text.contains(folder)),
    })
}

/// A path and the folders above it, but for those that everybody writes to.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    let path = path.trim_end_matches(['/', '*']);
    let ends = path.char_indices().filter(|(_, letter)| *letter == '/').map(|(at, _)| at).chain([path.len()]);
    ends.map(|end| &path[..end]).filter(|folder| folder.len() > 1 && !SHARED.contains(folder))
}

/// Folders that say nothing about who wrote to them.
const SHARED: &[&str] =
    &["/usr", "/usr/local", "/usr/share", "/usr/lib", "/var", "/var/lib", "/var/cache", "/opt", "/root", "/etc"];

/// What package managers leave, and who does.
const LEAVINGS: &[(&str, &[&str])] = &[
    ("/var/lib/apt", &["apt"]),
    ("/var/cache/apt", &["apt"]),
    ("/var/cache/apk", &["apk"]),
    ("/var/cache/dnf", &["dnf", "microdnf"]),
    ("/var/cache/yum", &["yum"]),
    ("/root/.cache/pip", &["pip"]),
    ("/root/.npm", &["npm"]),
];

/// The cleaning at the end of the run before, in place of a layer of its own.
fn moved(file: &Dockerfile, before: &Instruction, run: &Instruction, script: &Script) -> Option<Fix> {
    let flags = |one: &Instruction| {
        let mut flags: Vec<_> = one.flags.iter().map(|flag| (flag.name.clone(), flag.value.clone())).collect();
        flags.sort_unstable();
        flags
    };
    let text = script.span.of(file.text());
    let [earlier] = file.scripts(before) else { return None };
    let makes_it = script.commands.iter().all(|command| makes(earlier, earlier.span.of(file.text()), command));
    if flags(before) != flags(run) || text.contains('#') || !run.heredocs.is_empty() || !makes_it {
        return None;
    }
    let edits: Vec<Edit> = vec![append_to(file, earlier, text)?, without_instruction(file, run)];
    Some(Fix { title: "clean where the bytes come from".into(), safety: Safety::Unsafe, edits })
}
