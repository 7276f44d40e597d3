//! Layers, and the packages that each provides and removes: `PROVIDES` and `REMOVES`, shared by all images.

use mvi_image::Digest;
use rusqlite::{Connection, OptionalExtension, params};
use xxhash_rust::xxh3::xxh3_64;

use crate::bytes::{of_digest, pack, unpack};
use crate::error::{Fault, Result};
use crate::event::EventKind;
use crate::fact::{Contents, Fact};
use crate::project::names::KnownLayer;
use crate::project::{Happened, Projection, Target};

/// Slots of the signed hash of package names: `similarity.package_hash_slots` of the standard.
pub(crate) const SLOTS: usize = 32;

/// Edges that wait at most.
const EDGES: usize = 500_000;

/// The projection of what layers hold.
///
/// The lists of a layer are packed in its row, as they are read whole; only the way back, from a package to its
/// layers, is a table of edges. That is kept in segments of so many layers each: new layers only ever change pages of
/// the newest, and whoever asks for a package looks into each segment once.
pub(crate) struct Layers;

impl Projection for Layers {
    fn name(&self) -> &'static str {
        "layers"
    }

    fn version(&self) -> u32 {
        3
    }

    fn schema(&self) -> &'static str {
        "CREATE TABLE package (id INTEGER PRIMARY KEY, purl TEXT NOT NULL UNIQUE, source TEXT) STRICT;
         CREATE TABLE layer (
             id INTEGER PRIMARY KEY,
             start INTEGER NOT NULL,
             diff_id BLOB NOT NULL,
             contents BLOB,
             event INTEGER,
             provides BLOB,
             removes BLOB,
             features BLOB
         ) STRICT;
         CREATE INDEX layer_start ON layer (start);
         CREATE INDEX layer_unexamined ON layer (id) WHERE contents IS NULL;
         CREATE TABLE provided_by (
             segment INTEGER, package INTEGER, layer INTEGER, PRIMARY KEY (segment, package, layer)
         ) STRICT, WITHOUT ROWID;
         CREATE TABLE removed_by (
             segment INTEGER, package INTEGER, layer INTEGER, PRIMARY KEY (segment, package, layer)
         ) STRICT, WITHOUT ROWID;"
    }

    fn apply(&self, target: &mut Target<'_>, event: &Happened<'_>) -> Result<()> {
        match event.fact {
            Fact::Layer(contents) => put(target, contents, (*event.payload_sha256, event.seq)),
            Fact::Image(image) => image.layers.iter().try_for_each(|layer| intern(target, &layer.diff_id).map(|_| ())),
            Fact::Judgement(_) | Fact::Build(_) | Fact::Lineage(_) | Fact::Vulnerability(_) | Fact::Run(_) => Ok(()),
            Fact::Organism(_) | Fact::Retired(_) | Fact::Crq(_) | Fact::Lapsed(_) | Fact::Decision(_) => Ok(()),
            Fact::Rom(_) | Fact::Standard(_) => Ok(()),
        }
    }
}

/// Whether the layer's contents are the ones with this hash.
pub(crate) fn known_as(target: &mut Target<'_>, diff_id: &Digest, contents: &[u8; 32]) -> Result<bool> {
    Ok(find(target, diff_id)?.is_some_and(|known| known.contents.as_ref() == Some(contents)))
}

/// The layer's id, given now if it has none.
pub(crate) fn intern(target: &mut Target<'_>, diff_id: &Digest) -> Result<KnownLayer> {
    if let Some(known) = find(target, diff_id)? {
        return Ok(known);
    }
    let raw = of_digest(diff_id);
    let mut insert = target.db.prepare_cached("INSERT INTO layer (start, diff_id) VALUES (?, ?)")?;
    insert.execute(params![start(&raw), raw])?;
    let known = KnownLayer { id: target.db.last_insert_rowid().unsigned_abs(), contents: None };
    target.names.learn_layer(diff_id, known);
    Ok(known)
}

fn find(target: &mut Target<'_>, diff_id: &Digest) -> Result<Option<KnownLayer>> {
    if let Some(known) = target.names.layer(diff_id) {
        return Ok(Some(known));
    }
    let raw = of_digest(diff_id);
    let mut find = target.db.prepare_cached("SELECT id, contents FROM layer WHERE start = ? AND diff_id = ?")?;
    let read = |row: &rusqlite::Row<'_>| Ok(KnownLayer { id: row.get(0)?, contents: row.get(1)? });
    let found = find.query_row(params![start(&raw), raw], read).optional()?;
    if let Some(known) = found {
        target.names.learn_layer(diff_id, known);
    }
    Ok(found)
}

/// What was told last of a layer's contents; nothing where nobody looked into it.
pub(crate) fn contents_of(db: &Connection, diff_id: &Digest) -> Result<Option<Contents>> {
    let raw = of_digest(diff_id);
    let sql = "SELECT event.seq, payload FROM layer JOIN event ON event.seq = layer.event
               WHERE start = ? AND diff_id = ?";
    let mut find = db.prepare_cached(sql)?;
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, u64>(0)?, row.get::<_, String>(1)?));
    let Some((seq, payload)) = find.query_row(params![start(&raw), raw], read).optional()? else { return Ok(None) };
    match Fact::decode(EventKind::Layer, &payload, seq)? {
        Fact::Layer(contents) => Ok(Some(contents)),
        _ => Err(Fault::projection("the event about a layer tells of something else")),
    }
}

/// The first eight bytes of a digest: what layers are found by, as an index of whole digests would be three times as
/// large, and its pages are what taking in many images writes most.
fn start(raw: &[u8]) -> i64 {
    raw.first_chunk().map_or(0, |start| i64::from_be_bytes(*start))
}

/// The package's id, given now if it has none.
pub(crate) fn intern_package(target: &mut Target<'_>, purl: &str) -> Result<u64> {
    if let Some(id) = target.names.package(purl) {
        return Ok(id);
    }
    let found = target.db.prepare_cached("SELECT id FROM package WHERE purl = ?")?;
    let id = { found }.query_row([purl], |row| row.get(0)).optional()?;
    let id = match id {
        Some(id) => id,
        None => {
            target.db.prepare_cached("INSERT INTO package (purl) VALUES (?)")?.execute([purl])?;
            target.db.last_insert_rowid().unsigned_abs()
        }
    };
    target.names.learn_package(purl, id);
    Ok(id)
}

/// Keeps what packages were built from.
fn learn_sources(target: &mut Target<'_>, contents: &Contents) -> Result<()> {
    for package in &contents.provides {
        let Some(source) = &package.source else { continue };
        let id = intern_package(target, &package.purl)?;
        let mut learn =
            target.db.prepare_cached("UPDATE package SET source = ?2 WHERE id = ?1 AND source IS NOT ?2")?;
        learn.execute(params![id, source])?;
    }
    Ok(())
}

fn put(target: &mut Target<'_>, contents: &Contents, (hash, seq): ([u8; 32], u64)) -> Result<()> {
    let layer = intern(target, &contents.diff_id)?;
    if layer.contents.is_some() {
        write_edges(target)?;
        forget(target.db, layer.id)?;
    }
    let ids = |target: &mut Target<'_>, purls: &mut dyn Iterator<Item = &str>| {
        let mut ids = purls.map(|purl| intern_package(target, purl)).collect::<Result<Vec<_>>>()?;
        ids.sort_unstable();
        ids.dedup();
        Ok::<_, crate::error::Fault>(ids)
    };
    let provides = ids(target, &mut contents.provides.iter().map(|package| package.purl.as_str()))?;
    learn_sources(target, contents)?;
    let removes = ids(target, &mut contents.removes.iter().map(String::as_str))?;
    target.names.edges.provided.extend(provides.iter().map(|package| (*package, layer.id)));
    target.names.edges.removed.extend(removes.iter().map(|package| (*package, layer.id)));
    if target.names.edges.provided.len().max(target.names.edges.removed.len()) >= EDGES {
        write_edges(target)?;
    }
    let sql = "UPDATE layer SET contents = ?, event = ?, provides = ?, removes = ?, features = ? WHERE id = ?";
    let mut update = target.db.prepare_cached(sql)?;
    update.execute(params![hash, seq, pack(provides), pack(removes), features(contents), layer.id])?;
    target.names.learn_layer(&contents.diff_id, KnownLayer { id: layer.id, contents: Some(hash) });
    Ok(())
}

/// Layers of one segment.
const SEGMENT: u64 = 65_536;

/// The segment that a layer's edges are in.
fn segment(layer: u64) -> u64 {
    layer / SEGMENT
}

/// Calls `each` with every layer that provides a package, or that removes it.
pub(crate) fn each_edge(db: &Connection, package: u64, what: Edge, mut each: impl FnMut(u64)) -> Result<()> {
    let last: Option<u64> = db.prepare_cached("SELECT max(id) FROM layer")?.query_row([], |row| row.get(0))?;
    let mut find = db.prepare_cached(match what {
        Edge::Provides => "SELECT layer FROM provided_by WHERE segment = ? AND package = ?",
        Edge::Removes => "SELECT layer FROM removed_by WHERE segment = ? AND package = ?",
    })?;
    for segment in 0..=segment(last.unwrap_or(0)) {
        let mut rows = find.query([segment, package])?;
        while let Some(row) = rows.next()? {
            each(row.get(0)?);
        }
    }
    Ok(())
}

/// Which way a layer changes a package.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Edge {
    Provides,
    Removes,
}

/// Writes the edges that wait, in the order of their table: each page is found and changed once, which is most of the
/// time of taking in many images.
pub(crate) fn write_edges(target: &mut Target<'_>) -> Result<()> {
    let edges = std::mem::take(&mut target.names.edges);
    for (sql, mut edges) in [
        ("INSERT INTO provided_by VALUES (?, ?, ?)", edges.provided),
        ("INSERT INTO removed_by VALUES (?, ?, ?)", edges.removed),
    ] {
        edges.sort_unstable_by_key(|(package, layer)| (segment(*layer), *package, *layer));
        let mut insert = target.db.prepare_cached(sql)?;
        for (package, layer) in edges {
            insert.execute([segment(layer), package, layer])?;
        }
    }
    Ok(())
}

/// Takes the edges of older contents away.
fn forget(db: &Connection, layer: u64) -> Result<()> {
    let row = db.prepare_cached("SELECT provides, removes FROM layer WHERE id = ?")?;
    let (provides, removes): (Vec<u8>, Vec<u8>) = { row }.query_row([layer], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (sql, packages) in [
        ("DELETE FROM provided_by WHERE segment = ? AND package = ? AND layer = ?", provides),
        ("DELETE FROM removed_by WHERE segment = ? AND package = ? AND layer = ?", removes),
    ] {
        let mut delete = db.prepare_cached(sql)?;
        for package in unpack(&packages) {
            delete.execute([segment(layer), package, layer])?;
        }
    }
    Ok(())
}

/// Signed feature hash of package names, without versions: provided minus removed, so that the sum over an image's
/// layers is that of the image.
fn features(contents: &Contents) -> Vec<u8> {
    let mut slots = [0_i64; SLOTS];
    let provided = contents.provides.iter().map(|package| (package.purl.as_str(), 1));
    for (purl, weight) in provided.chain(contents.removes.iter().map(|purl| (purl.as_str(), -1))) {
        let hash = xxh3_64(name_of(purl).as_bytes());
        let sign = if hash >> 63 == 0 { 1 } else { -1 };
        slots[(hash % SLOTS as u64) as usize] += sign * weight;
    }
    pack(slots.map(zigzag))
}

/// The features as they were hashed.
pub(crate) fn unpack_features(packed: &[u8]) -> impl Iterator<Item = i64> + '_ {
    unpack(packed).map(|number| i64::try_from(number >> 1).unwrap_or(0) ^ -i64::from(number & 1 == 1))
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

/// A package URL up to its version.
pub(crate) fn name_of(purl: &str) -> &str {
    let end = purl.find(['?', '#']).unwrap_or(purl.len());
    let named = &purl[..end];
    // An npm scope is `%40scope`, so that a plain `@` is the version's; one at the start of a name is not.
    named.rfind('@').filter(|at| *at > 0 && !named[..*at].ends_with('/')).map_or(named, |at| &named[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_version_and_no_qualifiers() {
        let check = |purl: &str, name: &str| assert_eq!(name_of(purl), name);
        check("pkg:deb/debian/tar@1.34?arch=amd64", "pkg:deb/debian/tar");
        check("pkg:npm/%40angular/core@1.0", "pkg:npm/%40angular/core");
        check("pkg:npm/@angular", "pkg:npm/@angular");
        check("pkg:generic/x", "pkg:generic/x");
    }

    proptest::proptest! {
        #[test]
        fn small_signed_numbers_come_back(numbers in proptest::collection::vec(-1_000_000_i64..1_000_000, 0..40)) {
            let packed = pack(numbers.iter().map(|number| zigzag(*number)));
            proptest::prop_assert_eq!(unpack_features(&packed).collect::<Vec<_>>(), numbers);
        }
    }
}
