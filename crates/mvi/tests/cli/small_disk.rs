//! Packing and building on a disk that is really full: a small file system in memory, mounted for the test.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::desk::{Desk, blob, text};

/// A file system of a few kB, unmounted however the test ends.
struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    /// Mounted on a new folder of the desk; nothing where that may not be.
    fn mount(desk: &Desk, name: &str, bytes: u64) -> Option<Self> {
        let path = desk.path(name);
        fs::create_dir(&path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={bytes},mode=0755"), "tmpfs"]).arg(&path);
        if !mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
            eprintln!("skipped: a small disk cannot be mounted here");
            return None;
        }
        Some(Self { path })
    }

    fn names(&self) -> Vec<String> {
        fs::read_dir(&self.path).unwrap().map(|item| item.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A test that failed may still have something open there.
        let _ = Command::new("umount").arg("--lazy").arg(&self.path).status();
    }
}

/// Mounts below the desk.
fn mounts(desk: &Desk) -> usize {
    let folder = desk.path("").display().to_string();
    fs::read_to_string("/proc/self/mountinfo").unwrap().lines().filter(|line| line.contains(&folder)).count()
}

#[test]
fn packing_on_a_full_disk_says_so_and_leaves_it_empty() {
    let desk = Desk::bare();
    let Some(disk) = SmallDisk::mount(&desk, "small", 512 * 1024) else { return };
    desk.write("large", &blob(1, 2_000_000));
    for to in ["oci:small/image:1", "oci-archive:small/image.oci", "docker-archive:small/image.tar"] {
        let output = desk.run(&["pack", "large", "-o", to]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{to}: {said}");
        assert!(said.contains("small/") && said.contains("No space left on device"), "{to}: {said}");
        assert_eq!(disk.names(), Vec::<String>::new(), "{to}");
    }
    // What is there already stays, and what fits is still packed.
    desk.write("little", b"hello\n");
    desk.says(&["pack", "little", "-o", "oci:small/image:1", "--quiet"]);
    let output = desk.run(&["pack", "large", "-o", "oci:small/image:2"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert_eq!(disk.names(), ["image"]);
    desk.says(&["audit", "oci:small/image:1", "--quiet"]);
}

#[test]
fn building_on_a_full_disk_says_so_and_leaves_nothing() {
    let Some(desk) = crate::build::desk("buildah", "FROM scratch\nCOPY large /large\n") else { return };
    desk.write("context/large", &blob(2, 3_000_000));
    let Some(disk) = SmallDisk::mount(&desk, "small", 512 * 1024) else { return };
    let before = mounts(&desk);
    // The builder's own files do not fit, and what it says of it is passed on; the image does not fit where it should go; the
    // copy that is measured does not fit.
    let cases: &[(&[&str], &str, &str)] = &[
        (&["build", "context", "--builder", "buildah", "--quiet"], "small", "buildah failed with code"),
        (&["build", "context", "--builder", "buildah", "--quiet", "-o", "oci:small/image:1"], "tmp", "no space left"),
        (&["build", "context", "--builder", "buildah", "--quiet", "--measure"], "small", "no space left"),
    ];
    for (arguments, temporary, words) in cases {
        let mut command = desk.command(arguments);
        let command = crate::build::within(&desk, &mut command).env("TMPDIR", desk.path(temporary));
        let output = command.output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {said}");
        assert!(said.to_lowercase().contains(words), "{arguments:?}: {said}");
        assert_eq!(disk.names(), Vec::<String>::new(), "{arguments:?}: {said}");
        let (_, containers, temporary) = crate::build::left(&desk);
        assert_eq!((containers, temporary, mounts(&desk)), (0, 0, before), "{arguments:?}");
    }
}
