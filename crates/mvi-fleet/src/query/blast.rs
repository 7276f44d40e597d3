//! Q2: what a change of a base reaches.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};
use rusqlite::Connection;
use serde::Serialize;

use crate::error::{Fault, FleetError, Result};
use crate::query::rows::{self, Named, Ways};
use crate::query::running::{Running, running_of};
use crate::store::Store;

/// What a change of a base reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlastRadius {
    /// The base.
    pub base: Named,
    /// Known images that stand on it by layers, itself not counted.
    pub images: u64,
    /// Services that run one of them, or the base itself.
    pub services: u64,
    /// Their pods.
    pub pods: u64,
    /// What each node has to pull again, by node, where placement is known.
    pub nodes: BTreeMap<String, u64>,
    /// Bytes that all nodes together pull again: for each node the distinct layers of what it runs, as stored. A
    /// service whose nodes are not known counts as one node of its own. Every layer counts, as a new base gives all
    /// layers above it new parents and a rebuild gives them new digests.
    pub bytes: u64,
    /// Services whose nodes are not known.
    pub unplaced: u64,
    /// Layers of unknown size, which are in no sum.
    pub unsized_layers: u64,
}

impl Store {
    /// Q2: what a change of the image that `base` means reaches.
    ///
    /// # Errors
    /// [`FleetError::Unknown`].
    pub fn blast_radius(&self, base: &str) -> Result<BlastRadius, FleetError> {
        self.read(|db| {
            let base = rows::image(db, base)?;
            let reached = reached(db, base.id)?;
            let (mut pulls, mut ways) = (Pulls::default(), Ways::of(db)?);
            let (mut services, mut pods) = (HashSet::new(), 0);
            let mut with_itself = reached.clone();
            with_itself.insert(reached.partition_point(|id| *id < base.id), base.id);
            for running in running_of(db, &with_itself)? {
                services.extend(running.services());
                pods += running.runs.iter().map(|run| run.pods).sum::<u64>();
                pulls.add(&mut ways, &running)?;
            }
            let nodes: BTreeMap<String, u64> = pulls.here.into_iter().map(|(node, (bytes, _))| (node, bytes)).collect();
            Ok(BlastRadius {
                base: base.named,
                images: reached.len() as u64,
                services: services.len() as u64,
                pods,
                bytes: nodes.values().sum::<u64>() + pulls.unplaced_bytes,
                nodes,
                unplaced: pulls.unplaced.len() as u64,
                unsized_layers: pulls.unsized_layers.len() as u64,
            })
        })
    }

    /// The images that stand on the one `base` means by layers, in the order in which they became known, at most
    /// `limit` of them.
    ///
    /// # Errors
    /// [`FleetError::Unknown`].
    pub fn descendants(&self, base: &str, limit: usize) -> Result<Vec<Named>, FleetError> {
        self.read(|db| {
            let base = rows::image(db, base)?;
            let ids = reached(db, base.id)?.into_iter().take(limit);
            ids.map(|id| Ok(rows::image_by_id(db, id)?.named)).collect()
        })
    }
}

/// Ids of all that stand on a base, ascending.
fn reached(db: &Connection, base: u64) -> Result<Vec<u64>> {
    let mut find = db.prepare_cached("SELECT image FROM descends WHERE base = ? ORDER BY image")?;
    Ok(find.query_map([base], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Bytes to pull, summed a node at a time.
#[derive(Default)]
struct Pulls {
    /// Bytes of each node, and the layers that are in them.
    here: HashMap<String, (u64, HashSet<u64>)>,
    unplaced: HashSet<u64>,
    unplaced_here: HashSet<(u64, u64)>,
    unplaced_bytes: u64,
    unsized_layers: HashSet<u64>,
}

impl Pulls {
    fn add(&mut self, ways: &mut Ways<'_>, running: &Running) -> Result<()> {
        let path = running.image.map(|image| ways.find(image)).transpose()?.unwrap_or_default();
        for step in path.iter().filter(|step| step.transfer.is_none()) {
            self.unsized_layers.insert(step.layer);
        }
        for run in &running.runs {
            if run.nodes.is_empty() {
                self.unplaced.insert(run.service);
                let new = path.iter().filter(|step| self.unplaced_here.insert((run.service, step.layer)));
                self.unplaced_bytes += new.filter_map(|step| step.transfer).sum::<u64>();
                continue;
            }
            let nodes: Vec<String> =
                serde_json::from_str(&run.nodes).map_err(|error| Fault::projection(error.to_string()))?;
            for node in nodes {
                let (bytes, here) = self.here.entry(node).or_default();
                let new = path.iter().filter(|step| here.insert(step.layer)).filter_map(|step| step.transfer);
                *bytes += new.sum::<u64>();
            }
        }
        Ok(())
    }
}
