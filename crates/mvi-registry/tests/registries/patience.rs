//! Broken connections, busy servers, and servers that ask to be left alone.

use std::time::Duration;

use crate::desk::{Desk, told};
use crate::layout::{Layout, noise, tar};
use crate::server::{Reply, Server};

#[test]
fn a_busy_server_is_asked_again() {
    for status in [429, 500, 502, 503] {
        let server =
            Server::registry(
                Layout::small(),
                move |asked, honest| {
                    if asked.before < 2 { Reply::new(status, "busy") } else { honest }
                },
            );
        let desk = Desk::new();
        assert_eq!(desk.code(&format!("{}/app", server.host)), "fine", "{status}");
        // Manifest, config, layer: each twice in vain.
        assert_eq!((desk.waits(), server.asked().len()), (6, 9), "{status}");
    }
}

#[test]
fn a_server_that_stays_busy_is_given_up() {
    let server = Server::new(|_| Reply::new(500, r#"{"errors":[{"code":"UNKNOWN","message":"disk full"}]}"#));
    let desk = Desk::new();
    let error = desk.read(&format!("{}/app", server.host)).unwrap_err();
    assert_eq!((error.code(), server.asked().len(), desk.waits()), ("E-REGISTRY", 5, 4));
    assert!(told(&error).contains("status 500: UNKNOWN disk full"), "{error}");
}

#[test]
fn a_wait_that_is_asked_for_is_made() {
    let server = Server::registry(Layout::small(), |asked, honest| {
        if asked.before == 0 { Reply::new(429, "").header("retry-after", "17") } else { honest }
    });
    let desk = Desk::new();
    assert_eq!(desk.code(&format!("{}/app", server.host)), "fine");
    assert_eq!(*desk.waits.lock().unwrap(), [Duration::from_secs(17); 3]);
}

#[test]
fn a_wait_longer_than_we_wait_is_told_and_not_made() {
    let server = Server::new(|_| {
        let limited = Reply::new(429, r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}"#);
        limited.header("retry-after", "3600").header("ratelimit-remaining", "0;w=21600")
    });
    let desk = Desk::new();
    let error = desk.read(&format!("{}/app", server.host)).unwrap_err();
    assert_eq!((error.code(), server.asked().len(), desk.waits()), ("E-RATE-LIMIT", 1, 0));
    let text = told(&error);
    assert!(text.contains("slow down; it wants to be left alone for 3600 s (ratelimit-remaining 0;w=21600)"), "{text}");
}

#[test]
fn a_silent_server_is_left_and_asked_again() {
    let server = Server::registry(Layout::small(), |asked, honest| Reply {
        hang: asked.before == 0 && asked.path.contains("manifests"),
        ..honest
    });
    let desk = Desk::new();
    assert_eq!(desk.code(&format!("{}/app", server.host)), "fine");
    assert_eq!(desk.waits(), 1);
}

#[test]
fn a_manifest_that_breaks_on_the_way_is_asked_for_again() {
    let server = Server::registry(Layout::small(), |asked, honest| Reply {
        cut: (asked.before == 0 && !asked.path.contains("blobs")).then_some(10),
        ..honest
    });
    let desk = Desk::new();
    assert_eq!(desk.code(&format!("{}/app", server.host)), "fine");
    assert_eq!((desk.waits(), server.count("manifests")), (1, 2));
}

/// A layer of 2 MB whose first connections break after 300 kB each; `ranges` says whether the server knows ranges.
fn broken_layer(ranges: bool) -> (Server, Layout) {
    let layout = Layout::new(&[tar(&[("big", &noise(5, 2_000_000))])]);
    let (layer, whole) = (layout.layers()[0].clone(), layout.blobs[&layout.layers()[0]].clone());
    let server = Server::registry(layout.clone(), move |asked, honest| {
        if !asked.path.contains(&layer) {
            return honest;
        }
        let honest = if ranges { honest } else { Reply::new(200, whole.clone()) };
        if asked.before < 3 {
            Reply { cut: Some(300_000 * if ranges { 1 } else { asked.before + 1 }), ..honest }
        } else {
            honest
        }
    });
    (server, layout)
}

#[test]
fn a_broken_layer_goes_on_where_it_stopped() {
    let (server, layout) = broken_layer(true);
    let desk = Desk::new();
    assert_eq!(desk.code(&format!("{}/app", server.host)), "fine");
    let layer = &layout.layers()[0];
    assert_eq!(server.sent(layer), layout.blobs[layer].len() as u64, "no byte is sent twice");
    let ranges: Vec<_> = server.asked().iter().filter_map(|asked| asked.header("range").map(str::to_owned)).collect();
    assert_eq!(ranges, ["bytes=300000-", "bytes=600000-", "bytes=900000-"]);
}

#[test]
fn where_ranges_are_not_known_the_layer_is_read_again_from_its_start() {
    let (server, layout) = broken_layer(false);
    assert_eq!(Desk::new().code(&format!("{}/app", server.host)), "fine");
    let whole = layout.blobs[&layout.layers()[0]].len() as u64;
    assert_eq!(server.sent(&layout.layers()[0]), 300_000 + 600_000 + 900_000 + whole);
}

#[test]
fn a_layer_that_breaks_for_ever_is_given_up() {
    let layout = Layout::new(&[tar(&[("big", &noise(5, 200_000))])]);
    let layer = layout.layers()[0].clone();
    let server = Server::registry(layout, move |asked, honest| {
        let cut = asked.path.contains(&layer).then_some(0);
        Reply { cut, ..honest }
    });
    assert_eq!(Desk::new().code(&format!("{}/app", server.host)), "E-UNREACHABLE");
}
