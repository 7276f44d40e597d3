//! What the program does, step by step, ending in a report. Actions know no face: they neither parse nor print.

pub(crate) mod audit;
mod contents;
pub(crate) mod crq;
mod evidence;
mod examine;
pub(crate) mod explain;
pub(crate) mod fleet;
pub(crate) mod gather;
pub(crate) mod inventory;
pub(crate) mod known;
pub(crate) mod layers;
pub(crate) mod lint;
pub(crate) mod pull;
pub(crate) mod rom;
pub(crate) mod template;
mod waste;
pub(crate) mod weights;

pub(crate) use examine::{ExamineOptions, Examiner};
