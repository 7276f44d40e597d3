//! Runs containers to measure them: isolated, watched, bounded, and gone afterwards whatever happens.

mod bell;
mod cgroup;
mod clean;
mod driver;
mod empty;
mod engine;
mod error;
mod isolation;
mod keeper;
mod measure;
mod mountinfo;
mod net;
mod oci;
mod opened;
mod output;
mod ready;
mod record;
mod runtime;
mod series;
mod spec;
mod wait;

pub use error::ProbeError;
pub use isolation::{Isolation, Level, Limits};
pub use keeper::{Place, keep, sweep};
pub use opened::{Opened, OpenedFile, can_watch, watch};

pub use output::Tail;
pub use ready::{BadReady, Ready};
pub use record::{Ended, Run, Verdict};
pub use runtime::{Kind, Program, Runtime, find};
pub use series::{Outcome, Plan, Progress, Series, Subject, measure};
pub use spec::Command;
