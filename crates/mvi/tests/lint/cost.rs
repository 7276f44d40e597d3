//! What findings cost in an image that was built from the file.

use serde_json::Value;

use crate::archive::{Config, Members};
use crate::desk::{Desk, text};
use crate::entry::{dir, file, layer};

const DOCKERFILE: &str = "FROM debian:12.9\n\
    RUN apt-get update && \\\n    apt-get install -y curl vim\n\
    ENV A=b\n\
    COPY app /app\n\
    RUN chown -R 1001:1001 /app\n\
    USER 1001\n";

const HISTORY: &[&str] = &[
    "/bin/sh -c #(nop) ADD file:1 in / ",
    "RUN /bin/sh -c apt-get update &&     apt-get install -y curl vim # buildkit",
    "COPY app /app # buildkit",
    "RUN /bin/sh -c chown -R 1001:1001 /app # buildkit",
];

/// A status file with packages of a size in kB each, and what they need.
fn status(packages: &[(&str, u32, &str)]) -> String {
    let record = |(name, size, needs): &(&str, u32, &str)| {
        let head =
            format!("Package: {name}\nStatus: install ok installed\nInstalled-Size: {size}\nArchitecture: amd64\n");
        format!("{head}Version: 1\nDepends: {needs}\n\n")
    };
    packages.iter().map(record).collect()
}

fn image(history: &[&str]) -> Vec<u8> {
    let os = "ID=debian\nVERSION_ID=12\n";
    let base = layer(&[file("etc/os-release", os), file("var/lib/dpkg/status", status(&[("dpkg", 6, "tar")]))]);
    let installed = layer(&[
        file(
            "var/lib/dpkg/status",
            status(&[
                ("curl", 30, "libshared (>= 1)"),
                ("dpkg", 6, "tar"),
                ("libshared", 900, "dpkg"),
                ("vim", 50, "libshared, vim-common (= 1)"),
                ("vim-common", 20, "dpkg"),
            ]),
        ),
        file("var/lib/dpkg/info/libshared.md5sums", "00000000000000000000000000000000  usr/lib/shared\n"),
        file("var/lib/dpkg/info/vim-common.md5sums", "00000000000000000000000000000000  usr/bin/common\n"),
        file("usr/lib/shared", vec![6; 900_000]),
        file("usr/bin/common", vec![5; 20_000]),
        file("var/lib/dpkg/info/curl.md5sums", "00000000000000000000000000000000  usr/bin/curl\n"),
        file("var/lib/dpkg/info/vim.md5sums", "00000000000000000000000000000000  usr/bin/vim\n"),
        file("usr/bin/curl", vec![1; 30_000]),
        file("usr/bin/vim", vec![2; 50_000]),
        file("var/lib/apt/lists/main_Packages", vec![3; 700_000]),
    ]);
    let app = layer(&[dir("app"), file("app/main", vec![4; 200_000])]);
    let owned = layer(&[dir("app").uid(1001), file("app/main", vec![4; 200_000]).uid(1001)]);
    let config = Config { history, ..Config::default() };
    Members::docker(&[base, installed, app, owned], &["app:1"], &config).tar()
}

fn measured(history: &[&str]) -> Value {
    let desk = Desk::new(&[("Dockerfile", DOCKERFILE)]);
    desk.write("app.tar", &image(history));
    let rules = "--select=MVI3009,FN-1a,W-CHOWN-LAYER,MVI3008,REC-03";
    let output = desk.run(&["--no-shellcheck", rules, "--image", "app.tar", "--format", "json", "Dockerfile"]);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
}

fn costs(report: &Value) -> Vec<(String, Option<f64>, Option<u64>)> {
    let findings = report["files"][0]["findings"].as_array().unwrap().iter();
    let of = |finding: &Value| {
        let cost = &finding["cost"];
        (finding["code"].as_str().unwrap().to_owned(), cost["mb"].as_f64(), cost["layer"].as_u64())
    };
    findings.map(of).collect()
}

#[test]
fn findings_about_bytes_are_measured_in_the_layer_of_their_instruction() {
    let report = measured(HISTORY);
    let mut found = costs(&report);
    found.sort_by(|left, right| left.0.cmp(&right.0));
    let wanted = [
        // With what it alone brought; what curl needs as well would stay.
        ("FN-1a", Some(0.07), Some(1)),
        ("MVI3008", None, None),
        ("MVI3009", Some(0.7), Some(1)),
        ("REC-03", Some(0.03), Some(1)),
        ("W-CHOWN-LAYER", Some(0.2), Some(3)),
    ];
    assert_eq!(found, wanted.map(|(code, mb, layer)| (code.to_owned(), mb, layer)));
    let sum = &report["measured"];
    assert_eq!((&sum["findings"], &sum["steps"], sum["mb"].as_f64()), (&4.into(), &3.into(), Some(1.0)));
}

#[test]
fn nothing_is_guessed_where_the_history_says_something_else() {
    let report = measured(&["ADD file:1 in /", "RUN apk add curl", "COPY x /y", "RUN true"]);
    let with_layers = costs(&report).into_iter().filter(|(_, _, layer)| layer.is_some()).count();
    assert_eq!((with_layers, &report["measured"]["steps"]), (0, &0.into()));
}

#[test]
fn an_image_goes_with_one_dockerfile() {
    let desk = Desk::new(&[("a/Dockerfile", DOCKERFILE), ("b/Dockerfile", DOCKERFILE)]);
    desk.write("app.tar", &image(HISTORY));
    let several = desk.run(&["--image", "app.tar", "a/Dockerfile", "b/Dockerfile"]);
    assert_eq!(several.status.code(), Some(2));
    assert!(text(&several.stderr).contains("one Dockerfile"), "{}", text(&several.stderr));
    let missing = desk.run(&["--image", "none.tar", "a/Dockerfile"]);
    assert_eq!(missing.status.code(), Some(3));
    let said = text(&desk.run(&["--image", "app.tar", "a/Dockerfile"]).stdout);
    assert!(said.contains("costs 0.70 MB in layer 1") && said.contains("MB of"), "{said}");
}

#[test]
fn a_base_is_pinned_to_the_version_that_the_image_has() {
    let desk =
        Desk::new(&[("Dockerfile", "FROM python:3.12-alpine AS b\nRUN x\nFROM alpine:3.21\nCOPY --from=b /x /x\n")]);
    let base = layer(&[file("etc/os-release", "ID=alpine\nVERSION_ID=3.21.8\n")]);
    desk.write("app.tar", &Members::docker(&[base], &["app:1"], &Config::default()).tar());
    desk.run(&["Dockerfile", "--no-shellcheck", "--select", "REC-04", "--fix", "--image", "app.tar"]);
    let fixed = desk.read("Dockerfile");
    assert!(fixed.contains("\nFROM alpine:3.21.8\n"), "{fixed}");
    assert!(fixed.starts_with("FROM python:3.12-alpine AS b\n"), "the image does not show what built it: {fixed}");
}
