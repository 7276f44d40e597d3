//! Lineage: by layers in whatever order images come, and by claims that may contradict them or go in circles.

use mvi_fleet::{BaseClaim, Evidence, Fact, Lineage, LineageFinding};

use crate::stage::{Stage, assert_whole, id, image};

/// alpine a · nginx a b · static a b c · twin a b c · app a b c d · foreign z
const FLEET: &[(&str, &[&str])] = &[
    ("alpine", &["a"]),
    ("nginx", &["a", "b"]),
    ("static", &["a", "b", "c"]),
    ("twin", &["a", "b", "c"]),
    ("app", &["a", "b", "c", "d"]),
    ("foreign", &["z"]),
    ("empty", &[]),
];

fn bases(stage: &Stage, name: &str) -> Vec<String> {
    let lineage = stage.store.lineage(&id(name)).unwrap();
    let short = |reference: &str| reference.split(['/', ':']).nth(1).unwrap().to_owned();
    lineage.bases.iter().map(|base| short(&base.image.reference)).collect()
}

#[test]
fn the_nearest_base_is_the_longest_prefix_and_the_root_the_shortest() {
    let stage = Stage::with(FLEET);
    assert_eq!(bases(&stage, "app"), ["static", "twin", "nginx", "alpine"]);
    assert_eq!(bases(&stage, "nginx"), ["alpine"]);
    assert!(bases(&stage, "alpine").is_empty() && bases(&stage, "foreign").is_empty());
}

#[test]
fn images_with_the_same_chain_are_not_each_others_base() {
    let stage = Stage::with(FLEET);
    assert_eq!(bases(&stage, "twin"), ["nginx", "alpine"]);
    let twins = stage.store.lineage(&id("twin")).unwrap().twins;
    assert_eq!(twins.iter().map(|twin| twin.reference.as_str()).collect::<Vec<_>>(), ["registry.example/static:1"]);
}

#[test]
fn an_image_without_layers_is_nobodys_base() {
    let stage = Stage::with(FLEET);
    assert!(bases(&stage, "empty").is_empty());
    assert_eq!(stage.store.blast_radius(&id("empty")).unwrap().images, 0);
}

#[test]
fn bases_that_come_later_find_their_images() {
    let reversed: Vec<_> = FLEET.iter().rev().copied().collect();
    let (forwards, backwards) = (Stage::with(FLEET), Stage::with(&reversed));
    for (name, _) in FLEET {
        let sorted = |stage| {
            let mut found = bases(stage, name);
            found.sort();
            found
        };
        assert_eq!(sorted(&forwards), sorted(&backwards), "{name}");
    }
    assert_whole(&backwards.store);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    /// The definition itself as the oracle: B is a base of I iff B has layers and they are a proper prefix of I's.
    #[test]
    fn bases_are_exactly_the_proper_prefixes(chains in proptest::collection::vec(proptest::collection::vec(0_u8..3, 0..5), 1..9)) {
        let chains: Vec<Vec<String>> = chains.iter().map(|chain| chain.iter().map(|layer| format!("l{layer}")).collect()).collect();
        let mut stage = Stage::empty();
        for (number, chain) in chains.iter().enumerate() {
            stage.ingest(&image(&number.to_string(), &chain.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        for (number, chain) in chains.iter().enumerate() {
            let is_base = |other: &Vec<String>| !other.is_empty() && other.len() < chain.len() && chain.starts_with(other);
            let mut expected: Vec<String> = (0..chains.len()).filter(|other| is_base(&chains[*other])).map(|other| other.to_string()).collect();
            let mut found = bases(&stage, &number.to_string());
            expected.sort();
            found.sort();
            proptest::prop_assert_eq!(found, expected);
        }
    }
}

fn claim(stage: &mut Stage, child: &str, parent: &str) {
    let lineage = Lineage { child: child.into(), parent: parent.into(), evidence: Evidence::Declared };
    stage.tell(&Fact::Lineage(lineage));
}

#[test]
fn a_claim_against_the_layers_is_a_finding_and_the_layers_win() {
    // mefine-static: declared on alpine, by layers on nginx; both are ancestors.
    let mut stage = Stage::with(FLEET);
    let mut facts = image("static", &["a", "b", "c"]);
    facts.bases = vec![
        BaseClaim { parent: id("alpine"), evidence: Evidence::Label },
        BaseClaim { parent: id("nginx"), evidence: Evidence::Dockerfile },
        BaseClaim { parent: "registry.example/foreign:1".into(), evidence: Evidence::Declared },
    ];
    stage.ingest(&facts);
    let lineage = stage.store.lineage(&id("static")).unwrap();
    assert_eq!(lineage.claims.len(), 3, "all claims are kept");
    let found: Vec<(Evidence, bool)> = lineage
        .findings
        .iter()
        .map(|finding| match finding {
            LineageFinding::Contradicted { claim, is_ancestor, nearest } => {
                assert_eq!(nearest.as_ref().unwrap().reference, "registry.example/nginx:1");
                (claim.evidence, *is_ancestor)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(found.contains(&(Evidence::Label, true)) && found.contains(&(Evidence::Declared, false)), "{found:?}");
    assert_eq!(found.len(), 2);
}

#[test]
fn a_child_smaller_than_its_declared_base_is_impossible() {
    // utpemos-gateway (1.87 GB) as child of utpemos-base (3.66 GB): here 200 and 600 bytes.
    let mut stage = Stage::with(&[("base", &["a", "b", "c"]), ("gateway", &["x"])]);
    claim(&mut stage, &id("gateway"), "registry.example/base:1");
    let findings = stage.store.lineage(&id("gateway")).unwrap().findings;
    assert!(
        matches!(
            &findings[..],
            [
                LineageFinding::SmallerThanBase { child_bytes: 200, parent_bytes: 600, .. },
                LineageFinding::Contradicted { nearest: None, is_ancestor: false, .. }
            ]
        ),
        "{findings:?}"
    );
}

#[test]
fn a_claim_on_what_nobody_knows_contradicts_nothing() {
    let mut stage = Stage::with(FLEET);
    claim(&mut stage, &id("app"), "registry.example/between:1");
    assert_eq!(stage.store.lineage(&id("app")).unwrap().findings, []);
}

#[test]
fn a_claim_on_a_tag_that_moved_on_is_still_true() {
    let mut stage = Stage::with(&[("base", &["a"]), ("app", &["a", "b"])]);
    let mut newer = image("newer", &["z"]);
    newer.reference = "registry.example/base:1".into();
    stage.ingest(&newer);
    claim(&mut stage, &id("app"), "registry.example/base:1");
    assert_eq!(stage.store.lineage(&id("app")).unwrap().findings, []);
}

#[test]
fn claims_in_a_circle_end_and_are_named() {
    let mut stage = Stage::with(&[("a", &["a"])]);
    claim(&mut stage, &id("a"), "b");
    claim(&mut stage, "b", "c");
    claim(&mut stage, "c", &id("a"));
    claim(&mut stage, "c", "c");
    let lineage = stage.store.lineage(&id("a")).unwrap();
    assert_eq!(lineage.claims.len(), 4);
    let cycles = lineage.findings.iter().filter(|finding| matches!(finding, LineageFinding::Cycle { .. })).count();
    assert_eq!(cycles, 2, "{:?}", lineage.findings);
}

#[test]
fn two_ways_to_one_base_are_no_circle() {
    let mut stage = Stage::with(&[("a", &["a"])]);
    for (child, parent) in [(id("a").as_str(), "l"), (id("a").as_str(), "r"), ("l", "top"), ("r", "top")] {
        claim(&mut stage, child, parent);
    }
    assert_eq!(stage.store.lineage(&id("a")).unwrap().findings, []);
}

#[test]
fn claims_without_end_are_cut_and_said_to_be() {
    let mut stage = Stage::with(&[("a", &["a"])]);
    claim(&mut stage, &id("a"), "0");
    (0..40).for_each(|number| claim(&mut stage, &number.to_string(), &(number + 1).to_string()));
    let lineage = stage.store.lineage(&id("a")).unwrap();
    assert!(matches!(&lineage.findings[..], [LineageFinding::TooDeep { .. }]), "{:?}", lineage.findings);
}

#[test]
fn an_image_is_split_at_its_nearest_base() {
    // base: a provides x and y. app: b takes y away and brings w, c brings z and x in another version beside the old.
    // What is the base's: x@1. Own: w, x@2, z. Taken away: y.
    let stage =
        Stage::with(&[("base", &["a +x@1 +y@1"]), ("app", &["a +x@1 +y@1", "b -y@1 +w@1", "c +z@1 +x@2", "d ?"])]);
    let split = stage.store.split(&id("app")).unwrap();
    let names = |packages: &[String]| {
        packages.iter().map(|purl| purl["pkg:apk/alpine/".len()..].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(split.nearest.unwrap().reference, "registry.example/base:1");
    assert_eq!(names(&split.base.packages), ["x@1"]);
    assert_eq!(names(&split.own.packages), ["w@1", "x@2", "z@1"]);
    assert_eq!(names(&split.removed), ["y@1"]);
    assert_eq!((split.base.transfer, split.own.transfer, split.own.unpacked), (Some(100), Some(300), Some(600)));
    assert_eq!((split.base.unexamined, split.own.unexamined), (0, 1));
}
