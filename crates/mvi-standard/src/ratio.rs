//! Exact fractions, as the fleet's score is one: no rounding before printing.

use std::cmp::Ordering;
use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// A fraction in lowest terms with a positive denominator below 2¹²².
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    numerator: i128,
    denominator: i128,
}

impl Ratio {
    /// Nothing.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };

    /// A fraction; nothing when the denominator is 0 or a part does not fit.
    pub fn new(numerator: i128, denominator: i128) -> Option<Self> {
        let fits = |part: i128| part.unsigned_abs() < LIMIT.unsigned_abs();
        if denominator == 0 || !fits(numerator) || !fits(denominator) {
            return None;
        }
        let divisor = greatest_common_divisor(numerator.abs(), denominator.abs()) * denominator.signum();
        Some(Self { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    /// The fraction that a decimal number stands for, to nine decimals: 0.48 is 12/25.
    pub fn from_decimal(value: f64) -> Option<Self> {
        const SCALE: f64 = 1e9;
        let scaled = (value * SCALE).round();
        if !scaled.is_finite() || scaled.abs() > 1e15 {
            return None;
        }
        Self::new(scaled as i128, SCALE as i128)
    }

    /// Upper part, with the sign.
    pub fn numerator(self) -> i128 {
        self.numerator
    }

    /// Lower part, above 0.
    pub fn denominator(self) -> i128 {
        self.denominator
    }

    /// The nearest floating point number, for charts and gauges.
    pub fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// The number with that many decimals (at most 30), a half going to the even neighbour.
    pub fn decimal(self, decimals: usize) -> String {
        let (mut whole, mut rest) = (self.numerator.abs() / self.denominator, self.numerator.abs() % self.denominator);
        let mut digits: Vec<u8> = Vec::new();
        for _ in 0..decimals.min(30) {
            rest *= 10;
            digits.push((rest / self.denominator) as u8);
            rest %= self.denominator;
        }
        let last = digits.last().map_or((whole % 2) as u8, |digit| digit % 2);
        let up = match (rest * 2).cmp(&self.denominator) {
            Ordering::Less => false,
            Ordering::Equal => last == 1,
            Ordering::Greater => true,
        };
        if up {
            whole += i128::from(carry(&mut digits));
        }
        let zero = whole == 0 && digits.iter().all(|digit| *digit == 0);
        let sign = if self.numerator < 0 && !zero { "-" } else { "" };
        let digits: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        if digits.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{digits}") }
    }
}

impl fmt::Display for Ratio {
    /// Two decimals, half to even; `{:#}` prints the fraction itself.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if formatter.alternate() {
            return write!(formatter, "{}/{}", self.numerator, self.denominator);
        }
        formatter.write_str(&self.decimal(2))
    }
}

impl Serialize for Ratio {
    /// `{"fraction": "1/5", "value": 0.2}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut shape = serializer.serialize_struct("Ratio", 2)?;
        shape.serialize_field("fraction", &format!("{self:#}"))?;
        shape.serialize_field("value", &self.to_f64())?;
        shape.end()
    }
}

impl Ord for Ratio {
    /// By continued fractions, so that no product can overflow.
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut left, mut right) = ((self.numerator, self.denominator), (other.numerator, other.denominator));
        let mut flipped = false;
        loop {
            let (ours, theirs) = (left.0.div_euclid(left.1), right.0.div_euclid(right.1));
            let (our_rest, their_rest) = (left.0.rem_euclid(left.1), right.0.rem_euclid(right.1));
            let order = ours.cmp(&theirs).then_with(|| match (our_rest, their_rest) {
                (0, 0) => Ordering::Equal,
                (0, _) => Ordering::Less,
                (_, 0) => Ordering::Greater,
                (_, _) => Ordering::Equal,
            });
            if order != Ordering::Equal || our_rest == 0 {
                return if flipped { order.reverse() } else { order };
            }
            (left, right, flipped) = ((left.1, our_rest), (right.1, their_rest), !flipped);
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Adds one to the last digit; true when the carry leaves the first.
fn carry(digits: &mut [u8]) -> bool {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return false;
        }
        *digit = 0;
    }
    true
}

fn greatest_common_divisor(left: i128, right: i128) -> i128 {
    if right == 0 { left } else { greatest_common_divisor(right, left % right) }
}

/// Parts stay below this, so that ten times a rest and twice a rest fit.
const LIMIT: i128 = 1 << 122;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(numerator: i128, denominator: i128, expected: &str) {
        let ratio = Ratio::new(numerator, denominator).unwrap();
        assert_eq!(format!("{ratio} {ratio:#}"), expected);
    }

    #[test]
    fn a_half_goes_to_the_even_neighbour() {
        check(1, 8, "0.12 1/8");
        check(3, 8, "0.38 3/8");
        check(1, 200, "0.00 1/200");
        check(3, 200, "0.02 3/200");
        check(199, 200, "1.00 199/200");
        check(-1, 8, "-0.12 -1/8");
        check(-1, 1000, "0.00 -1/1000");
        assert_eq!(Ratio::new(5, 2).unwrap().decimal(0), "2");
        assert_eq!(Ratio::new(7, 2).unwrap().decimal(0), "4");
    }

    #[test]
    fn a_fraction_is_in_lowest_terms_with_its_sign_above() {
        check(6, -30, "-0.20 -1/5");
        check(0, 7, "0.00 0/1");
        assert_eq!(Ratio::new(1, 0), None);
        assert_eq!(Ratio::new(1, 1 << 122), None);
        assert_eq!(Ratio::from_decimal(0.48), Ratio::new(12, 25));
        assert_eq!(Ratio::from_decimal(f64::NAN), None);
    }

    #[test]
    fn it_is_written_as_fraction_and_number() {
        let written = serde_json::to_value(Ratio::new(3, 15).unwrap()).unwrap();
        assert_eq!(written, serde_json::json!({"fraction": "1/5", "value": 0.2}));
    }

    proptest! {
        #[test]
        fn fractions_are_ordered_as_their_cross_products(a in -999_i128..999, b in 1_i128..999, c in -999_i128..999, d in 1_i128..999) {
            prop_assert_eq!(Ratio::new(a, b).unwrap().cmp(&Ratio::new(c, d).unwrap()), (a * d).cmp(&(c * b)));
        }

        #[test]
        fn the_largest_parts_are_printed_and_compared(a in 0..LIMIT, b in 1..LIMIT) {
            let ratio = Ratio::new(a, b).unwrap();
            prop_assert!(ratio.decimal(2).contains('.'));
            prop_assert_eq!(ratio.cmp(&ratio), Ordering::Equal);
            prop_assert_eq!(ratio > Ratio::new(1, 2).unwrap(), a > b / 2 && 2 * (a - b / 2) > b % 2);
        }
    }
}
