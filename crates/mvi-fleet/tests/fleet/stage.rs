//! A fleet on a small stage: short names become digests, layers, images and services.

use std::path::PathBuf;

use jiff::Timestamp;
use mvi_fleet::{
    Contents, Fact, ImageFacts, JudgementFacts, LayerOfImage, Provided, RunFacts, Scope, Sizes, Stamp, Store,
};
use mvi_image::{Algorithm, Digest};
use mvi_standard::{Action, RuleId, Verdict};
use tempfile::TempDir;

/// A store in a folder of its own, which goes with it.
pub(crate) struct Stage {
    pub(crate) store: Store,
    pub(crate) folder: TempDir,
    stamps: u64,
}

/// The digest that a short name stands for.
pub(crate) fn digest(name: &str) -> Digest {
    Digest::of(Algorithm::Sha256, name.as_bytes())
}

/// The digest of an image, as text, for asking.
pub(crate) fn id(name: &str) -> String {
    digest(&format!("image {name}")).to_string()
}

pub(crate) fn stamp(number: u64) -> Stamp {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_be_bytes());
    seed[8..16].copy_from_slice(&u64::from(std::process::id()).to_be_bytes());
    Stamp::new(at(i64::try_from(number).unwrap()), "test", seed)
}

/// So many seconds after a day in November 2026.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + seconds).unwrap()
}

/// A layer of 100 transfer and 200 unpacked bytes. `"a +x@1 +y@1 -z@1"`: its name, what it provides and removes; a
/// name alone was looked into and holds no package; `"a ?"` nobody looked into.
pub(crate) fn layer(text: &str) -> LayerOfImage {
    let mut words = text.split(' ');
    let diff_id = digest(&format!("layer {}", words.next().unwrap()));
    let mut contents = Contents {
        bytes: None,
        diff_id: diff_id.clone(),
        folders: Default::default(),
        provides: Vec::new(),
        removes: Vec::new(),
    };
    let mut examined = true;
    for word in words {
        match word.split_at(1) {
            ("+", name) => contents.provides.push(Provided { purl: purl(name), ..Provided::default() }),
            ("-", name) => contents.removes.push(purl(name)),
            _ => examined = false,
        }
    }
    LayerOfImage {
        diff_id,
        transfer: Some(100),
        unpacked: Some(200),
        instruction: None,
        contents: examined.then_some(contents),
    }
}

pub(crate) fn purl(name: &str) -> String {
    format!("pkg:apk/alpine/{name}")
}

/// An image named `name` with these layers.
pub(crate) fn image(name: &str, layers: &[&str]) -> ImageFacts {
    let layers: Vec<_> = layers.iter().map(|text| layer(text)).collect();
    let sum = |size: fn(&LayerOfImage) -> Option<u64>| layers.iter().map(size).sum();
    ImageFacts {
        digest: digest(&format!("image {name}")),
        reference: format!("registry.example/{name}:1"),
        repository: format!("registry.example/{name}"),
        tag: Some("1".into()),
        platform: "linux/amd64".into(),
        sizes: Sizes {
            transfer: sum(|layer| layer.transfer),
            unpacked: sum(|layer| layer.unpacked),
            ..Sizes::default()
        },
        layers,
        dimensions: [("size_mb".to_owned(), 12.5)].into(),
        runtime: None,
        libc: Some("musl".into()),
        created: None,
        organism: None,
        scope: Scope::Audited,
        bases: Vec::new(),
        evidence: None,
    }
}

pub(crate) fn judgement(name: &str, verdict: Verdict, compliant: bool, heavy: bool) -> Fact {
    Fact::Judgement(JudgementFacts {
        digest: digest(&format!("image {name}")),
        verdict,
        declared: None,
        effective: verdict,
        rule: RuleId::R9,
        action: Action::Trim,
        pressure: Some(0.25),
        coverage: Some(0.4),
        band: None,
        segment: Some(35),
        triggers: Vec::new(),
        compliant,
        heavy,
    })
}

pub(crate) fn run(service: &str, image: &str, pods: u64, nodes: &[&str]) -> Fact {
    Fact::Run(RunFacts {
        service: service.into(),
        cluster: "main".into(),
        digest: digest(&format!("image {image}")),
        pods,
        nodes: nodes.iter().map(|node| (*node).to_owned()).collect(),
        since: at(0),
        until: None,
    })
}

impl Stage {
    pub(crate) fn empty() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::create(&folder.path().join("fleet.db")).unwrap();
        Self { store, folder, stamps: 0 }
    }

    /// With images that were taken in one after the other.
    pub(crate) fn with(images: &[(&str, &[&str])]) -> Self {
        let mut stage = Self::empty();
        for (name, layers) in images {
            stage.ingest(&image(name, layers));
        }
        stage
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.store.path().to_owned()
    }

    pub(crate) fn stamp(&mut self) -> Stamp {
        self.stamps += 1;
        stamp(self.stamps)
    }

    pub(crate) fn ingest(&mut self, image: &ImageFacts) -> mvi_fleet::Ingested {
        let mut stamp = self.stamp();
        self.store.ingest(&mut stamp, image).unwrap()
    }

    pub(crate) fn tell(&mut self, fact: &Fact) -> u64 {
        let mut stamp = self.stamp();
        self.store.append(&mut stamp, fact, None).unwrap().seq
    }

    pub(crate) fn dump(&self) -> String {
        dump(&self.store)
    }
}

pub(crate) fn dump(store: &Store) -> String {
    let mut out = Vec::new();
    store.dump(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub(crate) fn assert_whole(store: &Store) {
    let report = store.check().unwrap();
    assert!(report.is_whole(), "{report:?}");
}
