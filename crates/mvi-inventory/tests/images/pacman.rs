//! A database as pacman wrote it: two packages, one of which came as a dependency.

use std::collections::BTreeSet;

use mvi_inventory::{Requested, RequestedAbove, take};

use crate::image::Entry::{File, Gone};
use crate::image::tree;

const TOOL: &str = include_str!("../fixtures/pacman/tool-desc");
const FILES: &str = include_str!("../fixtures/pacman/tool-files");
const LIBS: &str = include_str!("../fixtures/pacman/libs-desc");
const FOLDER: &str = "var/lib/pacman/local/mvi-tool-1:1.4.0-3";

#[test]
fn packages_have_files_needs_and_who_asked_for_them() {
    let (desc, files) = (format!("{FOLDER}/desc"), format!("{FOLDER}/files"));
    let inventory = take(&tree(&[&[
        File("etc/os-release", "ID=arch\n"),
        File(&desc, &TOOL.replace("\nsh\n", "\nsh\ntool\n")),
        File(&files, FILES),
        File("var/lib/pacman/local/mvi-libs-1:1.4.0-3/desc", LIBS),
        File("usr/bin/mvi-tool", "tool\n"),
        File("etc/mvi.conf", "c\n"),
    ]]));
    let (libs, tool) = (&inventory.packages[0], &inventory.packages[1]);
    assert_eq!(tool.purl, "pkg:alpm/arch/mvi-tool@1:1.4.0-3?arch=x86_64&distro=arch");
    assert_eq!((tool.files, tool.installed_bytes, tool.declared_bytes), (2, 7, Some(7)));
    assert_eq!(tool.depends, ["sh", "mvi-libs"]);
    assert_eq!((tool.requested, libs.requested), (Requested::Yes, Requested::No));
    assert_eq!(inventory.requested_above(0), RequestedAbove::Known(BTreeSet::from(["mvi-tool".to_owned()])));
    assert_eq!(inventory.gaps, []);
}

#[test]
fn an_upgrade_is_another_folder_of_the_same_database() {
    let newer = TOOL.replace("1.4.0", "1.5.0");
    let desc = format!("{FOLDER}/desc");
    let inventory = take(&tree(&[
        &[File("etc/os-release", "ID=arch\n"), File(&desc, TOOL)],
        &[Gone(FOLDER), File("var/lib/pacman/local/mvi-tool-1:1.5.0-3/desc", &newer)],
    ]));
    let hidden = inventory.hidden[0].hidden.as_ref().unwrap();
    assert_eq!((hidden.removed_in_layer, hidden.replaced_by.as_deref()), (1, Some("1:1.5.0-3")));
    assert_eq!(inventory.packages.len(), 1);
}
