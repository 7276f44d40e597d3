//! What runs now: live runs grouped by the image they run.

use rusqlite::Connection;

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

/// All that runs, by image.
pub(super) fn running(db: &Connection) -> Result<Vec<Running>> {
    let sql = "SELECT image, service, pods, nodes FROM run WHERE until IS NULL ORDER BY image, service";
    let mut find = db.prepare_cached(sql)?;
    let mut rows = find.query([])?;
    let mut found: Vec<Running> = Vec::new();
    while let Some(row) = rows.next()? {
        let image = row.get(0)?;
        let run = Run { service: row.get(1)?, pods: row.get(2)?, nodes: row.get(3)? };
        match found.last_mut().filter(|last| last.image == image) {
            Some(last) => last.runs.push(run),
            None => found.push(Running { image, runs: vec![run] }),
        }
    }
    Ok(found)
}

/// `namespace/name` of a service.
pub(super) fn service_name(db: &Connection, service: u64) -> Result<String> {
    let mut find = db.prepare_cached("SELECT name FROM service WHERE id = ?")?;
    Ok(find.query_row([service], |row| row.get(0))?)
}
