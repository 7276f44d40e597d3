//! The written image standard and what it says about an image: pure functions over plain data, no I/O and no clock.
//!
//! ```
//! use mvi_standard::evidence::{DirectBase, Sizes, TransferSize};
//! use mvi_standard::{Evidence, Standard, Verdict, judge};
//!
//! let evidence = Evidence {
//!     sizes: Sizes { transfer_mb: Some(TransferSize { value: 13.7, estimated: false }), ..Sizes::default() },
//!     base: DirectBase { reference: Some("docker.io/library/alpine:3.21.8".into()), ..DirectBase::default() },
//!     class: Some("go-static".into()),
//!     ..Evidence::default()
//! };
//! let judgement = judge(&Standard::builtin()?, &evidence, jiff::Timestamp::UNIX_EPOCH);
//! assert_eq!(judgement.verdict, Verdict::Floor);
//! # Ok::<(), mvi_standard::LoadError>(())
//! ```

pub mod base;
pub mod belt;
pub mod class;
pub mod crq;
pub mod decision;
pub mod declared;
pub mod diff;
pub mod evidence;
pub mod feasibility;
pub mod fleet;
pub mod fleet_file;
pub mod gid;
pub mod judge;
pub mod lint;
pub mod load;
mod numbers;
pub mod organism;
pub mod pattern;
pub mod pressure;
pub mod pull;
pub mod ratio;
pub mod reference;
pub mod solvency;
pub mod sovereignty;
pub mod standard;
pub mod transition;
pub mod verdict;
pub mod wheel;
pub mod workload;

pub use evidence::Evidence;
pub use judge::{Judgement, judge};
pub use lint::{LintFinding, lint};
pub use load::LoadError;
pub use standard::Standard;
pub use verdict::{Action, RuleId, Severity, Trigger, Verdict};
