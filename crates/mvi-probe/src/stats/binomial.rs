//! The binomial distribution with chance one half, as sums of logarithms so that long rows do not overflow.

/// Chance of at most `most` heads in `throws` throws of a fair coin.
pub(super) fn at_most(most: usize, throws: usize) -> f64 {
    let mut term = -(throws as f64) * std::f64::consts::LN_2;
    let mut sum = term.exp();
    for heads in 1..=most.min(throws) {
        term += ((throws - heads + 1) as f64).ln() - (heads as f64).ln();
        sum += term.exp();
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::at_most;

    fn check(most: usize, throws: usize, expected: f64) {
        assert!((at_most(most, throws) - expected).abs() < 1e-12, "{most} of {throws}: {}", at_most(most, throws));
    }

    #[test]
    fn sums_are_those_of_the_coin() {
        check(0, 1, 0.5);
        check(0, 6, 1.0 / 64.0);
        check(1, 4, 5.0 / 16.0);
        check(5, 5, 1.0);
        check(5, 20, 21_700.0 / 1_048_576.0);
    }
}
