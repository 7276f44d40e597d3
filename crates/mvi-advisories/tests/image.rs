//! What an index says of a whole inventory.
#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

use std::io::Cursor;

use mvi_advisories::{Import, ImportLimits, Index, index, matches};
use mvi_inventory::{Inventory, Package};

fn package(purl: &str, layer: u32, owner: Option<usize>) -> Package {
    let value = serde_json::json!({"ecosystem": "pypi", "name": "a", "version": "1", "architecture": null, "source": null,
        "purl": purl, "record": "r", "introduced": layer, "touched": layer, "installed_bytes": 0, "declared_bytes": null,
        "files": 0, "requested": "unknown", "essential": false, "also_owned_by": owner, "evidence": "record",
        "locked": null, "licences": [], "supplier": null, "depends": [], "hidden": null});
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_language_package_of_the_distribution_is_judged_by_the_distribution() {
    let record = |id: &str, ecosystem: &str, name: &str| {
        format!(
            r#"{{"id": "{id}", "affected": [{{"package": {{"ecosystem": "{ecosystem}", "name": "{name}"}},
            "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}]}}]}}]}}"#
        )
    };
    let packages = vec![
        package("pkg:deb/debian/python3-a@1-1?distro=debian-12", 0, None),
        package("pkg:pypi/a@1", 0, Some(0)),
        package("pkg:pypi/a@1", 2, None),
    ];
    let inventory = Inventory { packages, ..Inventory::default() };
    let told = |records: &[String]| -> Vec<(u32, String)> {
        let mut import = Import::new(ImportLimits::default(), 0);
        records.iter().for_each(|record| import.read("file", Cursor::new(record.as_bytes())));
        let index = Index::from_bytes(index::build(&import.onto(Vec::new())).unwrap()).unwrap();
        let found = matches(&inventory, &index).unwrap();
        found.iter().map(|found| (found.package.introduced, found.findings[0].id.clone())).collect()
    };
    let (pypi, debian) = (record("PYSEC-1", "PyPI", "a"), record("DEBIAN-1", "Debian:12", "b"));
    let of = |layer: u32| (layer, "PYSEC-1".to_owned());
    assert_eq!(told(std::slice::from_ref(&pypi)), [of(0), of(2)]);
    assert_eq!(told(&[pypi, debian]), [of(2)]);
}
