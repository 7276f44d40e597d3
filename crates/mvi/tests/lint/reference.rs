//! Rules explained: `--explain`, `--list-rules`, and the page that is made of them.

use crate::desk::{Desk, FINE, FLAWED, THREE};

#[test]
fn the_page_of_rules_is_up_to_date() {
    let page = Desk::new(&[]).says(&["--list-rules", "--format", "markdown"]);
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/lint-rules.md")).unwrap();
    assert!(page == kept, "write it anew: mvi lint --list-rules --format markdown > docs/lint-rules.md");
}

#[test]
fn a_rule_is_explained_under_each_of_its_names() {
    let desk = Desk::new(&[]);
    let shown = desk.says(&["--explain", "MVI4000"]);
    for part in ["MVI4000 maintainer-deprecated", "DL4000, MaintainerDeprecated", "repaired by --fix", "Bad", "Good"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    for name in ["dl4000", "maintainer-deprecated", "MaintainerDeprecated"] {
        assert_eq!(desk.says(&["--explain", name]), shown);
    }
}

#[test]
fn all_rules_are_listed() {
    let desk = Desk::new(&[]);
    let list: serde_json::Value = serde_json::from_str(&desk.says(&["--list-rules", "--format", "json"])).unwrap();
    let rules = list["rules"].as_array().unwrap();
    let shown = desk.says(&["--list-rules"]);
    for rule in rules {
        assert!(shown.contains(rule["code"].as_str().unwrap()), "{rule}");
    }
    assert!(rules.iter().any(|rule| rule["code"] == "MVI1001" && rule["on"] == false));
}

#[test]
fn the_hooks_for_pre_commit_stop_what_is_flawed() {
    let hooks = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.pre-commit-hooks.yaml")).unwrap();
    let entries: Vec<_> = hooks.lines().filter_map(|line| line.trim().strip_prefix("entry: mvi lint")).collect();
    assert_eq!(entries, ["", " --fix"]);
    for entry in entries {
        let desk = Desk::new(&[("Dockerfile", FLAWED), ("fine/Dockerfile", FINE)]);
        let mut arguments: Vec<&str> = entry.split_whitespace().collect();
        arguments.extend([THREE, "fine/Dockerfile"]);
        assert_eq!(desk.run(&arguments).status.code(), Some(0));
        arguments.push("Dockerfile");
        assert_eq!(desk.run(&arguments).status.code(), Some(1));
    }
}
