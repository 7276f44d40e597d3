//! What a build costs every node that pulls it: the doctrine's formula and the exact sum, as `mvi pull` has them.

use std::collections::BTreeMap;

use mvi_fleet::ImageFacts;
use mvi_standard::pull::{exact_saving_mb, formula_saving_mb};

use super::super::{FleetFailure, Memory};
use super::EventPlan;
use crate::report::build_event::Cost;

/// MB of distinct layers by digest; nothing where a size is not known.
type Layers = BTreeMap<String, f64>;

pub(super) fn of(
    memory: &Memory<'_>,
    plan: &EventPlan<'_>,
    before: Option<&ImageFacts>,
    now: &ImageFacts,
) -> Result<Cost, FleetFailure> {
    let services = match plan.services {
        Some(services) => services,
        // Who runs the ring before will run this one; an image that nobody runs yet counts as one service.
        None => {
            let names = before.map(|before| memory.store.services_on(&before.digest.to_string())).transpose()?;
            names.map_or(1, |names| names.len().max(1) as u64)
        }
    };
    let nodes = plan.nodes;
    let mut cost = Cost { nodes, services, ..Cost::default() };
    let Some(new) = layers(now) else { return Ok(cost) };
    let whole: f64 = new.values().sum();
    cost.whole_mb = Some(f64::from(nodes) * whole);
    let Some(old) = before.and_then(layers) else { return Ok(cost) };
    let came: Layers = new.iter().filter(|(id, _)| !old.contains_key(*id)).map(|(id, mb)| (id.clone(), *mb)).collect();
    let gone = old.iter().filter(|(id, _)| !new.contains_key(*id)).map(|(id, mb)| (id.clone(), *mb));
    cost.update_mb = Some(f64::from(nodes) * came.values().sum::<f64>());
    let count = u32::try_from(services).unwrap_or(u32::MAX);
    // Savings below 0 are costs.
    cost.formula_mb = Some(-formula_saving_mb(nodes, count, old.values().sum::<f64>() - whole));
    let saved: Layers = gone.chain(came.into_iter().map(|(id, mb)| (id, -mb))).collect();
    let lacking: Vec<String> = saved.keys().cloned().collect();
    cost.exact_mb = Some(-exact_saving_mb((0..nodes).map(|_| lacking.as_slice()), &saved));
    Ok(cost)
}

fn layers(image: &ImageFacts) -> Option<Layers> {
    let layer = |layer: &mvi_fleet::LayerOfImage| Some((layer.diff_id.to_string(), layer.transfer? as f64 / 1e6));
    image.layers.iter().map(layer).collect()
}
