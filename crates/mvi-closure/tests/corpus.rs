//! What holds of real images: everything they start with resolves, bytes add up, and known packages are needed or not.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot read its image should stop

#[path = "../../mvi-image/tests/corpus/fixtures.rs"]
#[allow(dead_code)] // hostile images are for those who read layers
mod fixtures;

use mvi_closure::{Decision, FloorBase, Ground, LayerShare, Rules, Terms, close, compose};
use mvi_image::{Limits, Location, OpenOptions, PlatformChoice, Quiet, ScanOptions};
use mvi_inventory::{Command, InventoryCollector, detect_runtime, take};

/// Checks of one image that all its start resolves, that bytes add up, and what becomes of packages, by the beginning of their names.
fn check(name: &str, expected: &[(&str, Decision)]) {
    let archive = fixtures::corpus().join("docker-archive").join(format!("{name}.tar"));
    let limits = Limits::default();
    let collector = &InventoryCollector;
    let options = OpenOptions { platform: PlatformChoice::All, verify: false, limits: &limits, collector };
    let location = Location::parse(&format!("docker-archive:{}", archive.display())).unwrap();
    let image = mvi_image::open(&location, &options).unwrap().remove(0);
    let progress = &Quiet;
    let scan =
        ScanOptions { collector, limits: &limits, verify: false, estimate: false, jobs: 2, cache: None, progress };
    let layers = mvi_image::scan(&image, &scan).unwrap();
    let tree = mvi_image::merge(layers.into_iter().map(|layer| layer.facts).collect());
    let inventory = take(&tree);
    let config = &image.config.config;
    let argv = image.argv();
    let search_path = config.env.iter().find_map(|pair| pair.strip_prefix("PATH="));
    let command = Command { argv: &argv, search_path, working_dir: &config.working_dir };
    let runtime = detect_runtime(&tree, &command);
    let ground = Ground {
        tree: &tree,
        inventory: &inventory,
        runtime: &runtime,
        environment: &config.env,
        working_dir: &config.working_dir,
        health: &[],
        volumes: &[],
    };
    let closure = close(&ground);
    let lacks: Vec<_> = closure.lacks.iter().filter(|lack| lack.at_start).collect();
    assert!(lacks.is_empty(), "{name}: {lacks:?}");
    let text = include_str!("../../mvi-standard/data/standard-v13.toml");
    let document = serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap();
    let shares = vec![LayerShare { compressed: Some(0.4) }; tree.layers().len()];
    let terms = Terms {
        rules: &Rules::of(&document).unwrap(),
        layers: &shares,
        base_layers: None,
        base_is_registered: false,
        runs_as_other: false,
        floor_base: FloorBase::Unknown,
        checks: &[],
    };
    let composition = compose(&ground, &closure, &terms);
    let bytes = composition.bytes;
    assert_eq!(bytes.all, tree.visible_bytes(), "{name}");
    assert_eq!(bytes.all, bytes.include + bytes.possible + bytes.debug_stage + bytes.prohibit, "{name}");
    assert_eq!(bytes.all, composition.components.iter().map(|component| component.bytes).sum::<u64>(), "{name}");
    for (package, wanted) in expected {
        let found = composition.components.iter().find(|component| component.name.starts_with(package));
        assert_eq!(found.map(|component| component.decision), Some(*wanted), "{package} of {name}");
    }
}

const NEEDED: Decision = Decision::Include;
const NOT: Decision = Decision::Prohibit;

#[test]
fn a_web_server_needs_its_libraries_and_no_shell() {
    let of_nginx = [("nginx 1", NEEDED), ("libssl3 ", NEEDED), ("libpcre2-8-0 ", NEEDED), ("zlib1g ", NEEDED)];
    let beside = [("bash ", NOT), ("coreutils ", NOT), ("apt ", NOT)];
    check("nginx-static", &[&of_nginx[..], &beside[..]].concat());
}

#[test]
fn a_release_needs_what_its_machine_is_linked_with() {
    check(
        "erlang-release",
        &[("libtinfo6 ", NEEDED), ("libstdc++6 ", NEEDED), ("libssl3 ", NEEDED), ("kernel ", NEEDED)],
    );
}

#[test]
fn a_python_service_needs_its_interpreter_and_what_it_imports() {
    check(
        "python-service",
        &[("libpython3.11-stdlib ", NEEDED), ("flask ", NEEDED), ("vim-runtime ", Decision::DebugStage)],
    );
}

#[test]
fn a_static_program_needs_itself() {
    check("static-go", &[]);
    check("distroless-go", &[]);
}

#[test]
fn the_virtual_machine_is_needed_whole() {
    check("java-service", &[("openjdk-17-jre-headless ", NEEDED), ("libc6 ", NEEDED), ("libtomcat9-java ", NOT)]);
}

#[test]
fn a_node_application_needs_its_production_closure() {
    check("node-portal", &[("next ", NEEDED), ("libnode108 ", NEEDED), ("prettier ", NOT), ("libssl-dev ", NOT)]);
}
