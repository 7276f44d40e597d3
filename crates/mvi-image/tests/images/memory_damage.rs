//! The layer memory when its folder is damaged, full or forbidden, and what it throws away.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, SystemTime};

use mvi_image::LayerCache;

use crate::entry::{file, layer};
use crate::look::write;
use crate::memory::{Desk, check, files, layers, read};

/// Damages the first remembered layer with `damage`; it has to be computed anew and replaced.
fn check_damage(damage: impl Fn(&mut Vec<u8>)) {
    let desk = Desk::new(&layers()[..1]);
    desk.run().unwrap();
    let remembered = desk.remembered();
    let sound = fs::read(&remembered[0]).unwrap();
    let mut damaged = sound.clone();
    damage(&mut damaged);
    assert_ne!(sound, damaged);
    fs::write(&remembered[0], damaged).unwrap();
    check(&desk, &desk.run().unwrap(), &[false]);
    assert_eq!(fs::read(&desk.remembered()[0]).unwrap(), sound, "the damaged file was replaced");
    check(&desk, &desk.run().unwrap(), &[true]);
}

#[test]
fn an_empty_or_cut_memory_is_made_anew() {
    check_damage(Vec::clear);
    check_damage(|bytes| bytes.truncate(8));
    check_damage(|bytes| bytes.truncate(bytes.len() / 2));
    check_damage(|bytes| bytes.truncate(bytes.len() - 1));
    check_damage(|bytes| bytes.push(0));
}

#[test]
fn a_changed_byte_is_found_wherever_it_is() {
    let desk = Desk::new(&layers()[..1]);
    desk.run().unwrap();
    let length = fs::metadata(&desk.remembered()[0]).unwrap().len() as usize;
    for at in (0..length).step_by(1 + length / 60) {
        check_damage(|bytes| bytes[at] ^= 0x40);
    }
}

#[test]
fn lengths_that_cannot_be_reserve_no_memory() {
    // The ten lengths follow the magic number and the two versions.
    for field in 0..9 {
        check_damage(|bytes| bytes[16 + field * 8..24 + field * 8].copy_from_slice(&[0xff; 8]));
    }
}

#[test]
fn a_memory_of_another_version_is_made_anew() {
    check_damage(|bytes| bytes[7] = b'2');
    check_damage(|bytes| bytes[8] ^= 0x7f);
    check_damage(|bytes| bytes[12] ^= 0x7f);
}

#[test]
fn a_memory_of_another_layer_under_this_ones_name_is_not_believed() {
    let desk = Desk::new(&layers());
    desk.run().unwrap();
    let remembered = desk.remembered();
    fs::copy(&remembered[0], &remembered[1]).unwrap();
    let found = desk.run().unwrap();
    assert_eq!(found.iter().filter(|layer| layer.remembered).count(), 1);
    check(&desk, &desk.run().unwrap(), &[true, true]);
}

#[test]
fn damaged_notes_cost_a_pass_and_no_more() {
    let desk = Desk::new(&layers());
    desk.run().unwrap();
    for folder in ["seen", "blobs"] {
        for note in files(&desk.root().join(folder)) {
            fs::write(note, b"sha256:0000 nonsense\n").unwrap();
        }
    }
    check(&desk, &desk.run().unwrap(), &[false, false]);
    check(&desk, &desk.run().unwrap(), &[true, true]);
}

#[test]
fn a_folder_that_cannot_be_written_means_no_memory() {
    let desk = Desk::new(&layers());
    fs::write(desk.root(), "a file where the folder should be").unwrap();
    check(&desk, &desk.run().unwrap(), &[false, false]);
    check(&desk, &desk.run().unwrap(), &[false, false]);
    assert_eq!(desk.memory().prune(0), (0, 0));
    fs::remove_file(desk.root()).unwrap();
    fs::create_dir(desk.root()).unwrap();
    fs::write(desk.root().join("layers"), "").unwrap();
    check(&desk, &desk.run().unwrap(), &[false, false]);
}

#[test]
fn a_read_only_memory_is_used_and_not_filled() {
    let desk = Desk::new(&layers());
    desk.run().unwrap();
    let folders = ["layers", "seen", "blobs", ""].map(|folder| desk.root().join(folder));
    let allow = |mode: u32| {
        for folder in folders.iter().filter(|folder| folder.exists()) {
            fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    allow(0o500);
    let found = desk.run();
    allow(0o700);
    check(&desk, &found.unwrap(), &[true, true]);
}

#[test]
fn pruning_keeps_the_most_recently_used_within_the_capacity() {
    let desk = Desk::new(&[]);
    let start = SystemTime::now() + Duration::from_secs(100);
    let at = |seconds: u64| LayerCache::new(desk.root(), 1 << 30, start + Duration::from_secs(seconds));
    let image = |number: usize| desk.root().with_file_name(format!("{number}.tar"));
    for number in 0..4 {
        write(&image(number), &[layer(&[file(&format!("wanted{number}"), "body")])]);
        let found = read(&image(number), Some(&at(0)), true).unwrap();
        assert!(!found[0].remembered);
    }
    // The memory stamps what it recalls: 2 is used last, then 0.
    for (second, number) in [(1, 3), (2, 1), (3, 0), (4, 2)] {
        assert!(read(&image(number), Some(&at(second)), true).unwrap()[0].remembered);
    }
    let stamped: u64 = desk.remembered().iter().map(|file| fs::metadata(file).unwrap().len()).sum();
    let capacity = stamped / 2 + 10;
    let _ = at(5).prune(capacity);
    assert!(at(5).info().bytes <= capacity);
    let kept: Vec<_> = (0..4).map(|number| read(&image(number), Some(&at(6)), false).unwrap()[0].remembered).collect();
    assert_eq!(kept, [true, false, true, false]);
    let _ = at(7).prune(0);
    assert_eq!((at(7).info().layers, at(7).info().bytes), (0, 0));
}

#[test]
fn settling_prunes_only_after_something_was_added() {
    let desk = Desk::new(&layers());
    let small = || LayerCache::new(desk.root(), 1, SystemTime::now() + Duration::from_secs(60));
    let memory = small();
    read(&desk.image(), Some(&memory), true).unwrap();
    memory.settle();
    assert_eq!(memory.info().layers, 0);
    desk.run().unwrap();
    let memory = small();
    memory.settle();
    assert_eq!(memory.info().layers, 2);
}

#[test]
fn half_written_files_go_when_they_are_old() {
    let desk = Desk::new(&layers());
    desk.run().unwrap();
    let part = desk.root().join("layers/.part-abc");
    fs::write(&part, "half").unwrap();
    let at = |seconds: u64| LayerCache::new(desk.root(), 1 << 30, SystemTime::now() + Duration::from_secs(seconds));
    assert_eq!(at(60).info().layers, 2);
    let _ = at(60).prune(1 << 30);
    assert!(part.exists(), "somebody may still be writing it");
    assert_eq!(at(4000).prune(1 << 30), (1, 4));
    assert!(!part.exists());
}
