//! What runs now: live runs grouped by the image they run.

use rusqlite::{Connection, Row};

use crate::error::Result;

/// One image and who runs it.
pub(super) struct Running {
    /// The image's id; nothing for all that run images the fleet does not know.
    pub(super) image: Option<u64>,
    pub(super) runs: Vec<Run>,
}

/// One service that runs an image somewhere.
pub(super) struct Run {
    pub(super) service: u64,
    pub(super) pods: u64,
    /// JSON list of nodes, empty where they are not known.
    pub(super) nodes: String,
}

impl Running {
    /// Ids of the services, each once.
    pub(super) fn services(&self) -> impl Iterator<Item = u64> + '_ {
        // Runs come in the order of services.
        let mut before = None;
        self.runs.iter().map(|run| run.service).filter(move |service| before.replace(*service) != Some(*service))
    }

    /// Names of the services, each once.
    pub(super) fn names(&self, db: &Connection) -> Result<Vec<String>> {
        self.services().map(|service| service_name(db, service)).collect()
    }
}

const LIVE: &str = "SELECT image, service, pods, nodes FROM run INDEXED BY run_live WHERE until IS NULL";

/// All that runs, by image.
pub(super) fn running(db: &Connection) -> Result<Vec<Running>> {
    running_some(db, |_| true)
}

/// What runs of some images, given by id in ascending order: few are looked up, many are sought in all that runs.
pub(super) fn running_of(db: &Connection, images: &[u64]) -> Result<Vec<Running>> {
    let live: usize = db.query_row("SELECT count(*) FROM run WHERE until IS NULL", [], |row| row.get(0))?;
    // A look-up costs some ten steps of a scan.
    if images.len() > live / 10 {
        return running_some(db, |image| image.is_some_and(|image| images.binary_search(&image).is_ok()));
    }
    let mut find = db.prepare_cached(&format!("{LIVE} AND image = ? ORDER BY service"))?;
    let mut found = Vec::new();
    for image in images {
        let runs: Vec<Run> = find.query_map([image], run)?.collect::<Result<_, _>>()?;
        if !runs.is_empty() {
            found.push(Running { image: Some(*image), runs });
        }
    }
    Ok(found)
}

fn running_some(db: &Connection, wanted: impl Fn(Option<u64>) -> bool) -> Result<Vec<Running>> {
    let mut find = db.prepare_cached(&format!("{LIVE} ORDER BY image, service"))?;
    let mut rows = find.query([])?;
    let mut found: Vec<Running> = Vec::new();
    while let Some(row) = rows.next()? {
        let image = row.get(0)?;
        if !wanted(image) {
            continue;
        }
        match found.last_mut().filter(|last| last.image == image) {
            Some(last) => last.runs.push(run(row)?),
            None => found.push(Running { image, runs: vec![run(row)?] }),
        }
    }
    Ok(found)
}

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run { service: row.get(1)?, pods: row.get(2)?, nodes: row.get(3)? })
}

/// `namespace/name` of a service.
pub(super) fn service_name(db: &Connection, service: u64) -> Result<String> {
    let mut find = db.prepare_cached("SELECT name FROM service WHERE id = ?")?;
    Ok(find.query_row([service], |row| row.get(0))?)
}
