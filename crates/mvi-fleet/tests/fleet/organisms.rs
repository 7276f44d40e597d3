//! Registration: whole or not at all, once and for ever.

use mvi_fleet::{Fact, FleetError, OrganismFacts, Registration, Role, RomFacts, SostleRange};
use mvi_standard::Verdict;

use crate::stage::{Stage, assert_whole, digest, image, stamp};

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
    refuse(|wanted| drop(wanted.organism.dimensions.remove("size_mb")), "size_mb not measured");
    refuse(|wanted| wanted.organism.provisional = true, "its status is REVIEW");
    refuse(|wanted| wanted.rom.gid = None, "names no GID");
    let kept = stage.store.register(&mut stamp(71), &registration("GID-IMG-ALPINE-001", "alpine")).unwrap();
    assert!(kept.organism.new && kept.rom.new);
    let again = stage.store.register(&mut stamp(72), &registration("GID-IMG-ALPINE-001", "alpine")).unwrap();
    assert!(!again.organism.new && !again.rom.new);
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
