//! Prints what the loader brings together for every program of an image: `PROGRAM<TAB>NAME<TAB>PATH`, the path empty for what is
//! missing; to be compared with `ld.so --list` in the unpacked image.
#![allow(clippy::print_stdout, clippy::expect_used)] // an example that cannot read its image should stop

use std::io::Write as _;

use mvi_closure::{Environment, How, ImageObjects, Loader};
use mvi_image::{Limits, Location, OpenOptions, PlatformChoice, Quiet, ScanOptions};
use mvi_inventory::{Bodies, InventoryCollector};

fn main() {
    let place = std::env::args().nth(1).expect("an image is named");
    let limits = Limits::default();
    let collector = &InventoryCollector;
    let options = OpenOptions { platform: PlatformChoice::All, verify: false, limits: &limits, collector };
    let location = Location::parse(&place).expect("the name of an image");
    let image = mvi_image::open(&location, &options).expect("an image").remove(0);
    let scan = ScanOptions {
        collector,
        limits: &limits,
        verify: false,
        estimate: false,
        jobs: 2,
        cache: None,
        progress: &Quiet,
    };
    let layers = mvi_image::scan(&image, &scan).expect("layers");
    let tree = mvi_image::merge(layers.into_iter().map(|layer| layer.facts).collect());
    let inventory = mvi_inventory::take(&tree);
    let bodies = Bodies::new(&tree);
    let objects = ImageObjects::new(&tree, &bodies);
    let loader = Loader::new(&objects, Environment::default());
    let mut out = std::io::stdout().lock();
    for object in inventory.objects.iter().filter(|object| object.facts.interpreter.is_some()) {
        let path = format!("/{}", object.path);
        let loading = loader.load(&path, &[]);
        let found = loading.objects.iter().filter(|object| !matches!(object.how, How::Asked | How::Interpreter));
        let found = found.map(|object| (object.name.as_str(), object.path.as_str()));
        for (name, place) in found.chain(loading.unresolved.iter().map(|lack| (lack.name.as_str(), ""))) {
            writeln!(out, "{path}\t{name}\t{place}").expect("standard output");
        }
    }
}
