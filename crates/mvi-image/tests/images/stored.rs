//! Images of a place that is not a file: fetched once, checked while they stream, and not fetched when remembered.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex};

use mvi_image::{
    Algorithm, BlobStore, Digest, Image, ImageError, LayerCache, Limits, OpenOptions, PlatformChoice, Quiet,
    ScanOptions, ScannedLayer, StoreError, Top, UnpackedImage, UnpackedLayer, open_stored, open_unpacked, scan,
};

use crate::archive::{Config, Members, index};
use crate::entry::{file, layer};
use crate::errors::gzip;
use crate::look::{Names, lines, merge_scanned, scan_layers};
use crate::memory::{Desk, layers};

/// Blobs by digest, and what was asked for.
#[derive(Debug, Default)]
struct Shelf {
    blobs: BTreeMap<String, Vec<u8>>,
    asked: Mutex<Vec<String>>,
}

impl Shelf {
    fn of(members: &Members) -> Self {
        let name = |name: &str| name.strip_prefix("blobs/sha256/").map(|hex| format!("sha256:{hex}"));
        let blobs = members.0.iter().filter_map(|(path, bytes)| Some((name(path)?, bytes.clone())));
        Self { blobs: blobs.collect(), asked: Mutex::default() }
    }

    fn give(&self, what: &str, digest: &Digest) -> Option<Vec<u8>> {
        self.asked.lock().unwrap().push(what.to_owned());
        self.blobs.get(&digest.to_string()).cloned()
    }

    /// How often a thing was asked for since the last time.
    fn count(&self, what: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == what).count()
    }
}

impl BlobStore for Shelf {
    fn label(&self) -> String {
        "shelf".into()
    }

    fn manifest(&self, digest: &Digest, _: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.give("manifest", digest))
    }

    fn config(&self, digest: &Digest, _: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.give("config", digest))
    }

    fn holds(&self, digest: &Digest) -> Result<bool, StoreError> {
        Ok(self.give("holds", digest).is_some())
    }

    fn layer(&self, digest: &Digest, _: u64) -> Result<Option<Box<dyn Read + Send>>, StoreError> {
        Ok(self.give("layer", digest).map(|bytes| Box::new(Dripping(Cursor::new(bytes))) as Box<dyn Read + Send>))
    }
}

/// Gives few bytes at once, as networks may.
struct Dripping(Cursor<Vec<u8>>);

impl Read for Dripping {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = out.len().min(777).min(1 + self.0.position() as usize);
        self.0.read(&mut out[..count])
    }
}

fn top(document: &[u8]) -> Top {
    let digest = Digest::of(Algorithm::Sha256, document);
    Top { digest, size: document.len() as u64, name: Some("shelf/app:1".into()) }
}

fn open(shelf: &Arc<Shelf>, document: &[u8]) -> Result<Image, ImageError> {
    let limits = Limits::default();
    let platform: PlatformChoice = "linux/amd64".parse()?;
    let options = OpenOptions { platform, verify: true, limits: &limits, collector: &Names };
    let store: Arc<dyn BlobStore> = shelf.clone();
    Ok(open_stored(&store, &top(document), &options)?.remove(0))
}

fn read(image: &Image, cache: Option<&LayerCache>, verify: bool) -> Result<Vec<ScannedLayer>, ImageError> {
    let limits = Limits::default();
    scan(
        image,
        &ScanOptions { collector: &Names, limits: &limits, verify, estimate: true, jobs: 2, cache, progress: &Quiet },
    )
}

/// An image of layers that are stored as `packed`, on a shelf; and its manifest.
fn shelved(layers: &[Vec<u8>], packed: &[Vec<u8>]) -> (Arc<Shelf>, Vec<u8>) {
    let mut members = Members::default();
    let manifest = members.image(layers, packed, &Config::default());
    members.manifest(&manifest, "");
    (Arc::new(Shelf::of(&members)), manifest)
}

#[test]
fn a_streamed_image_is_the_same_as_one_in_a_file() {
    let layers = layers();
    let expected = lines(&merge_scanned(&scan_layers(&layers, true).unwrap()));
    let zstd = |layer: &Vec<u8>| zstd::encode_all(layer.as_slice(), 3).unwrap();
    for packed in
        [layers.clone(), layers.iter().map(|layer| gzip(layer)).collect(), layers.iter().map(zstd).collect::<Vec<_>>()]
    {
        let (shelf, manifest) = shelved(&layers, &packed);
        let image = open(&shelf, &manifest).unwrap();
        assert_eq!(image.reference.as_deref(), Some("shelf/app:1"));
        for verify in [true, false] {
            let scanned = read(&image, None, verify).unwrap();
            assert_eq!(lines(&merge_scanned(&scanned)), expected);
            let transfer: u64 = scanned.iter().map(|layer| layer.transfer_bytes.unwrap().bytes).sum();
            assert_eq!(transfer, packed.iter().map(|layer| layer.len() as u64).sum::<u64>());
        }
    }
}

#[test]
fn a_layer_larger_than_a_buffer_is_streamed_over_threads() {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    let noise: Vec<u8> = (0..3_000_000).map(|_| next()).collect();
    let layers = vec![layer(&[file("big", noise)])];
    let packed: Vec<_> = layers.iter().map(|layer| gzip(layer)).collect();
    assert!(packed[0].len() > 1 << 20);
    let (shelf, manifest) = shelved(&layers, &packed);
    let scanned = read(&open(&shelf, &manifest).unwrap(), None, true).unwrap();
    assert_eq!(scanned[0].facts.tar_bytes(), layers[0].len() as u64);
}

#[test]
fn remembered_layers_are_not_fetched_and_look_the_same() {
    let layers = layers();
    let packed: Vec<_> = layers.iter().map(|layer| gzip(layer)).collect();
    let (shelf, manifest) = shelved(&layers, &packed);
    let desk = Desk::new(&layers);
    let image = open(&shelf, &manifest).unwrap();
    let fresh = read(&image, Some(&desk.memory()), true).unwrap();
    assert_eq!(shelf.count("layer"), 2);
    let again = read(&image, Some(&desk.memory()), true).unwrap();
    assert_eq!(shelf.count("layer"), 2);
    assert!(again.iter().all(|layer| layer.remembered));
    let seen = |layers: &[ScannedLayer]| -> Vec<_> {
        layers.iter().map(|layer| (layer.compression, layer.transfer_bytes, layer.gaps.clone())).collect()
    };
    assert_eq!(seen(&again), seen(&fresh));
    assert_eq!(lines(&merge_scanned(&again)), lines(&merge_scanned(&fresh)));
}

#[test]
fn facts_of_a_diff_id_whose_blob_was_never_seen_do_not_save_the_fetch() {
    let layers = layers();
    let desk = Desk::new(&layers);
    desk.run().unwrap();
    let packed: Vec<_> = layers.iter().map(|layer| gzip(layer)).collect();
    let (shelf, manifest) = shelved(&layers, &packed);
    let scanned = read(&open(&shelf, &manifest).unwrap(), Some(&desk.memory()), true).unwrap();
    assert_eq!(shelf.count("layer"), 2);
    assert!(scanned.iter().all(|layer| !layer.remembered));
}

/// Puts other bytes in the place of the stored layer and reads; the code of what comes of it.
fn spoil(spoilt: impl FnOnce(&mut Vec<u8>)) -> &'static str {
    let layers = vec![layer(&[file("a", "1"), file("b", "22")])];
    let packed = vec![gzip(&layers[0])];
    let digest = Digest::of(Algorithm::Sha256, &packed[0]).to_string();
    let (shelf, manifest) = shelved(&layers, &packed);
    let mut spoilt_shelf = Shelf { blobs: shelf.blobs.clone(), asked: Mutex::default() };
    spoilt(spoilt_shelf.blobs.get_mut(&digest).unwrap());
    let image = open(&Arc::new(spoilt_shelf), &manifest).unwrap();
    read(&image, None, true).unwrap_err().code()
}

#[test]
fn a_store_that_gives_other_bytes_is_found_out_by_digest_and_size() {
    assert_eq!(spoil(|bytes| bytes[20] ^= 1), "E-DIGEST-BLOB");
    assert_eq!(spoil(|bytes| bytes.truncate(30)), "E-SIZE");
    assert_eq!(spoil(|bytes| bytes.extend_from_slice(&[0; 1000])), "E-SIZE");
}

#[test]
fn of_an_index_only_the_wanted_platform_is_fetched() {
    let mut members = Members::default();
    let mut descriptors = Vec::new();
    for architecture in ["arm64", "amd64", "s390x"] {
        let layers = vec![layer(&[file("arch", architecture)])];
        let manifest = members.image(&layers, &[], &Config { architecture, ..Config::default() });
        let platform = format!(r#","platform":{{"os":"linux","architecture":"{architecture}"}}"#);
        descriptors.push(members.manifest(&manifest, &platform));
    }
    let index = index(&descriptors);
    members.manifest(&index, "");
    let shelf = Arc::new(Shelf::of(&members));
    let image = open(&shelf, &index).unwrap();
    assert_eq!(image.platform().to_string(), "linux/amd64");
    assert_eq!((shelf.count("manifest"), shelf.count("config"), shelf.count("layer")), (2, 1, 0));
}

#[test]
fn an_unpacked_image_is_checked_by_its_diff_ids_alone() {
    let layers = layers();
    let config = Config::default().document(&layers);
    let blobs = layers.iter().map(|layer| (Digest::of(Algorithm::Sha256, layer).to_string(), layer.clone()));
    let shelf = Arc::new(Shelf { blobs: blobs.collect(), asked: Mutex::default() });
    let store: Arc<dyn BlobStore> = shelf;
    let parts = |unverifiable: Option<&str>| UnpackedImage {
        name: None,
        manifest_digest: None,
        config_digest: Digest::of(Algorithm::Sha256, &config),
        config: &config,
        annotations: BTreeMap::new(),
        layers: layers
            .iter()
            .map(|layer| UnpackedLayer {
                diff_id: Digest::of(Algorithm::Sha256, layer),
                tar_bytes: layer.len() as u64,
                blob: None,
                blob_bytes: Some(99),
                unverifiable: unverifiable.map(str::to_owned),
            })
            .collect(),
    };
    let scanned = read(&open_unpacked(&store, parts(None)).unwrap(), None, true).unwrap();
    assert_eq!(scanned[0].transfer_bytes.unwrap().bytes, 99);
    assert!(scanned.iter().all(|layer| layer.gaps.is_empty() && layer.facts.diff_id().is_some()));
    let scanned = read(&open_unpacked(&store, parts(Some("no recipe"))).unwrap(), None, true).unwrap();
    assert!(scanned.iter().all(|layer| layer.gaps[0].text.contains("no recipe") && layer.facts.diff_id().is_none()));
}
