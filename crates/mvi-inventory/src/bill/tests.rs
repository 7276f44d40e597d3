//! Bills in every form, and what is no bill.

use super::*;

/// Lines `name version source layer` of a bill's packages, after what it is about.
fn lines(bytes: &[u8]) -> Vec<String> {
    let bill = read_bill(bytes).unwrap();
    let os = bill.inventory.os.as_ref().and_then(OsRelease::distro).unwrap_or_default();
    let head = format!("{}: {} on {os}", bill.standard, bill.subject);
    let packages = bill.inventory.packages.iter().map(|package| {
        let source = package.source.as_ref().map(|source| format!(" from {} {}", source.name, source.version));
        let kind = package.ecosystem.as_str();
        format!("{kind} {} {}{} in {}", package.name, package.version, source.unwrap_or_default(), package.introduced)
    });
    let gaps = bill.inventory.gaps.iter().map(|gap| gap.text.clone());
    std::iter::once(head).chain(packages).chain(gaps).collect()
}

#[test]
fn cyclonedx_has_packages_inside_packages_and_a_system() {
    let bill = br#"{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"type":"container",
        "name":"app","version":"1.2"}},"components":[
        {"type":"operating-system","name":"Debian","version":"12"},
        {"type":"library","name":"libssl3","version":"3.0.1-1",
         "purl":"pkg:deb/debian/libssl3@3.0.1-1?arch=amd64&upstream=openssl&distro=debian-12"},
        {"type":"application","name":"app","purl":"pkg:npm/%40a/b@2.0.0","components":[
          {"type":"library","name":"Typing_Extensions","purl":"pkg:pypi/Typing_Extensions@4.1",
           "properties":[{"name":"mvi:layer:index","value":"3"}]}]},
        {"type":"file","name":"/etc/passwd"},
        {"type":"library","name":"what"},
        {"type":"container","name":"base","purl":"pkg:oci/base@sha256:00"}]}"#;
    let expected = [
        "CycloneDX 1.5: app:1.2 on debian-12",
        "deb libssl3 3.0.1-1 from openssl 3.0.1-1 in 0",
        "npm @a/b 2.0.0 in 0",
        "pypi typing-extensions 4.1 in 3",
        "`what` has no package URL: nothing can be looked up about it",
    ];
    assert_eq!(lines(bill), expected);
}

#[test]
fn spdx_says_the_same_as_json_and_as_tags() {
    let json = br#"{"spdxVersion":"SPDX-2.3","name":"app","packages":[
        {"name":"app","primaryPackagePurpose":"CONTAINER","versionInfo":"1"},
        {"name":"vim","versionInfo":"2:9.0","supplier":"Organization: Vim","externalRefs":[
          {"referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:vim:vim:9:*:*:*:*:*:*:*"},
          {"referenceType":"purl","referenceLocator":"pkg:rpm/redhat/vim@9.0?epoch=2&distro=rhel-9"}],
         "annotations":[{"comment":"mvi:layer:index=2\nmvi:layer:instruction=RUN dnf install vim"}]}]}"#;
    let tags = b"SPDXVersion: SPDX-2.3\nDocumentName: app\n\nPackageName: app\nPackageVersion: 1\n\
        PrimaryPackagePurpose: CONTAINER\n\nPackageName: vim\nPackageVersion: 2:9.0\nPackageComment: <text>two\n\
        PackageName: no\n</text>\nExternalRef: SECURITY cpe23Type cpe:2.3:a:vim:vim:9:*:*:*:*:*:*:*\n\
        ExternalRef: PACKAGE-MANAGER purl pkg:rpm/redhat/vim@9.0?epoch=2&distro=rhel-9\nAnnotationComment: <text>\
        mvi:layer:index=2\nmvi:layer:instruction=RUN dnf install vim</text>\n\nFileName: ./x\nPackageVersion: 3\n";
    let expected = ["SPDX-2.3: app on rhel-9", "rpm vim 2:9.0 in 2"];
    assert_eq!(lines(json), expected);
    assert_eq!(lines(tags), expected);
    for bill in [json.as_slice(), tags] {
        assert_eq!(read_bill(bill).unwrap().instructions[2].as_deref(), Some("RUN dnf install vim"));
    }
}

#[test]
fn spdx_3_is_a_graph_whose_elements_name_each_other() {
    let bill = br#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
        {"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-01-02T03:04:05Z"},
        {"type":"SpdxDocument","spdxId":"urn:d","name":"app"},
        {"type":"Organization","spdxId":"urn:o","name":"Vim"},
        {"type":"software_Package","spdxId":"urn:i","name":"app","software_primaryPurpose":"container"},
        {"type":"software_Package","spdxId":"urn:p","name":"vim","suppliedBy":"urn:o","software_packageVersion":"2:9.0",
         "software_packageUrl":"pkg:rpm/redhat/vim@9.0?epoch=2&distro=rhel-9"},
        {"type":"software_Package","spdxId":"urn:q","name":"left","externalIdentifier":[
         {"type":"ExternalIdentifier","externalIdentifierType":"packageUrl","identifier":"pkg:npm/left@1.0.0"}]},
        {"type":"software_File","spdxId":"urn:f","name":"vim"},
        {"type":"simplelicensing_LicenseExpression","spdxId":"urn:l","simplelicensing_licenseExpression":"Vim"},
        {"type":"Relationship","spdxId":"urn:r","from":"urn:p","relationshipType":"hasDeclaredLicense","to":["urn:l"]},
        {"type":"Annotation","spdxId":"urn:a","subject":"urn:p","statement":"mvi:layer:index=2"}]}"#;
    assert_eq!(lines(bill), ["SPDX-3.0.1: app on rhel-9", "npm left 1.0.0 in 0", "rpm vim 2:9.0 in 2"]);
    let vim = read_bill(bill).unwrap().inventory.packages.pop().unwrap();
    assert_eq!((vim.supplier.as_deref(), vim.licences.as_slice()), (Some("Vim"), ["Vim".to_owned()].as_slice()));
}

#[test]
fn what_is_no_bill_is_refused() {
    for (bytes, text) in [
        (b"{}".as_slice(), "is neither"),
        (b"{", "is not the JSON"),
        (b"\xff\xfe", "is neither"),
        (b"", "is neither"),
        (br#"{"bomFormat":"CycloneDX","components":4}"#, "is not the JSON"),
        (br#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[]}"#, "is neither"),
    ] {
        assert!(read_bill(bytes).unwrap_err().to_string().contains(text), "{text}");
    }
}

#[test]
fn depth_and_layers_without_end_are_bounded() {
    let deep = format!(r#"{{"bomFormat":"CycloneDX","components":{}"#, r#"[{"components":"#.repeat(10_000));
    assert!(read_bill(deep.as_bytes()).is_err());
    let layer = br#"{"bomFormat":"CycloneDX","components":[{"type":"library","purl":"pkg:npm/a@1","properties":[
        {"name":"mvi:layer:index","value":"4000000000"},{"name":"mvi:layer:instruction","value":"x"}]}]}"#;
    assert_eq!(read_bill(layer).unwrap().instructions.len(), 0);
}

proptest::proptest! {
    #[test]
    fn whatever_is_read_is_answered(text in "(\\{|SPDXVersion: 1\n)?([a-zA-Z]{1,3}|PackageName: |<text>|</text>|ExternalRef: A purl pkg:|[:\"{}\\[\\],\n/@?=%])*") {
        let _ = read_bill(text.as_bytes());
    }
}
