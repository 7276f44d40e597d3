//! Which image of a multi-platform index is opened.

use mvi_image::{ImageError, Limits, Location, OpenOptions, Platform, PlatformChoice, open};

use crate::archive::{Config, Members, index};
use crate::entry::{file, layer};
use crate::look::Names;

/// Checks the platforms that are opened, or the error's code.
fn check(layout: &Members, choice: &PlatformChoice, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    layout.write(folder.path());
    let limits = Limits::default();
    let options = OpenOptions { platform: choice.clone(), verify: true, limits: &limits, collector: &Names };
    let location = Location::parse(&format!("oci:{}", folder.path().display())).unwrap();
    let found = match open(&location, &options) {
        Ok(images) => images.iter().map(|image| image.platform().to_string()).collect::<Vec<_>>().join(" "),
        Err(error @ ImageError::Platform { .. }) => error.to_string(),
        Err(error) => error.code().to_owned(),
    };
    assert_eq!(found, expected);
}

fn platform(text: &str) -> Platform {
    let parts: Vec<_> = text.split('/').map(str::to_owned).collect();
    Platform { os: parts[0].clone(), architecture: parts[1].clone(), variant: parts.get(2).cloned() }
}

fn exactly(text: &str) -> PlatformChoice {
    PlatformChoice::Exactly(platform(text))
}

fn prefer(text: &str) -> PlatformChoice {
    PlatformChoice::Prefer(platform(text))
}

/// Adds an image of a platform; returns its descriptor.
fn image(members: &mut Members, architecture: &str, variant: &str) -> String {
    let document =
        members.image(&[layer(&[file(architecture, "1")])], &[], &Config { architecture, ..Config::default() });
    let variant = if variant.is_empty() { String::new() } else { format!(r#","variant":"{variant}""#) };
    members.manifest(&document, &format!(r#","platform":{{"os":"linux","architecture":"{architecture}"{variant}}}"#))
}

fn attestation(members: &mut Members) -> String {
    let document = members.image(&[layer(&[])], &[], &Config { architecture: "unknown", ..Config::default() });
    members.manifest(&document, r#","platform":{"os":"unknown","architecture":"unknown"}"#)
}

/// An index with amd64, arm64 and an attestation, inside another as BuildKit writes it.
fn two() -> Members {
    let mut members = Members::default();
    let found = [image(&mut members, "amd64", ""), image(&mut members, "arm64", "v8"), attestation(&mut members)];
    let nested = members.manifest(&index(&found), "");
    members.index(&[nested])
}

fn one(architecture: &str) -> Members {
    let mut members = Members::default();
    let found = [image(&mut members, architecture, ""), attestation(&mut members)];
    members.index(&found)
}

#[test]
fn the_platform_asked_for_is_opened_attestations_never() {
    check(&two(), &exactly("linux/amd64"), "linux/amd64");
    check(&two(), &exactly("linux/arm64"), "linux/arm64");
    check(&two(), &exactly("linux/arm64/v8"), "linux/arm64");
    check(&two(), &prefer("linux/arm64"), "linux/arm64");
    check(&two(), &PlatformChoice::All, "linux/amd64 linux/arm64");
}

#[test]
fn what_is_not_there_is_an_error_that_lists_what_is() {
    let available = "there are: linux/amd64, linux/arm64/v8";
    check(&two(), &exactly("linux/s390x"), &format!("there is no image for platform linux/s390x; {available}"));
    check(&two(), &prefer("linux/s390x"), &format!("there is no image for platform linux/s390x; {available}"));
    check(&two(), &exactly("linux/arm64/v7"), &format!("there is no image for platform linux/arm64/v7; {available}"));
}

#[test]
fn a_preference_takes_the_only_one_there_is_a_demand_does_not() {
    check(&one("arm64"), &prefer("linux/amd64"), "linux/arm64");
    let refusal = "there is no image for platform linux/amd64; there are: linux/arm64";
    check(&one("arm64"), &exactly("linux/amd64"), refusal);
}

#[test]
fn an_image_without_a_stated_platform_is_taken_for_any() {
    let layout = Members::oci(&[layer(&[])], &[], &Config::default());
    check(&layout, &exactly("linux/arm64"), "linux/amd64");
    check(&layout, &prefer("linux/arm64"), "linux/amd64");
}

#[test]
fn platforms_that_are_listed_but_not_stored_are_passed_over() {
    let mut members = Members::default();
    let mut other = Members::default();
    let found = [image(&mut members, "amd64", ""), image(&mut other, "arm64", "")];
    let nested = members.manifest(&index(&found), "");
    let layout = members.index(&[nested]);
    check(&layout, &exactly("linux/amd64"), "linux/amd64");
    check(&layout, &PlatformChoice::All, "linux/amd64");
    let refusal = "there is no image for platform linux/arm64; there are: linux/amd64";
    check(&layout, &exactly("linux/arm64"), refusal);
}

#[test]
fn a_manifest_that_the_layout_itself_lists_has_to_be_there() {
    let mut other = Members::default();
    let found = image(&mut other, "arm64", "");
    check(&Members::default().index(&[found]), &PlatformChoice::All, "E-MISSING-MANIFEST");
}

#[test]
fn an_index_of_attestations_alone_is_no_image() {
    let mut members = Members::default();
    let found = attestation(&mut members);
    check(&members.index(&[found]), &PlatformChoice::All, "E-NOT-AN-IMAGE");
}
