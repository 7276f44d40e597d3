//! The shortest way to a score: what each remedy gains, and which images to fix first.

use serde::Serialize;

use super::{Standing, Tally, score};
use crate::ratio::Ratio;

/// What can be done about an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Rebuild a heavy image at the floor.
    FixHeavy,
    /// Rebuild an image that is neither compliant nor heavy at the floor.
    FixLight,
    /// Let a change request justify a heavy image: it is no longer heavy and not compliant.
    Justify,
}

/// What one more image of weight 1 gains under each remedy; nothing where no such image is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Gains {
    /// Gain of fixing a heavy image.
    pub fix_heavy: Option<Ratio>,
    /// Gain of fixing a light image.
    pub fix_light: Option<Ratio>,
    /// Gain of justifying a heavy image.
    pub justify: Option<Ratio>,
}

/// An image that could be worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Its name.
    pub name: String,
    /// How it counts now.
    pub standing: Standing,
    /// Its weight, in the tally's unit.
    pub weight: u64,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanStep {
    /// The image.
    pub name: String,
    /// What to do about it.
    pub remedy: Remedy,
    /// What it adds to the score.
    pub gain: Ratio,
    /// The score after it.
    pub score: Ratio,
}

/// A way to a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The score to reach.
    pub target: Ratio,
    /// What to do, in order; the largest gain first.
    pub steps: Vec<PlanStep>,
    /// Whether the last step reaches the target.
    pub reached: bool,
    /// Weight of unmeasured images: measuring them may make the way shorter or longer.
    pub unmeasured: u64,
}

/// The gains of the next image, each of weight 1.
pub fn gains(tally: &Tally) -> Gains {
    let some = |left: u64, remedy| if left > 0 { gain(tally, remedy, 1) } else { None };
    Gains {
        fix_heavy: some(tally.heavy(), Remedy::FixHeavy),
        fix_light: some(tally.neither(), Remedy::FixLight),
        justify: some(tally.heavy(), Remedy::Justify),
    }
}

/// The shortest list of fixes that brings a fleet to a score: always the largest gain next, ties by name.
///
/// For equal weights it is exact: a heavy fix gains at least as much as any other remedy, and gains depend on the
/// standing alone. A justification is never in it, as fixing the same image gains at least as much. `candidates` are
/// the images that the tally counts; compliant and unmeasured ones are left alone.
pub fn plan(tally: &Tally, candidates: &[Candidate], target: Ratio) -> Plan {
    let mut tally = *tally;
    let (mut heavy, mut light) = (queue(candidates, Standing::Heavy), queue(candidates, Standing::Neither));
    let mut steps = Vec::new();
    let mut now = score(tally.total(), tally.compliant(), tally.heavy());
    while now.is_some_and(|score| score < target) {
        let of = |queue: &[&Candidate], remedy| queue.last().and_then(|image| gain(&tally, remedy, image.weight));
        let (of_heavy, of_light) = (of(&heavy, Remedy::FixHeavy), of(&light, Remedy::FixLight));
        let (queue, remedy, gain) = match (of_heavy, of_light) {
            (Some(first), second) if second.is_none_or(|second| first >= second) => {
                (&mut heavy, Remedy::FixHeavy, first)
            }
            (_, Some(second)) => (&mut light, Remedy::FixLight, second),
            (_, None) => break,
        };
        let Some(image) = queue.pop() else { break };
        let moved =
            tally.remove(image.standing, image.weight).and_then(|()| tally.add(Standing::Compliant, image.weight));
        now = score(tally.total(), tally.compliant(), tally.heavy());
        let (Ok(()), Some(score)) = (moved, now) else { break };
        steps.push(PlanStep { name: image.name.clone(), remedy, gain, score });
    }
    Plan { target, steps, reached: now.is_some_and(|score| score >= target), unmeasured: tally.unmeasured() }
}

/// Images of one standing that weigh something, the heaviest last, so that it is taken first.
fn queue(candidates: &[Candidate], standing: Standing) -> Vec<&Candidate> {
    let mut queue: Vec<&Candidate> =
        candidates.iter().filter(|image| image.standing == standing && image.weight > 0).collect();
    queue.sort_by(|left, right| left.weight.cmp(&right.weight).then_with(|| right.name.cmp(&left.name)));
    queue
}

/// What a remedy adds to the score, exactly; nothing when the tally has no such weight.
fn gain(tally: &Tally, remedy: Remedy, weight: u64) -> Option<Ratio> {
    let [total, compliant, heavy, by] = [tally.total(), tally.compliant(), tally.heavy(), weight].map(i128::from);
    let (available, after) = match remedy {
        Remedy::FixHeavy => (heavy, (compliant + by) * (total - heavy + by)),
        Remedy::FixLight => (i128::from(tally.neither()), (compliant + by) * (total - heavy)),
        Remedy::Justify => (heavy, compliant * (total - heavy + by)),
    };
    if available < by {
        return None;
    }
    Ratio::new(after - compliant * (total - heavy), total * total)
}
