//! A fleet that never was: 40 systems, 400 platforms on them, and services on those; the same every time.

use mvi_fleet::{
    Affected, Contents, Fact, ImageFacts, JudgementFacts, LayerOfImage, Provided, RunFacts, Scope, Sizes,
    VulnerabilityFacts,
};
use mvi_image::{Algorithm, Digest};
use mvi_standard::{Action, RuleId, Verdict};

const SYSTEMS: usize = 40;
const PLATFORMS: usize = 400;
/// Different package versions in the fleet.
const PACKAGES: usize = 60_000;
const OWN_LAYERS: usize = 5;
const OWN_PACKAGES: usize = 10;
const VULNERABILITIES: usize = 2000;
const SERVICES: usize = 20_000;

pub(crate) struct Fleet {
    random: u64,
    made: usize,
    chains: Vec<Vec<LayerOfImage>>,
    digests: Vec<Digest>,
    pub(crate) layer_references: usize,
    pub(crate) package_edges: usize,
}

impl Fleet {
    pub(crate) fn new() -> Self {
        let (chains, digests) = (Vec::new(), Vec::new());
        Self { random: 20_261_121, made: 0, chains, digests, layer_references: 0, package_edges: 0 }
    }

    /// The next number below `end`: SplitMix64 (Steele, Lea and Flood, 2014).
    fn below(&mut self, end: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    /// Small numbers more often, as few things are used by many.
    fn skewed(&mut self, end: usize) -> usize {
        let drawn = self.below(1 << 20) as f64 / f64::from(1 << 20);
        (drawn * drawn * drawn * end as f64) as usize
    }

    /// Systems first, then platforms, then services, whose bases are drawn with a skew.
    pub(crate) fn next_image(&mut self) -> ImageFacts {
        let number = self.made;
        self.made += 1;
        let (mut layers, own, packages) = if number < SYSTEMS {
            (Vec::new(), 2, 60)
        } else if number < SYSTEMS + PLATFORMS {
            let system = self.skewed(SYSTEMS);
            (self.chains[system].clone(), 3, 30)
        } else {
            let platform = SYSTEMS + self.skewed(PLATFORMS);
            (self.chains[platform].clone(), OWN_LAYERS, OWN_PACKAGES)
        };
        for place in 0..own {
            layers.push(self.layer(number, place, packages));
        }
        if number < SYSTEMS + PLATFORMS {
            self.chains.push(layers.clone());
        }
        self.layer_references += layers.len();
        let facts = image(number, layers);
        self.digests.push(facts.digest.clone());
        facts
    }

    fn layer(&mut self, image: usize, place: usize, packages: usize) -> LayerOfImage {
        let diff_id = digest(&format!("layer {image} {place}"));
        let provides: Vec<_> =
            (0..packages).map(|_| Provided { purl: purl(self.skewed(PACKAGES)), ..Provided::default() }).collect();
        let removes = if place == 2 { vec![purl(self.skewed(PACKAGES))] } else { Vec::new() };
        self.package_edges += provides.len();
        let size = 1000 * (1 + self.below(50_000) as u64);
        let contents =
            Some(Contents { bytes: None, diff_id: diff_id.clone(), folders: Default::default(), provides, removes });
        LayerOfImage { diff_id, transfer: Some(size), unpacked: Some(size * 3), instruction: None, contents }
    }

    /// A judgement of every image, services that run every fifth or so, and vulnerabilities.
    pub(crate) fn facts(&mut self) -> Vec<Fact> {
        let digests = self.digests.clone();
        let mut facts: Vec<Fact> = digests.iter().map(|digest| self.judgement(digest)).collect();
        for number in 0..SERVICES.min(digests.len()) {
            let pods = 1 + self.below(5) as u64;
            facts.push(Fact::Run(RunFacts {
                service: format!("space-{}/service-{number}", number % 100),
                cluster: "main".into(),
                digest: digests[self.below(digests.len())].clone(),
                pods,
                nodes: (0..pods).map(|_| format!("node-{}", self.below(300))).collect(),
                since: jiff::Timestamp::UNIX_EPOCH,
                until: None,
            }));
        }
        for number in 0..VULNERABILITIES {
            let affects = (0..1 + self.below(5)).map(|_| purl(self.skewed(PACKAGES))).collect();
            facts.push(vulnerability(self.vulnerability(number), affects));
        }
        let hot = self.chains[0][0].contents.as_ref().unwrap().provides[0].purl.clone();
        facts.push(vulnerability(self.hot_vulnerability(), vec![hot]));
        facts
    }

    pub(crate) fn judgement(&mut self, digest: &Digest) -> Fact {
        let drawn = self.below(10);
        Fact::Judgement(JudgementFacts {
            digest: digest.clone(),
            verdict: if drawn < 4 { Verdict::Floor } else { Verdict::Review },
            declared: None,
            effective: Verdict::Review,
            rule: RuleId::R9,
            action: Action::Trim,
            pressure: Some(drawn as f64 / 10.0),
            coverage: Some(0.4),
            band: Some("light".into()),
            segment: Some(35),
            triggers: Vec::new(),
            compliant: drawn < 4,
            heavy: drawn > 7,
        })
    }

    pub(crate) fn vulnerability(&self, number: usize) -> String {
        format!("CVE-2026-{}", number % VULNERABILITIES)
    }

    pub(crate) fn hot_vulnerability(&self) -> String {
        "CVE-2026-99999".into()
    }

    pub(crate) fn base(&self, number: usize) -> String {
        self.digests[number * 11 % (SYSTEMS + PLATFORMS)].to_string()
    }

    pub(crate) fn hot_base(&self) -> String {
        self.digests[0].to_string()
    }
}

fn vulnerability(id: String, purls: Vec<String>) -> Fact {
    let affected = |purl| Affected { purl, fixed_in: Some("9".into()), severity: None };
    Fact::Vulnerability(VulnerabilityFacts {
        id,
        aliases: Vec::new(),
        affects: purls.into_iter().map(affected).collect(),
        about: Vec::new(),
        record: None,
    })
}

fn digest(name: &str) -> Digest {
    Digest::of(Algorithm::Sha256, name.as_bytes())
}

fn purl(number: usize) -> String {
    format!("pkg:deb/debian/library-{}@{}.{}-1?arch=amd64", number / 4, number % 4, number % 10)
}

fn image(number: usize, layers: Vec<LayerOfImage>) -> ImageFacts {
    let transfer = layers.iter().map(|layer| layer.transfer).sum();
    let unpacked = layers.iter().map(|layer| layer.unpacked).sum();
    let repository = format!("registry.example/team-{}/service-{}", number % 50, number / 5);
    ImageFacts {
        digest: digest(&format!("image {number}")),
        reference: format!("{repository}:1.{}", number % 5),
        tag: Some(format!("1.{}", number % 5)),
        repository,
        platform: "linux/amd64".into(),
        dimensions: [("size_mb".to_owned(), number as f64 / 7.0), ("layer_count".to_owned(), layers.len() as f64)]
            .into(),
        sizes: Sizes { transfer, unpacked, ..Sizes::default() },
        layers,
        runtime: Some("python".into()),
        libc: Some("glibc".into()),
        created: None,
        organism: None,
        scope: Scope::Audited,
        bases: Vec::new(),
        evidence: None,
    }
}
