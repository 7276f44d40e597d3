//! Tar archives as writers really make them: long names, sparse files, odd sizes, odd numbers.

use mvi_image::{Kept, printable};

use crate::entry::{Entry, dir, extended, file, hard, layer, record, sum, symlink};
use crate::look::scan_layers;

/// Checks the entries of one layer, read whole and skipped through: path, type, size, and what is not usual.
fn check(archive: &[u8], expected: &[&str]) {
    for verify in [true, false] {
        assert_eq!(entries(archive, verify), expected, "verify {verify}");
    }
}

fn entries(archive: &[u8], verify: bool) -> Vec<String> {
    let layers = scan_layers(&[archive.to_vec()], verify).unwrap();
    let facts = &layers[0].facts;
    let table = facts.table();
    let mut lines = Vec::new();
    for (index, entry) in table.entries().iter().enumerate() {
        let mut line = format!("{} {:?} {}", printable(&table.path(entry)), entry.kind(), entry.size());
        let apparent = table.apparent_size(index as u32);
        if apparent != entry.size() {
            line.push_str(&format!(" apparent {apparent}"));
        }
        if !table.link(entry).is_empty() {
            line.push_str(&format!(" -> {}", printable(table.link(entry))));
        }
        if entry.mtime() != 0 {
            line.push_str(&format!(" time {}", entry.mtime()));
        }
        let attributes = table.attributes(entry);
        if attributes.uid != 0 {
            line.push_str(&format!(" uid {}", attributes.uid));
        }
        lines.push(line);
    }
    lines.extend(facts.gaps().of_layer(0).map(|gap| format!("gap {:?} {}", gap.code, gap.path.unwrap_or_default())));
    lines
}

/// An archive of raw pieces.
fn raw(pieces: &[Vec<u8>]) -> Vec<u8> {
    [pieces.concat(), vec![0; 1024]].concat()
}

#[test]
fn the_last_file_is_read_whether_the_archive_is_ended_or_padded_or_neither() {
    let whole = layer(&[file("a", "1"), file("b", "22")]);
    let expected = ["a File 1", "b File 2"];
    check(&whole, &expected);
    check(&whole[..whole.len() - 512], &expected);
    check(&whole[..whole.len() - 1024], &expected);
    check(&[whole.clone(), vec![0; 9000]].concat(), &expected);
}

#[test]
fn an_empty_archive_has_no_entries() {
    check(&[0; 1024], &[]);
    check(&[0; 10240], &[]);
}

#[test]
fn pax_names_of_any_length_are_read() {
    let long = format!("d/{}", "x".repeat(3000));
    check(
        &layer(&[file("short", "1").pax("path", long.as_bytes()), symlink("l", "").pax("linkpath", long.as_bytes())]),
        &[&format!("{long} File 1"), &format!("l Symlink 0 -> {long}")],
    );
}

#[test]
fn gnu_long_names_and_links_are_read() {
    let long = format!("d/{}", "x".repeat(300));
    let with_nul = [long.as_bytes(), b"\0"].concat();
    let archive = raw(&[
        extended(b'L', &with_nul),
        file("cut", "1").bytes(),
        extended(b'K', &with_nul),
        extended(b'L', b"second\0"),
        hard("cut", "cut").bytes(),
    ]);
    check(&archive, &[&format!("{long} File 1"), &format!("second HardLink 0 -> {long}")]);
}

#[test]
fn the_ustar_prefix_stands_in_front() {
    let mut block = file("name", "").header();
    block[345..348].copy_from_slice(b"a/b");
    sum(&mut block);
    check(&raw(&[block.to_vec()]), &["a/b/name File 0"]);
    // In GNU headers the same bytes are times.
    block[257..265].copy_from_slice(b"ustar  \0");
    sum(&mut block);
    check(&raw(&[block.to_vec()]), &["name File 0"]);
}

#[test]
fn pax_sizes_owners_and_times_win() {
    let entry = Entry { stated: Some(0), ..file("a", "12345") };
    let entry = entry.pax("size", b"5").pax("uid", b"4000000").pax("mtime", b"1700000000.75");
    check(&layer(&[entry, file("b", "1")]), &["a File 5 time 1700000000 uid 4000000", "b File 1"]);
}

#[test]
fn times_before_1970_are_read() {
    check(&layer(&[file("a", "").mtime(-5)]), &["a File 0 time -5"]);
    check(&layer(&[file("a", "").pax("mtime", b"-5.5")]), &["a File 0 time -6"]);
}

#[test]
fn global_records_hold_until_they_are_taken_back() {
    let archive = raw(&[
        extended(b'g', &record("uid", b"5")),
        file("a", "").bytes(),
        file("b", "").pax("uid", b"6").bytes(),
        extended(b'g', &record("comment", b"as git archive writes it")),
        file("c", "").bytes(),
        extended(b'g', &record("uid", b"")),
        file("d", "").uid(9).bytes(),
    ]);
    check(&archive, &["a File 0 uid 5", "b File 0 uid 6", "c File 0 uid 5", "d File 0 uid 9"]);
}

#[test]
fn sizes_in_base_256_are_read() {
    let mut block = file("a", "").header();
    block[124..136].copy_from_slice(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
    sum(&mut block);
    check(&raw(&[block.to_vec(), [b"abc".to_vec(), vec![0; 509]].concat()]), &["a File 3"]);
}

#[test]
fn sizes_of_folders_and_links_count_only_when_data_follows() {
    let odd = ["d Directory 0", "l Symlink 0 -> t", "a File 1", "gap Field d", "gap Field l"];
    check(&layer(&[dir("d").stated(4096), symlink("l", "t").stated(7), file("a", "1")]), &odd);
    let body = vec![b'x'; 700];
    let with_data = [Entry { body: body.clone(), ..dir("d") }, Entry { body, ..symlink("l", "t") }, file("a", "1")];
    check(&layer(&with_data), &odd);
    check(&layer(&[file("a", "1"), hard("b", "a").stated(1)]), &["a File 1", "b HardLink 0 -> a", "gap Field b"]);
}

#[test]
fn old_archives_mark_folders_with_a_slash() {
    check(&layer(&[file("d/", "").kind(0), file("d/a", "1").kind(0)]), &["d Directory 0", "d/a File 1"]);
}

#[test]
fn unknown_types_are_files_and_volume_labels_are_nothing() {
    let archive = layer(&[file("label", "").kind(b'V'), file("odd", "12").kind(b'Z'), file("a", "1").kind(b'7')]);
    check(&archive, &["odd File 2", "a File 1", "gap Field odd"]);
}

#[test]
fn gnu_sparse_files_have_two_sizes_in_every_form() {
    // PAX form 1.0: the map is part of the body.
    let body = [b"1\n0\n3\n".to_vec(), vec![0; 506], b"abc".to_vec()].concat();
    let modern = file("GNUSparseFile.0/s", body)
        .pax("GNU.sparse.major", b"1")
        .pax("GNU.sparse.name", b"s")
        .pax("GNU.sparse.realsize", b"5000000000");
    // PAX form 0.1: the map is in the records.
    let older = file("t", "abc").pax("GNU.sparse.size", b"9000").pax("GNU.sparse.map", b"0,3");
    check(
        &layer(&[modern, older, file("a", "1")]),
        &["s File 515 apparent 5000000000", "t File 3 apparent 9000", "a File 1"],
    );
}

#[test]
fn the_oldest_sparse_form_may_have_extension_blocks() {
    let mut block = file("s", "abc").kind(b'S').header();
    block[257..265].copy_from_slice(b"ustar  \0");
    block[482] = 1;
    block[483..494].copy_from_slice(b"00000021450");
    sum(&mut block);
    let mut more = vec![0; 512];
    more[504] = 1;
    let last = vec![0; 512];
    let data = [b"abc".to_vec(), vec![0; 509]].concat();
    check(&raw(&[block.to_vec(), more, last, data, file("a", "1").bytes()]), &["s File 3 apparent 9000", "a File 1"]);
}

#[test]
fn names_that_are_no_utf_8_are_kept_as_they_are() {
    let mut entry = file("x", "");
    entry.path = b"caf\xe9/\x1b[31m".to_vec();
    check(&layer(&[entry]), &["caf\\xe9/\\x1b[31m File 0"]);
}

#[test]
fn fields_that_are_no_numbers_are_zero_and_said_so() {
    let mut block = file("a", "").header();
    block[136..147].copy_from_slice(b"not a time!");
    sum(&mut block);
    check(&raw(&[block.to_vec()]), &["a File 0", "gap Field a"]);
}

#[test]
fn bodies_that_were_asked_for_are_kept_whole_or_by_their_head() {
    let large = vec![b'x'; 1001];
    let archive = layer(&[file("wanted", "body"), file("d/head", "0123456789"), file("big/wanted", large)]);
    for verify in [true, false] {
        let layers = scan_layers(std::slice::from_ref(&archive), verify).unwrap();
        let facts = &layers[0].facts;
        let bodies: Vec<_> = facts.bodies().map(|body| (body.entry, body.bytes, body.kept)).collect();
        assert_eq!(bodies, [(0, b"body".as_slice(), Kept::Whole), (1, b"0123".as_slice(), Kept::Head)]);
        let gaps: Vec<_> = facts.gaps().of_layer(0).filter_map(|gap| gap.path).collect();
        assert_eq!(gaps, ["big/wanted"]);
    }
}
