//! Comments that keep findings back, with real rules: what they reach, when they end, and what is said of them.
#![allow(clippy::unwrap_used)] // a test that cannot be set up should stop

use mvi_dockerfile::{Choices, Dockerfile, Finding, Foreign, Level, LintSettings, check as rules, lint, settle};

/// Lints as of a day, by a few rules; a finding as `LINE CODE`.
fn check(text: &str, expected: &[&str]) {
    check_with(text, &settings(&Choices::default()), expected);
}

/// These choices among the rules that these tests are about.
fn settings(choices: &Choices) -> LintSettings {
    let mut choices = choices.clone();
    if choices.select.is_empty() {
        choices.select = ["DL3008", "DL3020", "DL4000", "MVI6", "SC"].map(str::to_owned).to_vec();
    }
    let today = Some(jiff::civil::date(2026, 11, 21));
    LintSettings { selection: choices.resolve(), today, ..LintSettings::default() }
}

fn check_with(text: &str, settings: &LintSettings, expected: &[&str]) {
    let file = Dockerfile::parse(text.as_bytes());
    assert_eq!(told(&file, &lint(&file, settings)), expected, "{text}");
}

fn told(file: &Dockerfile, findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{} {}", file.position(finding.span.start).line, finding.code)).collect()
}

#[test]
fn a_comment_reaches_the_next_instruction_only() {
    let two = "MAINTAINER a\nMAINTAINER b\n";
    check(&format!("FROM a:1\n# hadolint ignore=DL4000\n{two}"), &["4 MVI4000"]);
    check(&format!("FROM a:1\n# hadolint ignore=MVI4000\n\n# more\n{two}"), &["6 MVI4000"]);
    check(&format!("FROM a:1\n# hadolint ignore=MaintainerDeprecated # as agreed\n{two}"), &["4 MVI4000"]);
    check(&format!("FROM a:1\n# hadolint ignore=maintainer-deprecated\n{two}"), &["4 MVI4000"]);
    check(&format!("FROM a:1\n# hadolint ignore=DL3020\n{two}"), &["3 MVI4000", "4 MVI4000"]);
}

#[test]
fn a_comment_may_reach_the_stage_or_the_file() {
    let stages = "MAINTAINER a\nFROM b:1\nMAINTAINER b\n";
    check(&format!("FROM a:1\n# hadolint global ignore=DL4000\n{stages}"), &[]);
    check(&format!("FROM a:1\n{stages}# hadolint global ignore=DL4000\n"), &[]);
    check(&format!("# hadolint stage ignore=DL4000\nFROM a:1\n{stages}"), &["5 MVI4000"]);
    check(&format!("FROM a:1\nMAINTAINER x\n# hadolint stage ignore=DL4000\n{stages}"), &["2 MVI4000", "6 MVI4000"]);
}

#[test]
fn a_comment_inside_an_instruction_is_about_that_instruction() {
    let run = "RUN apt-get update && \\\n# hadolint ignore=DL3008\n    apt-get install curl\n";
    check(&format!("FROM a:1\n{run}RUN apt-get install wget\n"), &["5 MVI3008"]);
}

#[test]
fn our_exceptions_need_terms_and_end() {
    let with = |terms: &str| format!("FROM a:1\n# mvi: ignore[DL4000]{terms}\nMAINTAINER a\n");
    check(&with(" until=2027-01-01 reason=old registry"), &[]);
    check(&with(" until=2026-11-22 reason=old registry"), &[]);
    check(&with(" until=2026-11-21 reason=old registry"), &["2 MVI6001", "3 MVI4000"]);
    check(&with(" until=2027-01-01"), &["2 MVI6002", "3 MVI4000"]);
    check(&with(" reason=old registry"), &["2 MVI6002", "3 MVI4000"]);
    check(&with(""), &["2 MVI6002", "3 MVI4000"]);
    check(&with(" forever"), &["2 MVI6004", "3 MVI4000"]);
}

#[test]
fn exceptions_that_nothing_needs_are_told() {
    let ours = "# mvi: ignore[DL4000, DL3008] until=2027-01-01 reason=x\n";
    check(&format!("FROM a:1\n{ours}MAINTAINER a\n"), &["2 MVI6003"]);
    check("FROM a:1\n# hadolint ignore=DL4000\nRUN true\n", &[]);
    check("FROM a:1\n# hadolint ignore=DL9\nRUN true\n", &[]);
    check("FROM a:1\n# hadolint ignore=nothing\nRUN true\n", &["2 MVI6004"]);
    // What did not run cannot be said to be unused.
    let off = Choices { ignore: vec!["DL4000".into()], ..Choices::default() };
    let settings = settings(&off);
    check_with("FROM a:1\n# mvi: ignore[DL4000] until=2027-01-01 reason=x\nRUN true\n", &settings, &[]);
}

#[test]
fn exceptions_from_shellcheck_are_judged_only_when_it_was_asked() {
    let file = Dockerfile::parse(b"FROM a:1\n# mvi: ignore[SC2086] until=2027-01-01 reason=x\nRUN echo $X\n");
    let settings = settings(&Choices::default());
    let after = |found, foreign| told(&file, &settle(&file, &settings, found, foreign));
    assert!(after(rules(&file, &settings), Foreign::NotAsked).is_empty());
    assert_eq!(after(rules(&file, &settings), Foreign::Asked), ["2 MVI6003"]);
    let finding = |code: &'static str| Finding {
        code: code.into(),
        level: Level::Info,
        span: file.instructions()[1].arguments,
        message: "x".into(),
        notes: Vec::new(),
        fix: None,
    };
    assert!(after(vec![finding("SC2086")], Foreign::Asked).is_empty());
    assert_eq!(after(vec![finding("SC2046")], Foreign::Asked), ["2 MVI6003", "3 SC2046"]);
}

#[test]
fn comments_may_be_without_effect() {
    let settings = LintSettings { pragmas_count: false, ..settings(&Choices::default()) };
    check_with("FROM a:1\n# hadolint ignore=DL4000\nMAINTAINER a\n", &settings, &["3 MVI4000"]);
    check_with("FROM a:1\n# mvi: ignore[DL4000]\nMAINTAINER a\n", &settings, &["3 MVI4000"]);
}

#[test]
fn levels_and_selections_hold_for_rules_and_other_programs() {
    let choices =
        Choices { select: vec!["DL4".into()], levels: vec![("DL4000".into(), Level::Style)], ..Choices::default() };
    let settings = settings(&choices);
    let file = Dockerfile::parse(b"FROM a:1\nMAINTAINER a\nADD b c\n");
    let found = lint(&file, &settings);
    assert_eq!((told(&file, &found), found[0].level), (vec!["2 MVI4000".to_owned()], Level::Style));
}

#[test]
fn many_findings_of_one_rule_are_counted_and_not_told() {
    let text = format!("FROM a:1\n{}", "MAINTAINER a\n".repeat(1000));
    let found = lint(&Dockerfile::parse(text.as_bytes()), &settings(&Choices::default()));
    assert_eq!(found.len(), 200);
    assert_eq!(found[199].notes, ["800 more of these are not shown"]);
}

#[test]
fn many_comments_take_no_more_time_than_they_are() {
    let comments = "# hadolint global ignore=DL4000\n".repeat(20_000);
    let text = format!("FROM a:1\n{comments}{}", "MAINTAINER a\n".repeat(20_000));
    check(&text, &[]);
}
