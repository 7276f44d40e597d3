//! Q3: images like another one, by measured size and speed, runtime, C library and packages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::Connection;
use serde::Serialize;

use crate::bytes::sha256;
use crate::error::{Fault, FleetError, Result};
use crate::project::layers::{SLOTS, unpack_features};
use crate::project::path::unpack_path;
use crate::query::rows::{self, Named};
use crate::store::Store;

/// Slots of the vector: the standard's table `similarity`.
const DIMENSIONS: usize = 5;
const RUNTIMES: usize = 8;
const LIBCS: [&str; 3] = ["musl", "glibc", "none"];
const VECTOR: usize = DIMENSIONS + RUNTIMES + LIBCS.len() + SLOTS;

/// An image and how much it is like the one asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Similar {
    /// Which image.
    #[serde(flatten)]
    pub image: Named,
    /// Cosine of the two vectors, −1 to 1; 1 for one that is the same in all that is looked at.
    pub likeness: f32,
}

/// What is known of one image before it is put in relation to the others.
struct Sketch {
    id: u64,
    /// ln(1 + value) of each dimension; nothing where it was not measured.
    logs: [Option<f64>; DIMENSIONS],
    rest: [f32; VECTOR - DIMENSIONS],
}

impl Store {
    /// Q3: the `k` images most like the one that `name` means, itself left out, most alike first; an exact scan of all.
    ///
    /// The vector has 48 slots: five dimensions as ln(1 + x), standardised over the fleet, those not measured at the
    /// mean (0) and the measured ones scaled so that fewer weigh as much as all; runtime (8 slots, by hash) and C
    /// library (3) as one-hot; and a signed hash of package names (32). Each of the three parts and then the whole has
    /// length 1. More than five dimensions in the fleet: the first five by name count.
    ///
    /// # Errors
    /// [`FleetError::Unknown`].
    pub fn similar(&self, name: &str, k: usize) -> Result<Vec<Similar>, FleetError> {
        self.read(|db| {
            let wanted = rows::image(db, name)?.id;
            let sketches = sketches(db)?;
            let scales = standard_scales(&sketches);
            let vectors = sketches.iter().map(|sketch| (sketch.id, vector(sketch, &scales)));
            let vectors: Vec<(u64, [f32; VECTOR])> = vectors.collect();
            let Some((_, mine)) = vectors.iter().find(|(id, _)| *id == wanted) else {
                return Err(Fault::unknown("image", name));
            };
            let others = vectors.iter().filter(|(id, _)| *id != wanted);
            let mut likeness: Vec<(f32, u64)> = others.map(|(id, other)| (cosine(mine, other), *id)).collect();
            likeness.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
            let nearest = likeness.into_iter().take(k);
            nearest.map(|(likeness, id)| Ok(Similar { image: rows::named_by_id(db, id)?, likeness })).collect()
        })
    }
}

fn sketches(db: &Connection) -> Result<Vec<Sketch>> {
    let features = features(db)?;
    let names = dimension_names(db)?;
    let sql = "SELECT id, dimensions, runtime, libc, path FROM image JOIN way ON way.image = image.id ORDER BY id";
    let mut find = db.prepare(sql)?;
    let mut rows = find.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let measured = dimensions(&row.get::<_, String>(1)?)?;
        let log = |name: Option<&String>| measured.get(name?).map(|value| value.max(0.0).ln_1p());
        let (runtime, libc): (Option<String>, Option<String>) = (row.get(2)?, row.get(3)?);
        let mut packages = [0.0_f32; SLOTS];
        for step in unpack_path(&row.get::<_, Vec<u8>>(4)?) {
            for (slot, count) in packages.iter_mut().zip(features.get(&step.layer).into_iter().flatten()) {
                *slot += *count;
            }
        }
        let mut rest = [0.0; VECTOR - DIMENSIONS];
        if let Some(runtime) = runtime {
            rest[usize::from(sha256(runtime.as_bytes())[0]) % RUNTIMES] = 1.0;
        }
        if let Some(place) = libc.and_then(|libc| LIBCS.iter().position(|known| *known == libc)) {
            rest[RUNTIMES + place] = 1.0;
        }
        unit(&mut rest);
        unit(&mut packages);
        rest[RUNTIMES + LIBCS.len()..].copy_from_slice(&packages);
        found.push(Sketch { id: row.get(0)?, logs: std::array::from_fn(|place| log(names.get(place))), rest });
    }
    Ok(found)
}

/// The signed hash of each layer's packages.
fn features(db: &Connection) -> Result<HashMap<u64, [f32; SLOTS]>> {
    let mut find = db.prepare("SELECT id, features FROM layer WHERE features IS NOT NULL")?;
    let mut rows = find.query([])?;
    let mut found = HashMap::new();
    while let Some(row) = rows.next()? {
        let packed: Vec<u8> = row.get(1)?;
        let mut slots = [0.0; SLOTS];
        for (slot, count) in slots.iter_mut().zip(unpack_features(&packed)) {
            *slot = count as f32;
        }
        found.insert(row.get(0)?, slots);
    }
    Ok(found)
}

fn dimension_names(db: &Connection) -> Result<Vec<String>> {
    let mut find = db.prepare("SELECT DISTINCT dimensions FROM image")?;
    let mut names = BTreeSet::new();
    for text in find.query_map([], |row| row.get::<_, String>(0))? {
        names.extend(dimensions(&text?)?.into_keys());
    }
    Ok(names.into_iter().take(DIMENSIONS).collect())
}

fn dimensions(text: &str) -> Result<BTreeMap<String, f64>> {
    serde_json::from_str(text).map_err(|error| Fault::projection(error.to_string()))
}

/// Mean and standard deviation of each dimension over the images that have it.
fn standard_scales(sketches: &[Sketch]) -> [(f64, f64); DIMENSIONS] {
    std::array::from_fn(|place| {
        let logs = || sketches.iter().filter_map(|sketch| sketch.logs[place]);
        let count = logs().count().max(1) as f64;
        let mean = logs().sum::<f64>() / count;
        let deviation = (logs().map(|log| (log - mean).powi(2)).sum::<f64>() / count).sqrt();
        (mean, deviation)
    })
}

fn vector(sketch: &Sketch, scales: &[(f64, f64); DIMENSIONS]) -> [f32; VECTOR] {
    let mut whole = [0.0; VECTOR];
    let measured = sketch.logs.iter().flatten().count().max(1) as f64;
    for (slot, (log, (mean, deviation))) in whole.iter_mut().zip(sketch.logs.iter().zip(scales)) {
        // A dimension that is the same for all tells nothing apart.
        if let Some(log) = log.filter(|_| *deviation > 0.0) {
            *slot = ((log - mean) / deviation * (DIMENSIONS as f64 / measured).sqrt()) as f32;
        }
    }
    unit(&mut whole[..DIMENSIONS]);
    whole[DIMENSIONS..].copy_from_slice(&sketch.rest);
    unit(&mut whole);
    whole
}

/// Gives a vector length 1; one of length 0 stays.
fn unit(vector: &mut [f32]) {
    let length = vector.iter().map(|slot| slot * slot).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|slot| *slot /= length);
    }
}

fn cosine(one: &[f32; VECTOR], other: &[f32; VECTOR]) -> f32 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}
