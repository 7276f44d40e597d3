//! Each check of the standard's linter: that it fires, and that it stays silent.

use jiff::civil::date;

use super::*;
use crate::class::Ceiling;
use crate::standard::SizeBasis;

const TODAY: Date = date(2026, 11, 21);

/// What one check says about V13 with some TOML laid over it, as `severity subject`.
fn check(code: &str, toml: &str, expected: &[&str]) {
    check_on(TODAY, code, toml, expected);
}

fn check_on(today: Date, code: &str, toml: &str, expected: &[&str]) {
    let told: Vec<String> = findings(today, code, toml)
        .iter()
        .map(|finding| format!("{:?} {}", finding.severity, finding.subject).to_lowercase())
        .collect();
    assert_eq!(told, expected);
}

fn findings(today: Date, code: &str, toml: &str) -> Vec<LintFinding> {
    lint(&extended(toml), today).into_iter().filter(|finding| finding.code == code).collect()
}

fn extended(toml: &str) -> Standard {
    Standard::load(format!("extends = \"V13\"\n{toml}").as_bytes(), &|_| Err(String::new())).unwrap()
}

#[test]
fn the_worked_headrooms_of_every_row_come_out() {
    let standard = extended("");
    let told = |row: &str, basis| {
        let facts = feasibility(&standard, basis).into_iter().filter(|fact| fact.row == row);
        facts.map(|fact| format!("{} {:.1}", fact.reference, fact.headroom_mb)).collect::<Vec<_>>().join(", ")
    };
    let transfer = |row| told(row, SizeBasis::Transfer);
    let unpacked = |row| told(row, SizeBasis::Unpacked);
    assert_eq!(transfer("go-static"), "alpine:3.21.8 26.4");
    assert_eq!(unpacked("go-static"), "alpine:3.21.8 22.2");
    assert_eq!(
        transfer("static-web"),
        "nginx:1.26.0-alpine 4.6, nginx:1.30.4-alpine -3.5, nginx:1.30.4-alpine-slim 19.3"
    );
    assert_eq!(unpacked("static-web"), "nginx:1.30.4-alpine -37.3, nginx:1.30.4-alpine-slim 12.3");
    assert_eq!(transfer("python-service"), "python:3.12.14-alpine 72.0");
    assert_eq!(unpacked("python-service"), "python:3.12.14-alpine 41.2");
    assert_eq!(transfer("node-portal"), "node:22-alpine 89.3");
    assert_eq!(unpacked("node-portal"), "node:22-alpine -17.6");
    assert_eq!(transfer("python-ml"), "python:3.12.13-slim-trixie 366.8");
    assert_eq!(unpacked("python-ml"), "python:3.12.13-slim-trixie 290.8");
    assert_eq!(transfer("go-multistage"), "alpine:3.21.8 31.4");
}

#[test]
fn a_target_below_its_base_is_told_with_the_smaller_variant() {
    check("STD-FEAS", "", &["medium row:static-web"]);
    let finding = findings(TODAY, "STD-FEAS", "").remove(0);
    assert_eq!(
        finding.text,
        "the target of 15 MB (25 with grace) is below its own base, and only grace leaves room: `nginx:1.26.0-alpine` has 20.44 MB transfer, which \
         leaves 4.56 MB; `nginx:1.30.4-alpine` has 28.53 MB transfer, which leaves -3.53 MB"
    );
    assert_eq!(
        finding.advice,
        "use another variant: `nginx:1.30.4-alpine-slim` has 5.74 MB transfer, which leaves 19.26 MB"
    );
}

#[test]
fn counted_unpacked_two_rows_cannot_be_met() {
    check("STD-FEAS", "[standard]\nsize_basis = \"unpacked\"", &["high row:node-portal", "high row:static-web"]);
    check(
        "STD-FEAS",
        "[[row]]\nid = \"node-portal\"\nsize_basis = \"unpacked\"",
        &["high row:node-portal", "medium row:static-web"],
    );
}

#[test]
fn a_later_version_that_no_longer_fits_is_told() {
    let told = findings(TODAY, "STD-FEAS", "[[row]]\nid = \"static-web\"\ntarget_max_mb = 21\ngrace_mb = 2").remove(0);
    assert!(told.text.contains("below another version of its base"), "{}", told.text);
}

#[test]
fn a_reachable_target_is_silent() {
    check("STD-FEAS", "[[row]]\nid = \"static-web\"\ntarget_max_mb = 40", &[]);
}

#[test]
fn bases_past_their_end_are_told_from_the_day_after() {
    check(
        "STD-EOL",
        "",
        &["high rom_base:alpine:3.21", "high rom_base:nginx:1.27-alpine", "medium builder_base:golang:1.22-alpine"],
    );
    check_on(
        date(2026, 11, 1),
        "STD-EOL",
        "",
        &["high rom_base:nginx:1.27-alpine", "medium builder_base:golang:1.22-alpine"],
    );
    check_on(date(2025, 2, 11), "STD-EOL", "", &[]);
}

#[test]
fn a_standards_own_date_goes_before_the_known_one() {
    check(
        "STD-EOL",
        "[[rom_base]]\nref = \"nginx:1.27-alpine\"\neol = \"2030-01-01\"",
        &["high rom_base:alpine:3.21", "medium builder_base:golang:1.22-alpine"],
    );
}

#[test]
fn a_tag_without_a_version_floats() {
    check("STD-FLOAT", "", &["medium row:dns-resolver"]);
    check("STD-FLOAT", "[[row]]\nid = \"dns-resolver\"\nbase = [\"coredns/coredns:1.11.1\"]", &[]);
    check("STD-FLOAT", "[[row]]\nid = \"dns-resolver\"\nbase = [\"coredns/coredns@sha256:ab\", \"scratch\"]", &[]);
    check(
        "STD-FLOAT",
        "[[row]]\nid = \"go-static\"\nbase = [\"alpine\"]",
        &["medium row:go-static", "medium row:dns-resolver"],
    );
}

#[test]
fn unregistered_bases_and_justified_images_are_told() {
    check(
        "STD-GIDGAP",
        "",
        &[
            "medium rom_base:scratch",
            "medium rom_base:gcr.io/distroless/static",
            "medium justified:pgvector",
            "medium justified:falkordb",
            "medium justified:pemos-playwright",
            "medium justified:texlive",
            "medium justified:sovereign-ingest",
            "low gid_gap:golang:1.22-alpine",
            "low gid_gap:utpemos-gateway",
        ],
    );
    assert_eq!(findings(TODAY, "STD-GIDGAP", "")[2].advice, "register it, for example as GID-IMG-PGVECTOR-001");
}

#[test]
fn a_registered_image_is_not_a_gap() {
    let register = "[[gid]]\nid = \"GID-IMG-TEXLIVE-001\"\nimage = \"docker.io/texlive\"\nsegment = 31\n\
                    school = \"LAB\"\nowner = \"ADA\"\nstatus = \"JUSTIFIED\"\norigin = \"derived\"";
    let subjects: Vec<String> = findings(TODAY, "STD-GIDGAP", register).into_iter().map(|told| told.subject).collect();
    assert!(!subjects.contains(&"justified:texlive".to_owned()), "{subjects:?}");
}

#[test]
fn registered_bases_of_a_banned_system_are_told() {
    check(
        "STD-BANOVERLAP",
        "",
        &[
            "info rom_base:gcr.io/distroless/static",
            "info rom_base:coredns/coredns:latest",
            "low rom_base:python:3.12-slim",
        ],
    );
    check("STD-BANOVERLAP", "disable = [\"banned:debian:*\"]", &[]);
    check(
        "STD-BANOVERLAP",
        "disable = [\"banned:debian:*\"]\n[[banned]]\npattern = \"alpine:*\"\nuse_instead = \"scratch\"\nnote = \"x\"\n\
         overridable = true\norigin = \"derived\"",
        &["high rom_base:alpine:3.21"],
    );
}

#[test]
fn a_belt_covers_every_segment_once() {
    check("STD-SEG", "", &[]);
    check("STD-SEG", "[belt]\nzone_floor = [0, 5]", &["high belt"]);
    check("STD-SEG", "[belt]\nseg_audit = 63", &["high belt", "high belt", "high segment:63"]);
    check("STD-SEG", "[[segment]]\nn = 4\npins = [\"alpine:3.21\"]", &["high segment:4"]);
    check("STD-SEG", "[[segment]]\nn = 9\nzone = \"review\"", &["high segment:9"]);
}

#[test]
fn a_row_has_a_template_and_a_registered_base() {
    let derived = ["go-multistage", "python-ml", "node-portal", "static-web", "dns-resolver"];
    check("STD-ROM", "", &derived.map(|row| format!("info row:{row}")).each_ref().map(String::as_str));
    let confirmed: String =
        derived.iter().map(|row| format!("[[row]]\nid = \"{row}\"\nrom_origin = \"seed\"\n")).collect();
    check("STD-ROM", &confirmed, &[]);
    check(
        "STD-ROM",
        &format!("{confirmed}[[row]]\nid = \"go-static\"\nrom = \"ROM-DNS-V13\"\nbase = [\"wolfi:1\"]"),
        &["high row:go-static", "high row:dns-resolver", "high row:go-static"],
    );
    check(
        "STD-ROM",
        &format!(
            "disable = [\"row:python-ml\"]\n{}",
            confirmed.replace("[[row]]\nid = \"python-ml\"\nrom_origin = \"seed\"\n", "")
        ),
        &["low rom_base:python:3.12-slim"],
    );
    let mut blank = extended(&confirmed);
    blank.rows[0].rom = " ".to_owned();
    assert_eq!(lint(&blank, TODAY).iter().filter(|told| told.code == "STD-ROM").count(), 1);
}

#[test]
fn the_ceiling_is_target_and_grace() {
    let standard = extended("");
    let ceiling = |row: &str| Ceiling::of(&standard.policy, standard.row(row).unwrap()).mb;
    assert_eq!((ceiling("go-static"), ceiling("node-portal")), (30.0, 150.0));
}

#[test]
fn the_draft_of_the_next_standard_is_clean_where_this_one_is_not() {
    let draft = Standard::builtin_named("V14-draft").unwrap().unwrap();
    assert_eq!(lint(&draft, TODAY), []);
    let codes: std::collections::BTreeSet<&str> = lint(&extended(""), TODAY).iter().map(|told| told.code).collect();
    assert_eq!(
        codes.into_iter().collect::<Vec<_>>(),
        ["STD-BANOVERLAP", "STD-EOL", "STD-FEAS", "STD-FLOAT", "STD-GIDGAP", "STD-ROM"]
    );
    let late = lint(&draft, date(2027, 11, 2));
    let ended: Vec<&str> = late.iter().map(|told| told.subject.as_str()).collect();
    assert_eq!(ended, ["rom_base:node:22-alpine", "rom_base:alpine:3.23"]);
}
