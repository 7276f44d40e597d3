//! What is downloaded for a fleet: each distinct layer, config and manifest once, and not a byte more.

use std::collections::BTreeMap;
use std::sync::Barrier;

use crate::desk::{Desk, memory};
use crate::distribution::Distribution;
use crate::layout::{Layout, noise, tar};

#[test]
fn twelve_images_over_three_bases_download_their_distinct_layers_once() {
    let registry = Distribution::anonymous();
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for number in 0..12_u64 {
        let base = number % 3;
        let layers = [
            tar(&[("base", &noise(base + 1, 400_000))]),
            tar(&[("more", &noise(base + 100, 100_000))]),
            tar(&[("app", &noise(number + 1000, 50_000))]),
        ];
        let layout = Layout::new(&layers);
        registry.push(&layout, &format!("app{number}:1"), &[]);
        expected.extend(layout.blobs.iter().map(|(digest, bytes)| (digest.clone(), bytes.len() as u64)));
    }
    // 6 layers of bases, 12 of images, 12 configs, 12 manifests.
    assert_eq!(expected.len(), 42);
    let pushed = registry.log().len();
    let desk = Desk::new();
    let (client, folder) = (desk.registry(), tempfile::tempdir().unwrap());
    for number in 0..12 {
        let image = desk.open_with(&client, &format!("{}/app{number}:1", registry.host)).unwrap();
        let layers = desk.scan(&image, Some(&memory(&folder))).unwrap();
        assert_eq!(layers.iter().filter(|layer| layer.remembered).count(), if number < 3 { 0 } else { 2 });
    }
    let log = &registry.log()[pushed..];
    let read: Vec<_> = log.iter().filter(|(method, _, status, _)| method == "GET" && *status == 200).collect();
    let bytes: u64 = read.iter().map(|(_, _, _, written)| written).sum();
    assert_eq!((read.len(), bytes), (42, expected.values().sum::<u64>()));
    assert_eq!(log.len(), 42, "no request is made that brings nothing: {log:?}");
}

#[test]
fn images_that_are_read_at_once_fetch_what_they_share_once() {
    let registry = Distribution::anonymous();
    let shared = tar(&[("base", &noise(7, 8_000_000))]);
    for number in 0..6_u64 {
        let own = tar(&[("app", &noise(number + 50, 1_000))]);
        registry.push(&Layout::new(&[shared.clone(), own]), &format!("app{number}:1"), &[]);
    }
    let (desk, folder) = (Desk::new(), tempfile::tempdir().unwrap());
    let (client, memory, start) = (desk.registry(), memory(&folder), Barrier::new(6));
    std::thread::scope(|threads| {
        for number in 0..6 {
            let (desk, client, memory, start, host) = (&desk, &client, &memory, &start, &registry.host);
            threads.spawn(move || {
                let image = desk.open_with(client, &format!("{host}/app{number}:1")).unwrap();
                start.wait();
                desk.scan(&image, Some(memory)).unwrap();
            });
        }
    });
    let large = |(method, _, _, written): &&(String, String, u64, u64)| method == "GET" && *written > 1_000_000;
    assert_eq!(registry.log().iter().filter(large).count(), 1);
}
