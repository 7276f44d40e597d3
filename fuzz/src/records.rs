//! What the fuzz targets do that read records of package managers.

use mvi_image::{Collector as _, EntryHeader, FileKind};
use mvi_inventory::parse::apk_installed::parse_apk_installed;
use mvi_inventory::parse::composer::parse_composer;
use mvi_inventory::parse::conda_meta::parse_conda_meta;
use mvi_inventory::parse::deps_json::parse_deps_json;
use mvi_inventory::parse::direct_url::parse_direct_url;
use mvi_inventory::parse::dotnet_bundle::parse_bundle_header;
use mvi_inventory::parse::dpkg_status::{StatusField, parse_dpkg_status};
use mvi_inventory::parse::erlang_app::{parse_erlang_app, parse_release, parse_start_erl};
use mvi_inventory::parse::gemspec::parse_gemspec;
use mvi_inventory::parse::go_build::parse_go_build;
use mvi_inventory::parse::homebrew::parse_brew_receipt;
use mvi_inventory::parse::locks::cargo_lock::parse_cargo_lock;
use mvi_inventory::parse::locks::gemfile_lock::parse_gemfile_lock;
use mvi_inventory::parse::locks::hex_lock::{parse_mix_lock, parse_rebar_lock};
use mvi_inventory::parse::locks::npm_lock::parse_npm_lock;
use mvi_inventory::parse::locks::pipfile_lock::parse_pipfile_lock;
use mvi_inventory::parse::locks::pnpm_lock::parse_pnpm_lock;
use mvi_inventory::parse::locks::requirements::parse_requirements;
use mvi_inventory::parse::locks::toml_lock::{parse_poetry_lock, parse_uv_lock};
use mvi_inventory::parse::locks::yarn_lock::parse_yarn_lock;
use mvi_inventory::parse::nix_path::parse_nix_path;
use mvi_inventory::parse::package_json::parse_package_json;
use mvi_inventory::parse::pacman_desc::{parse_pacman_desc, parse_pacman_files};
use mvi_inventory::parse::perl_install::{parse_packlist, parse_perl_install};
use mvi_inventory::parse::python_metadata::{normalise_name, parse_python_metadata};
use mvi_inventory::parse::python_record::{parse_installed_files, parse_python_record};
use mvi_inventory::parse::r_description::parse_r_description;
use mvi_inventory::parse::rockspec::parse_rockspec;
use mvi_inventory::parse::rpm_database::parse_rpm_database;
use mvi_inventory::parse::rpm_header::parse_rpm_header;
use mvi_inventory::{InventoryCollector, read_bill};

/// The bytes as `/var/lib/dpkg/status` and as a file of `status.d`.
pub fn dpkg_status(bytes: &[u8]) {
    for field in [StatusField::Needed, StatusField::Optional] {
        let (records, _) = parse_dpkg_status(bytes, field);
        assert!(records.iter().all(|record| !record.name.is_empty()), "a package has a name");
    }
}

/// The bytes as `/lib/apk/db/installed`.
pub fn apk_installed(bytes: &[u8]) {
    let (records, _) = parse_apk_installed(bytes);
    assert!(records.iter().all(|record| !record.name.is_empty()), "a package has a name");
}

/// The bytes as `METADATA`, `RECORD` and `installed-files.txt` of a Python package.
pub fn python_metadata(bytes: &[u8]) {
    if let (Some(metadata), _) = parse_python_metadata(bytes) {
        let name = normalise_name(&metadata.name);
        assert_eq!(normalise_name(&name), name, "a normal name is normal");
    }
    let _ = parse_python_record(bytes);
    let _ = parse_installed_files(bytes);
}

/// The bytes as a record of Conda, and as where a Python package came from.
pub fn conda_meta(bytes: &[u8]) {
    let (record, problems) = parse_conda_meta(bytes);
    assert_eq!(record.is_none(), !problems.is_empty(), "a record is read or there is a reason");
    let _ = parse_direct_url(bytes);
}

/// The bytes as a database of rpm, and as one header.
pub fn rpm_database(bytes: &[u8]) {
    let (records, _) = parse_rpm_database(bytes);
    assert!(records.iter().all(|record| !record.name.is_empty()), "a package has a name");
    let names: usize = records.iter().map(|record| record.requires.len() + record.provides.len()).sum();
    assert!(names <= bytes.len(), "what is read of a database is no larger than it");
    let _ = parse_rpm_header(bytes);
}

/// The bytes as `desc` and `files` of a package of pacman.
pub fn pacman_desc(bytes: &[u8]) {
    if let (Some(record), _) = parse_pacman_desc(bytes) {
        assert!(!record.name.is_empty() && !record.version.is_empty(), "a package has a name and a version");
    }
    let _ = parse_pacman_files(bytes);
}

/// The bytes as each record that installers of languages leave behind.
pub fn language_records(bytes: &[u8]) {
    let named = |name: &str, version: &str| assert!(!name.is_empty() && !version.is_empty(), "a package is named");
    parse_gemspec(bytes).0.iter().for_each(|it| named(&it.name, &it.version));
    parse_composer(bytes).0.iter().for_each(|it| named(&it.name, &it.version));
    parse_deps_json(bytes).0.iter().for_each(|it| assert!(!it.name.is_empty()));
    parse_erlang_app(bytes).0.iter().for_each(|it| named(&it.name, &it.version));
    parse_r_description(bytes).0.iter().for_each(|it| named(&it.name, &it.version));
    parse_perl_install(bytes).0.iter().for_each(|it| named(&it.module, &it.version));
    parse_nix_path(bytes).iter().for_each(|it| named(it.name, it.hash));
    let _ = (
        parse_release(bytes),
        parse_start_erl(bytes),
        parse_brew_receipt(bytes),
        parse_packlist(bytes),
        parse_rockspec(bytes),
    );
}

/// The bytes as each kind of lock file.
pub fn lock_files(bytes: &[u8]) {
    let readers = [
        parse_cargo_lock,
        parse_gemfile_lock,
        parse_npm_lock,
        parse_pipfile_lock,
        parse_pnpm_lock,
        parse_requirements,
        parse_poetry_lock,
        parse_uv_lock,
        parse_yarn_lock,
        parse_mix_lock,
        parse_rebar_lock,
    ];
    for read in readers {
        let (packages, _) = read(bytes);
        assert!(packages.iter().all(|it| !it.name.is_empty() && !it.version.is_empty()), "a package is named");
    }
}

/// The bytes as `package.json`.
pub fn package_json(bytes: &[u8]) {
    let _ = parse_package_json(bytes);
}

/// The bytes as a program or library, with all that is looked for inside one.
pub fn elf_object(bytes: &[u8]) {
    study("usr/bin/program", bytes);
}

/// The bytes as a Go program, and as the modules of one.
pub fn go_build(bytes: &[u8]) {
    study("usr/bin/program", bytes);
    let build = parse_go_build(b"go1.22.3", bytes);
    assert!(build.dependencies.len() <= bytes.len(), "a module has a line");
}

/// The bytes as a .NET program in one file, and as the header of its bundle.
pub fn dotnet_bundle(bytes: &[u8]) {
    study("app/program", bytes);
    if let Ok((offset, length)) = parse_bundle_header(bytes) {
        assert!(offset > 0 && length > 0, "a list that is there has a place");
    }
}

/// The bytes as a bill of materials: what is read is listed in order, and twice the same.
pub fn bill_of_materials(bytes: &[u8]) {
    let Ok(bill) = read_bill(bytes) else { return };
    let packages = &bill.inventory.packages;
    // Packages of our own bills point at each other by their places.
    let in_order = packages.is_sorted_by_key(|package| (package.ecosystem, &package.name, &package.version));
    assert!(in_order || bill.standard.starts_with("mvi-sbom/"));
    let again = read_bill(bytes).expect("what was read is read again");
    assert_eq!(&again.inventory.packages, packages);
}

/// The bytes as a Java archive.
pub fn java_archive(bytes: &[u8]) {
    study("app/b-1.0.jar", bytes);
}

/// Looks into the bytes as the pass does; twice is the same.
fn study(path: &str, bytes: &[u8]) {
    let entry = EntryHeader { path: path.as_bytes(), kind: FileKind::File, mode: 0o755, size: bytes.len() as u64 };
    let found = InventoryCollector.study(&entry, &bytes).expect("bytes in memory can be read");
    assert_eq!(InventoryCollector.study(&entry, &bytes).ok(), Some(found), "what was found is found again");
}
