//! What holds of every rule of the table: its examples, its names, its repairs.
#![allow(clippy::unwrap_used, clippy::panic)] // a rule that breaks the law should stop the test

use std::collections::BTreeSet;

use mvi_dockerfile::{
    Choices, Dockerfile, Finding, Fixes, Group, LintSettings, ProblemKind, RULES, RuleMeta, Safety, Shown, find_rule,
    is_known, lint, repair,
};

/// Settings under which a rule is on, with everything examples may rely on.
fn settings(meta: &RuleMeta) -> LintSettings {
    let choices = match meta.shown {
        Shown::Always => Choices::default(),
        Shown::WhenAsked => Choices { select: vec!["ALL".into()], ..Choices::default() },
    };
    let today = Some(jiff::civil::date(2026, 11, 21));
    let mut settings = LintSettings { selection: choices.resolve(), today, ..LintSettings::default() };
    (meta.settings)(&mut settings);
    settings
}

fn lint_text(text: &str, settings: &LintSettings) -> Vec<Finding> {
    lint(&Dockerfile::parse(text.as_bytes()), settings)
}

/// Checks every rule and tells of all that fail at once.
fn check(law: impl Fn(&'static RuleMeta) -> Result<(), String>) {
    let failed: Vec<String> = RULES
        .iter()
        .map(|rule| rule.meta())
        .filter_map(|meta| law(meta).err().map(|complaint| format!("{}: {complaint}", meta.code)))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn codes(findings: &[Finding]) -> BTreeSet<String> {
    findings.iter().map(|finding| finding.code.to_string()).collect()
}

/// Whether an example has to keep another rule. The standard asks more of a file than practice does, so that an example
/// of practice need not keep the standard; one of the standard keeps both, but for what is said of it as a whole.
fn is_judged_by(meta: &RuleMeta, code: &str) -> bool {
    let of_standard =
        |group: Group| matches!(group, Group::Recommendation | Group::Narrative | Group::Sovereignty | Group::Law);
    let other = find_rule(code).filter(|other| other.code != meta.code);
    !other.is_some_and(|other| of_standard(other.group) && !of_standard(meta.group))
}

#[test]
fn the_bad_example_breaks_its_rule_and_no_other() {
    check(|meta| {
        let found = codes(&lint_text(meta.bad, &settings(meta)));
        let found: BTreeSet<String> = found.into_iter().filter(|code| is_judged_by(meta, code)).collect();
        let expected = BTreeSet::from([meta.code.to_owned()]);
        let allowed: BTreeSet<String> =
            meta.beside.iter().map(|code| (*code).to_owned()).chain(expected.clone()).collect();
        let right = found.is_superset(&expected) && found.is_subset(&allowed);
        if right { Ok(()) } else { Err(format!("its bad example gives {found:?}")) }
    });
}

#[test]
fn the_good_example_keeps_its_rule() {
    check(|meta| {
        let found = lint_text(meta.good, &settings(meta));
        let own: Vec<_> = found.iter().filter(|finding| finding.code == meta.code).collect();
        if own.is_empty() { Ok(()) } else { Err(format!("its good example gives {own:?}")) }
    });
}

#[test]
fn examples_are_whole_dockerfiles() {
    check(|meta| {
        for example in [meta.bad, meta.good] {
            if !example.ends_with('\n') || example.contains('\t') {
                return Err(format!("not a whole file, or with tabs: {example:?}"));
            }
            // What is a rule of its own is no syntax error.
            let own = [ProblemKind::EmptyContinuation, ProblemKind::Order, ProblemKind::Stage];
            let mut problems = Dockerfile::parse(example.as_bytes()).problems().to_vec();
            problems.retain(|problem| example == meta.good || !own.contains(&problem.kind));
            if !problems.is_empty() && (example == meta.good || meta.code != "MVI1000") && meta.beside.is_empty() {
                return Err(format!("{problems:?}"));
            }
        }
        Ok(())
    });
}

#[test]
fn repairs_repair_the_bad_example_and_come_to_rest() {
    check(|meta| {
        let settings = settings(meta);
        let before = lint_text(meta.bad, &settings);
        let offered: BTreeSet<Safety> = before
            .iter()
            .filter(|finding| finding.code == meta.code)
            .filter_map(|finding| finding.fix.as_ref().map(|fix| fix.safety))
            .collect();
        let (expected, safety) = match meta.fixes {
            Fixes::None => (None, Safety::Unsafe),
            Fixes::Safe => (Some(Safety::Safe), Safety::Safe),
            Fixes::Unsafe => (Some(Safety::Unsafe), Safety::Unsafe),
        };
        if offered.iter().next() != expected.as_ref() {
            return Err(format!("says {:?}, and its bad example offers {offered:?}", meta.fixes));
        }
        let repaired = repair(meta.bad.as_bytes(), &settings, safety);
        let text = String::from_utf8(repaired.bytes.clone()).unwrap();
        let after = lint_text(&text, &settings);
        if expected.is_some() && after.iter().any(|finding| finding.code == meta.code) {
            return Err(format!("is still broken after its repair; refused {:?}\n{text}", repaired.refused));
        }
        let again = repair(&repaired.bytes, &settings, safety);
        if again.bytes == repaired.bytes && again.made.is_empty() {
            Ok(())
        } else {
            Err(format!("goes on repairing\n{text}"))
        }
    });
}

#[test]
fn names_are_unique_and_findable() {
    let mut seen = BTreeSet::new();
    for meta in RULES.iter().map(|rule| rule.meta()) {
        // What is one check of `docker build` may be several rules here.
        let (theirs, shared): (Vec<&str>, Vec<&str>) = meta.twins.iter().partition(|twin| twin.starts_with("DL"));
        assert!(shared.iter().all(|twin| is_known(twin)), "{shared:?}");
        for name in [meta.code, meta.name].into_iter().chain(theirs) {
            assert!(seen.insert(name.to_ascii_lowercase()), "{name} is two rules");
            assert_eq!(find_rule(name).map(|found| found.code), Some(meta.code), "{name}");
            assert!(is_known(name), "{name}");
        }
    }
}

#[test]
fn codes_and_names_have_their_forms() {
    check(|meta| {
        let kebab = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
        if !meta.name.chars().all(kebab) || meta.name.len() < 4 {
            return Err(format!("the name {} is not in kebab-case", meta.name));
        }
        for twin in meta.twins.iter().filter(|twin| twin.starts_with("DL")) {
            if meta.code != format!("MVI{}", &twin[2..]) {
                return Err(format!("its twin is {twin}"));
            }
        }
        if meta.why.len() < 60 || !meta.why.ends_with('.') {
            return Err("does not say why in whole sentences".into());
        }
        Ok(())
    });
    let codes: Vec<_> = RULES.iter().map(|rule| rule.meta().code).collect();
    assert!(codes.is_sorted(), "the table is in the order of codes: {codes:?}");
}

#[test]
fn twins_are_rules_that_exist() {
    let checks = include_str!("twins.txt");
    let known: BTreeSet<&str> = checks.lines().filter(|line| !line.starts_with('#')).map(str::trim).collect();
    check(|meta| match meta.twins.iter().find(|twin| !known.contains(*twin)) {
        None => Ok(()),
        Some(twin) => Err(format!("neither hadolint nor docker build has {twin}")),
    });
}

/// hadolint 2.15.1: 71 rules (its README) and DL1000, what its parser cannot read; BuildKit: 22 checks
/// (docs.docker.com/reference/build-checks). The standard's own narratives need no rule each.
#[test]
fn every_rule_of_hadolint_and_every_check_of_docker_build_has_a_twin_here() {
    let names = include_str!("twins.txt").lines().map(str::trim).filter(|name| !name.starts_with(['#']));
    let (theirs, _narratives): (BTreeSet<&str>, BTreeSet<&str>) = names.partition(|name| !name.starts_with("FN-"));
    let of_hadolint = theirs.iter().filter(|name| name.starts_with("DL")).count();
    assert_eq!((of_hadolint, theirs.len() - of_hadolint), (72, 22));
    let ours: BTreeSet<&str> = RULES.iter().flat_map(|rule| rule.meta().twins).copied().collect();
    let missing: Vec<_> = theirs.difference(&ours).collect();
    assert!(missing.is_empty(), "no rule is the twin of {missing:?}");
}

#[test]
fn messages_are_one_sentence_without_a_full_stop() {
    check(|meta| {
        for finding in lint_text(meta.bad, &settings(meta)) {
            let texts = std::iter::once(&finding.message).chain(&finding.notes);
            if let Some(text) =
                texts.into_iter().find(|text| text.ends_with('.') || text.contains('\n') || text.is_empty())
            {
                return Err(format!("{text:?}"));
            }
        }
        Ok(())
    });
}
