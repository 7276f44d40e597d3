//! ROMs: sealed records of golden templates. What is in one (`content`), when one may be sealed (`guards`), its name
//! (`name`), the envelope around it (`sealed`), and the folder that keeps them (`folder`).

mod content;
mod folder;
mod guards;
mod name;
mod sealed;

pub use content::{BaseDigest, Candidate, Dimension, Dimensions, Override, Rebuild, RomContent, Template};
pub use folder::{Broken, RomFolder};
pub use guards::{Refusal, SealingFacts, refusals};
pub use name::RomName;
pub use sealed::{Sealed, Verified};

/// Media type of a sealed ROM as an OCI artifact's layer: an in-toto statement in a DSSE envelope.
pub const MEDIA_TYPE: &str = "application/vnd.dsse.envelope.v1+json";
