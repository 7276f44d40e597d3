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
    Fact::Vulnerability(VulnerabilityFacts {
        id: id.into(),
        aliases,
        affects: affects.collect(),
        about: Vec::new(),
        record: None,
    })
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

#[test]
fn the_base_whose_rebuild_frees_most_services_goes_first() {
    // CVE-2026-1 is ssl@1: alpine brings it to api and batch, tool to itself. CVE-2026-2 is api's own.
    let stage = graph();
    let plan = |id: &str| {
        let cover = stage.store.who_fixes(id).unwrap();
        let names = cover.rebuilds.iter().map(|rebuild| (rebuild.image.reference.clone(), rebuild.frees));
        (names.collect::<Vec<_>>(), cover.services, cover.undecided)
    };
    let reference = |name: &str, frees| (format!("registry.example/{name}:1"), frees);
    assert_eq!(plan("CVE-2026-1"), (vec![reference("alpine", 2), reference("tool", 1)], 3, 2));
    assert_eq!(plan("CVE-2026-2"), (vec![reference("api", 2)], 2, 2));
}

#[test]
fn a_change_shows_layers_packages_and_dimensions() {
    // api: a b c[app@1]. fixed: a b d[-ssl@1 ssl@2]. Shared: a b. Gone: c, app@1, ssl@1. New: d, ssl@2.
    let mut stage = graph();
    let mut facts = crate::stage::image("fixed", &["a +ssl@1 +zlib@1", "b +py@3", "d -ssl@1 +ssl@2"]);
    facts.dimensions = [("size_mb".to_owned(), 10.0), ("mem_mb".to_owned(), 30.0)].into();
    stage.ingest(&facts);
    let change = stage.store.change(&id("api"), &id("fixed")).unwrap();
    assert_eq!(change.shared_layers, 2);
    assert_eq!((change.packages_gone, change.packages_new), (vec![purl("app@1"), purl("ssl@1")], vec![purl("ssl@2")]));
    assert_eq!(change.layers_gone.iter().map(|layer| &layer.diff_id).collect::<Vec<_>>(), [&digest("layer c")]);
    assert_eq!(change.layers_new.iter().map(|layer| &layer.diff_id).collect::<Vec<_>>(), [&digest("layer d")]);
    let shift = |name: &str| (change.dimensions[name].from, change.dimensions[name].to);
    assert_eq!((shift("size_mb"), shift("mem_mb")), ((Some(12.5), Some(10.0)), (None, Some(30.0))));
    assert_eq!(change.unexamined, 0);
}

#[test]
fn running_digests_without_an_organism_are_orphans() {
    // All but api, which is registered; retired, it is an orphan again and says whose it was.
    let mut stage = graph();
    let registration = crate::organisms::registration("GID-IMG-API-001", "api");
    stage.store.register(&mut crate::stage::stamp(900), &registration).unwrap();
    let names = |stage: &Stage| {
        let orphans = stage.store.orphans().unwrap();
        let mut names: Vec<String> = orphans.into_iter().flat_map(|orphan| orphan.services).collect();
        names.sort();
        names
    };
    assert_eq!(names(&stage), ["ops/dark", "ops/tool", "shop/fixed", "shop/lost"]);
    stage.store.retire(&mut crate::stage::stamp(901), "GID-IMG-API-001", "superseded").unwrap();
    assert_eq!(names(&stage), ["ops/dark", "ops/tool", "shop/api", "shop/batch", "shop/fixed", "shop/lost"]);
    let api = stage.store.orphans().unwrap().into_iter().find(|orphan| orphan.digest == digest("image api")).unwrap();
    assert_eq!((api.retired.as_deref(), api.pods), (Some("GID-IMG-API-001"), 3));
}

fn crq(id: &str, revision: u64, state: &str, due: Option<i64>) -> Fact {
    Fact::Crq(mvi_fleet::CrqFacts {
        id: id.into(),
        revision,
        state: state.into(),
        subject: "registry.example/api:1".into(),
        review_due: due.map(at),
        document: serde_json::json!({ "id": id, "state": state }),
    })
}

#[test]
fn change_requests_are_due_by_their_latest_revision() {
    // A day is 86 400 s. At 0: 0001 is due in 2 days, 0002 was due a day and a second ago, 0003 in 40 days, 0004 is
    // withdrawn, 0005 was put off.
    let mut stage = graph();
    const DAY: i64 = 86_400;
    for fact in [
        crq("CRQ-2026-0001", 1, "ACTIVE", Some(2 * DAY)),
        crq("CRQ-2026-0002", 1, "REVIEW_DUE", Some(-DAY - 1)),
        crq("CRQ-2026-0003", 1, "ACTIVE", Some(40 * DAY)),
        crq("CRQ-2026-0004", 1, "WITHDRAWN", Some(DAY)),
        crq("CRQ-2026-0005", 1, "ACTIVE", Some(DAY)),
        crq("CRQ-2026-0005", 2, "ACTIVE", Some(60 * DAY)),
        crq("CRQ-2026-0006", 1, "DRAFT", None),
    ] {
        stage.tell(&fact);
    }
    let due = stage.store.due(at(0), 30, &["ACTIVE", "REVIEW_DUE"]).unwrap();
    let due: Vec<_> = due.iter().map(|due| (due.crq.id.as_str(), due.days)).collect();
    assert_eq!(due, [("CRQ-2026-0002", -2), ("CRQ-2026-0001", 2)]);
    assert_eq!(stage.store.crqs().unwrap().len(), 6);
    let older = stage.store.append(&mut crate::stage::stamp(999), &crq("CRQ-2026-0005", 2, "REVOKED", None), None);
    assert!(matches!(older, Err(FleetError::Refused { .. })), "{older:?}");
}

/// A decision whose digest is that of its record.
fn decision(id: &str, chosen: Option<&str>) -> mvi_fleet::DecisionFacts {
    let document = serde_json::json!({"chosen": chosen, "id": id});
    let canonical = serde_json::to_vec(&document).unwrap();
    mvi_fleet::DecisionFacts {
        id: id.into(),
        service: "registry.example/api".into(),
        requested: "python:3.12-slim".into(),
        chosen: chosen.map(str::to_owned),
        digest: mvi_image::Digest::of(mvi_image::Algorithm::Sha256, &canonical),
        document,
        seal: None,
    }
}

#[test]
fn a_decision_is_kept_whole_and_never_changed() {
    let mut stage = graph();
    let first = Fact::Decision(decision("DEC-1", Some("alpine:3.21")));
    let say = |stage: &mut Stage, fact: &Fact, second| {
        stage.store.append(&mut crate::stage::stamp(second), fact, Some("decision/DEC-1"))
    };
    assert!(say(&mut stage, &first, 900).unwrap().new);
    assert!(!say(&mut stage, &first, 901).unwrap().new, "saying it twice is saying it once");
    stage.tell(&Fact::Decision(mvi_fleet::DecisionFacts { service: "other".into(), ..decision("DEC-2", None) }));
    let known = stage.store.decisions(Some("registry.example/api")).unwrap();
    assert_eq!((known.len(), known[0].chosen.as_deref()), (1, Some("alpine:3.21")));
    assert_eq!(known[0].digest, decision("DEC-1", Some("alpine:3.21")).digest.to_string());
    let again = Fact::Decision(decision("DEC-1", Some("scratch")));
    let other = mvi_fleet::DecisionFacts { digest: digest("another"), ..decision("DEC-3", None) };
    for refused in [again, Fact::Decision(other)] {
        let told = stage.store.append(&mut crate::stage::stamp(902), &refused, None);
        assert!(matches!(told, Err(FleetError::Refused { .. })), "{told:?}");
    }
    let before = stage.store.decisions(None).unwrap();
    stage.store.rebuild().unwrap();
    assert_eq!(stage.store.decisions(None).unwrap(), before, "the log says the same twice");
}

#[test]
fn the_most_similar_image_is_the_one_with_the_same_packages() {
    // idle has api's packages, layers but one, dimensions, and C library: nothing it is compared by differs.
    let stage = graph();
    let similar = stage.store.similar(&id("api"), 10).unwrap();
    assert_eq!(similar.len(), 6, "all but itself");
    assert_eq!(similar[0].image.digest, digest("image idle"));
    assert!((similar[0].likeness - 1.0).abs() < 1e-5, "{similar:?}");
    assert!(similar.windows(2).all(|pair| pair[0].likeness >= pair[1].likeness));
    assert!(similar[1].likeness < 0.999, "{similar:?}");
}

#[test]
fn likeness_is_a_cosine_worked_out_by_hand() {
    // All are musl, without runtime or a dimension that differs: the vector is the C library's 1 and the packages' 1,
    // each by 1 / √2. One and two have the same package name: 1/2 + 1/2 = 1.
    let stage = Stage::with(&[("one", &["a +ssl@1"]), ("two", &["b +ssl@2"]), ("bare", &["c"])]);
    let similar = stage.store.similar(&id("one"), 2).unwrap();
    assert_eq!(similar[0].image.digest, digest("image two"), "versions do not count");
    assert!((similar[0].likeness - 1.0).abs() < 1e-5);
    // No packages at all: that part is 0, what is left is the C library: 1 / √2.
    assert!((similar[1].likeness - 0.5_f32.sqrt()).abs() < 1e-5, "{similar:?}");
}
