//! The fuzz targets as ordinary tests: every seed as it is, then with thousands of changes that are the same every time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot read its seeds should stop

#[path = "../../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, missing_docs)] // public for the fuzz targets
mod targets;

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

#[test]
fn layers_of_any_bytes_are_read_or_refused() {
    check("layer", targets::layer, 300, Shape::Tar);
}

#[test]
fn archives_of_any_bytes_are_read_or_refused() {
    check("archive", targets::archive, 300, Shape::Tar);
}

#[test]
fn layers_in_any_order_make_a_sound_tree() {
    check("whiteouts", targets::whiteouts, 1500, Shape::Free);
}

#[test]
fn any_dpkg_status_is_read() {
    check("dpkg_status", targets::dpkg_status, 5000, Shape::Free);
}

#[test]
fn any_apk_database_is_read() {
    check("apk_installed", targets::apk_installed, 5000, Shape::Free);
}

#[test]
fn any_python_records_are_read() {
    check("python_metadata", targets::python_metadata, 5000, Shape::Free);
}

#[test]
fn any_bill_of_materials_is_read_or_refused() {
    check("bill_of_materials", targets::bill_of_materials, 3000, Shape::Free);
}

#[test]
fn any_settings_of_loaders_are_read() {
    check("loader_settings", targets::loader_settings, 3000, Shape::Free);
}

#[test]
fn the_imports_of_any_file_are_read() {
    check("python_imports", targets::python_imports, 5000, Shape::Free);
}

#[test]
fn any_package_json_is_read() {
    check("package_json", targets::package_json, 5000, Shape::Free);
}

#[test]
fn any_conda_record_is_read() {
    check("conda_meta", targets::conda_meta, 3000, Shape::Free);
}

#[test]
fn any_database_of_rpm_is_read() {
    check("rpm_database", targets::rpm_database, 3000, Shape::Free);
}

#[test]
fn any_record_of_pacman_is_read() {
    check("pacman_desc", targets::pacman_desc, 3000, Shape::Free);
}

#[test]
fn any_record_of_a_language_is_read() {
    check("language_records", targets::language_records, 2000, Shape::Free);
}

#[test]
fn any_lock_file_is_read() {
    check("lock_files", targets::lock_files, 2000, Shape::Free);
}

#[test]
fn any_object_is_looked_into() {
    check("elf_object", targets::elf_object, 3000, Shape::Free);
}

#[test]
fn any_build_information_of_go_is_read() {
    check("go_build", targets::go_build, 3000, Shape::Free);
}

#[test]
fn any_bundle_of_dotnet_is_read() {
    check("dotnet_bundle", targets::dotnet_bundle, 3000, Shape::Free);
}

#[test]
fn any_java_archive_is_looked_into() {
    check("java_archive", targets::java_archive, 3000, Shape::Free);
}

#[test]
fn any_dockerfile_is_read_and_printed_as_it_was() {
    check("dockerfile_parse", targets::dockerfile_parse, 3000, Shape::Free);
}

#[test]
fn any_script_is_read_or_refused() {
    check("dockerfile_shell", targets::dockerfile_shell, 3000, Shape::Free);
}

#[test]
fn any_change_request_is_read_or_refused() {
    check("crq_file", targets::crq_file, 1500, Shape::Free);
}

#[test]
fn any_model_of_forecasts_is_read_or_refused() {
    check("forecast_model", targets::forecast_model, 3000, Shape::Free);
}

#[test]
fn any_fleet_file_is_read_or_refused() {
    check("fleet_file", targets::fleet_file, 500, Shape::Free);
}

#[test]
fn no_change_of_a_sealed_record_is_believed() {
    check("sealed_rom", targets::sealed_rom, 1500, Shape::Free);
}

#[test]
fn any_key_is_read_or_refused() {
    check("key", targets::key, 2000, Shape::Free);
}

#[test]
fn any_name_of_an_image_is_understood_or_refused() {
    check("reference", targets::reference, 5000, Shape::Free);
}

#[test]
fn any_dockerfile_is_judged_and_repaired_without_harm() {
    check("dockerfile_lint", targets::dockerfile_lint, 2000, Shape::Free);
}

#[test]
fn any_configuration_of_hadolint_is_read_or_refused() {
    check("hadolint_config", targets::hadolint_config, 2000, Shape::Free);
}

#[test]
fn any_manifest_is_read_and_judged() {
    check("manifest", targets::manifest, 2000, Shape::Free);
}

#[test]
fn any_advisory_is_read_or_refused() {
    check("osv_records", targets::osv_records, 2000, Shape::Free);
}

#[test]
fn any_feed_is_counted_and_what_it_says_is_indexed() {
    check("advisory_feed", targets::advisory_feed, 400, Shape::Free);
}

#[test]
fn any_index_of_advisories_answers_or_is_damaged() {
    check("advisory_index", targets::advisory_index, 2000, Shape::Free);
}

#[test]
fn any_two_versions_stand_in_an_order_or_none() {
    check("versions", targets::versions, 3000, Shape::Free);
}

#[test]
fn any_file_that_builds_images_is_read() {
    check("builds", targets::builds, 1500, Shape::Free);
}

#[test]
fn secrets_of_any_text_are_found_and_not_shown() {
    check("secrets", targets::secrets, 1000, Shape::Free);
}

#[test]
fn any_list_of_wheels_is_read() {
    check("wheels", targets::wheels, 2000, Shape::Free);
}

#[test]
fn any_log_of_a_builder_is_read() {
    check("builder_log", targets::builder_log, 800, Shape::Free);
}

#[test]
fn the_header_of_any_file_is_read_or_none() {
    check("elf_header", targets::elf_header, 2000, Shape::Free);
}

/// What a change must leave whole to get past the first door.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Free,
    /// Checksums of tar headers are made right again, mostly.
    Tar,
}

fn check(target: &str, run: fn(&[u8]), rounds: u64, shape: Shape) {
    let rounds = std::env::var("MVI_FUZZ_ROUNDS").map_or(rounds, |rounds| rounds.parse().unwrap());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|item| item.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} holds no seeds", folder.display());
    let seeds: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    for (index, (path, seed)) in paths.iter().zip(&seeds).enumerate() {
        let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ (index as u64 + 1));
        for round in 0..=rounds {
            let mut bytes = seed.clone();
            // The first round is the seed itself.
            for _ in 0..if round == 0 { 0 } else { 1 + random.below(4) } {
                change(&mut bytes, &seeds, &mut random);
            }
            if shape == Shape::Tar && random.below(8) > 0 {
                reseal(&mut bytes);
            }
            if catch_unwind(|| run(&bytes)).is_err() {
                let kept = std::env::temp_dir().join(format!("mvi-fuzz-{target}-{index}-{round}"));
                std::fs::write(&kept, &bytes).unwrap();
                panic!("{target}: {} changed {round} times; the bytes are in {}", path.display(), kept.display());
            }
        }
    }
}

/// One change: bits, numbers, lines or pieces.
fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    const ODD: &[&[u8]] = &[
        b"",
        b"\0",
        b"\n",
        b"\n\n",
        b"\"",
        b"..",
        b"/",
        b"\xff\xff",
        b"-1",
        b"99999999999",
        b".wh.",
        b": ",
        b"{[",
        b"\x80",
    ];
    let at = random.below(bytes.len() + 1);
    let end = (at + random.below(64)).min(bytes.len());
    match random.below(8) {
        0 | 1 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
        2 if at < bytes.len() => bytes[at] = random.below(256) as u8,
        3 => drop(bytes.splice(at..end, ODD[random.below(ODD.len())].iter().copied())),
        4 => drop(bytes.drain(at..end)),
        5 => {
            let piece = bytes[at..end].to_vec();
            let to = random.below(bytes.len() + 1);
            drop(bytes.splice(to..to, piece));
        }
        6 => bytes.truncate(at),
        _ => {
            let other = &seeds[random.below(seeds.len())];
            let from = random.below(other.len() + 1);
            let until = (from + random.below(2048)).min(other.len());
            drop(bytes.splice(at..at, other[from..until].iter().copied()));
        }
    }
}

/// Makes the checksums of everything that looks like a tar header right.
fn reseal(bytes: &mut [u8]) {
    bytes.chunks_exact_mut(512).filter(|block| &block[257..262] == b"ustar").for_each(targets::seal);
}

/// xorshift64* (Vigna 2016): the same numbers every time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end.max(1)
    }
}
