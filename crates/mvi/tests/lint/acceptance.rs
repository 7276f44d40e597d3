//! A repository that somebody analysed by hand: what the author found, the program finds, and more. The repository is
//! rebuilt from `acceptance/repository.txt`; the page `docs/lint-acceptance.md` is made of the same table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::desk::Desk;

/// What the author found: where the analysis says so, in short, then file, line and code here.
const FOUND: &[(&str, &str, &str, u32, &str)] = &[
    ("D1, REC-02", "bash in the runtime, where `sh` is enough", "Dockerfile", 135, "REC-02"),
    ("D1, REC-03, D4", "curl in the runtime, for the health check alone", "Dockerfile", 136, "REC-03"),
    ("D1, D2, REC-01", "Elixir in the builder, and nothing is written in it", "Dockerfile", 21, "REC-01"),
    ("D1", "debug tools in a production image (medium)", "docker/Dockerfile.production", 8, "FN-1a"),
    ("D1", "build tools in an image that runs (high)", "Dockerfile.dev", 2, "W-BUILD-TOOLS"),
    ("D1", "source code in an image that runs (medium)", "Dockerfile.dev", 4, "W-SOURCE-SHIPPED"),
    ("D2", "the debug stage downloads again what the runtime has", "Dockerfile", 287, "W-DEBUG-REBUILD"),
    ("D2", "no cache mounts", "Dockerfile", 41, "W-NO-CACHE-MOUNT"),
    ("D2, D3, REC-07", "the debug stage is last, so that it is built by default", "Dockerfile", 271, "REC-07"),
    ("D3, D5, REC-06", "fetching and building in one stage; three are recommended", "Dockerfile", 106, "REC-06"),
    (
        "D3, D5",
        "source copied before its dependencies are fetched",
        "docker/Dockerfile.cluster",
        4,
        "W-SOURCE-BEFORE-LOCK",
    ),
    (
        "D3, D5",
        "source copied before its dependencies are fetched",
        "docker/Dockerfile.production",
        4,
        "W-SOURCE-BEFORE-LOCK",
    ),
    ("D5", "a single stage, rejected", "Dockerfile.dev", 1, "REC-06"),
    ("REC-04, D7", "the runtime's base names no patch", "Dockerfile", 106, "REC-04"),
    ("REC-04, FN-3", "the debug stage's base names no patch", "Dockerfile", 271, "REC-04"),
    ("FN-3", "production still on Alpine 3.19", "docker/Dockerfile.production", 7, "REC-04"),
    ("FN-1, REC-07", "tools for debugging and no stage for them", "docker/Dockerfile.production", 7, "REC-07"),
    ("FN-2", "nothing vouches for the lock before it is built from", "Dockerfile", 41, "F-LOCK-UNVERIFIED"),
    ("REC-05, G3", "no scan in CI", "Dockerfile", 106, "REC-05"),
    ("REC-08, G3", "no list of contents", "Dockerfile", 106, "REC-08"),
    ("REC-09, D4", "no sidecar for debugging is documented", "Dockerfile", 106, "REC-09"),
    ("REC-10", "no size gate in CI", "Dockerfile", 106, "REC-10"),
    ("REC-12, D6", "built for one kind of machine", "Dockerfile", 106, "REC-12"),
    ("REC-13", "nothing is signed", "Dockerfile", 106, "REC-13"),
    ("REC-14", "nothing attests where the image comes from", "Dockerfile", 106, "REC-14"),
];

/// What is wrong with the Dockerfile that the analysis recommends, which its author did not see.
const RECOMMENDED: &[(u32, &str)] = &[
    (9, "W-NETWORK-BUILD"),
    (10, "W-GATE-MASKED"),
    (11, "W-GATE-MASKED"),
    (14, "W-COPY-NESTS"),
    (16, "REC-04"),
    (39, "W-ROOT-COPY"),
];

/// The files of `acceptance/repository.txt`.
fn repository() -> Vec<(String, String)> {
    let mut files: Vec<(String, Vec<&str>)> = Vec::new();
    for line in include_str!("acceptance/repository.txt").lines() {
        if let Some(path) = line.strip_prefix("==> ") {
            files.push((path.to_owned(), Vec::new()));
        } else if let Some((_, lines)) = files.last_mut() {
            match line.strip_prefix('@').and_then(|number| number.parse::<usize>().ok()) {
                Some(number) => lines.resize(number - 1, "#"),
                None => lines.push(line),
            }
        }
    }
    files.into_iter().map(|(path, lines)| (path, lines.join("\n") + "\n")).collect()
}

pub(crate) fn desk() -> Desk {
    let files = repository();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Desk::new(&files)
}

#[test]
fn what_was_found_by_hand_is_found_at_its_place() {
    let found = desk().found(&["--no-shellcheck"]);
    let missing: Vec<_> = FOUND
        .iter()
        .map(|(.., path, line, code)| format!("{path}:{line} {code}"))
        .filter(|wanted| !found.contains(wanted))
        .collect();
    assert!(missing.is_empty(), "missing: {missing:#?}\nfound: {found:#?}");
}

#[test]
fn what_the_recommended_file_does_wrong_is_found_too() {
    let desk = Desk::new(&[("Dockerfile", include_str!("acceptance/recommended.Dockerfile"))]);
    let found = desk.found(&["--no-shellcheck"]);
    for (line, code) in RECOMMENDED {
        let wanted = format!("Dockerfile:{line} {code}");
        assert!(found.contains(&wanted), "{wanted} is missing in {found:#?}");
    }
    // Before a scan was put behind it, the debug stage was the last one.
    let (before, _) = include_str!("acceptance/recommended.Dockerfile").split_once("FROM alpine:3.20 AS sec").unwrap();
    desk.write("Dockerfile", before.as_bytes());
    assert_eq!(desk.found(&["--select", "REC-07"]), ["Dockerfile:27 REC-07"]);
}

#[test]
fn a_file_that_follows_the_recommendations_has_none_of_these_findings() {
    let pipeline = "jobs:\n  a:\n    steps:\n      - run: docker buildx build --platform linux/amd64,linux/arm64 \
                    --sbom=true --provenance=mode=max -t a .\n      - run: trivy image a && CI=true dive a && cosign sign a\n";
    let dockerfile = "FROM ghcr.io/emqx/erlang:28.3.1-alpine AS deps\nWORKDIR /build\n\
                      COPY rebar.config rebar.lock rebar.lock.sha256 ./\nRUN sha256sum -c rebar.lock.sha256\n\
                      RUN --mount=type=cache,target=/root/.cache/rebar3 rebar3 get-deps\n\n\
                      FROM deps AS builder\nCOPY apps/ ./apps/\nRUN --network=none rebar3 as prod release\n\n\
                      FROM alpine:3.21.8 AS runtime\n\
                      COPY --from=builder /build/_build/prod/rel/erlmcp /opt/erlmcp\nUSER 1000:1000\n\
                      HEALTHCHECK CMD [\"/opt/erlmcp/bin/erlmcp\", \"ping\"]\nENTRYPOINT [\"/opt/erlmcp/bin/erlmcp\"]\n\
                      CMD [\"foreground\"]\n\nFROM runtime AS debug\nUSER root\n\
                      RUN apk add --no-cache vim=9.1.1105-r0\nUSER 1000:1000\n\nFROM runtime AS release\n";
    let desk = Desk::new(&[
        ("Dockerfile", dockerfile),
        (".github/workflows/image.yml", pipeline),
        ("compose.yaml", "services: {shell: {image: nicolaka/netshoot, profiles: [debug]}}\n"),
        ("rebar.config", ""),
        ("rebar.lock", ""),
    ]);
    let found = desk.found(&["Dockerfile", "--no-shellcheck", "--select", "recommendation,narrative,sovereignty,law"]);
    assert_eq!(found, Vec::<String>::new());
}

/// The page: made of the table and of one run.
fn page(desk: &Desk) -> String {
    let output = desk.run(&["--no-shellcheck", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let dockerfiles = repository().iter().filter(|(path, _)| path.contains("Dockerfile")).count();
    let mut page = format!(
        "# What was found by hand, and what is found\n\n\
         Somebody analysed a repository of {dockerfiles} Dockerfiles (a server in Erlang: production, clustering, a swarm, \
         development, tests) by hand and wrote down what is wrong. `crates/mvi/tests/lint/acceptance` holds that \
         repository as far as the text gives it: the main file has the same stages, packages and line numbers, the other files \
         the bases of the author's table and little else. A test runs `mvi lint` on it and makes this page.\n\n\
         D1 to D7 are the sections of the analysis, G its rules, FN its failure narratives, REC its recommendations.\n\n\
         | where the author says so | what the author found | our file and line | our code |\n|---|---|---|---|\n"
    );
    for (section, what, path, line, code) in FOUND {
        writeln!(page, "| {section} | {what} | {path}:{line} | {code} |").unwrap();
    }
    page.push_str(
        "\nREC-11 (no shell in the runtime) does not apply: the health check needs one, and the release is no static \
         program. D6 and the image's size are measured on images, by `mvi audit`. The table of the appendix comes out of \
         `mvi inventory`, 6 of 6 rows.\n\n## What else is found\n\n| file | lines | code | what |\n|---|---|---|---|\n",
    );
    let mut more: BTreeMap<(String, String), (Vec<u64>, String)> = BTreeMap::new();
    for file in report["files"].as_array().unwrap() {
        let path = file["path"].as_str().unwrap();
        for finding in file["findings"].as_array().unwrap() {
            let (code, line) = (finding["code"].as_str().unwrap(), finding["start"]["line"].as_u64().unwrap());
            if !FOUND.iter().any(|(.., at, on, known)| (*at, u64::from(*on), *known) == (path, line, code)) {
                let message = finding["message"].as_str().unwrap().to_owned();
                more.entry((path.to_owned(), code.to_owned())).or_insert((Vec::new(), message)).0.push(line);
            }
        }
    }
    for ((path, code), (lines, message)) in more {
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        writeln!(page, "| {path} | {} | {code} | {} |", lines.join(", "), message.replace('|', "\\|")).unwrap();
    }
    page.push_str("\nAnd in the Dockerfile that the analysis recommends, by line: ");
    let recommended: Vec<String> = RECOMMENDED.iter().map(|(line, code)| format!("{code} ({line})")).collect();
    page.push_str(&recommended.join(", "));
    page.push_str(".\n");
    page
}

#[test]
fn the_page_is_what_a_run_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/lint-acceptance.md");
    let page = page(&desk());
    if std::env::var_os("MVI_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/lint-acceptance.md is not what a run says; MVI_WRITE_DOCS=1 writes it:\n{page}");
}
