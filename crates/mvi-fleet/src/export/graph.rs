//! The graph of the fleet, one node or edge after the other, nodes first, in an order that never changes.

use std::io;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::bytes::to_digest;
use crate::error::Result;

/// A writer of one format.
pub(super) trait Sink {
    fn start(&mut self, events: u64) -> io::Result<()>;
    fn node(&mut self, node: &Node<'_>) -> io::Result<()>;
    fn edge(&mut self, edge: &Edge<'_>) -> io::Result<()>;
    fn end(&mut self) -> io::Result<()>;
}

/// A thing, known by its kind and key.
pub(super) struct Node<'a> {
    pub(super) kind: &'a str,
    pub(super) key: &'a str,
    pub(super) properties: &'a [Property],
}

/// A relation between two things, known by their kinds and keys.
pub(super) struct Edge<'a> {
    pub(super) relation: &'a str,
    pub(super) from: (&'a str, &'a str),
    pub(super) to: (&'a str, &'a str),
    pub(super) properties: &'a [Property],
}

pub(super) type Property = (String, Value);

pub(super) enum Value {
    Number(i64),
    Fraction(f64),
    Text(String),
}

/// Every kind of node: its name, and the key and properties of each. Digests are bytes.
const NODES: &[(&str, &str)] = &[
    (
        "Image",
        "SELECT image.digest, reference, platform, depth AS layers, transfer, unpacked, judgement.effective AS
               verdict, judgement.action FROM image LEFT JOIN judgement ON judgement.digest = image.digest
               ORDER BY image.id",
    ),
    ("Layer", "SELECT diff_id FROM layer ORDER BY id"),
    ("Package", "SELECT purl FROM package ORDER BY id"),
    ("Vulnerability", "SELECT min(name) FROM vulnerability_name GROUP BY vulnerability ORDER BY vulnerability"),
    ("Service", "SELECT name FROM service ORDER BY id"),
    ("Organism", "SELECT gid, reference, retired FROM organism ORDER BY gid"),
    ("Rom", "SELECT name, seal FROM rom ORDER BY name"),
    ("Crq", "SELECT id, state, subject, revision FROM crq ORDER BY id"),
    ("Standard", "SELECT DISTINCT standard FROM judgement WHERE standard IS NOT NULL ORDER BY standard"),
];

/// Every relation: its name, the kinds at its ends, and the keys of both and properties of each.
const EDGES: &[(&str, &str, &str, &str)] = &[
    (
        "JUDGED_BY",
        "Image",
        "Standard",
        "SELECT image.digest, standard, verdict, judgement.effective AS effective, action FROM judgement
        JOIN image ON image.digest = judgement.digest WHERE standard IS NOT NULL ORDER BY image.id",
    ),
    (
        "RUNS",
        "Service",
        "Image",
        "SELECT service.name, image.digest, cluster, pods, since, until FROM run
        JOIN service ON service.id = run.service JOIN image ON image.id = run.image ORDER BY run.id",
    ),
    (
        "RING",
        "Organism",
        "Image",
        "SELECT gid, image.digest, n, size_mb FROM ring
        JOIN image ON image.digest = ring.digest ORDER BY gid, ring.platform, n",
    ),
    (
        "SEALED_AS",
        "Organism",
        "Rom",
        "SELECT rom.gid, name FROM rom JOIN organism ON organism.gid = rom.gid ORDER BY name",
    ),
    (
        "COVERS",
        "Crq",
        "Image",
        "SELECT crq.id, image.digest, state FROM crq JOIN image ON image.reference = crq.subject
        ORDER BY crq.id, image.id",
    ),
    (
        "AFFECTS",
        "Vulnerability",
        "Package",
        "SELECT (SELECT min(name) FROM vulnerability_name
        WHERE vulnerability_name.vulnerability = affects.vulnerability), purl, affects.source, fixed_in, severity
        FROM affects JOIN package ON package.id = package ORDER BY vulnerability, package, affects.source",
    ),
    (
        "PROVIDES",
        "Layer",
        "Package",
        "SELECT diff_id, purl FROM provided_by JOIN layer ON layer.id = layer
        JOIN package ON package.id = package ORDER BY segment, package, layer",
    ),
    (
        "REMOVES",
        "Layer",
        "Package",
        "SELECT diff_id, purl FROM removed_by JOIN layer ON layer.id = layer
        JOIN package ON package.id = package ORDER BY segment, package, layer",
    ),
];

/// Walks the whole graph.
pub(super) fn walk(db: &Connection, sink: &mut dyn Sink) -> Result<()> {
    sink.start(db.query_row("SELECT seq FROM state", [], |row| row.get(0))?)?;
    for (kind, sql) in NODES {
        let mut find = db.prepare(sql)?;
        let names: Vec<String> = find.column_names().map(str::to_owned).collect();
        let mut rows = find.query([])?;
        while let Some(row) = rows.next()? {
            let properties = properties(row, &names, 1)?;
            sink.node(&Node { kind, key: &key(row, 0)?, properties: &properties })?;
        }
    }
    for (relation, from, to, sql) in EDGES {
        let mut find = db.prepare(sql)?;
        let names: Vec<String> = find.column_names().map(str::to_owned).collect();
        let mut rows = find.query([])?;
        while let Some(row) = rows.next()? {
            let properties = properties(row, &names, 2)?;
            let (from, to) = ((*from, &*key(row, 0)?), (*to, &*key(row, 1)?));
            sink.edge(&Edge { relation, from, to, properties: &properties })?;
        }
    }
    layers_of_images(db, sink)?;
    lineage(db, sink)?;
    Ok(sink.end()?)
}

fn layers_of_images(db: &Connection, sink: &mut dyn Sink) -> Result<()> {
    let mut find = db.prepare("SELECT digest, path FROM image JOIN way ON way.image = image.id ORDER BY image.id")?;
    let mut layer = db.prepare("SELECT diff_id FROM layer WHERE id = ?")?;
    let mut rows = find.query([])?;
    while let Some(row) = rows.next()? {
        let image = key(row, 0)?;
        for (position, step) in crate::project::path::unpack_path(&row.get::<_, Vec<u8>>(1)?).iter().enumerate() {
            let layer = to_digest(&layer.query_row([step.layer], |row| row.get::<_, Vec<u8>>(0))?)?.to_string();
            let mut properties = vec![("index".to_owned(), Value::Number(i64::try_from(position).unwrap_or(i64::MAX)))];
            let sizes = [("transfer", step.transfer), ("unpacked", step.unpacked)];
            properties.extend(
                sizes
                    .into_iter()
                    .filter_map(|(name, size)| Some((name.to_owned(), Value::Number(i64::try_from(size?).ok()?)))),
            );
            let (from, to) = (("Image", image.as_str()), ("Layer", layer.as_str()));
            sink.edge(&Edge { relation: "HAS_LAYER", from, to, properties: &properties })?;
        }
    }
    Ok(())
}

/// The nearest base by layers, and claims between images that the fleet knows by digest or reference.
fn lineage(db: &Connection, sink: &mut dyn Sink) -> Result<()> {
    let nearest = "SELECT image.digest, base.digest, 'layers' AS evidence FROM image JOIN image AS base ON base.id = (
            SELECT descends.base FROM descends JOIN image AS other ON other.id = descends.base
            WHERE descends.image = image.id ORDER BY other.depth DESC, other.id LIMIT 1)
        ORDER BY image.id";
    let mut find = db.prepare(nearest)?;
    let mut rows = find.query([])?;
    while let Some(row) = rows.next()? {
        derives(sink, &key(row, 0)?, &key(row, 1)?, "layers")?;
    }
    let mut claims = db.prepare("SELECT child, parent, evidence FROM claim ORDER BY child, parent, evidence")?;
    let mut rows = claims.query([])?;
    while let Some(row) = rows.next()? {
        let (child, parent): (String, String) = (row.get(0)?, row.get(1)?);
        if let (Some(child), Some(parent)) = (crate::query::named(db, &child)?, crate::query::named(db, &parent)?) {
            derives(sink, &child.to_string(), &parent.to_string(), &row.get::<_, String>(2)?)?;
        }
    }
    Ok(())
}

fn derives(sink: &mut dyn Sink, child: &str, parent: &str, evidence: &str) -> Result<()> {
    let properties = [("evidence".to_owned(), Value::Text(evidence.to_owned()))];
    let (from, to) = (("Image", child), ("Image", parent));
    Ok(sink.edge(&Edge { relation: "DERIVES_FROM", from, to, properties: &properties })?)
}

/// A key: text as it is, bytes as the digest they are.
fn key(row: &Row<'_>, column: usize) -> Result<String> {
    match row.get_ref(column)? {
        ValueRef::Blob(bytes) => Ok(to_digest(bytes)?.to_string()),
        _ => Ok(row.get(column)?),
    }
}

/// The columns from `first` on that hold something.
fn properties(row: &Row<'_>, names: &[String], first: usize) -> Result<Vec<Property>> {
    let mut found = Vec::new();
    for (column, name) in names.iter().enumerate().skip(first) {
        let value = match row.get_ref(column)? {
            ValueRef::Null => continue,
            ValueRef::Integer(number) => Value::Number(number),
            ValueRef::Real(number) => Value::Fraction(number),
            ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Value::Text(to_digest(bytes)?.to_string()),
        };
        found.push((name.clone(), value));
    }
    Ok(found)
}
