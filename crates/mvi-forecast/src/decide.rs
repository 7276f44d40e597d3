//! Which base: the least expected pressure among those that can be had, and what is in use stays unless the gain is real.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::Pressure;
use crate::error::ForecastError;
use crate::forecast::{By, Candidate, Forecast, forecast};
use crate::settings::Settings;
use crate::train::Model;

/// How a decision ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// A base is proposed.
    Propose,
    /// The one in use stays.
    Keep,
    /// No candidate can be had.
    NothingFeasible,
}

/// A candidate with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// The base.
    pub base: String,
    /// Why it is left out: the hard rule with its proof, or the chance of a build.
    pub excluded: Option<String>,
    /// Expected pressure with the chance of a failed build; nothing where it is left out.
    pub cost: Option<f64>,
    /// Its forecast.
    pub forecast: Forecast,
    /// Whether the standard registers it.
    pub is_registered: bool,
}

/// The decision about a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// How it ended.
    pub kind: DecisionKind,
    /// The base that is proposed or stays.
    pub chosen: Option<String>,
    /// The base in use.
    pub incumbent: Option<String>,
    /// Pressure of the base in use minus that of the best other one.
    pub gain: Option<f64>,
    /// Interval of that difference.
    pub gain_interval: Option<[f64; 2]>,
    /// Why.
    pub reason: String,
    /// Bases to be built before anything is sealed: the best, the next, and the best on musl.
    pub trials: Vec<String>,
    /// The best first; those that are left out at the end.
    pub candidates: Vec<Ranked>,
}

/// Ranks candidates and decides.
///
/// A base that a hard rule or a small chance of success takes out is never chosen. Where only chances speak against all
/// that is left, the likeliest stays in.
///
/// # Errors
/// Those of [`forecast`].
pub fn decide(
    model: &Model,
    candidates: &[Candidate],
    incumbent: Option<&str>,
    pressure: &Pressure<'_>,
) -> Result<Decision, ForecastError> {
    let mut ranked: Vec<Ranked> = Vec::new();
    for candidate in candidates {
        let forecast = forecast(model, candidate, pressure)?;
        let (base, excluded) = (candidate.base.clone(), candidate.ruled_out.clone());
        ranked.push(Ranked { base, excluded, cost: None, forecast, is_registered: candidate.is_registered });
    }
    weigh_chances(&mut ranked, model);
    ranked.sort_by(order);
    let is_musl = |base: &str| candidates.iter().any(|one| one.base == base && one.is_musl);
    let decision = Decision {
        kind: DecisionKind::NothingFeasible,
        chosen: None,
        incumbent: incumbent.map(str::to_owned),
        gain: None,
        gain_interval: None,
        reason: "no candidate can be had; each says why".to_owned(),
        trials: trials(&ranked, &is_musl, model.settings.max_trial_builds),
        candidates: ranked,
    };
    Ok(choose(decision, model, candidates))
}

/// Leaves out what would probably fail, and says what the rest costs with its chance of failing.
fn weigh_chances(ranked: &mut [Ranked], model: &Model) {
    let chance = |one: &Ranked| one.forecast.chance.unwrap_or(1.0);
    let of = |one: &Ranked| one.excluded.is_none().then_some((one.forecast.pressure, chance(one)));
    let options: Vec<Option<(f64, f64)>> = ranked.iter().map(of).collect();
    for (one, cost) in ranked.iter_mut().zip(expected_costs(&options, &model.settings)) {
        one.cost = cost;
        if cost.is_none() && one.excluded.is_none() {
            let percent = chance(one) * 100.0;
            one.excluded = Some(format!("builds like this one succeed with a chance of {percent:.0} %"));
        }
    }
}

/// What each option costs by its pressure and chance of success: a failed build costs the worst pressure of all and the
/// settings' penalty. Nothing for what is no option or would probably fail, as long as another is likelier.
pub(crate) fn expected_costs(options: &[Option<(f64, f64)>], settings: &Settings) -> Vec<Option<f64>> {
    let worst = options.iter().flatten().map(|(pressure, _)| *pressure).fold(0.0, f64::max);
    let likeliest = options.iter().flatten().map(|(_, chance)| *chance).fold(0.0, f64::max);
    let cost = |(pressure, chance): (f64, f64)| {
        let fails = chance < settings.feasibility_exclude_below && chance < likeliest;
        (!fails).then_some(chance * pressure + (1.0 - chance) * (worst + settings.infeasible_penalty))
    };
    options.iter().map(|option| option.and_then(cost)).collect()
}

/// By cost; where that is equal by the smaller upper end, registered bases first, then by name.
fn order(left: &Ranked, right: &Ranked) -> Ordering {
    let cost = |one: &Ranked| one.cost.map_or(f64::INFINITY, |cost| (cost * 1e9).round());
    cost(left)
        .total_cmp(&cost(right))
        .then(left.forecast.high.total_cmp(&right.forecast.high))
        .then(right.is_registered.cmp(&left.is_registered))
        .then_with(|| left.base.cmp(&right.base))
}

/// The best, the next, and the best on musl, each once.
fn trials(ranked: &[Ranked], is_musl: &dyn Fn(&str) -> bool, most: usize) -> Vec<String> {
    let open = || ranked.iter().filter(|one| one.cost.is_some()).map(|one| one.base.as_str());
    let mut trials: Vec<&str> = open().take(2).collect();
    if let Some(musl) = open().find(|base| is_musl(base)).filter(|base| !trials.contains(base)) {
        trials.push(musl);
    }
    trials.into_iter().take(most).map(str::to_owned).collect()
}

fn choose(mut decision: Decision, model: &Model, candidates: &[Candidate]) -> Decision {
    let Some(winner) = decision.candidates.first().filter(|one| one.cost.is_some()).cloned() else {
        return decision;
    };
    let (kind, chosen, reason) = match decision.incumbent.clone() {
        None => (DecisionKind::Propose, winner.base, "the least expected pressure".to_owned()),
        Some(incumbent) => {
            let known = decision.candidates.iter().find(|one| one.base == incumbent).cloned();
            match known {
                None => {
                    let why = format!("`{incumbent}` is no candidate, so no gain over it is known");
                    (DecisionKind::Keep, incumbent, why)
                }
                Some(Ranked { excluded: Some(why), .. }) => {
                    (DecisionKind::Propose, winner.base, format!("`{incumbent}` cannot stay: {why}"))
                }
                Some(_) if winner.base == incumbent => {
                    (DecisionKind::Keep, incumbent, "it is the best of all candidates".to_owned())
                }
                Some(known) => {
                    let runtime = candidates.first().map_or("", |one| one.runtime.as_str());
                    let interval = gain_interval(model, runtime, &known.forecast, &winner.forecast);
                    let gain = known.forecast.pressure - winner.forecast.pressure;
                    (decision.gain, decision.gain_interval) = (Some(gain), Some(interval));
                    weigh_gain(model, (gain, interval), winner.base, incumbent)
                }
            }
        }
    };
    Decision { kind, chosen: Some(chosen), reason, ..decision }
}

/// What lies between two pressures of one service: paired errors where the model speaks of both, else all that both
/// intervals leave open.
fn gain_interval(model: &Model, runtime: &str, incumbent: &Forecast, winner: &Forecast) -> [f64; 2] {
    let gain = incumbent.pressure - winner.pressure;
    let pair = model.calibration.runtimes.get(runtime).and_then(|known| known.pair);
    match pair.filter(|_| incumbent.by == By::Model && winner.by == By::Model) {
        Some(width) => [gain - width, gain + width],
        None => [incumbent.low - winner.high, incumbent.high - winner.low],
    }
}

fn weigh_gain(
    model: &Model,
    (gain, [low, high]): (f64, [f64; 2]),
    winner: String,
    incumbent: String,
) -> (DecisionKind, String, String) {
    let least = model.settings.gain_min;
    if gain < least - 1e-9 {
        let why = format!("`{winner}` would take away {gain:.4}, and {least} is the least that counts");
        return (DecisionKind::Keep, incumbent, why);
    }
    if low <= 0.0 {
        let why = format!("`{winner}` would take away {gain:.4}, but that could be {low:.4} to {high:.4}: build both");
        return (DecisionKind::Keep, incumbent, why);
    }
    let why = format!("it takes away {gain:.4}, and surely {low:.4} to {high:.4}");
    (DecisionKind::Propose, winner, why)
}
