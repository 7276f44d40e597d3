//! What keeps findings from being told: comments in the file, and hadolint's own configuration.

mod check_directive;
mod hadolint;
mod ledger;
mod pragma;

pub use hadolint::{HadolintConfig, HadolintError, Threshold};
pub use pragma::{Flaw, Pragma, Pragmas, Reach, Terms, shell_of};

pub(crate) use check_directive::CheckDirectives;
pub(crate) use ledger::Ledger;
