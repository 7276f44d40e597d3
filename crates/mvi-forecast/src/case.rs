//! Services that were built on several bases: there it is known which choice was best.

use std::collections::BTreeMap;

use crate::Pressure;
use crate::row::Row;

/// A service with its newest build on each of at least two bases.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// The service.
    pub service: &'a str,
    /// The builds, one a base, by the base's name.
    pub options: Vec<&'a Row>,
    /// The pressure of each option over what all of them measured; nothing where the build failed.
    pub truth: Vec<Option<f64>>,
}

impl<'a> Case<'a> {
    /// The cases among rows, by service; services without a comparable success on any of several bases are none.
    pub fn among(rows: &'a [Row], pressure: &Pressure<'_>) -> Vec<Self> {
        let mut services: BTreeMap<&str, BTreeMap<&str, &Row>> = BTreeMap::new();
        for row in rows {
            services.entry(&row.service).or_default().insert(&row.base, row);
        }
        let case = |(service, bases): (&'a str, BTreeMap<&str, &'a Row>)| {
            let options: Vec<&Row> = bases.into_values().collect();
            let truth = truth(&options, pressure);
            let is_known = options.len() > 1 && truth.iter().any(Option::is_some);
            is_known.then_some(Self { service, options, truth })
        };
        services.into_iter().filter_map(case).collect()
    }

    /// The least pressure that an option had.
    pub fn best(&self) -> f64 {
        self.truth.iter().flatten().copied().fold(f64::INFINITY, f64::min)
    }

    /// How much more than the best an option had; one that failed costs the worst success and `penalty`.
    pub fn regret(&self, option: usize, penalty: f64) -> f64 {
        let worst = self.truth.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
        self.truth.get(option).copied().flatten().unwrap_or(worst + penalty) - self.best()
    }

    /// The options by their scores, one an option, the least first; those without one are left out.
    pub(crate) fn order(&self, scores: &[Option<f64>]) -> Vec<usize> {
        let scored = scores.iter().enumerate().filter_map(|(place, score)| Some(((*score)?, place)));
        let mut scored: Vec<(f64, usize)> = scored.collect();
        scored.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
        scored.into_iter().map(|(_, place)| place).collect()
    }

    /// What `score` says of each option; nothing where a hard rule takes it out.
    pub(crate) fn scores(&self, score: impl Fn(&Row) -> Option<f64>) -> Vec<Option<f64>> {
        self.options.iter().map(|row| if row.ruled_out { None } else { score(row) }).collect()
    }
}

/// Two images are compared only on dimensions that both measured.
fn truth(options: &[&Row], pressure: &Pressure<'_>) -> Vec<Option<f64>> {
    let successes: Vec<&[Option<f64>]> = options.iter().filter_map(|row| row.measured()).collect();
    let common = |place: usize| successes.iter().all(|values| values[place].is_some());
    options
        .iter()
        .map(|row| {
            let values = row.measured()?.iter().enumerate();
            let values: Vec<Option<f64>> = values.map(|(place, value)| value.filter(|_| common(place))).collect();
            pressure(&values)
        })
        .collect()
}
