//! Databases of rpm as rpm and Berkeley DB write them; `tools/make-rpm-databases.sh` makes the fixtures.

use std::io::Read as _;

use flate2::read::GzDecoder;
use mvi_inventory::parse::rpm_database::parse_rpm_database;
use mvi_inventory::{Inventory, Memory, Package, RequestedAbove, take};

use crate::image::Entry::{File, Folder, Gone, Link, Program};
use crate::image::tree;

const SQLITE: &[u8] = include_bytes!("../fixtures/rpm/rpmdb.sqlite.gz");
const NDB: &[u8] = include_bytes!("../fixtures/rpm/Packages.db.gz");
const BDB: &[u8] = include_bytes!("../fixtures/rpm/Packages.gz");
/// What rpm itself lists, one `name epoch:version-release architecture` a line.
const LISTED: &str = include_str!("../fixtures/rpm/packages.txt");
const OS: &str = "ID=rocky\nVERSION_ID=9.3\n";

fn unpacked(fixture: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(fixture).read_to_end(&mut bytes).unwrap();
    bytes
}

fn inventory(path: &str, database: &[u8]) -> Inventory {
    take(&tree(&[&[
        File("etc/os-release", OS),
        Folder("usr/bin"),
        Link("bin", "usr/bin"),
        File("usr/bin/mvi-tool", "tool\n"),
        Program(path, database),
    ]]))
}

fn package<'i>(inventory: &'i Inventory, name: &str) -> &'i Package {
    inventory.packages.iter().find(|package| package.name == name).unwrap()
}

/// Checks that a database has the packages that rpm lists, at each place where one may lie.
fn check(file: &str, fixture: &[u8]) {
    let database = unpacked(fixture);
    for folder in ["var/lib/rpm", "usr/lib/sysimage/rpm"] {
        let inventory = inventory(&format!("{folder}/{file}"), &database);
        let found: Vec<String> = inventory
            .packages
            .iter()
            .map(|it| {
                let version = if it.version.contains(':') { it.version.clone() } else { format!("0:{}", it.version) };
                format!("{} {version} {}", it.name, it.architecture.as_deref().unwrap())
            })
            .collect();
        assert_eq!(found, LISTED.lines().collect::<Vec<_>>());
        assert_eq!(inventory.gaps, []);
        let tool = package(&inventory, "mvi-tool");
        assert_eq!(
            tool.purl,
            "pkg:rpm/rocky/mvi-tool@1.4.0-3.el9?arch=noarch&distro=rocky-9.3&epoch=2\
             &rpmmod=tool:1:920:abc&upstream=mvi-tool-1.4.0-3.el9.src.rpm"
        );
        assert_eq!((tool.files, tool.installed_bytes, tool.declared_bytes), (1, 5, Some(10)));
        assert_eq!(tool.licences, ["Apache-2.0 AND MIT"]);
        assert_eq!(tool.supplier.as_deref(), Some("Example Vendor"));
        assert_eq!(tool.depends, ["/bin/sh", "absent-thing", "mvi-tool-libs"]);
        let source = tool.source.as_ref().map(|source| (source.name.as_str(), source.version.as_str()));
        assert_eq!(source, Some(("mvi-tool", "1.4.0-3.el9")));
    }
}

#[test]
fn a_database_of_sqlite_has_what_rpm_lists() {
    check("rpmdb.sqlite", SQLITE);
}

#[test]
fn a_database_in_rpms_own_format_has_what_rpm_lists() {
    check("Packages.db", NDB);
}

#[test]
fn a_database_of_berkeley_has_what_rpm_lists() {
    check("Packages", BDB);
}

#[test]
fn headers_over_many_pages_are_whole_in_every_format() {
    for fixture in [SQLITE, NDB, BDB] {
        let (records, problems) = parse_rpm_database(&unpacked(fixture));
        let data = records.iter().find(|record| record.name == "mvi-tool-data").unwrap();
        assert_eq!((data.files.len(), problems.len()), (301, 0));
        assert_eq!(data.files.last().unwrap(), b"usr/share/mvi/data/file399");
    }
}

#[test]
fn what_was_asked_for_is_not_known() {
    let inventory = inventory("var/lib/rpm/Packages.db", &unpacked(NDB));
    assert_eq!(inventory.requests[0].memory, Memory::None);
    assert!(matches!(inventory.requested_above(0), RequestedAbove::AtMost(names) if names.len() == 14));
}

#[test]
fn changes_that_are_not_written_yet_are_a_gap() {
    let log = "var/lib/rpm/rpmdb.sqlite-wal";
    let database = unpacked(SQLITE);
    let texts = |content: &[u8]| {
        let layers =
            [File("etc/os-release", OS), Program("var/lib/rpm/rpmdb.sqlite", &database), Program(log, content)];
        take(&tree(&[&layers])).gaps.iter().map(|gap| gap.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(texts(b"page"), ["is a package database that was not read"]);
    assert_eq!(texts(b""), [""; 0]);
}

#[test]
fn a_database_that_is_cut_off_has_what_is_left_and_gaps() {
    for fixture in [SQLITE, NDB, BDB] {
        let database = unpacked(fixture);
        let (records, problems) = parse_rpm_database(&database[..database.len() / 2]);
        assert!(records.len() < 14 && !problems.is_empty(), "{} records {problems:?}", records.len());
    }
}

#[test]
fn a_deleted_database_leaves_its_packages_hidden() {
    let database = unpacked(BDB);
    let path = "var/lib/rpm/Packages";
    let inventory = take(&tree(&[&[File("etc/os-release", OS), Program(path, &database)], &[Gone(path)]]));
    assert_eq!((inventory.packages.len(), inventory.hidden.len()), (0, 14));
    let text = "the package database was deleted; 14 packages it listed are no longer on record";
    assert_eq!(inventory.gaps[0].text, text);
}
