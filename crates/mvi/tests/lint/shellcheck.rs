//! `ShellCheck`'s findings: their places, their dialects, and what is said when it is not there.

use std::path::PathBuf;

use crate::desk::{Desk, text};

/// The folder `ShellCheck` is in; tests need it, as `tools/set-up.sh` says.
fn folder() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folder = std::env::split_paths(&path).find(|folder| folder.join("shellcheck").is_file());
    folder.unwrap_or_else(|| panic!("shellcheck is not installed: apt-get install shellcheck"))
}

/// Findings of `ShellCheck` as `LINE:COLUMN-LINE:COLUMN CODE`.
fn check(dockerfile: &str, expected: &[&str]) {
    let desk = Desk::new(&[("Dockerfile", dockerfile)]);
    let output = desk.command(&["--select", "SC", "--format", "json"]).env("PATH", folder()).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["files"][0]["findings"].as_array().unwrap();
    let found: Vec<String> = findings
        .iter()
        .map(|finding| {
            let (start, end) = (&finding["start"], &finding["end"]);
            let (line, column, code) = (&start["line"], &start["column"], finding["code"].as_str().unwrap());
            format!("{line}:{column}-{}:{} {code}", end["line"], end["column"])
        })
        .collect();
    assert_eq!(found, expected, "{dockerfile}");
}

#[test]
fn findings_are_where_they_are_in_the_file() {
    check("FROM a:1\nRUN echo $1\n", &["2:10-2:12 SC2086"]);
    check(
        "FROM a:1\nRUN true && \\\n    # note\n    echo \"é\" $1 && \\\n  echo $2\n",
        &["4:14-4:16 SC2086", "5:8-5:10 SC2086"],
    );
    check("FROM a:1\nONBUILD RUN echo $1\n", &["2:18-2:20 SC2086"]);
    check("FROM a:1\nRUN <<EOF\necho hi\necho $1\nEOF\n", &["4:6-4:8 SC2086"]);
    check("FROM a:1\nRUN <<-EOF\n\t\techo $1\n\tEOF\n", &["3:8-3:10 SC2086"]);
}

#[test]
fn findings_in_heredocs_are_where_they_are_in_the_file() {
    // Tabs that `<<-` takes away are columns all the same.
    check("FROM a:1\nRUN <<-EOF\n\t\tset -e\n\techo hi $1\n\tEOF\n", &["4:10-4:12 SC2086"]);
    // Without the dash they stay.
    check("FROM a:1\nRUN <<EOF\n\tset -e\n\techo hi $1\nEOF\n", &["4:10-4:12 SC2086"]);
    // A line that goes on, within the script.
    check("FROM a:1\nRUN <<EOF\necho a \\\n  b \\\n  $1\nEOF\n", &["5:3-5:5 SC2086"]);
    // Several on one line: the first is the command's input, each stays where it is.
    check("FROM a:1\nRUN cat <<A > x && cat <<B > $1\nfirst\nA\nsecond\nB\n", &["2:30-2:32 SC2086"]);
    check("FROM a:1\nRUN <<A\necho $1\nA\nRUN <<B\necho $2\nB\n", &["3:6-3:8 SC2086", "6:6-6:8 SC2086"]);
    // After continuations of the instruction itself, and other characters than ASCII.
    check(
        "FROM a:1\nRUN --mount=type=cache,target=/c \\\n    # why\n    <<EOF\necho \"é😀\" $1\nEOF\n",
        &["5:11-5:13 SC2086"],
    );
    // A shebang chooses the dialect and is a line of its own.
    check("FROM a:1\nRUN <<EOF\n#!/bin/bash\necho $1\nEOF\n", &["4:6-4:8 SC2086"]);
    // What Windows ends lines with is part of a heredoc, and of the script.
    check("FROM a:1\r\nRUN <<EOF\r\necho $1\r\nEOF\r\n", &["3:6-3:8 SC2086", "3:8-3:8 SC1017"]);
    // A command line behind the heredoc's name goes on after the body of the file, not of the script.
    check("FROM a:1\nRUN sh -e <<EOF && echo $1\ntrue\nEOF\n", &["2:25-2:27 SC2086"]);
}

#[test]
fn what_the_dockerfile_sets_is_known() {
    check("FROM a:1\nRUN echo \"$foo\"\n", &["2:11-2:15 SC2154"]);
    check("FROM a:1\nARG foo\nENV bar=1 baz 2\nRUN echo \"$foo$bar$http_proxy\"\n", &[]);
    check("FROM a:1 AS x\nENV foo=1\nFROM x\nRUN echo \"$foo\"\nFROM b:1\nRUN echo \"$foo\"\n", &["6:11-6:15 SC2154"]);
}

#[test]
fn the_dialect_is_the_one_of_the_shell() {
    let bash = "RUN [[ -n \"$1\" ]]\n";
    check(&format!("FROM a:1\n{bash}"), &["2:5-2:18 SC3010"]);
    check(&format!("FROM a:1\nSHELL [\"/bin/bash\", \"-c\"]\n{bash}"), &[]);
    check(&format!("FROM a:1\n# hadolint shell=bash\n{bash}"), &[]);
    check("FROM a:1\nRUN <<EOF\n#!/bin/bash\n[[ -n \"$1\" ]]\nEOF\n", &[]);
    check("FROM a:1\nSHELL [\"powershell\"]\nRUN Get-X $a | % { $_ }\n", &[]);
    check("FROM a:1\n# hadolint shell=pwsh\nRUN Get-X $a | % { $_ }\n", &[]);
    check("FROM a:1\nRUN . ./x && source /y\n", &["2:14-2:23 SC3046"]);
}

#[test]
fn comments_and_levels_hold_for_them_too() {
    check("FROM a:1\n# hadolint ignore=SC2086\nRUN echo $1\n", &[]);
    check("FROM a:1\n# mvi: ignore[SC2086] until=2027-01-01 reason=x\nRUN echo $1\n", &[]);
    let desk = Desk::new(&[("Dockerfile", "FROM a:1\nRUN echo $1\n")]);
    let run = |more: &[&str]| {
        let mut all = vec!["--select", "SC"];
        all.extend(more);
        desk.command(&all).env("PATH", folder()).output().unwrap().status.code()
    };
    assert_eq!(run(&[]), Some(1));
    assert_eq!(run(&["--ignore", "SC2086"]), Some(0));
    assert_eq!(run(&["--style", "SC2086"]), Some(0));
    assert_eq!(run(&["--no-shellcheck"]), Some(0));
}

#[test]
fn its_absence_is_said_once_and_only_where_it_matters() {
    let desk = Desk::new(&[("a/Dockerfile", "FROM a:1\nRUN true\n"), ("b/Dockerfile", "FROM a:1\nRUN true\n")]);
    let note = "shellcheck is not installed";
    assert_eq!(text(&desk.run(&[]).stderr).matches(note).count(), 1);
    for quiet in [&["-q"][..], &["--no-shellcheck"], &["--list-rules"]] {
        assert!(!text(&desk.run(quiet).stderr).contains(note), "{quiet:?}");
    }
    let none = Desk::new(&[("Dockerfile", "FROM a:1\nCOPY a b\n")]);
    assert!(!text(&none.run(&[]).stderr).contains(note));
}

#[test]
fn a_program_of_that_name_that_is_another_does_no_harm() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk =
        Desk::new(&[("Dockerfile", "FROM a:1\nADD b c\nRUN true\n"), ("bin/shellcheck", "#!/bin/sh\necho no\n")]);
    std::fs::set_permissions(desk.path("bin/shellcheck"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let output = desk.command(&["--select", "DL3020"]).env("PATH", desk.path("bin")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("shellcheck did not help"), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("MVI3020"));
}
