//! Facts as they were told last: of one image and of all, and what runs in a cluster.

use jiff::Timestamp;
use mvi_image::Digest;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use crate::bytes::{of_digest, to_digest};
use crate::error::{Fault, FleetError, Result};
use crate::event::EventKind;
use crate::fact::{Contents, Fact, ImageFacts, JudgementFacts};
use crate::project::layers::contents_of;
use crate::query::lineage::{Ancestor, gid_of};
use crate::query::organism::judgement;
use crate::query::rows;
use crate::store::Store;

/// A service that runs an image now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LiveRun {
    /// `namespace/name`.
    pub service: String,
    /// What it runs; the fleet need not know it.
    pub digest: Digest,
    /// How many pods.
    pub pods: u64,
    /// Since when.
    pub since: Timestamp,
}

impl Store {
    /// What was told last of the image that `name` means; layers come without their contents.
    ///
    /// # Errors
    /// [`FleetError::Unknown`] for a name that means no image, [`FleetError::Damaged`].
    pub fn facts(&self, name: &str) -> Result<ImageFacts, FleetError> {
        self.read(|db| {
            let digest = rows::image(db, name)?.named.digest;
            let sql = "SELECT event.seq, event.payload FROM image JOIN event ON event.seq = image.seq WHERE digest = ?";
            let mut find = db.prepare_cached(sql)?;
            let found = find.query_row([of_digest(&digest)], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)));
            let (seq, payload) = found.optional()?.ok_or_else(|| Fault::unknown("event about image", name))?;
            image(seq, &payload)
        })
    }

    /// What was told last of the contents of a layer; nothing where nobody looked into it.
    ///
    /// # Errors
    /// [`FleetError::Damaged`], [`FleetError::Projection`].
    pub fn contents(&self, diff_id: &Digest) -> Result<Option<Contents>, FleetError> {
        self.read(|db| contents_of(db, diff_id))
    }

    /// Calls `each` with what was told last of every image, in the order in which they became known, until it says
    /// stop with `false`.
    ///
    /// # Errors
    /// [`FleetError::Damaged`].
    pub fn all_facts(&self, mut each: impl FnMut(ImageFacts) -> bool) -> Result<(), FleetError> {
        self.read(|db| {
            let mut find = db.prepare(
                "SELECT event.seq, event.payload FROM image JOIN event ON event.seq = image.seq ORDER BY image.id",
            )?;
            let mut rows = find.query([])?;
            while let Some(row) = rows.next()? {
                if !each(image(row.get(0)?, &row.get::<_, String>(1)?)?) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// What runs in a cluster now, by service.
    ///
    /// # Errors
    /// [`FleetError::Projection`].
    pub fn live_runs(&self, cluster: &str) -> Result<Vec<LiveRun>, FleetError> {
        self.read(|db| runs(db, cluster))
    }

    /// Known images that an image with these layers stands on, nearest first, each with its latest judgement; the image
    /// itself need not be known. Of several with one chain, the one known first comes first.
    ///
    /// # Errors
    /// [`FleetError::Projection`].
    pub fn bases_of(&self, layers: &[Digest]) -> Result<Vec<(Ancestor, Option<JudgementFacts>)>, FleetError> {
        self.read(|db| {
            let (mut parent, mut found) = (0_u64, Vec::new());
            let proper = layers.split_last().map_or(&[][..], |(_, below)| below);
            for (place, layer) in proper.iter().enumerate() {
                let sql = "SELECT chain.id FROM layer JOIN chain ON chain.layer = layer.id
                           WHERE diff_id = ? AND chain.parent = ?";
                let mut step = db.prepare_cached(sql)?;
                let node = step.query_row(params![of_digest(layer), parent], |row| row.get(0)).optional()?;
                let Some(node) = node else { break };
                parent = node;
                let mut here = Vec::new();
                for placed in rows::ending_at(db, node)? {
                    let judgement = judgement(db, &placed.named.digest)?;
                    let gid = gid_of(db, &placed)?;
                    here.push((Ancestor { image: placed.named, layers: place + 1, gid }, judgement));
                }
                found.splice(0..0, here);
            }
            Ok(found)
        })
    }

    /// Services that run the image that `name` means, or one that stands on it, now; by name.
    ///
    /// # Errors
    /// [`FleetError::Unknown`].
    pub fn services_on(&self, name: &str) -> Result<Vec<String>, FleetError> {
        self.read(|db| {
            let image = rows::image(db, name)?;
            let sql = "SELECT DISTINCT service.name FROM run JOIN service ON service.id = run.service
                       WHERE until IS NULL AND (run.image = ?1 OR run.image IN (
                           SELECT image FROM descends WHERE base = ?1)) ORDER BY service.name";
            let mut find = db.prepare_cached(sql)?;
            Ok(find.query_map([image.id], |row| row.get(0))?.collect::<Result<_, _>>()?)
        })
    }

    /// The last event that had happened at a moment; 0 where none had.
    ///
    /// # Errors
    /// [`FleetError::Database`].
    pub fn seq_at(&self, moment: Timestamp) -> Result<u64, FleetError> {
        self.read(|db| {
            // Texts of times do not sort as their times do: fractions of seconds are written only where there are any.
            let mut find = db.prepare("SELECT seq, at FROM event ORDER BY seq DESC")?;
            let mut rows = find.query([])?;
            while let Some(row) = rows.next()? {
                let at = row.get::<_, String>(1)?.parse::<Timestamp>();
                if at.is_ok_and(|at| at <= moment) {
                    return Ok(row.get(0)?);
                }
            }
            Ok(0)
        })
    }
}

fn image(seq: u64, payload: &str) -> Result<ImageFacts> {
    match Fact::decode(EventKind::Measure, payload, seq)? {
        Fact::Image(image) => Ok(image),
        _ => Err(Fault::projection("the event about an image tells of something else")),
    }
}

fn runs(db: &Connection, cluster: &str) -> Result<Vec<LiveRun>> {
    let sql = "SELECT name, digest, pods, since FROM run JOIN service ON service.id = run.service
               WHERE cluster = ? AND until IS NULL ORDER BY name, digest";
    let mut find = db.prepare_cached(sql)?;
    let mut rows = find.query([cluster])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let since = row.get::<_, String>(3)?.parse();
        found.push(LiveRun {
            service: row.get(0)?,
            digest: to_digest(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?,
            pods: row.get(2)?,
            since: since.map_err(|_| Fault::projection("the start of a run is no time"))?,
        });
    }
    Ok(found)
}
