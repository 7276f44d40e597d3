//! Hard links, and entries written through symbolic links.

use crate::entry::{Entry, dir, file, gone, hard, symlink};
use crate::laws;
use crate::look::{lines, tree};

/// Checks visible paths, hidden files and gaps of the merged layers.
fn check(layers: &[&[Entry]], expected: &[&str]) {
    let tree = tree(layers);
    assert_eq!(lines(&tree), expected);
    laws::hold(&tree);
}

#[test]
fn a_body_that_a_hard_link_still_names_is_not_wasted() {
    check(&[&[file("a", "123")], &[hard("b", "a"), gone("a")]], &["b =3@0"]);
    check(&[&[file("a", "123")], &[hard("b", "a")], &[gone("a")]], &["b =3@0"]);
    check(&[&[file("a", "123")], &[hard("b", "a")], &[file("a", "x")]], &["a 1@2", "b =3@0"]);
}

#[test]
fn a_body_is_wasted_once_when_its_last_name_goes() {
    check(
        &[&[file("a", "123"), hard("b", "a"), hard("c", "b")], &[gone("a")], &[gone("b"), gone("c")]],
        &["hidden a 3@0 by 2 DeletedLater"],
    );
}

#[test]
fn a_hard_link_may_come_before_its_target() {
    check(&[&[hard("b", "a"), file("a", "123")]], &["a 3@0", "b =3@0"]);
}

#[test]
fn a_chain_of_hard_links_may_come_in_any_order() {
    check(&[&[file("a", "123"), hard("b", "a"), hard("c", "b")]], &["a 3@0", "b =3@0", "c =3@0"]);
    check(&[&[hard("c", "b"), hard("b", "a"), file("a", "123")]], &["a 3@0", "b =3@0", "c =3@0"]);
}

#[test]
fn hard_links_in_circles_are_gaps() {
    check(&[&[hard("a", "b"), hard("b", "a")]], &["gap Link@0 a", "gap Link@0 b"]);
}

#[test]
fn the_same_hard_link_twice_is_one_name() {
    check(&[&[file("a", "123"), hard("b", "a"), hard("b", "a")], &[gone("b")]], &["a 3@0"]);
    check(
        &[&[file("a", "123"), hard("b", "a"), hard("b", "a")], &[gone("b"), gone("a")]],
        &["hidden a 3@0 by 1 DeletedLater"],
    );
}

#[test]
fn a_hard_link_to_itself_or_to_nothing_or_to_a_folder_is_a_gap() {
    check(&[&[file("a", "1"), hard("a", "a")]], &["a 1@0", "gap Link@0 a"]);
    check(&[&[hard("b", "no/such")]], &["gap Link@0 b"]);
    check(&[&[dir("d"), hard("b", "d")]], &["d/", "gap Link@0 b"]);
}

#[test]
fn a_hard_link_to_a_symbolic_link_is_that_link() {
    check(&[&[symlink("l", "target"), hard("b", "l")]], &["b =-> target", "l -> target"]);
}

#[test]
fn a_hard_link_replaces_what_was_there() {
    check(
        &[&[file("a", "123"), file("b", "old")], &[hard("b", "a")]],
        &["a 3@0", "b =3@0", "hidden b 3@0 by 1 Overwritten"],
    );
    check(
        &[&[file("a", "123"), file("d/x", "old")], &[hard("d", "a")]],
        &["a 3@0", "d =3@0", "hidden d/x 3@0 by 1 Overwritten"],
    );
}

#[test]
fn a_hard_link_below_its_own_target_finds_no_target() {
    check(&[&[file("a", "123"), hard("a/b", "a")]], &["a/", "hidden a 3@0 by 0 SameLayer", "gap Link@0 a/b"]);
}

#[test]
fn a_hard_link_over_the_folder_of_its_target_keeps_the_body() {
    check(&[&[file("d/x", "123")], &[hard("d", "d/x")]], &["d =3@0"]);
}

#[test]
fn entries_through_a_merged_usr_land_where_the_link_leads() {
    check(
        &[
            &[dir("usr"), dir("usr/bin"), symlink("bin", "usr/bin"), file("usr/bin/sh", "old")],
            &[file("bin/sh", "fresh"), file("bin/new", "1")],
            &[gone("bin/new")],
        ],
        &[
            "bin -> usr/bin",
            "usr/",
            "usr/bin/",
            "usr/bin/sh 5@1",
            "hidden bin/new 1@1 by 2 DeletedLater",
            "hidden usr/bin/sh 3@0 by 1 Overwritten",
        ],
    );
}

#[test]
fn links_in_parents_are_followed_absolute_relative_and_through_each_other() {
    check(
        &[&[dir("a/b"), symlink("a/up", "../c"), symlink("abs", "/a/b"), symlink("l", "abs"), file("l/x", "1")]],
        &["a/", "a/b/", "a/b/x 1@0", "a/up -> ../c", "abs -> /a/b", "l -> abs"],
    );
    check(
        &[&[symlink("out", "../../../etc"), file("out/passwd", "1")]],
        &["etc/", "etc/passwd 1@0", "out -> ../../../etc"],
    );
}

#[test]
fn a_link_to_nothing_in_the_way_gets_its_folder_made() {
    check(
        &[&[symlink("l", "new/place"), file("l/x", "1")]],
        &["l -> new/place", "new/", "new/place/", "new/place/x 1@0"],
    );
}

#[test]
fn a_folder_entry_replaces_a_link_of_its_name() {
    check(
        &[&[file("usr/bin/sh", "1"), symlink("bin", "usr/bin")], &[dir("bin"), file("bin/new", "22")]],
        &["bin/", "bin/new 2@1", "usr/", "usr/bin/", "usr/bin/sh 1@0"],
    );
}

#[test]
fn links_in_circles_end_as_a_gap() {
    check(
        &[&[symlink("a", "b"), symlink("b", "a"), file("a/x", "1"), hard("c", "a/x"), gone("b/y")]],
        &["a -> b", "b -> a", "hidden a/x 1@0 by 0 NoPlace", "gap Link@0 a/x", "gap Link@0 b/.wh.y", "gap Link@0 c"],
    );
    check(&[&[symlink("s", "s"), file("s/x", "")]], &["s -> s", "gap Link@0 s/x"]);
    check(&[&[symlink("s", "s/s"), file("s/x", "")]], &["s -> s/s", "gap Link@0 s/x"]);
}

#[test]
fn a_link_that_multiplies_itself_ends_soon() {
    let bomb = vec!["l"; 2000].join("/");
    let mut link = symlink("l", "").pax("linkpath", bomb.as_bytes());
    link.target.clear();
    let tree = tree(&[&[link, file("l/x", "1")]]);
    assert_eq!(tree.gaps().len(), 1);
    assert_eq!(tree.find(b"l"), None);
}

#[test]
fn the_target_of_a_deleted_link_stays() {
    check(&[&[file("d/x", "1"), symlink("l", "d")], &[gone("l")]], &["d/", "d/x 1@0"]);
}

#[test]
fn a_link_that_changes_within_a_layer_leads_elsewhere_from_then_on() {
    check(
        &[&[dir("a"), dir("b"), symlink("l", "a"), file("l/1", "1"), symlink("l", "b"), file("l/2", "2")]],
        &["a/", "a/1 1@0", "b/", "b/2 1@0", "l -> b"],
    );
    check(
        &[&[dir("a"), symlink("l", "a"), file("l/1", "1")], &[file("l/2", "2"), gone("l"), file("l/3", "3")]],
        &["a/", "a/1 1@0", "a/2 1@1", "l/", "l/3 1@1"],
    );
}
