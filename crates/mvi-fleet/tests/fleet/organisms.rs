//! Registration: whole or not at all, once and for ever.

use mvi_fleet::{Fact, FleetError, OrganismFacts, Registration, Role, RomFacts, SostleRange};
use mvi_standard::Verdict;

use crate::stage::{Stage, assert_whole, digest, image, judgement, run, stamp};

pub(crate) fn registration(gid: &str, name: &str) -> Registration {
    Registration {
        organism: OrganismFacts {
            gid: gid.into(),
            reference: format!("registry.example/{name}:1"),
            role: Role::Base,
            digests: [("linux/amd64".to_owned(), digest(&format!("image {name}")))].into(),
            status: Verdict::Floor,
            provisional: false,
            dimensions: [("size_mb".to_owned(), 10.0), ("layer_count".to_owned(), 1.0)].into(),
            school: "Methanogen".into(),
            owner: "BOSUN".into(),
            vsm: "S1".into(),
            sostle: SostleRange { min: "L0".into(), max: "L2".into() },
            segment: Some(1),
            crq: None,
        },
        rom: RomFacts {
            name: format!("ROM-{}-V13", name.to_uppercase()),
            seal: digest(&format!("seal {name}")),
            previous: None,
            gid: Some(gid.into()),
            document: serde_json::json!({ "template": "FROM scratch" }),
        },
        dimensions: vec!["size_mb".into(), "layer_count".into()],
    }
}

#[test]
fn a_registration_is_three_writes_or_none() {
    let mut stage = Stage::with(&[("alpine", &["a"])]);
    let before = (stage.store.last_seq().unwrap(), stage.dump());
    let mut refuse = |change: fn(&mut Registration), reason: &str| {
        let mut wanted = registration("GID-IMG-ALPINE-001", "alpine");
        change(&mut wanted);
        let refused = stage.store.register(&mut stamp(70), &wanted).unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
        assert_eq!((stage.store.last_seq().unwrap(), stage.dump()), before);
    };
    refuse(|wanted| wanted.organism.gid = "GID-alpine".into(), "not a GID");
    refuse(|wanted| wanted.organism.digests.clear(), "no digest");
    refuse(|wanted| wanted.organism.owner = " ".into(), "no owner");
    refuse(|wanted| wanted.organism.school.clear(), "no school");
    refuse(|wanted| wanted.organism.sostle.max.clear(), "no SOSTLE");
    refuse(|wanted| wanted.organism.dimensions.retain(|name, _| name != "size_mb"), "size_mb not measured");
    refuse(|wanted| wanted.organism.provisional = true, "its status is REVIEW");
    refuse(|wanted| wanted.rom.gid = None, "names no GID");
    let kept = stage.store.register(&mut stamp(71), &registration("GID-IMG-ALPINE-001", "alpine")).unwrap();
    assert!(kept.organism.new && kept.rom.new);
    let again = stage.store.register(&mut stamp(72), &registration("GID-IMG-ALPINE-001", "alpine")).unwrap();
    assert!(!again.organism.new && !again.rom.new);
    assert_whole(&stage.store);
}

#[test]
fn what_was_registered_provisionally_is_registered_whole_once() {
    let mut stage = Stage::with(&[("alpine", &["a"])]);
    let whole = registration("GID-IMG-ALPINE-001", "alpine");
    // As a list of the standard names it: nothing was measured, nothing sealed.
    let listed = OrganismFacts {
        provisional: true,
        digests: Default::default(),
        dimensions: Default::default(),
        ..whole.organism.clone()
    };
    stage.store.append(&mut stamp(60), &Fact::Organism(listed), Some("register:GID-IMG-ALPINE-001")).unwrap();
    let mut elsewhere = whole.clone();
    elsewhere.organism.reference = "registry.example/other:1".into();
    let refused = stage.store.register(&mut stamp(61), &elsewhere);
    assert!(matches!(refused, Err(FleetError::Refused { .. })), "{refused:?}");
    assert!(stage.store.register(&mut stamp(62), &whole).unwrap().organism.new);
    let again = stage.store.register(&mut stamp(63), &whole).unwrap();
    assert!(!again.organism.new && !again.rom.new);
    let card = stage.store.organism("GID-IMG-ALPINE-001").unwrap();
    assert_eq!((card.facts.provisional, card.rings.len(), card.roms.len()), (false, 1, 1));
    let mut other = whole.clone();
    (other.organism.owner, other.rom.name) = ("SIGNALS".into(), "ROM-SECOND-V13".into());
    let refused = stage.store.register(&mut stamp(64), &other);
    assert!(matches!(refused, Err(FleetError::Conflict { .. } | FleetError::Refused { .. })), "{refused:?}");
    let lines = stage.store.register_lines().unwrap();
    assert_eq!((lines[0].rings.len(), lines[0].roms.clone()), (1, vec!["ROM-ALPINE-V13".to_owned()]));
    assert_eq!(stage.store.seals().unwrap()[0].name, "ROM-ALPINE-V13");
    assert_whole(&stage.store);
}

#[test]
fn a_template_that_is_taken_undoes_the_whole_registration() {
    let mut stage = Stage::empty();
    stage.tell(&Fact::Rom(registration("GID-IMG-OTHER-001", "alpine").rom));
    let refused = stage.store.register(&mut stamp(70), &registration("GID-IMG-ALPINE-001", "alpine"));
    assert!(matches!(refused, Err(FleetError::Refused { .. })), "{refused:?}");
    assert_eq!(stage.store.last_seq().unwrap(), 1);
    assert!(!stage.dump().contains("GID-IMG-ALPINE-001"));
}

#[test]
fn a_template_that_was_sealed_first_is_given_to_its_organism_once() {
    let mut stage = Stage::with(&[("alpine", &["a"])]);
    let whole = registration("GID-IMG-ALPINE-001", "alpine");
    stage.tell(&Fact::Rom(RomFacts { gid: None, ..whole.rom.clone() }));
    assert!(stage.store.register(&mut stamp(70), &whole).unwrap().rom.new);
    assert_eq!(stage.store.organism("GID-IMG-ALPINE-001").unwrap().roms, ["ROM-ALPINE-V13"]);
    let mut second = registration("GID-IMG-SECOND-001", "alpine");
    second.rom = RomFacts { gid: Some("GID-IMG-SECOND-001".into()), ..whole.rom };
    assert!(stage.store.register(&mut stamp(71), &second).is_err());
    assert_whole(&stage.store);
}

#[test]
fn a_gid_is_never_given_twice_not_even_after_its_end() {
    let mut stage = Stage::with(&[("alpine", &["a"])]);
    stage.store.register(&mut stamp(70), &registration("GID-IMG-ALPINE-001", "alpine")).unwrap();
    let mut other = registration("GID-IMG-ALPINE-001", "alpine");
    other.organism.owner = "SIGNALS".into();
    let conflict = stage.store.register(&mut stamp(71), &other);
    assert!(matches!(conflict, Err(FleetError::Conflict { .. })), "{conflict:?}");
    assert_eq!(stage.store.solvency_tally().unwrap().images.total, 1);
    stage.store.retire(&mut stamp(72), "GID-IMG-ALPINE-001", "superseded").unwrap();
    assert_eq!(stage.store.solvency_tally().unwrap().images.total, 0);
    assert_eq!(stage.store.solvency_tally().unwrap(), stage.store.solvency_recount().unwrap());
    let reused = stage.store.append(&mut stamp(73), &Fact::Organism(other.organism), None);
    assert!(matches!(reused, Err(FleetError::Refused { .. })), "{reused:?}");
    let twice = stage.store.retire(&mut stamp(74), "GID-IMG-ALPINE-001", "again");
    assert!(matches!(twice, Err(FleetError::Refused { .. })), "{twice:?}");
    let mut late = image("late", &["a", "b"]);
    late.organism = Some("GID-IMG-ALPINE-001".into());
    assert!(matches!(stage.store.ingest(&mut stamp(75), &late), Err(FleetError::Refused { .. })));
    assert_whole(&stage.store);
}

#[test]
fn a_card_shows_rings_bases_and_reproduction() {
    // Rings of 10, 12.5 and 9 MB: widths none, +2.5, −3.5. Its newest image stands on root. Two services run its
    // images, one runs a child of its first ring; one of the two runs two of them and counts once.
    let mut stage = Stage::with(&[("root", &["r"]), ("line", &["r", "a"])]);
    stage.store.register(&mut stamp(70), &registration("GID-IMG-LINE-001", "line")).unwrap();
    for (name, layer, size) in [("second", "b", 12.5), ("third", "c", 9.0)] {
        let mut ring = image(name, &["r", layer]);
        ring.organism = Some("GID-IMG-LINE-001".into());
        ring.dimensions = [("size_mb".to_owned(), size)].into();
        stage.ingest(&ring);
        stage.ingest(&ring);
    }
    stage.ingest(&image("child", &["r", "a", "x"]));
    for (service, image) in
        [("s/one", "second"), ("s/one", "third"), ("s/two", "third"), ("s/three", "child"), ("s/root", "root")]
    {
        stage.tell(&run(service, image, 1, &[]));
    }
    stage.tell(&judgement("third", Verdict::Floor, true, false));
    let card = stage.store.organism("GID-IMG-LINE-001").unwrap();
    let rings: Vec<_> = card.rings.iter().map(|ring| (ring.n, ring.size_mb, ring.width_mb, ring.pressure)).collect();
    let expected =
        [(1, Some(10.0), None, None), (2, Some(12.5), Some(2.5), None), (3, Some(9.0), Some(-3.5), Some(0.25))];
    assert_eq!(rings, expected);
    assert_eq!((card.services, card.roms), (3, vec!["ROM-LINE-V13".to_owned()]));
    assert_eq!(card.bases.iter().map(|base| &base.digest).collect::<Vec<_>>(), [&digest("image root")]);
    assert_eq!(card.judgement.unwrap().verdict, Verdict::Floor);

    let forest = stage.store.forest().unwrap();
    assert_eq!(forest.len(), 1);
    assert_eq!(forest[0].branches, ["s/one", "s/three", "s/two"]);
    assert_eq!((forest[0].roots.len(), forest[0].trunk.len(), forest[0].rings.len()), (1, 2, 3));
    assert!(matches!(stage.store.organism("GID-IMG-NOBODY-001"), Err(FleetError::Unknown { .. })));
    assert_whole(&stage.store);
}
