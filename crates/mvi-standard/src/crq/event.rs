//! What can happen to a change request.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::CrqId;
use super::record::Request;

/// Something that happens to a change request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Who does it; the program itself signs as `system`.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub deed: Deed,
}

/// What is done. Evidence that a deed needs comes with the guards, not with the deed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "deed")]
pub enum Deed {
    /// The requester writes the request: of a draft, or anew after a refutation.
    Amend {
        /// The request.
        request: Request,
    },
    /// The requester hands it in.
    File,
    /// The decision about other bases is taken in.
    Decide,
    /// The event log holds it.
    Log {
        /// Id of the event.
        event: String,
    },
    /// Someone approves.
    Approve {
        /// As what.
        role: String,
    },
    /// Someone rejects.
    Reject {
        /// As what.
        role: String,
        /// Why.
        reason: String,
    },
    /// The register takes it in.
    Register,
    /// The sealed override record puts it in force.
    Activate,
    /// Someone renews it.
    Renew {
        /// As what.
        role: String,
    },
    /// Someone ends it.
    Revoke {
        /// As what.
        role: String,
        /// Why.
        reason: String,
    },
    /// A newer request takes its place.
    Supersede {
        /// Which one.
        by: CrqId,
    },
    /// The requester takes it back.
    Withdraw,
}

impl Deed {
    /// The word for it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Amend { .. } => "amend",
            Self::File => "file",
            Self::Decide => "decide",
            Self::Log { .. } => "log",
            Self::Approve { .. } => "approve",
            Self::Reject { .. } => "reject",
            Self::Register => "register",
            Self::Activate => "activate",
            Self::Renew { .. } => "renew",
            Self::Revoke { .. } => "revoke",
            Self::Supersede { .. } => "supersede",
            Self::Withdraw => "withdraw",
        }
    }
}
