//! The log: added to at the end, never changed, every change found; projections that follow from it.

use mvi_fleet::{CheckFault, EventKind, Fact, FleetError, StandardFacts, Store};
use mvi_standard::Verdict;
use rusqlite::Connection;

use crate::stage::{Stage, assert_whole, digest, dump, id, image, judgement, run, stamp};

fn lively() -> Stage {
    let mut stage =
        Stage::with(&[("app", &["a +x@1", "b +y@1", "c -x@1"]), ("base", &["a +x@1"]), ("other", &["z ?"])]);
    stage.tell(&judgement("app", Verdict::Review, false, true));
    stage.tell(&run("shop/cart", "app", 3, &["n1", "n2"]));
    stage.tell(&judgement("base", Verdict::Floor, true, false));
    stage
}

#[test]
fn a_rebuild_gives_the_tables_that_were_kept_live() {
    let mut stage = lively();
    let live = stage.dump();
    assert!(live.lines().count() > 20, "{live}");
    assert_eq!(stage.store.rebuild().unwrap(), stage.store.last_seq().unwrap());
    assert_eq!(stage.dump(), live);
    assert_whole(&stage.store);
}

#[test]
fn the_same_facts_again_are_no_event() {
    let mut stage = lively();
    let (before, dump) = (stage.store.last_seq().unwrap(), stage.dump());
    let again = stage.ingest(&image("base", &["a +x@1"]));
    assert!(!again.new && again.new_layers == 0, "{again:?}");
    assert_eq!((stage.store.last_seq().unwrap(), stage.dump()), (before, dump));
}

#[test]
fn a_layer_is_told_of_once_however_many_images_have_it() {
    let stage = Stage::with(&[("one", &["a +x@1"]), ("two", &["a +x@1", "b"]), ("three", &["a +x@1", "b"])]);
    let mut kinds = Vec::new();
    stage
        .store
        .events(0, |event| {
            kinds.push(event.kind);
            true
        })
        .unwrap();
    assert_eq!(kinds.iter().filter(|kind| **kind == EventKind::Layer).count(), 2);
    assert_eq!(kinds.iter().filter(|kind| **kind == EventKind::Measure).count(), 3);
}

#[test]
fn a_layer_that_is_looked_into_anew_loses_what_was_thought_of_it() {
    let mut stage = Stage::with(&[("app", &["a +x@1 +y@1 -z@1"])]);
    stage.ingest(&image("app", &["a +y@1"]));
    assert_eq!(stage.store.split(&id("app")).unwrap().own.packages, ["pkg:apk/alpine/y@1"]);
    assert_whole(&stage.store);
}

#[test]
fn a_key_makes_the_same_order_once_and_another_one_a_conflict() {
    let mut stage = Stage::empty();
    let standard = |name: &str| Fact::Standard(StandardFacts { digest: digest("V13"), name: name.into() });
    let first = stage.store.append(&mut stamp(1), &standard("V13"), Some("key")).unwrap();
    let again = stage.store.append(&mut stamp(2), &standard("V13"), Some("key")).unwrap();
    assert_eq!((first.seq, first.new, again.seq, again.new), (1, true, 1, false));
    let other = stage.store.append(&mut stamp(3), &standard("V14"), Some("key"));
    assert!(matches!(other, Err(FleetError::Conflict { seq: 1, .. })), "{other:?}");
    assert_eq!(stage.store.last_seq().unwrap(), 1);
}

#[test]
fn a_clock_that_goes_back_is_flagged_and_the_sequence_goes_on() {
    let mut stage = Stage::empty();
    let fact = |name: &str| run(name, "app", 1, &[]);
    assert!(!stage.store.append(&mut stamp(10), &fact("a/a"), None).unwrap().clock_went_back);
    let back = stage.store.append(&mut stamp(5), &fact("a/b"), None).unwrap();
    assert_eq!((back.seq, back.clock_went_back), (2, true));
    assert_eq!(stage.store.check().unwrap().clock_went_back, 1);
}

#[test]
fn events_can_be_neither_changed_nor_deleted_nor_put_between() {
    let stage = lively();
    let db = Connection::open(stage.path()).unwrap();
    for order in [
        "UPDATE event SET actor = 'me' WHERE seq = 2",
        "DELETE FROM event WHERE seq = 2",
        "INSERT INTO event SELECT 99, zeroblob(16), kind, subject, at, actor, standard, key, payload, payload_sha256,
         prev, hash FROM event WHERE seq = 1",
    ] {
        let refused = db.execute(order, []).unwrap_err().to_string();
        assert!(refused.starts_with("events are"), "{refused}");
    }
}

/// Changes the log behind its own back and says what the check finds first.
fn tampered(orders: &str) -> CheckFault {
    let stage = lively();
    let path = stage.path();
    let db = Connection::open(&path).unwrap();
    db.execute_batch("DROP TRIGGER event_stays; DROP TRIGGER event_remains; DROP TRIGGER event_follows").unwrap();
    db.execute_batch(orders).unwrap();
    drop(db);
    Store::open(&path).unwrap().check().unwrap().faults.into_iter().next().expect("a fault")
}

#[test]
fn a_tampered_event_is_found_and_named() {
    let check = |orders: &str, expected: u64| match tampered(orders) {
        CheckFault::Event { seq, .. } => assert_eq!(seq, expected, "{orders}"),
        other => panic!("{orders}: {other:?}"),
    };
    check("UPDATE event SET payload = replace(payload, 'x@1', 'x@2') WHERE seq = 1", 1);
    check("UPDATE event SET actor = 'someone else' WHERE seq = 3", 3);
    check("UPDATE event SET hash = zeroblob(32) WHERE seq = 4", 4);
    check("UPDATE event SET kind = 'party' WHERE seq = 2", 2);
    check("UPDATE event SET at = 'yesterday' WHERE seq = 5", 5);
    check("DELETE FROM event WHERE seq = 3", 4);
    // The end cut off: the chain is whole as far as it goes, and the file knows that it went further.
    let last = lively().store.last_seq().unwrap();
    check(&format!("DELETE FROM event WHERE seq = {last}"), last - 1);
}

#[test]
fn a_tampered_projection_is_found_and_a_rebuild_mends_it() {
    let stage = lively();
    let path = stage.path();
    Connection::open(&path).unwrap().execute("UPDATE tally SET heavy = 0", []).unwrap();
    let mut store = Store::open(&path).unwrap();
    assert_eq!(store.check().unwrap().faults, [CheckFault::Projection { table: "tally".into() }]);
    store.rebuild().unwrap();
    assert_whole(&store);
}

#[test]
fn the_past_is_as_it_was() {
    let mut stage = Stage::with(&[("one", &["a"])]);
    let (seq, then) = (stage.store.last_seq().unwrap(), stage.dump());
    stage.ingest(&image("two", &["a", "b"]));
    let mut past = stage.store.as_of(seq).unwrap();
    assert_eq!(dump(&past), then);
    assert_eq!(past.list(&Default::default()).unwrap().len(), 1);
    assert_eq!(past.solvency_tally().unwrap().images.total, 1);
    assert!(matches!(past.ingest(&mut stamp(9), &image("x", &[])), Err(FleetError::ReadOnly { .. })));
    assert!(matches!(stage.store.as_of(1000), Err(FleetError::Unknown { .. })));
}

#[test]
fn the_tally_follows_every_change_and_equals_a_recount() {
    let mut stage = Stage::empty();
    let expect = |stage: &mut Stage, expected: [u64; 4]| {
        let tally = stage.store.solvency_tally().unwrap();
        assert_eq!(tally, stage.store.solvency_recount().unwrap());
        let images = tally.images;
        assert_eq!([images.total, images.compliant, images.heavy, images.unmeasured], expected);
    };
    expect(&mut stage, [0, 0, 0, 0]);
    stage.tell(&judgement("app", Verdict::Floor, true, false)); // judged before it is known: counts once it is
    expect(&mut stage, [0, 0, 0, 0]);
    stage.ingest(&image("app", &["a", "b"]));
    expect(&mut stage, [1, 1, 0, 0]);
    stage.ingest(&image("big", &["a", "c"]));
    expect(&mut stage, [2, 1, 0, 1]);
    stage.tell(&judgement("big", Verdict::Review, false, true));
    expect(&mut stage, [2, 1, 1, 0]);
    let mut known = image("known", &["a"]);
    known.scope = mvi_fleet::Scope::LineageOnly;
    stage.ingest(&known);
    expect(&mut stage, [2, 1, 1, 0]);
    known.scope = mvi_fleet::Scope::Audited;
    stage.ingest(&known);
    expect(&mut stage, [3, 1, 1, 1]);
    let bytes = stage.store.solvency_tally().unwrap().bytes; // 100 transfer bytes a layer
    assert_eq!([bytes.total, bytes.compliant, bytes.heavy, bytes.unmeasured], [500, 200, 200, 100]);
}

#[test]
fn what_cannot_be_kept_is_refused_and_leaves_nothing() {
    let mut stage = Stage::empty();
    let mut refuse = |change: fn(&mut mvi_fleet::ImageFacts)| {
        let mut facts = image("app", &["a +x@1", "b"]);
        change(&mut facts);
        let refused = stage.store.ingest(&mut stamp(1), &facts);
        assert!(matches!(refused, Err(FleetError::Refused { .. })), "{refused:?}");
        assert_eq!(stage.store.last_seq().unwrap(), 0);
    };
    refuse(|facts| facts.reference.clear());
    refuse(|facts| facts.sizes.transfer = Some(u64::MAX));
    refuse(|facts| facts.dimensions = [("size_mb".to_owned(), f64::NAN)].into());
    refuse(|facts| facts.layers[0].diff_id = digest("another"));
    refuse(|facts| facts.repository = "x".repeat(10_000));
    refuse(|facts| facts.organism = Some("GID-IMG-NOBODY-001".into()));
    refuse(|facts| facts.layers = vec![facts.layers[1].clone(); 5000]);
}

#[test]
fn one_digest_cannot_have_two_chains() {
    let mut stage = Stage::with(&[("app", &["a", "b"])]);
    let refused = stage.store.ingest(&mut stamp(50), &image("app", &["a", "c"]));
    assert!(matches!(refused, Err(FleetError::Refused { .. })), "{refused:?}");
    // What the transaction had learnt was forgotten with it.
    stage.ingest(&image("next", &["a", "c"]));
    assert_whole(&stage.store);
}
