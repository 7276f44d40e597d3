//! Scripts as flat lists of commands.
#![allow(clippy::unwrap_used)] // a test may stop

use mvi_dockerfile::{Dockerfile, Interpreter, Joint, RedirectKind, Script, ScriptPart, ShellWord, SimpleCommand};

fn script(text: &str) -> (Dockerfile, Script) {
    let file = Dockerfile::parse(format!("FROM a\nRUN {text}\n").as_bytes());
    let script = file.scripts(&file.instructions()[1])[0].clone();
    assert_eq!(script.problem, None, "{text}");
    (file, script)
}

fn word(word: &ShellWord) -> String {
    if word.is_static { word.text.clone() } else { format!("~{}", word.text) }
}

/// A command in one line: what joins it, its depth, marks, and its words; `~` before those that are not static.
fn show(command: &SimpleCommand) -> String {
    let joint = match command.joined_by {
        Joint::First => "",
        Joint::And => "&& ",
        Joint::Or => "|| ",
        Joint::Sequence => "; ",
        Joint::Pipe => "| ",
        Joint::PipeAll => "|& ",
        Joint::Background => "& ",
    };
    let mut words: Vec<String> =
        command.assignments.iter().map(|one| format!("{}={}", one.name, word(&one.value))).collect();
    words.extend(command.name.iter().chain(&command.words).map(word));
    words.extend(command.redirects.iter().map(|one| {
        let number = one.descriptor.map(|number| number.to_string()).unwrap_or_default();
        format!("{number}{:?}({})", one.kind, word(&one.target))
    }));
    let marks = [(command.in_condition, "?"), (command.in_function, "f"), (command.in_substitution, "$")];
    let marks: String = marks.iter().filter(|(on, _)| *on).map(|(_, mark)| *mark).collect();
    format!("{joint}{}{marks}{}", ".".repeat(command.depth as usize), words.join(" "))
}

fn check(text: &str, expected: &[&str]) {
    let (_, script) = script(text);
    assert_eq!(script.commands.iter().map(show).collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn lists_and_pipelines_say_what_joins_their_commands() {
    check("a && b || c; d & e | f |& g", &["a", "&& b", "|| c", "; d", "& e", "| f", "|& g"]);
    check("! a && b", &["?a", "&& b"]);
    let (_, script) = script("a; b | c");
    let pipelines: Vec<_> = script.commands.iter().map(|one| (one.in_pipeline, one.pipeline)).collect();
    assert_eq!(pipelines, [(false, 1), (true, 2), (true, 2)]);
}

#[test]
fn every_compound_command_is_opened() {
    let opened = ["?.a", "; .b", "; ?.c", "; .d", "; .e", "&& f"].map(|one| one.replace("?.", ".?"));
    check("if a; then b; elif c; then d; else e; fi && f", &opened.each_ref().map(String::as_str));
    check("a && while b; do c; done; until d; do e; done", &["a", "&& .?b", "; .c", "; .?d", "; .e"]);
    check("a | while read b; do c $b; done", &["a", "| .?read b", "; .c ~$b"]);
    check("for a in b c; do d; done || (e; f) & { g; }", &[".d", "|| .e", "; .f", "& .g"]);
    check("case $a in b) c;; d|e) f && g;; esac", &[".c", "; .f", "&& .g"]);
    check("a() { b; } > c; function d { e; }; a", &[".fb Write(c)", "; .fe", "; a"]);
    check("[[ -f a && b = \"c d\" ]] && (( x > 1 )) || coproc e", &["[[ a b c d", "&& .((", "|| .e"]);
    check("for ((i=0; i<3; i++)); do a; done", &[".a"]);
    assert_eq!(script("a() { b; }; c").1.functions, ["a"]);
}

#[test]
fn words_lose_their_quotes_and_keep_what_is_replaced() {
    check("a 'b c' \"d e\" f\\ g h\"i\"'j' $'k\\n'", &["a b c d e f g hij k\n"]);
    check(
        "a $b \"${c:-'d'}\" $(e) `f` $((1+2)) *.g [h] ~/i {j,k} [",
        &["a ~$b ~${c:-'d'} ~$(e) ~`f` ~$((1+2)) ~*.g ~[h] ~~/i ~{j,k} [", ".$e", ".$f"],
    );
    check("a \"\\$b\" '$c' \\$d 50$", &["a $b $c $d 50$"]);
}

#[test]
fn assignments_and_redirects_are_apart() {
    check("A=1 B=\"$c\" d e=f > g 2>&1 >> h < i", &["A=1 B=~$c d e=f Write(g) 2Duplicate(1) Append(h) Read(i)"]);
    check("A=1; a 2>/dev/null &> b <<< c", &["A=1", "; a 2Write(/dev/null) WriteAll(b) HereString(c)"]);
    check("{ a; b; } > c", &[".a Write(c)", "; .b"]);
}

#[test]
fn substitutions_are_opened_wherever_they_are() {
    check("a \"$(b \"$(c)\")\" && d", &["a ~$(b \"$(c)\")", ".$b ~$(c)", "..$c", "&& d"]);
    check("A=$(b | c); d > \"`e`\"", &["A=~$(b | c)", ".$b", "| .$c", "; d Write(~`e`)", ".$e"]);
    check("a `b \\`c\\``", &["a ~`b \\`c\\``", ".$b ~`c`", "..$c"]);
    check("a <(b) >(c)", &["a ~<(b) ~>(c)", ".$b", ".$c"]);
    check("for a in $(b); do c; done; case $(d) in $(e)) f;; esac", &["..$b", ".c", "..$d", "..$e", "; .f"]);
    check("a $(( $(b) + 1 ))", &["a ~$(( $(b) + 1 ))", ".$b"]);
    let (_, script) = script("a; b $(c) $(d)");
    assert_eq!(script.commands.iter().map(|one| one.within).collect::<Vec<_>>(), [None, None, Some(1), Some(1)]);
}

#[test]
fn words_are_where_they_are_in_the_file() {
    let (file, script) = script("set -e; \\\n  # told\n\tx=ä; apt-get ins\\\ntall \"c\\\n d\" && e");
    let words: Vec<_> = script.commands.iter().flat_map(|one| one.name.iter().chain(&one.words)).collect();
    let placed: Vec<_> = words.iter().map(|word| (word.text.as_str(), file.position(word.span.start).line)).collect();
    let expected = [("set", 2), ("-e", 2), ("apt-get", 4), ("install", 4), ("c d", 5), ("e", 6)];
    assert_eq!(placed, expected);
    assert_eq!(words[3].span.of(file.text()), "ins\\\ntall");
    assert_eq!(script.commands[2].span.of(file.text()), "apt-get ins\\\ntall \"c\\\n d\"");
}

#[test]
fn backquotes_and_their_words_are_placed_as_well() {
    let (file, script) = script("a \"x`b \\`c ä d\\` $(e f)`\"");
    let placed: Vec<_> = script.commands.iter().map(|one| one.span.of(file.text())).collect();
    assert_eq!(placed[1..], ["b \\`c ä d\\` $(e f)", "c ä d", "e f"]);
}

#[test]
fn who_reads_a_line_depends_on_shell_and_system() {
    let who = |text: &str| {
        let file = Dockerfile::parse(text.as_bytes());
        let last = file.instructions().last().unwrap();
        file.scripts(last)[0].interpreter.clone()
    };
    let other = |name: &str| Interpreter::Other(name.to_owned());
    assert_eq!(who("FROM a\nRUN b"), Interpreter::Shell("sh".to_owned()));
    assert_eq!(who("FROM a\nSHELL [\"/bin/bash\", \"-c\"]\nRUN b"), Interpreter::Shell("bash".to_owned()));
    assert_eq!(
        who("FROM a\nSHELL [\"conda\", \"run\", \"bash\", \"-c\"]\nRUN b"),
        Interpreter::Shell("bash".to_owned())
    );
    assert_eq!(who("FROM a\nSHELL [\"C:\\\\x\\\\PowerShell.exe\"]\nRUN b"), other("PowerShell"));
    assert_eq!(who("FROM mcr.microsoft.com/windows/nanoserver:1809\nRUN b"), other("cmd"));
    assert_eq!(who("# escape=`\nFROM a\nRUN b"), other("cmd"));
    assert_eq!(who("FROM a\nCMD [\"b\"]"), Interpreter::Direct);
}

#[test]
fn the_script_that_exec_form_hands_to_a_shell_is_read() {
    let file = Dockerfile::parse(
        br#"CMD ["/bin/bash", "-euo", "pipefail", "-c", "a \"b\" && \
 c"]"#,
    );
    let scripts = file.scripts(&file.instructions()[0]);
    assert_eq!(
        scripts.iter().map(|script| script.part).collect::<Vec<_>>(),
        [ScriptPart::Exec, ScriptPart::ExecScript]
    );
    assert_eq!(scripts[0].commands[0].words.len(), 4);
    let commands = &scripts[1].commands;
    assert_eq!(commands.iter().map(show).collect::<Vec<_>>(), ["a b", "&& c"]);
    assert_eq!(file.position(commands[1].span.start).line, 2);
    assert_eq!(commands[1].span.of(file.text()), "c");
}

#[test]
fn what_is_no_shell_is_told_where() {
    let file = Dockerfile::parse(b"FROM a\nRUN b && \\\n  fi\nRUN 'c\nRUN d | \\\n  e $(f ;; g)\n");
    let problem = |index: usize| file.scripts(&file.instructions()[index])[0].problem.clone().unwrap();
    assert_eq!(problem(1).span.of(file.text()), "b && \\\n  fi");
    assert_eq!(file.position(problem(2).span.start).column, 5);
    assert_eq!(file.position(problem(3).span.start).line, 6);
    let commands = &file.scripts(&file.instructions()[3])[0].commands;
    assert_eq!(commands.iter().map(show).collect::<Vec<_>>(), ["d", "| e ~$(f ;; g)"]);
}

#[test]
fn heredocs_inside_lines_have_bodies() {
    let file = Dockerfile::parse(b"RUN cat <<A > b && c\nd $(e)\nA\n");
    let commands = &file.scripts(&file.instructions()[0])[0].commands;
    assert_eq!(commands.iter().map(show).collect::<Vec<_>>(), ["cat Heredoc(A) Write(b)", ".$e", "&& c"]);
    assert_eq!(commands[0].redirects[0].kind, RedirectKind::Heredoc);
    assert_eq!(commands[0].redirects[0].body.unwrap().of(file.text()), "d $(e)\n");
    assert_eq!(commands[1].span.of(file.text()), "e");
}

#[test]
fn other_instructions_have_scripts_too() {
    let file =
        Dockerfile::parse(b"FROM a\nHEALTHCHECK CMD b || exit 1\nONBUILD RUN c\nENTRYPOINT exec d\nUSER e\nCOPY f g\n");
    let names = |index: usize| {
        let scripts = file.scripts(&file.instructions()[index]).iter();
        scripts.flat_map(|script| script.commands.iter().map(show)).collect::<Vec<_>>()
    };
    assert_eq!(names(1), ["b", "|| exit 1"]);
    assert_eq!((names(2), names(3)), (vec!["c".to_owned()], vec!["exec d".to_owned()]));
    assert!(names(4).is_empty() && names(5).is_empty());
}

#[test]
fn patterns_of_bash_are_read_where_nothing_else_can_be() {
    check("[[ a == @(b|c) ]] && d", &["[[ a @(b|c)", "&& d"]);
    check("rm !(a)", &["rm !(a)"]);
}
