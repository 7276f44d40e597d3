//! What stands between an image and FLOOR: megabytes, and the base.

use serde::Serialize;

use super::case::Case;
use crate::base::BaseStanding;
use crate::class::Ceiling;
use crate::numbers::{mb, short};
use crate::standard::RomStatus;

/// The way that is left to FLOOR.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Distance {
    /// Size above the ceiling, MB; 0 within it, nothing when size or ceiling is unknown.
    pub over_mb: Option<f64>,
    /// Whether the ceiling admits the size; nothing when either is unknown.
    pub within: Option<bool>,
    /// The ceiling with its row; nothing without a class.
    pub ceiling: Option<Ceiling>,
    /// What is wrong with the base.
    pub base: BaseObstacle,
    /// All of it in one line.
    pub text: String,
}

/// What keeps a base from being a floor base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "obstacle")]
pub enum BaseObstacle {
    /// Nothing: it is one.
    Ok,
    /// It is banned.
    Banned {
        /// The base to use instead.
        use_instead: String,
    },
    /// It is not registered.
    NotInSet {
        /// The registered base of the image's class; nothing without a class.
        nearest: Option<String>,
    },
    /// It is not known, or not well enough.
    Unknown,
    /// It is registered for justified images only.
    JustifiedOnly,
}

pub(super) fn of(case: &Case<'_>) -> Distance {
    let base = obstacle(case);
    let within = case.size.zip(case.ceiling.as_ref()).map(|(size, ceiling)| ceiling.admits(size.mb));
    let over_mb = case.size.zip(case.ceiling.as_ref()).map(|(size, ceiling)| (size.mb - ceiling.mb).max(0.0));
    let text = text(case, within, over_mb, &base);
    Distance { over_mb, within, ceiling: case.ceiling.clone(), base, text }
}

/// The registered base of the image's class.
pub(super) fn nearest_base(case: &Case<'_>) -> Option<String> {
    case.class.as_ref().ok().and_then(|choice| choice.row.base.first().cloned())
}

fn obstacle(case: &Case<'_>) -> BaseObstacle {
    match &case.base {
        BaseStanding::Unknown | BaseStanding::Unresolved { .. } => BaseObstacle::Unknown,
        BaseStanding::Banned { use_instead, .. } => BaseObstacle::Banned { use_instead: use_instead.clone() },
        BaseStanding::Registered { status: RomStatus::Floor, .. } => BaseObstacle::Ok,
        BaseStanding::Registered { status: RomStatus::Justified, .. } => BaseObstacle::JustifiedOnly,
        BaseStanding::Outside { .. } => BaseObstacle::NotInSet { nearest: nearest_base(case) },
    }
}

fn text(case: &Case<'_>, within: Option<bool>, over_mb: Option<f64>, base: &BaseObstacle) -> String {
    let size = match (case.size, &case.ceiling, within, over_mb) {
        (None, _, _, _) => "the size is unknown".to_owned(),
        (Some(_), Some(ceiling), Some(true), _) => format!("within the {} of `{}`", mb(ceiling.mb), ceiling.row),
        (Some(_), Some(ceiling), _, Some(over)) if over > 0.0 => {
            format!("{} over the {} of `{}`", mb(over), mb(ceiling.mb), ceiling.row)
        }
        (Some(_), Some(ceiling), _, _) => {
            format!("exactly the {} MB that `{}` has to stay below", short(ceiling.mb), ceiling.row)
        }
        (Some(size), None, _, _) => format!("{}, without a class to measure it by", mb(size.mb)),
    };
    let base = match base {
        BaseObstacle::Ok => "the base is a floor base".to_owned(),
        BaseObstacle::Banned { use_instead } => format!("the base is banned, use `{use_instead}`"),
        BaseObstacle::NotInSet { nearest: Some(nearest) } => format!("the base is not registered, `{nearest}` is"),
        BaseObstacle::NotInSet { nearest: None } => "the base is not registered".to_owned(),
        BaseObstacle::Unknown => "the base is not known".to_owned(),
        BaseObstacle::JustifiedOnly => "the base is for justified images only".to_owned(),
    };
    format!("{size}; {base}")
}
