//! Images out of Dockerfiles, by the builder the user has: which ones there are, how each is asked, what its words mean,
//! how long it took, and how it is stopped. Nothing here builds anything itself.

mod buildah;
mod builder;
mod context;
mod docker;
mod error;
mod guard;
mod podman;
mod processes;
mod request;
mod run;
mod steps;

pub use builder::{BUILDERS, Base, Builder, Found, choose, detect, program};
pub use context::{Touched, copy_context, touch};
pub use error::BuildError;
pub use guard::{Guarded, guard};
pub use request::{Order, Request};
pub use run::{Log, Ran, Runner, Stop};
pub use steps::{Step, Words, cached_share, read_steps};

use std::path::Path;
use std::time::Duration;

/// One build that ended.
#[derive(Debug, Clone)]
pub struct Built {
    /// What the builder calls the image.
    pub id: Option<String>,
    /// From the builder's start to its end.
    pub took: Duration,
    /// Its exit code; none where it was killed.
    pub code: Option<i32>,
    /// Why it was stopped, if it was.
    pub stopped: Option<Stop>,
    /// Its steps, in the order they began.
    pub steps: Vec<Step>,
    /// What it wrote.
    pub log: Log,
    /// What its guard had to do.
    pub guarded: Guarded,
}

/// Asks a builder for one build. `folder` is private and gets its temporary files.
///
/// # Errors
/// [`BuildError`] where the builder cannot be started; a build that fails is no error here.
pub fn build(
    builder: &dyn Builder,
    request: &Request<'_>,
    folder: &Path,
    runner: &mut Runner<'_>,
) -> Result<Built, BuildError> {
    let id_file = folder.join("image-id");
    // A file of the build before must not stand for this one.
    let _ = std::fs::remove_file(&id_file);
    let order = builder.build(request, &id_file);
    let ran = runner.run(builder, &order, folder)?;
    let steps = read_steps(builder.words(), ran.log.lines());
    let id = std::fs::read_to_string(&id_file).ok().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    let Ran { took, code, stopped, log, guarded } = ran;
    Ok(Built { id: id.filter(|_| code == Some(0)), took, code, stopped, steps, log, guarded })
}
