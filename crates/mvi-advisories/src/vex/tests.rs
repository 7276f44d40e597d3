//! Statements of the three standards, and what they are about.

use super::*;

const IMAGE: SubjectNames<'_> =
    SubjectNames { reference: Some("registry.example/team/app:1.0"), digests: [Some("sha256:aa"), Some("sha256:bb")] };
const PACKAGE: &str = "pkg:deb/debian/libssl3@3.0.1-1?arch=amd64&distro=debian-12";

fn openvex(product: &str) -> VexDocument {
    let text = format!(
        r#"{{"@context":"https://openvex.dev/ns/v0.2.0","author":"Ada","timestamp":"2026-01-01T00:00:00Z","statements":[
        {{"vulnerability":{{"name":"CVE-2026-1","aliases":["GHSA-1"]}},"products":[{product}],"status":"not_affected",
        "justification":"vulnerable_code_not_in_execute_path","impact_statement":"never called"}}]}}"#
    );
    read_vex(text.as_bytes()).unwrap()
}

fn check(product: &str, expected: bool) {
    let document = openvex(product);
    assert_eq!(document.about(&["CVE-2026-1"], PACKAGE, &IMAGE).is_some(), expected, "{product}");
}

#[test]
fn a_statement_is_about_a_package_an_image_or_a_part_of_one() {
    let part = r#","subcomponents":[{"@id":"pkg:deb/debian/libssl3"}]}"#;
    check(r#"{"@id":"pkg:deb/debian/libssl3@3.0.1-1"}"#, true);
    check(r#"{"@id":"pkg:deb/debian/libssl3?arch=amd64"}"#, true);
    check(r#"{"@id":"pkg:deb/debian/libssl3@3.0.2-1"}"#, false);
    check(r#"{"@id":"pkg:deb/ubuntu/libssl3"}"#, false);
    check(r#"{"@id":"pkg:deb/debian/libssl3?arch=arm64"}"#, false);
    check(&format!(r#"{{"@id":"pkg:oci/app@sha256:aa"{part}"#), true);
    check(&format!(r#"{{"@id":"pkg:oci/app@sha256:cc"{part}"#), false);
    check(&format!(r#"{{"@id":"pkg:oci/app?repository_url=registry.example/team/app&tag=1.0"{part}"#), true);
    check(&format!(r#"{{"@id":"pkg:oci/app?repository_url=registry.example/other/app"{part}"#), false);
    check(&format!(r#"{{"@id":"pkg:oci/app?tag=2.0"{part}"#), false);
    check(&format!(r#"{{"@id":"registry.example/team/app"{part}"#), true);
    check(&format!(r#"{{"@id":"registry.example/team/app:1.0"{part}"#), true);
    check(&format!(r#"{{"@id":"registry.example/team/application"{part}"#), false);
    check(&format!(r#"{{"@id":"registry.example/team/app@sha256:bb"{part}"#), true);
    check(r#"{"@id":"pkg:oci/app@sha256:aa"}"#, true);
    check(r#"{"@id":"pkg:oci/app@sha256:aa","subcomponents":[{"@id":"pkg:deb/debian/zlib1g"}]}"#, false);
    check(r#""pkg:deb/debian/libssl3""#, true);
    check(r#""pkg:""#, false);
}

#[test]
fn an_alias_names_it_as_well_and_the_last_statement_holds() {
    assert!(openvex(r#""pkg:deb/debian/libssl3""#).about(&["GHSA-1"], PACKAGE, &IMAGE).is_some());
    let text = br#"{"@context":"https://openvex.dev/ns/v0.2.0","statements":[
        {"vulnerability":{"name":"CVE-1"},"products":["pkg:deb/debian/libssl3"],"status":"fixed","timestamp":"2026-02-01T00:00:00Z"},
        {"vulnerability":{"name":"CVE-1"},"products":["pkg:deb/debian/libssl3"],"status":"affected","timestamp":"2026-01-01T00:00:00Z"},
        {"vulnerability":{"name":"CVE-2"},"products":["pkg:deb/debian/libssl3"],"status":"fine"}]}"#;
    let document = read_vex(text).unwrap();
    assert_eq!(document.about(&["CVE-1"], PACKAGE, &IMAGE).unwrap().status, VexStatus::Fixed);
    assert_eq!(document.left_out, ["statement 2: `fine` is no status"]);
}

#[test]
fn cyclonedx_points_at_components_here_and_elsewhere() {
    let text = br#"{"bomFormat":"CycloneDX","metadata":{"timestamp":"2026-01-01T00:00:00Z"},
        "components":[{"bom-ref":"a","purl":"pkg:deb/debian/libssl3@3.0.1-1"}],"vulnerabilities":[
        {"id":"CVE-1","analysis":{"state":"not_affected","justification":"code_not_reachable","detail":"no"},"affects":[{"ref":"a"}]},
        {"id":"CVE-2","analysis":{"state":"in_triage"},"affects":[{"ref":"urn:cdx:x/1#pkg%3Adeb%2Fdebian%2Flibssl3%403.0.1-1"}]},
        {"id":"CVE-3","affects":[{"ref":"a"}]},
        {"id":"CVE-4","analysis":{"state":"maybe"},"affects":[{"ref":"a"}]}]}"#;
    let document = read_vex(text).unwrap();
    let status = |id: &str| document.about(&[id], PACKAGE, &IMAGE).map(|statement| statement.status);
    let expected = [Some(VexStatus::NotAffected), Some(VexStatus::UnderInvestigation), None, None];
    assert_eq!(["CVE-1", "CVE-2", "CVE-3", "CVE-4"].map(status), expected);
    assert_eq!(document.left_out, ["CVE-4: `maybe` is no state of an analysis"]);
}

#[test]
fn csaf_names_products_by_id_and_parts_of_images() {
    let text = br#"{"document":{"category":"csaf_vex","publisher":{"name":"Maker"},"tracking":{"current_release_date":"2026-01-01T00:00:00Z"}},
        "product_tree":{"branches":[{"branches":[{"product":{"product_id":"app","product_identification_helper":{"purl":"pkg:oci/app@sha256:aa"}}}]}],
          "full_product_names":[{"product_id":"ssl","product_identification_helper":{"purl":"pkg:deb/debian/libssl3@3.0.1-1"}},{"product_id":"none"}],
          "relationships":[{"product_reference":"ssl","relates_to_product_reference":"app","full_product_name":{"product_id":"app:ssl"}}]},
        "vulnerabilities":[{"cve":"CVE-1","product_status":{"known_not_affected":["app:ssl","none"]},
          "flags":[{"label":"component_not_present","product_ids":["app:ssl"]}],"threats":[{"category":"impact","details":"gone"}]},
          {"cve":"CVE-2","product_status":{"under_investigation":["ssl"]}}]}"#;
    let document = read_vex(text).unwrap();
    let said = document.about(&["CVE-1"], PACKAGE, &IMAGE).unwrap();
    assert_eq!((said.status, said.justification.as_deref()), (VexStatus::NotAffected, Some("component_not_present")));
    assert_eq!(said.text.as_deref(), Some("gone"));
    let elsewhere = SubjectNames { digests: [Some("sha256:cc"), None], ..IMAGE };
    assert!(document.about(&["CVE-1"], PACKAGE, &elsewhere).is_none());
    assert_eq!(document.about(&["CVE-2"], PACKAGE, &elsewhere).unwrap().status, VexStatus::UnderInvestigation);
    assert_eq!(document.left_out, ["CVE-1: the product `none` has no package URL"]);
}

#[test]
fn what_is_no_document_is_refused() {
    for text in
        ["{}", "[]", "", r#"{"bomFormat":"CycloneDX"}"#, r#"{"@context":"https://openvex.dev/ns","statements":3}"#]
    {
        assert!(read_vex(text.as_bytes()).is_err(), "{text}");
    }
}
