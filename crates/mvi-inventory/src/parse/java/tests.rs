//! Archives written by a zip writer that is not ours: inside each other, shaded, damaged, and too large.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

/// A zip archive of these members; those with `=` before their name are stored as they are.
fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let (method, name) = match name.strip_prefix('=') {
            Some(name) => (CompressionMethod::Stored, name),
            None => (CompressionMethod::Deflated, *name),
        };
        writer.start_file(name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn properties(group: &str, artifact: &str, version: &str) -> (String, Vec<u8>) {
    let text = format!("groupId={group}\nartifactId={artifact}\nversion={version}\n");
    (format!("META-INF/maven/{group}/{artifact}/pom.properties"), text.into_bytes())
}

/// An archive of one artifact.
fn jar(group: &str, artifact: &str, version: &str) -> Vec<u8> {
    let (name, text) = properties(group, artifact, version);
    archive(&[(&name, &text), ("a/B.class", b"\xca\xfe\xba\xbe")])
}

fn check(name: &str, bytes: &[u8], expected: &[&str]) {
    let found = parse_java_archive(name, bytes);
    let line = |it: &JavaArtifact| {
        let group = it.group.as_deref().unwrap_or("?");
        let within = if it.within.is_empty() { String::new() } else { format!(" in {}", it.within) };
        let shaded = if it.own { "" } else { " shaded" };
        format!("{group}:{}@{}{within}{shaded}", it.artifact, it.version)
    };
    let lines: Vec<_> = found.artifacts.iter().map(line).chain(found.flaws.iter().cloned()).collect();
    assert_eq!(lines, expected);
}

#[test]
fn an_artifact_is_what_maven_left_in_its_archive() {
    check("b-1.0.jar", &jar("org.a", "b", "1.0"), &["org.a:b@1.0"]);
    check("renamed.jar", &jar("org.a", "b", "1.0"), &["org.a:b@1.0"]);
}

#[test]
fn what_was_shaded_into_an_archive_is_told_apart() {
    let (own, shaded) = (properties("org.a", "b", "1.0"), properties("com.google.guava", "guava", "31.1-jre"));
    let bytes = archive(&[(&shaded.0, &shaded.1), (&own.0, &own.1)]);
    check("b-1.0.jar", &bytes, &["org.a:b@1.0", "com.google.guava:guava@31.1-jre shaded"]);
}

#[test]
fn archives_inside_archives_are_read_stored_or_packed() {
    let inner = jar("org.a", "b", "1.0");
    let war = archive(&[("WEB-INF/lib/b-1.0.jar", &inner), ("=WEB-INF/lib/c-2.jar", &jar("org.a", "c", "2"))]);
    let expected = ["org.a:b@1.0 in x.war!WEB-INF/lib/b-1.0.jar", "org.a:c@2 in x.war!WEB-INF/lib/c-2.jar"];
    check("all.ear", &archive(&[("=x.war", &war)]), &expected);
    check("all.ear", &archive(&[("x.war", &war)]), &expected);
}

#[test]
fn without_maven_the_manifest_and_the_name_of_the_file_tell() {
    let manifest = b"Manifest-Version: 1.0\nImplementation-Version: 2.1\nImplementation-Vendor-Id: org.v\n";
    let bytes = archive(&[("META-INF/MANIFEST.MF", manifest)]);
    check("lib.jar", &bytes, &["org.v:lib@2.1"]);
    check("lib-2.2.jar", &bytes, &["org.v:lib@2.2"]);
    check("lib-2.2.jar", &archive(&[("META-INF/maven/org.m/lib/pom.xml", b"<project/>")]), &["org.m:lib@2.2"]);
    check("lib.jar", &archive(&[("A.class", b"")]), &[]);
}

#[test]
fn a_series_in_the_name_of_a_file_is_no_version_and_the_foundation_no_group() {
    let manifest = b"Bundle-SymbolicName: org.apache.log4j\nBundle-Version: 1.2.17\n";
    check("log4j-1.2-1.2.17.jar", &archive(&[("META-INF/MANIFEST.MF", manifest)]), &["?:log4j@1.2.17"]);
}

#[test]
fn an_archive_may_tell_no_group() {
    check("lib-2.2.jar", &archive(&[("A.class", b"")]), &["?:lib@2.2"]);
}

#[test]
fn an_archive_behind_a_script_is_found() {
    let bytes = [b"#!/bin/sh\nexec java -jar $0\n".as_slice(), &jar("org.a", "b", "1.0")].concat();
    check("b.jar", &bytes, &["org.a:b@1.0"]);
}

#[test]
fn archives_deeper_than_real_ones_are_not_looked_into() {
    let mut bytes = jar("org.a", "b", "1.0");
    for _ in 0..DEEPEST {
        bytes = archive(&[("=i.jar", &bytes)]);
    }
    check("o.jar", &bytes, &["its member `i.jar!i.jar!i.jar!i.jar` lies inside 4 archives; not looked into"]);
}

#[test]
fn bombs_are_flaws() {
    let zeros = vec![0; 8 << 20];
    let bytes = archive(&[("lib/bomb.jar", &zeros), ("META-INF/MANIFEST.MF", &zeros)]);
    let found = parse_java_archive("o.jar", &bytes);
    assert_eq!(found.artifacts, []);
    assert!(found.flaws[0].contains("unpacks to more than 1048576 bytes"), "{:?}", found.flaws);
    assert!(found.flaws[1].contains("claims 8388608 bytes, more than"), "{:?}", found.flaws);
}

#[test]
fn damaged_archives_are_flaws() {
    let bytes = jar("org.a", "b", "1.0");
    check("b.jar", &bytes[..bytes.len() - 4], &["is no sound zip archive"]);
    check("b.jar", b"PK\x03\x04", &["is no sound zip archive"]);
    let mut lies = bytes.clone();
    let end = bytes.len() - 22;
    lies[end + 10] = 9; // one more member than there are
    check("b.jar", &lies, &["has a directory that ends in the middle of an entry"]);
}
