//! Damaged tar archives: an answer or an error, never a panic, and never silence about a cut.

use mvi_image::ImageError;
use proptest::prelude::*;

use crate::entry::{Entry, dir, extended, file, hard, layer, sum, symlink};
use crate::laws;
use crate::look::{merge_scanned, scan_layers};

/// Checks that the archive is refused with this error.
fn check(archive: &[u8], expected: &str) {
    let error = scan_layers(&[archive.to_vec()], true).unwrap_err();
    let text = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
    assert_eq!((error.code(), text.as_str()), ("E-TAR", expected));
}

fn small() -> Vec<u8> {
    layer(&[file("wanted", "body").pax("mtime", b"1.5"), dir("d"), symlink("l", "wanted"), file("d/big", [7; 600])])
}

#[test]
fn a_cut_is_found_at_every_byte_unless_only_zeros_are_missing() {
    let whole = small();
    let content = whole.len() - 1024 - 424;
    // After these bytes the archive is a complete one of fewer entries; a cut in a body's padding loses nothing.
    let (first, folder, link) = (4 * 512, 5 * 512, 6 * 512);
    for length in 0..whole.len() {
        let complete = length == 0
            || (first - 508..=first).contains(&length)
            || length == folder
            || length == link
            || length >= content;
        let found = scan_layers(&[whole[..length].to_vec()], true);
        assert_eq!(found.is_ok(), complete, "cut at {length}");
    }
}

#[test]
fn skipping_finds_the_same_cuts_as_reading() {
    let whole = small();
    for length in (0..whole.len()).step_by(37) {
        let layers = [whole[..length].to_vec()];
        assert_eq!(scan_layers(&layers, true).is_ok(), scan_layers(&layers, false).is_ok(), "cut at {length}");
    }
}

#[test]
fn damaged_headers_are_named_by_their_place() {
    let mut archive = layer(&[file("a", "1"), file("b", "2")]);
    archive[1024 + 5] = b'!';
    check(&archive, "header at byte 1024 is damaged (checksum)");
    let mut block = file("a", "").header();
    block[124..135].copy_from_slice(b"not a size!");
    sum(&mut block);
    check(&block, "header at byte 0 is damaged (size)");
    let mut block = file("a", "").header();
    block[124..136].copy_from_slice(&[0xff; 12]);
    sum(&mut block);
    check(&block, "header at byte 0 is damaged (size)");
    check(&layer(&[file("a", "").pax("size", b"-1")]), "header at byte 0 is damaged (number in an extended record)");
    check(&extended(b'x', b"99 path=short\n"), "header at byte 0 is damaged (extended record)");
}

#[test]
fn sizes_beyond_all_reason_are_cuts_not_memory() {
    check(&file("a", "1").stated(0o77_777_777_777).bytes(), "ends at byte 1024, in the middle of an entry");
    check(&layer(&[file("a", "").pax("size", b"9223372036854775807")]), "header at byte 1024 is damaged (size)");
    let mut long = file("x", "").kind(b'L');
    long.stated = Some(1 << 30);
    check(&long.bytes(), "extended header at byte 0 claims 1073741824 bytes, the limit is 1048576");
}

#[test]
fn an_extended_header_at_the_end_lacks_its_entry() {
    check(&[extended(b'L', b"name\0"), vec![0; 1024]].concat(), "ends at byte 2048, in the middle of an entry");
    check(&extended(b'x', b"12 path=a/b\n"), "ends at byte 1024, in the middle of an entry");
}

#[test]
fn what_follows_the_end_is_a_gap() {
    let text = |archive: Vec<u8>| -> Vec<String> {
        let layers = scan_layers(&[archive], true).unwrap();
        layers[0].facts.gaps().of_layer(0).map(|gap| gap.text).collect()
    };
    let garbage = [layer(&[file("a", "1")]), b"garbage".to_vec()].concat();
    assert_eq!(text(garbage), ["about 7 bytes follow the end of the archive and were ignored"]);
    let lone = [file("a", "1").bytes(), vec![0; 512], file("b", "2").bytes()].concat();
    assert_eq!(text(lone)[0], "a single zero block ended the archive; what follows it was ignored");
}

fn rich() -> Vec<u8> {
    let entries: Vec<Entry> = vec![
        file("wanted", "body").pax("path", b"long/wanted").pax("SCHILY.xattr.user.x", b"1"),
        dir("d"),
        symlink("l", "d"),
        file("l/x", [3; 700]),
        hard("y", "d/x"),
        file("d/.wh.x", ""),
        file("s", "abc").pax("GNU.sparse.size", b"9000"),
    ];
    layer(&entries)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_damage_is_an_answer_or_an_error(
        spots in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        repair in any::<bool>(),
    ) {
        let mut archive = rich();
        for (spot, byte) in spots {
            let at = spot.index(archive.len());
            archive[at] = byte;
            if repair {
                // With its checksum right again, the damage gets past the front door.
                let start = at / 512 * 512;
                let block: &mut [u8; 512] = (&mut archive[start..start + 512]).try_into().unwrap();
                sum(block);
            }
        }
        for verify in [true, false] {
            match scan_layers(&[archive.clone()], verify) {
                Ok(layers) => laws::hold(&merge_scanned(&layers)),
                Err(error) => prop_assert!(matches!(error, ImageError::Tar { .. }), "{error}"),
            }
        }
    }
}
