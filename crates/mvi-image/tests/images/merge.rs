//! Whiteouts, opaque folders, and paths that change their kind from layer to layer. Links are in `merge_links`.

use crate::entry::{Entry, dir, file, gone, opaque, symlink};
use crate::laws;
use crate::look::{lines, tree};

/// Checks visible paths, hidden files and gaps of the merged layers.
fn check(layers: &[&[Entry]], expected: &[&str]) {
    let tree = tree(layers);
    assert_eq!(lines(&tree), expected);
    laws::hold(&tree);
}

#[test]
fn a_whiteout_spares_its_own_layer_whether_it_stands_before_or_after() {
    let old = [file("a", "old")];
    let expected = ["a 5@1", "hidden a 3@0 by 1 DeletedLater"];
    check(&[&old, &[gone("a"), file("a", "fresh")]], &expected);
    let expected = ["a 5@1", "hidden a 3@0 by 1 Overwritten"];
    check(&[&old, &[file("a", "fresh"), gone("a")]], &expected);
}

#[test]
fn a_whiteout_of_nothing_does_nothing() {
    check(&[&[file("a", "1")], &[gone("b"), gone("no/such"), gone("a/b")]], &["a 1@0"]);
}

#[test]
fn an_opaque_marker_clears_lower_layers_wherever_it_stands() {
    let old: &[Entry] = &[dir("d"), file("d/old", "old"), file("d/e/deep", "deep")];
    let expected = ["d/", "d/new 3@1", "hidden d/e/deep 4@0 by 1 DeletedLater", "hidden d/old 3@0 by 1 DeletedLater"];
    check(&[old, &[opaque("d"), file("d/new", "new")]], &expected);
    check(&[old, &[file("d/new", "new"), opaque("d")]], &expected);
    check(&[old, &[dir("d"), opaque("d"), file("d/new", "new")]], &expected);
}

#[test]
fn an_opaque_root_clears_everything_below() {
    let expected = ["b 1@1", "hidden a 1@0 by 1 DeletedLater", "hidden d/x 2@0 by 1 DeletedLater"];
    check(&[&[file("a", "1"), file("d/x", "22")], &[file("b", "2"), opaque("")]], &expected);
}

#[test]
fn an_opaque_marker_where_nothing_is_makes_nothing() {
    check(&[&[file("a", "1")], &[opaque("no/such")]], &["a 1@0"]);
    check(&[&[file("a", "1")], &[opaque("a")]], &["a 1@0"]);
}

#[test]
fn an_opaque_marker_behind_a_link_clears_what_the_link_leads_to() {
    check(
        &[&[symlink("l", "d"), file("d/old", "old")], &[opaque("l")]],
        &["d/", "l -> d", "hidden d/old 3@0 by 1 DeletedLater"],
    );
}

#[test]
fn an_opaque_marker_keeps_what_the_layer_itself_put_deep_below() {
    check(
        &[&[file("d/e/old", "old"), file("d/x", "x")], &[file("d/e/new", "new"), opaque("d")]],
        &["d/", "d/e/", "d/e/new 3@1", "hidden d/e/old 3@0 by 1 DeletedLater", "hidden d/x 1@0 by 1 DeletedLater"],
    );
}

#[test]
fn a_folder_becomes_a_file_and_a_folder_again() {
    check(
        &[&[file("p/x", "1")], &[file("p", "22")], &[dir("p"), file("p/y", "333")]],
        &["p/", "p/y 3@2", "hidden p 2@1 by 2 Overwritten", "hidden p/x 1@0 by 1 Overwritten"],
    );
}

#[test]
fn a_folder_becomes_a_link_and_a_folder_again() {
    check(
        &[&[file("p/x", "1"), dir("q")], &[symlink("p", "q")], &[dir("p"), file("p/y", "333")]],
        &["p/", "p/y 3@2", "q/", "hidden p/x 1@0 by 1 Overwritten"],
    );
}

#[test]
fn a_file_in_the_way_of_a_folder_is_overwritten_not_deleted() {
    check(&[&[file("p", "22")], &[file("p/y", "333")]], &["p/", "p/y 3@1", "hidden p 2@0 by 1 Overwritten"]);
}

#[test]
fn a_file_may_be_born_again_after_its_deletion() {
    let layers: &[&[Entry]] = &[&[file("a", "1")], &[gone("a")], &[file("a", "1")]];
    check(layers, &["a 1@2", "hidden a 1@0 by 1 DeletedLater"]);
    let tree = tree(layers);
    assert_eq!(tree.node(tree.find(b"a").unwrap()).introduced(), 2);
}

#[test]
fn a_replaced_file_is_as_old_as_its_path() {
    let tree = tree(&[&[file("a", "1")], &[file("a", "2")]]);
    let node = tree.node(tree.find(b"a").unwrap());
    assert_eq!((node.introduced(), node.layer()), (0, 1));
}

#[test]
fn the_whiteout_of_a_folder_spares_what_the_same_layer_put_into_it() {
    let old: &[Entry] = &[dir("d"), file("d/old", "old"), file("d/e/deep", "deep")];
    let expected = ["d/", "d/new 3@1", "hidden d/e/deep 4@0 by 1 DeletedLater", "hidden d/old 3@0 by 1 DeletedLater"];
    check(&[old, &[file("d/new", "new"), gone("d")]], &expected);
    check(&[old, &[gone("d"), file("d/new", "new")]], &expected);
}

#[test]
fn a_whiteout_is_one_whatever_its_type_and_its_bytes_are_nobodys_file() {
    check(&[&[file("a", "1")], &[dir(".wh.a")]], &["hidden a 1@0 by 1 DeletedLater"]);
    check(
        &[&[file("a", "1")], &[file(".wh.a", "ballast")]],
        &["hidden .wh.a 7@1 by 1 NoPlace", "hidden a 1@0 by 1 DeletedLater"],
    );
    check(&[&[file("a", "1")], &[symlink(".wh.a", "b")]], &["hidden a 1@0 by 1 DeletedLater"]);
}

#[test]
fn the_names_of_aufs_are_neither_files_nor_whiteouts() {
    check(
        &[&[file("plnk", "1")], &[file(".wh..wh.aufs", "x"), file(".wh..wh.plnk/17.4", "y"), dir(".wh..wh.orph")]],
        &[
            "plnk 1@0",
            "hidden .wh..wh.aufs 1@1 by 1 NoPlace",
            "hidden .wh..wh.plnk/17.4 1@1 by 1 NoPlace",
            "gap Whiteout@1 .wh..wh.aufs",
            "gap Whiteout@1 .wh..wh.plnk/17.4",
            "gap Whiteout@1 .wh..wh.orph",
        ],
    );
}

#[test]
fn whiteouts_without_a_name_delete_nothing() {
    check(
        &[&[file("d/x", "1")], &[file("d/.wh.", ""), file("d/.wh..", ""), file("d/.wh...", "")]],
        &["d/", "d/x 1@0", "gap Whiteout@1 d/.wh.", "gap Whiteout@1 d/.wh..", "gap Whiteout@1 d/.wh..."],
    );
}

#[test]
fn what_lies_in_a_folder_with_a_whiteouts_name_is_left_out() {
    check(&[&[file("a/.wh.b/c", "123")]], &["hidden a/.wh.b/c 3@0 by 0 NoPlace", "gap Whiteout@0 a/.wh.b/c"]);
}

#[test]
fn an_entry_written_twice_counts_once_and_the_last_one_wins() {
    check(&[&[file("a", "1"), file("a", "22")]], &["a 2@0", "hidden a 1@0 by 0 SameLayer"]);
    check(&[&[file("a", "1"), file("./a", "1")]], &["a 1@0", "hidden a 1@0 by 0 SameLayer"]);
    check(&[&[file("a", "1"), symlink("a", "b")]], &["a -> b", "hidden a 1@0 by 0 SameLayer"]);
    check(&[&[dir("d"), file("d/x", "1"), dir("d")]], &["d/", "d/x 1@0"]);
    check(&[&[file("d/x", "1"), file("d", "22")]], &["d 2@0", "hidden d/x 1@0 by 0 SameLayer"]);
    check(&[&[file("d", "22"), file("d/x", "1")]], &["d/", "d/x 1@0", "hidden d 2@0 by 0 SameLayer"]);
}

#[test]
fn absolute_and_climbing_names_stay_inside_the_image() {
    check(
        &[&[file("/abs", "1"), file("../../etc/passwd", "22"), file("a/../b", "333"), file("./c//d/", "")]],
        &["abs 1@0", "b 3@0", "c/", "c/d/", "etc/", "etc/passwd 2@0"],
    );
}

#[test]
fn a_folder_that_the_newer_layer_names_gets_its_attributes_and_keeps_its_content() {
    let tree = tree(&[&[dir("d"), file("d/x", "1")], &[dir("d").mode(0o700).uid(7)]]);
    let attributes = tree.node(tree.find(b"d").unwrap()).attributes();
    assert_eq!((attributes.mode, attributes.uid), (0o700, 7));
    assert_eq!(lines(&tree), ["d/", "d/x 1@0"]);
    assert_eq!((tree.changes()[1].changed, tree.changes()[1].added), (0, 0));
}

#[test]
fn what_each_layer_did_is_counted() {
    let tree = tree(&[
        &[file("a", "1"), file("d/b", "2"), dir("d/e"), symlink("l", "a")],
        &[file("a", "11"), gone("d"), file("c", "3")],
    ]);
    let counts: Vec<_> =
        tree.changes().iter().map(|it| (it.added, it.changed, it.removed, it.whiteouts, it.file_bytes)).collect();
    assert_eq!(counts, [(3, 0, 0, 0, 2), (1, 1, 1, 1, 3)]);
}
