//! Feeds into the bytes of an index: the same feeds give the same bytes.

use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;

use xxhash_rust::xxh3::xxh3_64;

use super::clusters::clusters;
use super::{HEADER, IndexError, MAGIC, SECTIONS, VERSION, blob, record};
use crate::advisory::{Advisory, Entry};
use crate::ecosystem::Ecosystem;
use crate::feed::kev::Exploited;
use crate::import::{Feed, FeedStatus};

/// What a package's advisories are found by.
pub(super) fn key(ecosystem: &Ecosystem, folded: &str) -> String {
    format!("{}\0{folded}", ecosystem.name)
}

/// What is known of CVEs beside advisories.
#[derive(Default)]
pub(super) struct Beside<'f> {
    pub(super) exploited: HashMap<&'f str, &'f Exploited>,
    pub(super) scores: HashMap<&'f str, (f32, f32)>,
}

/// Makes an index of feeds. Withdrawn advisories are kept and are about no package.
///
/// # Errors
/// More than the layout can count: 4 billion advisories or bytes of one package.
pub fn build(feeds: &[Feed]) -> Result<Vec<u8>, IndexError> {
    let advisories: Vec<&Advisory> = feeds.iter().flat_map(|feed| feed.advisories.values()).collect();
    u32::try_from(advisories.len()).map_err(|_| IndexError::TooLarge { what: "advisories" })?;
    let names: Vec<&str> =
        feeds.iter().flat_map(|feed| feed.advisories.values().map(|_| feed.about.name.as_str())).collect();
    let clusters = clusters(&advisories);
    let mut beside = Beside::default();
    for feed in feeds {
        beside.exploited.extend(feed.exploited.iter().map(|(cve, exploited)| (cve.as_str(), exploited)));
        beside.scores.extend(feed.scores.iter().map(|(cve, score)| (cve.as_str(), *score)));
    }
    let mut writer = Writer::default();
    for (key, entries) in packages(&advisories, &clusters) {
        let blob = blob::encode(&key, &entries);
        let (start, size) = writer.blob(&blob)?;
        writer.keys.push((xxh3_64(key.as_bytes()), start, size));
    }
    let borrowed = record::borrowed(&advisories, &clusters);
    for (number, advisory) in advisories.iter().enumerate() {
        let lent = borrowed.get(&clusters[number]).filter(|lent| lent.advisory != number);
        let lent = lent.map(|lent| advisories[lent.advisory]);
        let (start, size) = writer.blob(&record::encode(advisory, names[number], lent, &beside))?;
        writer.records.push((start, size));
        let number = u32::try_from(number).map_err(|_| IndexError::TooLarge { what: "advisories" })?;
        writer.ids.extend(advisory.names().map(|name| (xxh3_64(name.as_bytes()), number)));
    }
    let statuses: Vec<&FeedStatus> = feeds.iter().map(|feed| &feed.about).collect();
    writer.end(&json(&statuses)?, &sources(feeds)?)
}

/// Entries by the packages they are about.
fn packages<'a>(advisories: &[&'a Advisory], clusters: &[u32]) -> BTreeMap<String, Vec<blob::Claim<'a>>> {
    let mut packages: BTreeMap<String, Vec<blob::Claim<'a>>> = BTreeMap::new();
    for ((number, advisory), cluster) in (0u32..).zip(advisories).zip(clusters) {
        if advisory.withdrawn.is_some() {
            continue;
        }
        for entry in &advisory.entries {
            let Some(ecosystem) = Ecosystem::named(&entry.ecosystem) else { continue };
            if says_nothing(entry) {
                continue;
            }
            let claim = blob::Claim { record: number, cluster: *cluster, entry, ecosystem };
            packages.entry(key(ecosystem, &entry.name)).or_default().push(claim);
        }
    }
    packages
}

/// An entry on commits alone.
fn says_nothing(entry: &Entry) -> bool {
    entry.ranges.is_empty() && entry.versions.is_empty() && entry.state != crate::State::NotAffected
}

fn json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, IndexError> {
    serde_json::to_vec(value).map_err(|_| IndexError::TooLarge { what: "feeds" })
}

/// Everything that was read, packed, for the next import.
fn sources(feeds: &[Feed]) -> Result<Vec<u8>, IndexError> {
    let failed = |_| IndexError::TooLarge { what: "sources" };
    let mut packer = zstd::stream::write::Encoder::new(Vec::new(), 3).map_err(failed)?;
    let mut buffered = std::io::BufWriter::with_capacity(1 << 20, &mut packer);
    serde_json::to_writer(&mut buffered, feeds).map_err(|_| IndexError::TooLarge { what: "sources" })?;
    buffered.flush().map_err(failed)?;
    drop(buffered);
    let packed = packer.finish().map_err(failed)?;
    let mut bytes = xxh3_64(&packed).to_le_bytes().to_vec();
    bytes.extend_from_slice(&packed);
    Ok(bytes)
}

#[derive(Default)]
struct Writer {
    keys: Vec<(u64, u64, u32)>,
    records: Vec<(u64, u32)>,
    ids: Vec<(u64, u32)>,
    blobs: Vec<u8>,
}

impl Writer {
    /// Adds a blob with its checksum and tells where it is.
    fn blob(&mut self, body: &[u8]) -> Result<(u64, u32), IndexError> {
        let start = self.blobs.len() as u64;
        self.blobs.extend_from_slice(&xxh3_64(body).to_le_bytes());
        self.blobs.extend_from_slice(body);
        let size = u32::try_from(body.len() + 8).map_err(|_| IndexError::TooLarge { what: "bytes of one package" })?;
        Ok((start, size))
    }

    fn end(mut self, feeds: &[u8], sources: &[u8]) -> Result<Vec<u8>, IndexError> {
        self.keys.sort_unstable();
        self.ids.sort_unstable();
        self.ids.dedup();
        let mut keys = Vec::new();
        for (hash, start, size) in &self.keys {
            keys.extend_from_slice(&hash.to_le_bytes());
            keys.extend_from_slice(&start.to_le_bytes());
            keys.extend_from_slice(&size.to_le_bytes());
        }
        let mut records = Vec::new();
        for (start, size) in &self.records {
            records.extend_from_slice(&start.to_le_bytes());
            records.extend_from_slice(&size.to_le_bytes());
        }
        let mut ids = Vec::new();
        for (hash, number) in &self.ids {
            ids.extend_from_slice(&hash.to_le_bytes());
            ids.extend_from_slice(&number.to_le_bytes());
        }
        let sections: [&[u8]; SECTIONS] = [feeds, &keys, &records, &ids, &self.blobs, sources];
        let length = HEADER + sections.iter().map(|section| section.len()).sum::<usize>();
        let mut out = Vec::with_capacity(length);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&(length as u64).to_le_bytes());
        let mut start = HEADER;
        for section in sections {
            out.extend_from_slice(&(start as u64).to_le_bytes());
            out.extend_from_slice(&(section.len() as u64).to_le_bytes());
            start += section.len();
        }
        let tables = [feeds, &keys, &records, &ids].concat();
        out.extend_from_slice(&xxh3_64(&tables).to_le_bytes());
        let header = xxh3_64(&out);
        out.extend_from_slice(&header.to_le_bytes());
        for section in sections {
            out.extend_from_slice(section);
        }
        Ok(out)
    }
}
