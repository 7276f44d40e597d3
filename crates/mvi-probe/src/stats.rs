//! What a row of measured numbers says, and what the differences of two rows say: medians, intervals that hold for any
//! distribution, drift, outliers. Nothing here knows what was measured.

mod binomial;
mod drift;
mod paired;
mod summary;

pub use drift::{Drift, drift};
pub use paired::{Decision, Difference, compare, compare_together};
pub use summary::{Interval, Summary, median, summarize};
