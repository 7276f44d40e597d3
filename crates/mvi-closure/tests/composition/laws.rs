//! What holds of every image: sums, monotony, the scorecard, and images made to break it.

use std::collections::HashMap;

use mvi_closure::{Strength, Thing};
use proptest::prelude::*;

use crate::Case;
use crate::elf::{elf, library};
use crate::flow::LD;
use crate::image::Entry::{self, File, Folder, Link, Program};

/// Strength by path of what is reached.
fn reached(case: &Case) -> HashMap<Vec<u8>, Strength> {
    let closure = case.close();
    let file = |(thing, mark): (Thing, &mvi_closure::Mark)| match thing {
        Thing::File(node) => Some((case.tree.path(node), mark.strength)),
        Thing::Package(_) => None,
    };
    closure.things().filter_map(file).collect()
}

fn needs(edges: &[(u8, u8)], from: u8) -> Vec<String> {
    edges.iter().filter(|(own, _)| *own == from).map(|(_, to)| format!("l{to}.so")).collect()
}

/// A program and ten libraries that need each other in this way.
fn case(edges: &[(u8, u8)]) -> Case {
    let bodies: Vec<(String, Vec<u8>)> = (0..10)
        .map(|number| {
            let needed = needs(edges, number);
            let needed: Vec<&str> = needed.iter().map(String::as_str).collect();
            match number {
                0 => ("app/run".to_owned(), elf(LD, &needed)),
                _ => (format!("usr/lib/l{number}.so"), library(&needed)),
            }
        })
        .collect();
    let ld = library(&[]);
    let mut files: Vec<Entry<'_>> = bodies.iter().map(|(path, bytes)| Program(path, bytes)).collect();
    files.push(Program("lib64/ld-linux-x86-64.so.2", &ld));
    Case::new(&[&files], "/app/run")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn another_need_takes_nothing_away(edges in proptest::collection::vec((0_u8..10, 1_u8..10), 0..25), more in (0_u8..10, 1_u8..10)) {
        let before = reached(&case(&edges));
        let mut edges = edges;
        edges.push(more);
        let after = reached(&case(&edges));
        for (path, strength) in before {
            prop_assert!(after.get(&path).is_some_and(|now| *now >= strength), "{}", String::from_utf8_lossy(&path));
        }
    }

    #[test]
    fn bytes_add_up_and_every_component_has_one_place(edges in proptest::collection::vec((0_u8..10, 1_u8..10), 0..25)) {
        let case = case(&edges);
        let composition = case.compose(None);
        let bytes = composition.bytes;
        prop_assert_eq!(bytes.all, case.tree.visible_bytes());
        prop_assert_eq!(bytes.all, bytes.include + bytes.possible + bytes.debug_stage + bytes.prohibit);
        prop_assert_eq!(bytes.all, composition.components.iter().map(|component| component.bytes).sum::<u64>());
    }
}

#[test]
fn the_scorecard_scales_sections_that_do_not_apply() {
    let case = Case::new(
        &[&[Program("sbin/tini", &elf("", &[])), Program("app/run", &elf("", &[]))]],
        "/sbin/tini|--|/app/run",
    );
    let score = case.compose(None).score;
    let weights: u64 = score.sections.iter().map(|section| section.weight).sum();
    assert_eq!(weights, 100);
    let counting: Vec<&str> =
        score.sections.iter().filter(|section| section.points.is_some()).map(|section| &section.name[..2]).collect();
    assert_eq!(counting, ["D1", "D2", "D3", "D4", "D7"]);
    // All checks pass but that of the user: 20 + 15 + 10 + 20 * 3/4 + 5 of 70.
    assert_eq!(score.points.map(|points| (points * 100.0).round()), Some((65.0_f64 / 70.0 * 10_000.0).round()));
}

#[test]
fn a_floor_estimate_is_the_payload_compressed_on_top_of_the_base() {
    let body = elf("", &[]);
    let case = Case::new(&[&[Program("app/run", &body)]], "/app/run");
    let estimate = case.compose(None).floor_estimate_mb.unwrap();
    assert!((estimate - (3.63 + body.len() as f64 / 2e6)).abs() < 1e-9, "{estimate}");
}

#[test]
fn circles_of_links_and_scripts_end() {
    let files = [
        Link("app/a", "b"),
        Link("app/b", "a"),
        Program("app/run", b"#!/app/other\n"),
        Program("app/other", b"#!/app/run\n/app/run; /app/a\n"),
        File("app/x.py", "import x\n"),
        Folder("app/empty"),
    ];
    let case = Case::new(&[&files], "/app/run");
    assert!(!reached(&case).is_empty());
    assert_eq!(case.compose(None).bytes.all, case.tree.visible_bytes());
}
