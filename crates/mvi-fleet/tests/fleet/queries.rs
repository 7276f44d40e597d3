//! Q1 and Q2 on a graph small enough to be worked out by hand.

use mvi_fleet::{Affected, Fact, FleetError, RunFacts, VulnerabilityFacts};

use crate::stage::{Stage, at, digest, id, purl, run};

/// The graph of all questions here. Packages are in brackets, taken away with a minus.
///
/// ```text
/// alpine   a[ssl@1 zlib@1]
/// python   a b[py@3]                      on alpine
/// api      a b c[app@1]                   on python   runs as shop/api (2 pods, n1) and shop/batch (1 pod, n1)
/// fixed    a b d[-ssl@1 ssl@2]            on python   runs as shop/fixed (1 pod, n2)
/// tool     e[ssl@1]                       on nothing  runs as ops/tool (1 pod, nodes unknown)
/// dark     f (nobody looked)              on nothing  runs as ops/dark
/// idle     a b c[app@1] g                 on api      runs nowhere any more
/// ```
/// shop/lost runs a digest that nobody told of.
fn graph() -> Stage {
    let (a, b, c) = ("a +ssl@1 +zlib@1", "b +py@3", "c +app@1");
    let mut stage = Stage::with(&[
        ("alpine", &[a]),
        ("api", &[a, b, c]),
        ("fixed", &[a, b, "d -ssl@1 +ssl@2"]),
        ("tool", &["e +ssl@1"]),
        ("dark", &["f ?"]),
        ("idle", &[a, b, c, "g"]),
        ("python", &[a, b]),
    ]);
    for (service, image, pods, nodes) in [
        ("shop/api", "api", 2, &["n1"][..]),
        ("shop/batch", "api", 1, &["n1"]),
        ("shop/fixed", "fixed", 1, &["n2"]),
        ("ops/tool", "tool", 1, &[]),
        ("ops/dark", "dark", 1, &[]),
        ("shop/lost", "nobody", 1, &[]),
    ] {
        stage.tell(&run(service, image, pods, nodes));
    }
    stage.tell(&Fact::Run(RunFacts {
        service: "shop/old".into(),
        cluster: "main".into(),
        digest: digest("image idle"),
        pods: 4,
        nodes: Vec::new(),
        since: at(0),
        until: Some(at(5)),
    }));
    stage.tell(&vulnerability("CVE-2026-1", &["GHSA-1"], &[("ssl@1", Some("2"))]));
    stage.tell(&vulnerability("CVE-2026-2", &[], &[("app@1", None)]));
    stage
}

fn vulnerability(id: &str, aliases: &[&str], packages: &[(&str, Option<&str>)]) -> Fact {
    let affects = packages.iter().map(|(name, fixed_in)| Affected {
        purl: purl(name),
        fixed_in: fixed_in.map(str::to_owned),
        severity: Some("high".into()),
    });
    let aliases = aliases.iter().map(|alias| (*alias).to_owned()).collect();
    Fact::Vulnerability(VulnerabilityFacts { id: id.into(), aliases, affects: affects.collect() })
}

fn inherited(stage: &Stage, id: &str) -> Vec<(String, String)> {
    let short = |reference: &str| reference.split(['/', ':']).nth(1).unwrap().to_owned();
    let services = stage.store.inherits(id).unwrap().services;
    services.iter().map(|found| (found.service.clone(), short(&found.introduced_by.reference))).collect()
}

#[test]
fn services_inherit_from_the_lowest_base_that_brought_the_package() {
    // ssl@1 is in a and e. a is alpine's own layer, though python and api have it too; fixed took it away; tool has
    // it from itself; idle runs nowhere.
    let stage = graph();
    let expected = [("ops/tool", "tool"), ("shop/api", "alpine"), ("shop/batch", "alpine")];
    let expected = expected.map(|(service, by)| (service.to_owned(), by.to_owned()));
    assert_eq!(inherited(&stage, "CVE-2026-1"), expected);
    assert_eq!(inherited(&stage, "GHSA-1"), expected, "an alias is the same vulnerability");
    assert_eq!(stage.store.inherits("CVE-2026-1").unwrap().services[1].fixed_in.as_deref(), Some("2"));
}

#[test]
fn what_nobody_looked_into_is_undecided_not_safe() {
    assert_eq!(graph().store.inherits("CVE-2026-1").unwrap().undecided, ["ops/dark", "shop/lost"]);
}

#[test]
fn the_applications_own_package_is_its_own_fault() {
    let expected =
        [("shop/api", "api"), ("shop/batch", "api")].map(|(service, by)| (service.to_owned(), by.to_owned()));
    assert_eq!(inherited(&graph(), "CVE-2026-2"), expected);
}

#[test]
fn an_unknown_vulnerability_is_an_error_and_not_an_all_clear() {
    assert!(matches!(graph().store.inherits("CVE-1999-1"), Err(FleetError::Unknown { .. })));
}

#[test]
fn a_later_word_replaces_the_same_sources_word_and_aliases_become_one() {
    let mut stage = graph();
    stage.tell(&vulnerability("CVE-2026-1", &[], &[]));
    assert_eq!(inherited(&stage, "CVE-2026-1"), []);
    stage.tell(&vulnerability("GHSA-2", &["CVE-2026-1", "CVE-2026-2"], &[("zlib@1", None)]));
    // Now one: app@1 by CVE-2026-2's source, zlib@1 by GHSA-2's.
    assert_eq!(inherited(&stage, "GHSA-1").len(), 5, "zlib in api, batch, fixed; app in api, batch");
}

#[test]
fn a_base_change_reaches_images_services_pods_and_nodes() {
    // On alpine stand api, fixed, idle, python: 4. Running: api twice on n1 (layers a b c = 300 bytes, once), fixed on
    // n2 (a b d = 300). Pods 2 + 1 + 1.
    let stage = graph();
    let radius = stage.store.blast_radius("registry.example/alpine:1").unwrap();
    assert_eq!((radius.images, radius.services, radius.pods, radius.bytes), (4, 3, 4, 600));
    assert_eq!(radius.nodes, [("n1".to_owned(), 300), ("n2".to_owned(), 300)].into());
    assert_eq!((radius.unplaced, radius.unsized_layers), (0, 0));
    // tool: nothing stands on it; it runs itself, somewhere.
    let radius = stage.store.blast_radius(&id("tool")).unwrap();
    assert_eq!((radius.images, radius.services, radius.bytes, radius.unplaced), (0, 1, 100, 1));
    assert_eq!(stage.store.descendants(&id("python"), 10).unwrap().len(), 3);
}
