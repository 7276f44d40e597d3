//! What is wrong with the start of an image, and the ways from its entry point.

use crate::Case;
use crate::elf::{elf, library};
use crate::flow::LD;
use crate::image::Entry::{File, Link, Program};

#[test]
fn a_missing_entry_point_is_a_fault() {
    let nested = [Program("opt/app/app/bin/app", &elf("", &[]))];
    assert_eq!(Case::new(&[&nested], "/opt/app/bin/app").faults(), "F-ENTRYPOINT-MISSING");
}

#[test]
fn a_missing_library_or_loader_is_a_fault() {
    let files = [Program("app/run", &elf(LD, &["libpq.so.5"])), Program("lib64/ld-linux-x86-64.so.2", &library(&[]))];
    assert_eq!(Case::new(&[&files], "/app/run").faults(), "F-M0 F-PID1");
    assert_eq!(Case::new(&[&[Program("app/run", &elf(LD, &[]))]], "/app/run").faults(), "F-M0 F-PID1");
}

#[test]
fn whoever_waits_for_orphans_may_be_process_1() {
    let run = elf("", &[]);
    let alone = [Program("app/run", &run)];
    assert_eq!(Case::new(&[&alone], "/app/run").faults(), "F-PID1");
    let with_init = [Program("sbin/tini", &run), Program("app/run", &run)];
    assert_eq!(Case::new(&[&with_init], "/sbin/tini|--|/app/run").faults(), "");
    let server = [Program("usr/sbin/nginx", &run)];
    assert_eq!(Case::new(&[&server], "nginx").faults(), "");
}

#[test]
fn the_way_leads_through_scripts_loaders_and_links() {
    let files = [
        Program("app/start", b"#!/bin/sh\n/usr/bin/helper --now\nexec /app/run\n"),
        Program("bin/sh", &elf(LD, &[])),
        Program("app/run", &elf(LD, &["liba.so"])),
        Program("usr/bin/helper", &elf(LD, &["libh.so"])),
        Program("lib64/ld-linux-x86-64.so.2", &library(&[])),
        Link("usr/lib/liba.so", "liba.so.1"),
        Program("usr/lib/liba.so.1", &library(&["libb.so"])),
        Program("usr/lib/libb.so", &library(&[])),
        Program("usr/lib/libh.so", &library(&[])),
        File("data/nothing", "reaches this"),
    ];
    let case = Case::new(&[&files], "/app/start");
    assert!(case.is_known());
    assert_eq!(
        case.chain("usr/lib/libb.so"),
        "/app/start > /bin/sh > /app/run > /usr/lib/liba.so.1 > /usr/lib/libb.so"
    );
    assert_eq!(case.chain("usr/lib/libh.so"), "/app/start > /usr/bin/helper > /usr/lib/libh.so");
    assert_eq!(case.chain("data/nothing"), "");
}

#[test]
fn an_image_that_says_nothing_is_no_fault_and_nothing_is_known_of_it() {
    let case = Case::new(&[&[Program("app/run", &elf("", &[]))]], "");
    assert_eq!(case.faults(), "");
    assert!(!case.is_known());
}

#[test]
fn a_library_that_a_wrapper_lacks_is_as_bad_as_one_of_the_program() {
    let files = [
        Program("sbin/tini", &elf(LD, &["libgone.so"])),
        Program("app/run", &elf("", &[])),
        Program("lib64/ld-linux-x86-64.so.2", &library(&[])),
    ];
    let composition = Case::new(&[&files], "/sbin/tini|--|/app/run").compose(None);
    assert_eq!(composition.faults[0].risk, mvi_closure::Risk::High, "{:?}", composition.faults);
}
