//! What the program does, step by step, ending in a report. Actions know no face: they neither parse nor print.

pub mod audit;
mod contents;
mod evidence;
mod examine;
pub mod explain;
pub mod layers;
mod waste;

pub use examine::{ExamineOptions, Examiner};
