//! Why bytes are hidden, with digests checked and without, and how causes are grouped.

use mvi_image::causes;

use crate::entry::{Entry, dir, file, gone, hard, layer, symlink};
use crate::laws;
use crate::look::{lines, merge_scanned, scan_layers};

/// Checks what is hidden when bodies are read, and when they are skipped.
fn check(layers: &[&[Entry]], read: &[&str], skipped: &[&str]) {
    let layers: Vec<_> = layers.iter().map(|entries| layer(entries)).collect();
    for (verify, expected) in [(true, read), (false, skipped)] {
        let tree = merge_scanned(&scan_layers(&layers, verify).unwrap());
        let hidden: Vec<_> = lines(&tree).into_iter().filter(|line| line.starts_with("hidden")).collect();
        assert_eq!(hidden, expected, "verify {verify}");
        laws::hold(&tree);
    }
}

#[test]
fn other_content_overwrites() {
    let hidden = ["hidden a 3@0 by 1 Overwritten"];
    check(&[&[file("a", "old")], &[file("a", "longer")]], &hidden, &hidden);
    let likely = ["hidden a 3@0 by 1 Overwritten likely"];
    check(&[&[file("a", "old")], &[file("a", "new").mtime(1)]], &hidden, &likely);
}

#[test]
fn the_same_bytes_again_are_an_identical_copy_whatever_their_time() {
    let (copy, likely) = ("hidden a 4@0 by 1 IdenticalCopy", "hidden a 4@0 by 1 IdenticalCopy likely");
    check(&[&[file("a", "same")], &[file("a", "same")]], &[copy], &[likely]);
    let by_time = "hidden a 4@0 by 1 Overwritten likely";
    check(&[&[file("a", "same")], &[file("a", "same").mtime(1)]], &[copy], &[by_time]);
}

#[test]
fn the_same_bytes_with_another_mode_or_owner_are_attributes_only() {
    let (read, likely) = ("hidden a 4@0 by 1 AttributesOnly", "hidden a 4@0 by 1 AttributesOnly likely");
    check(&[&[file("a", "same")], &[file("a", "same").mode(0o755)]], &[read], &[likely]);
    check(&[&[file("a", "same")], &[file("a", "same").uid(1000)]], &[read], &[likely]);
}

#[test]
fn a_changed_owner_of_a_file_with_several_names_is_attributes_only() {
    let both = |uid| [file("a", "same").uid(uid), hard("b", "a").uid(uid)];
    let (read, likely) = ("hidden a 4@0 by 1 AttributesOnly", "hidden a 4@0 by 1 AttributesOnly likely");
    check(&[&both(0), &both(1000)], &[read], &[likely]);
    let other = [file("a", "else").uid(1), hard("b", "a").uid(1)];
    check(&[&both(0), &other], &["hidden a 4@0 by 1 Overwritten"], &[likely]);
}

#[test]
fn a_link_that_replaces_its_equal_ships_nothing_again() {
    let hidden = ["hidden b 4@0 by 1 Overwritten"];
    check(&[&[file("a", "same"), file("b", "same")], &[hard("b", "a")]], &hidden, &hidden);
}

#[test]
fn without_reading_bodies_the_same_size_and_time_look_identical() {
    let (read, likely) = ("hidden a 3@0 by 1 Overwritten", "hidden a 3@0 by 1 IdenticalCopy likely");
    check(&[&[file("a", "old")], &[file("a", "new")]], &[read], &[likely]);
}

#[test]
fn bodies_that_were_wanted_are_compared_in_any_case() {
    let hidden = ["hidden wanted 3@0 by 1 Overwritten"];
    check(&[&[file("wanted", "old")], &[file("wanted", "new")]], &hidden, &hidden);
}

#[test]
fn whiteouts_and_other_kinds_delete_and_overwrite() {
    let hidden = ["hidden a 3@0 by 1 DeletedLater"];
    check(&[&[file("a", "old")], &[gone("a")]], &hidden, &hidden);
    let hidden = ["hidden a 3@0 by 1 Overwritten"];
    check(&[&[file("a", "old")], &[symlink("a", "b")]], &hidden, &hidden);
    check(&[&[file("a", "old")], &[dir("a")]], &hidden, &hidden);
}

#[test]
fn the_same_layer_is_to_blame_for_its_own_duplicates_only() {
    let hidden = ["hidden a 2@1 by 1 SameLayer", "hidden a 3@0 by 1 Overwritten"];
    check(&[&[file("a", "old")], &[file("a", "22"), file("a", "1")]], &hidden, &hidden);
}

#[test]
fn empty_files_folders_and_links_hide_no_bytes() {
    check(&[&[file("a", ""), dir("d"), symlink("l", "a")], &[gone("a"), gone("d"), gone("l")]], &[], &[]);
}

#[test]
fn causes_are_grouped_by_layers_and_reason_largest_first_with_their_largest_files() {
    let many: Vec<Entry> = (1..=7_usize).map(|size| file(&format!("d/{size}"), vec![b'x'; size])).collect();
    let base: Vec<Entry> = [file("big", vec![0; 100])].into_iter().chain(many).collect();
    let layers = [layer(&base), layer(&[gone("d"), file("big", "small")])];
    let tree = merge_scanned(&scan_layers(&layers, true).unwrap());
    let found: Vec<_> = causes(&tree)
        .iter()
        .map(|cause| {
            let largest: Vec<_> = cause.largest.iter().map(|file| file.bytes).collect();
            format!(
                "{:?} {}-{} {} files {} bytes {largest:?}",
                cause.reason, cause.layer, cause.by_layer, cause.files, cause.bytes
            )
        })
        .collect();
    assert_eq!(found, ["Overwritten 0-1 1 files 100 bytes [100]", "DeletedLater 0-1 7 files 28 bytes [7, 6, 5, 4, 3]"]);
}
