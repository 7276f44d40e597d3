//! Root file systems in folders: what of them cannot be read is said.

use std::process::{Command, Stdio};

use mvi_image::{GapCode, merge};

use crate::look::scan_at;

#[test]
fn a_link_that_cannot_be_read_is_a_gap() {
    // The links of a process that has ended, and that nobody has asked about yet, lead nowhere: proc(5).
    let mut ended = Command::new("true").stdout(Stdio::null()).spawn().unwrap();
    let folder = format!("/proc/{}", ended.id());
    let status = || std::fs::read_to_string(format!("{folder}/stat")).unwrap();
    while !status().contains(") Z ") {
        std::thread::yield_now();
    }
    let layers = scan_at(&format!("dir:{folder}"), true);
    ended.wait().unwrap();
    let tree = merge(layers.unwrap().into_iter().map(|layer| layer.facts).collect());
    let gaps = tree.layers()[0].gaps().of_layer(0);
    let link = gaps.into_iter().find(|gap| gap.path.as_deref() == Some("exe")).map(|gap| (gap.code, gap.text.clone()));
    let (code, text) = link.expect("a gap for the link");
    assert_eq!(code, GapCode::Link);
    assert!(text.starts_with("the link cannot be read: "), "{text}");
    assert!(tree.find_no_follow(b"exe").is_some(), "the link itself is there");
}
