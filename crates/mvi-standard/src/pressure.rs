//! Pressure: how far an image lies above the floor, over all measured dimensions, as a power of γ₁.
//!
//! The dimensions, their floors, shifts and weights are the standard's `dimension` table; nothing here names one.

mod compare;
mod measurements;
mod place;

use serde::Serialize;

pub use compare::{Comparison, compare};
pub use measurements::Measurements;
pub use place::{Height, Place, height};

use crate::standard::{Row, Standard};

/// The pressure of an image over the dimensions that were measured. Image Standard V13, adelic pressure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pressure {
    /// P, the clamped weighted mean of ln ratio / ln γ₁; 0 at the floor, 1 where the image lies γ₁ times above it.
    pub value: f64,
    /// C, the same mean without the clamp: credit at one dimension pays for surplus at another.
    pub content: f64,
    /// Q = P − C: what lies below the floor.
    pub credit: f64,
    /// κ, the measured share of all weights; 0 to 1.
    pub coverage: f64,
    /// Lowest and highest value that all dimensions together can have.
    pub interval: [f64; 2],
    /// The band of the value.
    pub band: Band,
    /// Whether the whole interval lies in that band.
    pub certain: bool,
    /// Ids of the measured dimensions, in the standard's order.
    pub observed: Vec<String>,
    /// Ids of the dimensions without a usable measurement.
    pub missing: Vec<String>,
    /// Identity of the standard that the floors are from.
    pub standard_digest: String,
}

/// A range of pressure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Band {
    /// Below the first limit of the standard.
    Low,
    /// Between the limits.
    Medium,
    /// From the second limit on.
    High,
}

impl Band {
    /// The band of a value.
    pub fn of(standard: &Standard, value: f64) -> Self {
        if value < standard.pressure.band_low_below {
            Self::Low
        } else if value >= standard.pressure.band_high_from {
            Self::High
        } else {
            Self::Medium
        }
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl Pressure {
    /// The band as it is printed: `high`, or `high?` when dimensions that are missing could change it.
    pub fn band_text(&self) -> String {
        format!("{}{}", self.band.as_str(), if self.certain { "" } else { "?" })
    }

    /// The value with four decimals.
    pub fn printed(&self) -> String {
        format!("{:.4}", self.value)
    }
}

/// The pressure against the floors of the fleet; nothing when no dimension has a usable measurement.
pub fn pressure(standard: &Standard, measured: &Measurements) -> Option<Pressure> {
    pressure_against(standard, measured, &Measurements::default())
}

/// The pressure within a class: the size is compared with the lower end of the row's target instead of the fleet's.
///
/// `sealed` has the measurements of the class's sealed base once it exists; its other dimensions are the floors then.
pub fn pressure_in_class(
    standard: &Standard,
    measured: &Measurements,
    row: &Row,
    sealed: &Measurements,
) -> Option<Pressure> {
    let mut floors = sealed.clone();
    floors.set(SIZE, row.target_min_mb);
    pressure_against(standard, measured, &floors)
}

/// The pressure against floors of one's own; a dimension that `floors` lacks has the standard's.
pub fn pressure_against(standard: &Standard, measured: &Measurements, floors: &Measurements) -> Option<Pressure> {
    let places = places(standard, measured, floors);
    let Height { pressure: value, content } = height(places.iter().map(|(_, place)| *place), standard.meta.gamma1)?;
    let all: u32 = standard.dimensions.iter().map(|dimension| dimension.degree).sum();
    let seen: u32 = places.iter().map(|(_, place)| place.degree).sum();
    let coverage = f64::from(seen) / f64::from(all);
    let low = coverage * value;
    let high = low + (1.0 - coverage) * standard.pressure.place_cap;
    let band = Band::of(standard, value);
    let observed: Vec<String> = places.into_iter().map(|(id, _)| id.to_owned()).collect();
    let missing = standard.dimensions.iter().map(|dimension| dimension.id.clone());
    Some(Pressure {
        value,
        content,
        credit: (value - content).max(0.0),
        coverage,
        interval: [low, high],
        band,
        certain: Band::of(standard, low) == band && Band::of(standard, high) == band,
        missing: missing.filter(|id| !observed.contains(id)).collect(),
        observed,
        standard_digest: standard.digest().to_owned(),
    })
}

/// The pressure of a base that nobody measured: of the geometric mean of its row's target band.
pub fn pressure_of_band(standard: &Standard, row: &Row) -> Option<Pressure> {
    let middle = (row.target_min_mb * row.target_max_mb).sqrt();
    pressure(standard, &Measurements::of_size(middle))
}

/// The measured dimensions as places. A measurement that leaves no positive ratio counts as missing.
fn places<'a>(standard: &'a Standard, measured: &Measurements, floors: &Measurements) -> Vec<(&'a str, Place)> {
    let place = |dimension: &'a crate::standard::Dimension| {
        let value = measured.get(&dimension.id)?;
        let floor = floors.get(&dimension.id).unwrap_or(dimension.floor);
        let ratio = (value + dimension.shift) / (floor + dimension.shift);
        let usable = ratio.is_finite() && ratio > 0.0;
        usable.then_some((dimension.id.as_str(), Place { ratio, degree: dimension.degree }))
    };
    standard.dimensions.iter().filter_map(place).collect()
}

/// The dimension that a row's target band is about.
const SIZE: &str = "size_mb";

#[cfg(test)]
mod tests;
