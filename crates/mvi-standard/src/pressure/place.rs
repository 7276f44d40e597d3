//! The arithmetic of pressure on plain ratios: the logarithmic height of a point over weighted places.

/// One dimension as a ratio to its floor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Measurement over floor, both shifted; above 0.
    pub ratio: f64,
    /// Weight, at least 1.
    pub degree: u32,
}

/// The two means over a set of places, in powers of γ₁.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Height {
    /// Mean of max(0, ln ratio).
    pub pressure: f64,
    /// Mean of ln ratio.
    pub content: f64,
}

/// Both weighted means of ln ratio / ln γ₁; nothing for no place at all.
pub fn height(places: impl Iterator<Item = Place>, gamma1: f64) -> Option<Height> {
    let (mut pressure, mut content, mut degrees) = (0.0, 0.0, 0.0);
    for Place { ratio, degree } in places {
        let (log, degree) = (ratio.ln(), f64::from(degree));
        pressure += degree * log.max(0.0);
        content += degree * log;
        degrees += degree;
    }
    let scale = degrees * gamma1.ln();
    (degrees > 0.0).then(|| Height { pressure: pressure / scale, content: content / scale })
}
