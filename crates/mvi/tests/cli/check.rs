//! What is unwise about an image, by the program: secrets in every layer, checkpoints, waivers that end.

use serde_json::Value;

use crate::archive::{Config, Members};
use crate::desk::{Desk, text};
use crate::entry::{dir, file, gone, layer};
use crate::follow::follow;

const SECRET: &str = "k4J9sQ2mZ8vT1xRb";
const ARGUMENT: &str = "h7Gd3Kq9Zw5nLt2c";

const HISTORY: &[&str] = &[
    "/bin/sh -c #(nop) ADD file:0123 in / ",
    "|1 NPM_TOKEN=h7Gd3Kq9Zw5nLt2c /bin/sh -c apt-get update",
    "RUN /bin/sh -c apt-get upgrade -y && apt-get install -y sudo # buildkit",
    "ADD https://example.org/tool /opt/tool # buildkit",
];

/// `app.tar`: a secret that a later layer deletes, accounts, a setuid program, lists, and a world-writable folder.
fn desk() -> Desk {
    let base = [
        file("etc/passwd", "root::0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n"),
        file("etc/shadow", "root:*:1::::::\n"),
        file("usr/bin/su", "not a program").mode(0o4755),
        dir("tmp").mode(0o1777),
        file("app/.env", format!("API_TOKEN={SECRET}\n")),
    ];
    let lists = [file("var/lib/apt/lists/a_Packages", "Package: a\n".repeat(100))];
    let late = [gone("app/.env"), gone("var/lib/apt/lists")];
    let open = [dir("srv/spool").mode(0o777), file("tmp/left", "over")];
    let layers = [layer(&base), layer(&lists), layer(&late), layer(&open)];
    let runtime =
        format!(r#"{{"Env":["DB_PASSWORD={SECRET}","PATH=/bin"],"Volumes":{{"/proc/x":{{}}}},"Healthcheck":7}}"#);
    let config = Config { history: HISTORY, runtime: &runtime, ..Config::default() };
    let desk = Desk::bare();
    desk.write("app.tar", &Members::docker(&layers, &["registry.example/app:latest"], &config).tar());
    desk
}

fn report(desk: &Desk, arguments: &[&str], exit: i32) -> Value {
    let output = desk.run(&[&["check", "app.tar", "--format", "json"], arguments].concat());
    assert_eq!(output.status.code(), Some(exit), "{}", text(&output.stderr));
    follow(include_str!("../../schema/mvi-check-1.json"), &output.stdout)
}

/// Findings as `CODE path layer hidden_by`.
fn lines(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let line = |finding: &Value| {
        let cells = ["code", "path", "layer", "hidden_by"].map(|name| finding[name].to_string().replace('"', ""));
        cells.join(" ").replace("null", "-")
    };
    findings.map(line).collect()
}

#[test]
fn every_checkpoint_tells_layer_and_what_hides_it() {
    let report = report(&desk(), &[], 1);
    assert_eq!(
        lines(&report),
        [
            "CIS-DI-0010 - - -",
            "CIS-DI-0010 - 1 -",
            "CIS-DI-0010 app/.env 0 2",
            "DKL-DI-0002 - - -",
            "DKL-LI-0001 etc/passwd 0 -",
            "CIS-DI-0001 - - -",
            "CIS-DI-0007 - 1 -",
            "CIS-DI-0008 usr/bin/su 0 -",
            "DKL-DI-0001 - 2 -",
            "DKL-DI-0003 - 2 -",
            "DKL-DI-0005 var/lib/apt/lists 1 2",
            "DKL-DI-0006 - - -",
            "DKL-LI-0002 etc/passwd 0 -",
            "W-WORLD-WRITABLE srv/spool 3 -",
            "CIS-DI-0006 - - -",
            "CIS-DI-0009 - 3 -",
            "DKL-LI-0003 tmp 3 -",
        ]
    );
    assert_eq!(report["unanswered"][0]["code"], "CIS-DI-0005");
    assert_eq!(report["findings"][2]["secret"]["length"], 16);
}

#[test]
fn no_format_shows_a_secret() {
    let desk = desk();
    for format in ["text", "json", "markdown", "sarif"] {
        let output = desk.run(&["check", "app.tar", "--format", format]);
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{format}: {}", text(&output.stderr));
        assert!(said.contains("CIS-DI-0010") && said.contains("app/.env"), "{format}: {said}");
        assert!(!said.contains(&SECRET[..6]) && !said.contains(&ARGUMENT[..6]), "{format}: {said}");
    }
}

#[test]
fn sarif_follows_the_schema_of_oasis() {
    let output = desk().run(&["check", "app.tar", "--format", "sarif"]);
    let log = follow(include_str!("../schemas/sarif-2.1.0.json"), &output.stdout);
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 17);
}

#[test]
fn what_is_remembered_says_the_same_and_serves_no_other_verb() {
    let desk = desk();
    let first = report(&desk, &[], 1);
    assert_eq!(report(&desk, &[], 1), first);
    assert_eq!(report(&desk, &["--no-cache"], 1), first);
    desk.says(&["sbom", "app.tar", "--format", "json"]);
    assert_eq!(report(&desk, &["--no-verify"], 1), first);
}

#[test]
fn waivers_hold_for_a_path_up_to_their_last_day() {
    let desk = desk();
    let waiver = |code: &str, path: &str| {
        format!("[[waiver]]\nid = \"{code}\"\n{path}until = 2026-12-31\nreason = \"it is known\"\n")
    };
    desk.write("mvi.toml", waiver("CIS-DI-0010", "path = \"/app/.env\"\n").as_bytes());
    let holds = report(&desk, &["--at", "2026-12-31T12:00:00Z"], 1);
    assert_eq!((holds["waived"].as_array().unwrap().len(), &holds["counts"]["secrets"]), (1, &2.into()));
    let over = report(&desk, &["--at", "2027-01-01T00:00:00Z"], 1);
    assert_eq!((&over["lapsed"][0]["code"], &over["counts"]["secrets"]), (&"CIS-DI-0010".into(), &3.into()));
    let all: String = ["CIS-DI-0010", "DKL-DI-0002", "DKL-LI-0001"].map(|code| waiver(code, "")).concat();
    desk.write("mvi.toml", all.as_bytes());
    report(&desk, &["--at", "2026-12-31T12:00:00Z"], 0);
}

#[test]
fn exit_codes_tell_what_was_asked() {
    let desk = desk();
    let code = |arguments: &[&str]| desk.run(&[&["check", "app.tar", "-q"], arguments].concat()).status.code();
    assert_eq!(code(&["--fail-on", "never"]), Some(0));
    assert_eq!(code(&["--fail-on", "info"]), Some(1));
    assert_eq!(code(&["--ignore", "CIS-DI-0010", "--ignore", "DKL-DI-0002", "--ignore", "DKL-LI-0001"]), Some(0));
    assert_eq!(code(&["--ignore", "NO-SUCH"]), Some(2));
    assert_eq!(desk.run(&["check", "none.tar"]).status.code(), Some(3));
}

#[test]
fn an_audit_tells_the_same_in_its_own_pass() {
    let desk = desk();
    let alone = report(&desk, &[], 1);
    for again in ["read", "remembered"] {
        let output = desk.run(&["audit", "app.tar", "--checks", "--format", "json", "--fail-on", "check"]);
        assert_eq!(output.status.code(), Some(1), "{again}: {}", text(&output.stderr));
        let audit = follow(include_str!("../../schema/mvi-audit-1.json"), &output.stdout);
        let checks = &audit["images"][0]["checks"];
        assert_eq!((lines(checks), &checks["counts"]), (lines(&alone), &alone["counts"]), "{again}");
    }
    for format in ["text", "markdown"] {
        let output = desk.run(&["audit", "app.tar", "--checks", "--format", format]);
        let said = text(&output.stdout);
        assert!(said.contains(&format!("{} errors", alone["counts"]["error"])), "{said}");
        assert!(said.contains("app/.env") && !said.contains(SECRET) && !said.contains(ARGUMENT), "{said}");
    }
    let without = desk.run(&["audit", "app.tar", "--format", "json"]);
    let without: Value = serde_json::from_slice(&without.stdout).unwrap();
    assert_eq!(without["images"][0]["checks"], Value::Null);
    assert_eq!(desk.run(&["audit", "app.tar", "--fail-on", "check"]).status.code(), Some(2));
}
