//! The written image standard and what it says about an image: pure functions over plain data, no I/O and no clock.

pub mod base;
pub mod class;
pub mod diff;
pub mod evidence;
pub mod judge;
pub mod lint;
pub mod load;
mod numbers;
pub mod pattern;
pub mod reference;
pub mod standard;
pub mod verdict;

pub use evidence::Evidence;
pub use judge::{Judgement, judge};
pub use lint::{LintFinding, lint};
pub use load::LoadError;
pub use standard::Standard;
pub use verdict::{Action, RuleId, Severity, Trigger, Verdict};
