//! Templates before judges that are not ours: hadolint, the schemas of Compose and of workflows, and real builds; and what
//! repairs save, built before and after.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

mod builder;
mod builds;
mod judges;
mod kitchen;
mod merged;
mod repairs;
mod samples;
