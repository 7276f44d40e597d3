//! Loading, extending and refusing standards.

use proptest::prelude::*;

use super::*;

/// Loads a standard that extends V13 unless it says otherwise; two more can be extended by name.
fn load(toml: &str) -> Result<Standard, LoadError> {
    Standard::load(toml.as_bytes(), &|name| match name {
        "team" => Ok("extends = \"V13\"\ndisable = [\"banned:debian:*\"]\n[policy]\ngrace_mb = 4".to_owned()),
        "ping" => Ok("extends = \"pong\"".to_owned()),
        "pong" => Ok("extends = \"ping\"".to_owned()),
        deep if deep.starts_with('d') => Ok(format!("extends = \"{deep}d\"")),
        other => Err(format!("no file {other}")),
    })
}

fn check_error(toml: &str, expected: &str) {
    assert_eq!(load(toml).unwrap_err().to_string(), expected);
}

fn check_violations(toml: &str, expected: &[&str]) {
    let LoadError::Invalid { violations } = load(&format!("extends = \"V13\"\n{toml}")).unwrap_err() else {
        panic!("another error was expected");
    };
    assert_eq!(violations.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
}

#[test]
fn the_built_in_standard_loads_and_keeps_its_identity() {
    let standard = Standard::builtin().unwrap();
    assert_eq!(standard.digest(), "sha256:602267630b0b0bb6a0a948bda7e6e8b4ae4d0ecaf5141d4eb70acec8e8f649ed");
    assert_eq!((standard.rows.len(), standard.rom_bases.len(), standard.segments.len()), (7, 8, 64));
    assert_eq!(standard.document()["solvency"]["target_score"], 0.48);
}

#[test]
fn order_spacing_and_comments_do_not_change_the_identity() {
    let plain = load("extends = \"V13\"").unwrap();
    let noisy = load("# hello\n  extends   =   'V13' # again\n[policy]\nheavy_mb = 500.0").unwrap();
    assert_eq!(plain.digest(), Standard::builtin().unwrap().digest());
    assert_eq!(noisy.digest(), plain.digest());
    assert_ne!(load("extends = \"V13\"\n[policy]\nheavy_mb = 501").unwrap().digest(), plain.digest());
}

#[test]
fn an_extension_changes_what_it_names_and_nothing_else() {
    let standard = load(
        "extends = \"team\"\n\
         [standard]\nid = \"V14\"\n\
         [[row]]\nid = \"go-static\"\ntarget_max_mb = 18\n\
         [[banned]]\npattern = \"centos:*\"\nuse_instead = \"alpine:3.21\"\nnote = \"gone\"\noverridable = false\n\
         origin = \"derived\"\n\
         [[segment]]\nn = 0\nlabel = \"nothing\"",
    )
    .unwrap();
    let row = standard.row("go-static").unwrap();
    assert_eq!((standard.meta.id.as_str(), standard.policy.grace_mb, standard.policy.heavy_mb), ("V14", 4.0, 500.0));
    assert_eq!((row.target_min_mb, row.target_max_mb), (12.0, 18.0));
    let patterns: Vec<&str> = standard.banned.iter().map(|ban| ban.pattern.as_str()).collect();
    assert_eq!(patterns, ["ubuntu:*", "node:*-bookworm*", "python:*-bullseye*", "node:*-buster*", "centos:*"]);
    assert_eq!(standard.segments[0].label, "nothing");
    assert_eq!(standard.document().get("extends"), None);
    assert_eq!(standard.document().get("disable"), None);
}

#[test]
fn a_disabled_entry_can_be_written_anew_as_a_whole() {
    let standard = load(
        "extends = \"V13\"\ndisable = [\"gid_gap:scratch\", \"row:go-static\"]\n\
         [[gid_gap]]\nimage = \"scratch\"\nsuggested = \"GID-IMG-EMPTY-001\"\nwhy = \"x\"\norigin = \"derived\"",
    )
    .unwrap();
    assert_eq!(standard.gid_gaps.iter().filter(|gap| gap.image == "scratch").count(), 1);
    assert_eq!(standard.row("go-static"), None);
}

#[test]
fn what_is_not_text_or_not_toml_is_placed() {
    let bytes = b"extends = \"V13\"\n# caf\xc3\xa9 \xff";
    let error = Standard::load(bytes, &|_| Err(String::new())).unwrap_err();
    assert_eq!(error.to_string(), "the standard is not UTF-8 at line 2, column 8");
    let error = load("extends = \"V13\"\n[policy]\ngrace_mb = = 5").unwrap_err().to_string();
    assert!(error.starts_with("the standard is not TOML at line 3, column 12: "), "{error}");
}

#[test]
fn extensions_that_cannot_be_had_are_errors() {
    check_error("extends = \"other\"", "the standard extends `other`, which cannot be had: no file other");
    check_error("extends = \"ping\"", "standards extend each other: ping -> pong -> ping");
    check_error("extends = \"d\"", "more than 8 standards extend one another");
}

#[test]
fn disabling_what_is_not_there_is_an_error() {
    let nothing = "names nothing in the standard that is extended; write `table:key`";
    check_violations(
        "disable = [\"row:go-dynamic\", \"policy\", \"banned:debian:*\", \"nonsense:x\"]",
        &[
            &format!("disable `row:go-dynamic` {nothing}"),
            &format!("disable `policy` {nothing}"),
            &format!("disable `nonsense:x` {nothing}"),
        ],
    );
}

#[test]
fn every_breach_of_the_schema_is_told_at_once_with_its_place() {
    check_violations(
        "[policy]\ngrace_mb = \"ten\"\ngraze_mb = 1\n\
         [[row]]\nid = \"static-web\"\ntarget_max_mb = true\nshade = 2\n\
         [[row]]\nid = \"new\"\n\
         [[dimension]]\nid = \"size_mb\"\ndegree = 0\n\
         [rwo]\nsweet = true",
        &[
            "dimension:size_mb.degree is wrong: 0 is less than the minimum of 1",
            "policy.grace_mb is wrong: \"ten\" is not of type \"number\"",
            "policy has the unknown key `graze_mb`, did you mean `grace_mb`?",
            "row:static-web.target_max_mb is wrong: true is not of type \"number\"",
            "row:static-web has the unknown key `shade`",
            "row:new lacks `approx`, `base`, `examples`, `libc`, `needs_justification`, `origin`, `rom`, `rom_origin`, \
             `runtime`, `seed_base`, `seed_target`, `status`, `target_max_mb`, `target_min_mb`, `use`, `when`",
            "the file has the unknown key `rwo`, did you mean `row`?",
        ],
    );
}

#[test]
fn a_key_may_stand_once_in_a_file() {
    check_violations("[[row]]\nid = \"go-static\"\n[[row]]\nid = \"go-static\"", &["row:go-static stands there twice"]);
}

#[test]
fn values_that_no_rule_could_use_are_refused() {
    let shape = |toml: &str| {
        let error = load(&format!("extends = \"V13\"\n{toml}")).unwrap_err();
        std::error::Error::source(&error).unwrap().to_string()
    };
    let bad_tag = shape("[[rom_base]]\nref = \"alpine:3.21\"\naccept = [\"(\"]");
    assert!(bad_tag.starts_with("the tag pattern `(` is not a regular expression: "), "{bad_tag}");
    let bad_date = shape("[[rom_base]]\nref = \"alpine:3.21\"\neol = \"soon\"");
    assert!(bad_date.starts_with("`soon` is not a date, YYYY-MM-DD: "), "{bad_date}");
    check_violations("[policy]\nheavy_mb = inf", &["policy.heavy_mb is not a finite number"]);
}

#[test]
fn a_file_cannot_promise_a_verdict_that_the_rules_would_not_give() {
    check_violations(
        "[[verdict_rule]]\nid = \"R5\"\nverdict = \"REVIEW\"\n[[verdict]]\nid = \"AUDIT\"\nseverity = 1",
        &[
            "verdict_rule:R5.verdict is `REVIEW`, and this rule always means `REPLACE`; disable the rule instead",
            "verdict:AUDIT.severity is 1, and the order of verdicts is fixed: 3",
        ],
    );
}

#[test]
fn a_plain_date_counts_as_its_text() {
    let standard = load("extends = \"V13\"\n[[rom_base]]\nref = \"alpine:3.21\"\neol = 2027-01-31").unwrap();
    let rom = standard.rom_bases.iter().find(|rom| rom.reference == "alpine:3.21").unwrap();
    assert_eq!(rom.eol.unwrap().to_string(), "2027-01-31");
}

proptest! {
    #[test]
    fn no_file_makes_loading_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), toml in "[\\[\\]a-c=\" \n.]{0,40}") {
        let _ = Standard::load(&bytes, &|_| Err(String::new()));
        let _ = load(&toml);
    }
}

#[test]
fn the_built_in_standard_is_what_its_checked_file_says() {
    let checked = Standard::load(BUILTIN_TOML.as_bytes(), &|name| Err(name.to_owned())).unwrap();
    assert_eq!(checked.digest(), Standard::builtin().unwrap().digest());
}

#[test]
fn every_built_in_standard_follows_the_schema_and_can_be_extended() {
    for (name, toml) in BUILTINS {
        let checked = Standard::load(toml.as_bytes(), &|name| Err(name.to_owned())).unwrap();
        assert_eq!(checked.digest(), Standard::builtin_named(name).unwrap().unwrap().digest());
        let extended = load(&format!("extends = \"{name}\"")).unwrap();
        assert_eq!(extended.digest(), checked.digest());
    }
    assert!(Standard::builtin_named("V12").is_none());
}

#[test]
fn the_draft_says_why_it_differs() {
    let draft = Standard::builtin_named("V14-draft").unwrap().unwrap();
    assert_eq!((draft.meta.id.as_str(), draft.meta.version, draft.meta.supersedes.as_str()), ("V14", 14, "V13"));
    assert_eq!(draft.revisions.len(), 10);
    for revision in &draft.revisions {
        let (table, key) = revision.id.split_once(':').unwrap();
        let entries = draft.document()[table].as_array().unwrap();
        assert!(entries.iter().any(|entry| keys::key_of(table, entry).as_deref() == Some(key)), "{}", revision.id);
    }
}
