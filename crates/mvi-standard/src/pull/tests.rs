//! The printed tables, closed form against simulation, bounds and the laws of pulling.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn layer(transfer_mb: f64, unpacked_mb: f64) -> PulledLayer {
    PulledLayer { digest: format!("sha256:{transfer_mb}"), transfer_mb, unpacked_mb }
}

fn spread(missing_mb: f64, egress_mbps: f64) -> Spread {
    Spread { nodes: 100, missing_mb, egress_mbps, node_mbps: 1000.0 }
}

/// Nodes that all pull one image of the given layers at once; the first `warm` nodes have the first layer already.
fn scenario(nodes: usize, sizes: &[f64], egress_mbps: f64, warm: usize) -> Scenario {
    let node = |place: usize| Node {
        link_mbps: 1000.0,
        store: if place < warm { BTreeSet::from([0]) } else { BTreeSet::new() },
        pulls: vec![(0.0, (0..sizes.len()).collect())],
    };
    Scenario {
        layers: sizes.iter().map(|size| layer(*size, 2.0 * size)).collect(),
        nodes: (0..nodes).map(node).collect(),
        egress_mbps,
        slots: None,
        upload_mbps: None,
        terms: Terms::DOWNLOAD,
    }
}

fn makespan(scenario: &Scenario) -> f64 {
    simulate(scenario).unwrap().makespan_s
}

fn near(told: f64, expected: f64) {
    assert!((told - expected).abs() <= 1e-9 + 0.01 * expected, "{told} instead of {expected}");
}

#[test]
fn the_recorded_pull_times_come_out() {
    let golden: Value = serde_json::from_str(include_str!("../../tests/fixtures/golden-v13.json")).unwrap();
    let golden = &golden["pull"];
    for (case, seconds) in golden["single_s"].as_object().unwrap() {
        let (size, rate) = case.split_once('@').unwrap();
        let told = pull_time(&[layer(size.parse().unwrap(), 0.0)], rate.parse().unwrap(), &Terms::DOWNLOAD).unwrap();
        assert!((told.total_s - seconds.as_f64().unwrap()).abs() < 1e-9, "{case}");
    }
    for (case, seconds) in golden["cluster_100_nodes_s"].as_object().unwrap() {
        let size = case.split_once('@').unwrap().0.parse().unwrap();
        assert!(
            (cluster_seconds(&spread(size, 800.0), None).unwrap() - seconds.as_f64().unwrap()).abs() < 1e-9,
            "{case}"
        );
    }
    assert_eq!(formula_saving_mb(7, 50, 10.0), golden["fleet_saved_mb"].as_f64().unwrap());
}

#[test]
fn the_egress_sweep_comes_out() {
    let told = |size| {
        [600.0, 700.0, 800.0, 820.0, 900.0, 1000.0, 1200.0]
            .map(|egress| cluster_seconds(&spread(size, egress), None).unwrap().round())
    };
    assert_eq!(told(120.0), [160.0, 137.0, 120.0, 117.0, 107.0, 96.0, 80.0]);
    assert_eq!(told(800.0), [1067.0, 914.0, 800.0, 780.0, 711.0, 640.0, 533.0]);
    let waves = |size| cluster_seconds(&Spread { node_mbps: 100.0, ..spread(size, 800.0) }, Some(8)).unwrap();
    assert_eq!((waves(120.0), waves(800.0)), (124.8, 832.0));
}

#[test]
fn the_simulation_agrees_with_the_closed_form() {
    near(makespan(&scenario(100, &[120.0], 800.0, 0)), 120.0);
    near(makespan(&scenario(100, &[18.0, 2.0, 700.0, 80.0], 800.0, 0)), 800.0);
    let slots = |nodes: usize, size, at_once: u32| {
        let mut waves = scenario(nodes, &[size], 800.0, 0);
        waves.nodes.iter_mut().for_each(|node| node.link_mbps = 100.0);
        waves.slots = Some(at_once as usize);
        let closed = Spread { nodes: nodes as u32, node_mbps: 100.0, ..spread(size, 800.0) };
        near(makespan(&waves), cluster_seconds(&closed, Some(at_once)).unwrap());
    };
    slots(96, 120.0, 8);
    slots(100, 120.0, 8);
    slots(40, 800.0, 4);
}

#[test]
fn round_trips_and_unpacking_agree_too() {
    for overlap in [true, false] {
        let terms = Terms { rtt_s: 0.05, layers_at_once: 3, unpack_mb_s: Some(90.0), overlap };
        let layers = [layer(100.0, 300.0), layer(50.0, 100.0)];
        let closed = pull_time(&layers, 1000.0, &terms).unwrap();
        let node = Node { link_mbps: 1000.0, store: BTreeSet::new(), pulls: vec![(0.0, vec![0, 1])] };
        let one = Scenario {
            layers: layers.to_vec(),
            nodes: vec![node],
            egress_mbps: 4000.0,
            slots: None,
            upload_mbps: None,
            terms,
        };
        near(makespan(&one), closed.total_s);
    }
    let gate = Terms { unpack_mb_s: Some(90.0), ..Terms::DOWNLOAD };
    let told = pull_time(&[layer(150.0, 400.0)], 1000.0, &gate).unwrap();
    assert_eq!((told.download_s, (told.total_s * 10.0).round() / 10.0), (1.2, 4.4));
    let standard = Standard::builtin().unwrap();
    assert_eq!(Terms::of(&standard, Compression::Zstd).unpack_mb_s, Some(400.0));
    assert_eq!(pull_time(&[], 1000.0, &Terms::of(&standard, Compression::Gzip)).unwrap().total_s, 0.0);
}

#[test]
fn warm_layers_save_their_share() {
    let sizes = [72.0, 48.0];
    near(makespan(&scenario(100, &sizes, 800.0, 100)), 48.0);
    near(makespan(&scenario(100, &sizes, 800.0, 47)), 86.16);
    assert_eq!(makespan(&scenario(100, &[72.0], 800.0, 100)), 0.0);
}

#[test]
fn peers_help_and_never_beat_their_bound() {
    assert!((peer_bound_seconds(&spread(120.0, 800.0), 200.0).unwrap() - 4.615).abs() < 0.001);
    let mut peers = scenario(100, &[120.0], 800.0, 0);
    peers.slots = Some(8);
    peers.upload_mbps = Some(200.0);
    let told = makespan(&peers);
    assert!((told - 24.8).abs() < 0.05, "{told}");
}

#[test]
fn a_layer_is_downloaded_once_a_node() {
    let node = Node {
        link_mbps: 100.0,
        store: BTreeSet::new(),
        pulls: vec![(0.0, vec![0, 1]), (0.0, vec![0, 2]), (1.0, vec![0])],
    };
    let shared = Scenario { nodes: vec![node], ..scenario(0, &[100.0, 10.0, 10.0], 800.0, 0) };
    let told = simulate(&shared).unwrap();
    assert_eq!(told.transferred_mb, 120.0);
    near(told.makespan_s, 9.6);
}

#[test]
fn the_exact_saving_counts_a_shared_layer_once_a_node() {
    let saved = BTreeMap::from([("base".to_owned(), 10.0), ("own".to_owned(), 2.0)]);
    let services: Vec<String> = ["base", "own", "base", "other"].map(str::to_owned).to_vec();
    let nodes = [services.as_slice(), &services, &[]];
    assert_eq!(exact_saving_mb(nodes, &saved), 24.0);
}

#[test]
fn numbers_that_no_pull_can_have_are_refused() {
    let error = pull_time(&[layer(-1.0, 0.0)], 1000.0, &Terms::DOWNLOAD).unwrap_err();
    assert_eq!(error.to_string(), "the compressed size of a layer is -1, and has to be a number from 0 on");
    assert!(pull_time(&[], 0.0, &Terms::DOWNLOAD).is_err());
    assert!(cluster_seconds(&spread(f64::NAN, 800.0), None).is_err());
    assert_eq!(cluster_seconds(&Spread { nodes: 0, ..spread(1.0, 1.0) }, Some(0)), Ok(0.0));
    let mut odd = scenario(1, &[1.0], 800.0, 0);
    odd.nodes[0].pulls[0].1.push(7);
    assert_eq!(simulate(&odd).unwrap_err().to_string(), "node 0 pulls layer 7, and there are 1");
    let large = simulate(&scenario(100_001, &[1.0], 800.0, 0)).unwrap_err();
    assert!(matches!(large, PullError::TooLarge { found: 100_001, .. }));
}

fn any_scenario() -> impl Strategy<Value = Scenario> {
    let sizes = prop::collection::vec(0.0..200.0_f64, 1..5);
    let links =
        prop::collection::vec((50.0..2000.0_f64, prop::collection::btree_set(0_usize..5, 0..3), 0.0..20.0_f64), 1..12);
    (sizes, links, 100.0..2000.0_f64).prop_map(|(sizes, links, egress)| {
        let mut told = scenario(0, &sizes, egress, 0);
        let all: Vec<usize> = (0..sizes.len()).collect();
        told.nodes = links
            .into_iter()
            .map(|(link_mbps, store, start)| Node { link_mbps, store, pulls: vec![(start, all.clone())] })
            .collect();
        told
    })
}

proptest! {
    #[test]
    fn no_pull_beats_a_lower_bound(scenario in any_scenario()) {
        let told = simulate(&scenario).unwrap();
        let lacks = |node: &Node| scenario.layers.iter().enumerate().filter(|(place, _)| !node.store.contains(place)).map(|(_, layer)| 8.0 * layer.transfer_mb).sum::<f64>();
        let all: f64 = scenario.nodes.iter().map(lacks).sum();
        prop_assert!(told.makespan_s * scenario.egress_mbps >= all - 1e-6);
        for node in &scenario.nodes {
            prop_assert!(told.makespan_s >= node.pulls[0].0 + lacks(node) / node.link_mbps - 1e-6);
        }
        prop_assert!((told.transferred_mb * 8.0 - all).abs() < 1e-6);
        prop_assert!(told.mean_s <= told.makespan_s + 1e-9 && told.p95_s <= told.makespan_s);
    }

    #[test]
    fn more_egress_warmer_nodes_and_fewer_bytes_are_never_slower(scenario in any_scenario(), factor in 1.0..3.0_f64) {
        let before = makespan(&scenario);
        let mut faster = scenario.clone();
        faster.egress_mbps *= factor;
        let mut warmer = scenario.clone();
        warmer.nodes.iter_mut().for_each(|node| { node.store.insert(0); });
        let mut smaller = scenario.clone();
        smaller.layers[0].transfer_mb /= factor;
        for other in [faster, warmer, smaller] {
            prop_assert!(makespan(&other) <= before + 1e-6, "{} after {before}", makespan(&other));
        }
    }
}
