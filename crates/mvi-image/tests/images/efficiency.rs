//! Efficiency by dive's definition, worked out by hand: the smallest size each path had over all sizes it had.

use crate::entry::{Entry, dir, file, gone, hard, opaque, symlink};
use crate::look::tree;

/// Checks the sum of the smallest sizes and the sum of all sizes.
fn check(layers: &[&[Entry]], least: u32, all: u32) {
    let found = tree(layers).efficiency();
    assert_eq!(found, Some(f64::from(least) / f64::from(all)), "{layers:?}");
}

fn bytes(path: &str, size: usize) -> Entry {
    file(path, vec![b'x'; size])
}

#[test]
fn an_image_that_ships_everything_once_is_efficient() {
    check(&[&[bytes("a", 10), bytes("d/b", 20)], &[bytes("c", 5)]], 35, 35);
}

#[test]
fn an_image_without_bytes_has_no_efficiency() {
    assert_eq!(tree(&[&[dir("d"), file("empty", "")]]).efficiency(), None);
    assert_eq!(tree(&[]).efficiency(), None);
}

#[test]
fn an_overwritten_file_counts_with_every_size_and_its_smallest() {
    check(&[&[bytes("a", 10)], &[bytes("a", 30)]], 10, 40);
    check(&[&[bytes("a", 30)], &[bytes("a", 10)], &[bytes("a", 20)]], 10, 60);
    check(&[&[bytes("a", 10)], &[bytes("a", 10)]], 10, 20);
}

#[test]
fn a_deleted_file_counts_as_nothing() {
    check(&[&[bytes("a", 10), bytes("b", 5)], &[gone("a")]], 5, 15);
    check(&[&[bytes("a", 10)], &[gone("a")], &[bytes("a", 7)]], 0, 17);
}

#[test]
fn a_file_deleted_and_placed_by_one_layer_counts_the_same_in_either_order() {
    check(&[&[bytes("a", 10)], &[gone("a"), bytes("a", 7)]], 0, 17);
    check(&[&[bytes("a", 10)], &[bytes("a", 7), gone("a")]], 0, 17);
}

#[test]
fn a_deleted_folder_counts_once_in_both_sums_with_what_it_held() {
    // d/x 10, d/y 20 and the folder's 30: 60 of 60.
    check(&[&[dir("d"), bytes("d/x", 10), bytes("d/y", 20)], &[gone("d")]], 60, 60);
    check(&[&[bytes("d/x", 10), bytes("b", 10)], &[bytes("b", 40)], &[gone("d")]], 30, 70);
}

#[test]
fn opaque_markers_hard_links_and_symbolic_links_count_nothing() {
    check(&[&[bytes("d/x", 10)], &[opaque("d")]], 10, 10);
    check(&[&[bytes("a", 10), hard("b", "a"), symlink("l", "a")]], 10, 10);
    check(&[&[bytes("a", 10), bytes("b", 4)], &[hard("b", "a")]], 10, 14);
}

#[test]
fn of_a_file_that_a_layer_has_twice_the_last_counts() {
    check(&[&[bytes("a", 10), bytes("a", 4)]], 4, 4);
    check(&[&[bytes("a", 10)], &[bytes("a", 2), bytes("a", 30)]], 10, 40);
}

#[test]
fn a_folder_that_becomes_a_file_adds_no_size_of_its_own() {
    check(&[&[bytes("p/x", 10)], &[bytes("p", 6)]], 16, 16);
}
