//! The same pulls as a simulation of events: downloads share the egress, and layers are shared on a node.

use std::collections::{BTreeSet, VecDeque};

use serde::Serialize;

use super::rates::fair_rates;
use super::{PullError, PulledLayer, Terms, check_layer, not_negative, positive};

/// Who pulls what, from where.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Every layer that occurs.
    pub layers: Vec<PulledLayer>,
    /// Every node.
    pub nodes: Vec<Node>,
    /// Egress of the registry, Mbit/s.
    pub egress_mbps: f64,
    /// Most pulls that the cluster has under way at once.
    pub slots: Option<usize>,
    /// Mbit/s that a node adds to the egress once it has an image; nothing without peers.
    pub upload_mbps: Option<f64>,
    /// Round trips and unpacking.
    pub terms: Terms,
}

/// A node with what it has and what it pulls.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its link, Mbit/s.
    pub link_mbps: f64,
    /// Layers that it has already, by their place in the scenario.
    pub store: BTreeSet<usize>,
    /// Images that it pulls: when, in s, and their layers in order.
    pub pulls: Vec<(f64, Vec<usize>)>,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Simulated {
    /// When the last pull was done, s.
    pub makespan_s: f64,
    /// Mean time at which a pull was done, s.
    pub mean_s: f64,
    /// Time by which 95 % of the pulls were done, s.
    pub p95_s: f64,
    /// MB that went over the links.
    pub transferred_mb: f64,
}

/// Runs a scenario to its end. Same in, same out: ties go by node, then by pull.
///
/// A layer that another pull of the node is downloading is waited for, not downloaded twice.
///
/// # Errors
///
/// [`PullError`] for numbers that no pull can have, layers that do not exist, and more than 100 000 layer pulls.
pub fn simulate(scenario: &Scenario) -> Result<Simulated, PullError> {
    check(scenario)?;
    let mut run = Run::new(scenario);
    while run.step() {}
    Ok(run.result())
}

struct Pull {
    node: usize,
    starts_s: f64,
    /// Unpacking of the layers that were missing at the start, s.
    unpack_s: f64,
    queue: VecDeque<usize>,
    /// The layer under way and its Mbit that are left.
    current: Option<(usize, f64)>,
}

struct Run<'a> {
    scenario: &'a Scenario,
    links: Vec<f64>,
    stores: Vec<BTreeSet<usize>>,
    on_the_way: Vec<BTreeSet<usize>>,
    /// Pulls that have not begun, the next one first.
    waiting: VecDeque<Pull>,
    active: Vec<Pull>,
    now_s: f64,
    done_s: Vec<f64>,
    transferred_mb: f64,
}

impl<'a> Run<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let mut waiting: Vec<Pull> = Vec::new();
        for (place, node) in scenario.nodes.iter().enumerate() {
            for (start_s, layers) in &node.pulls {
                let mut seen = BTreeSet::new();
                let missing: VecDeque<usize> =
                    layers.iter().copied().filter(|layer| !node.store.contains(layer) && seen.insert(*layer)).collect();
                let unpacked: f64 = missing.iter().map(|layer| scenario.layers[*layer].unpacked_mb).sum();
                waiting.push(Pull {
                    node: place,
                    starts_s: start_s + scenario.terms.setup_s(missing.len()),
                    unpack_s: scenario.terms.unpack_s(unpacked),
                    queue: missing,
                    current: None,
                });
            }
        }
        waiting.sort_by(|left, right| left.starts_s.total_cmp(&right.starts_s));
        Self {
            scenario,
            links: scenario.nodes.iter().map(|node| node.link_mbps).collect(),
            stores: scenario.nodes.iter().map(|node| node.store.clone()).collect(),
            on_the_way: vec![BTreeSet::new(); scenario.nodes.len()],
            waiting: waiting.into(),
            active: Vec::new(),
            now_s: 0.0,
            done_s: Vec::new(),
            transferred_mb: 0.0,
        }
    }

    /// Moves to the next event; false when there is none.
    fn step(&mut self) -> bool {
        self.begin();
        self.assign();
        let next_start = self.next_start();
        let flows: Vec<usize> =
            self.active.iter().filter(|pull| pull.current.is_some()).map(|pull| pull.node).collect();
        if flows.is_empty() {
            // Pulls that ended have made room; otherwise the next one begins later.
            if let Some(start) = next_start {
                self.now_s = self.now_s.max(start);
            }
            return !self.waiting.is_empty();
        }
        let seeded = self.scenario.upload_mbps.unwrap_or(0.0) * self.done_s.len() as f64;
        let rates = fair_rates(&flows, &self.links, self.scenario.egress_mbps + seeded);
        let left = self.active.iter().filter_map(|pull| pull.current).map(|(_, left)| left);
        let ends = left.zip(&rates).map(|(left, rate)| left / rate).fold(f64::INFINITY, f64::min);
        let elapsed = next_start.map_or(ends, |start| ends.min((start - self.now_s).max(0.0)));
        self.now_s += elapsed;
        self.advance(elapsed, &rates);
        true
    }

    /// Begins pulls whose time has come, while there are slots.
    fn begin(&mut self) {
        let slots = self.scenario.slots.unwrap_or(usize::MAX).max(1);
        while self.active.len() < slots && self.waiting.front().is_some_and(|pull| pull.starts_s <= self.now_s) {
            self.active.extend(self.waiting.pop_front());
        }
    }

    /// When the next pull could begin; nothing while all slots are taken.
    fn next_start(&self) -> Option<f64> {
        let free = self.active.len() < self.scenario.slots.unwrap_or(usize::MAX).max(1);
        self.waiting.front().filter(|_| free).map(|pull| pull.starts_s)
    }

    /// Gives every idle pull its next layer, and takes out those that have everything.
    fn assign(&mut self) {
        for pull in &mut self.active {
            let store = &self.stores[pull.node];
            pull.queue.retain(|layer| !store.contains(layer));
            if pull.current.is_some() {
                continue;
            }
            let on_the_way = &mut self.on_the_way[pull.node];
            if let Some(place) = pull.queue.iter().position(|layer| !on_the_way.contains(layer)) {
                let Some(layer) = pull.queue.remove(place) else { continue };
                on_the_way.insert(layer);
                pull.current = Some((layer, 8.0 * self.scenario.layers[layer].transfer_mb));
            }
        }
        let (now, terms) = (self.now_s, self.scenario.terms);
        let ended = self.active.extract_if(.., |pull| pull.current.is_none() && pull.queue.is_empty());
        let ends =
            ended.map(|pull| if terms.overlap { now.max(pull.starts_s + pull.unpack_s) } else { now + pull.unpack_s });
        self.done_s.extend(ends);
    }

    /// Downloads for a while; layers that are complete go to their node's store.
    fn advance(&mut self, elapsed: f64, rates: &[f64]) {
        let downloading = self.active.iter_mut().filter(|pull| pull.current.is_some());
        for (pull, rate) in downloading.zip(rates) {
            let Some((layer, left)) = pull.current else { continue };
            let left = left - rate * elapsed;
            pull.current = (left > NOTHING_MBIT).then_some((layer, left));
            if pull.current.is_none() {
                self.on_the_way[pull.node].remove(&layer);
                self.stores[pull.node].insert(layer);
                self.transferred_mb += self.scenario.layers[layer].transfer_mb;
            }
        }
    }

    fn result(mut self) -> Simulated {
        self.done_s.sort_by(f64::total_cmp);
        let count = self.done_s.len();
        let at = |share: f64| self.done_s.get(((share * count as f64).ceil() as usize).saturating_sub(1)).copied();
        Simulated {
            makespan_s: self.done_s.last().copied().unwrap_or(0.0),
            mean_s: if count == 0 { 0.0 } else { self.done_s.iter().sum::<f64>() / count as f64 },
            p95_s: at(0.95).unwrap_or(0.0),
            transferred_mb: self.transferred_mb,
        }
    }
}

fn check(scenario: &Scenario) -> Result<(), PullError> {
    positive("the egress", scenario.egress_mbps)?;
    not_negative("the upload of a node", scenario.upload_mbps.unwrap_or(0.0))?;
    scenario.terms.check()?;
    scenario.layers.iter().try_for_each(check_layer)?;
    let layers = scenario.layers.len();
    for (place, node) in scenario.nodes.iter().enumerate() {
        positive("the link of a node", node.link_mbps)?;
        for (start_s, pulled) in &node.pulls {
            not_negative("the start of a pull", *start_s)?;
            if let Some(layer) = pulled.iter().find(|layer| **layer >= layers) {
                return Err(PullError::NoLayer { node: place, layer: *layer, layers });
            }
        }
    }
    let found = scenario.nodes.iter().flat_map(|node| &node.pulls).map(|(_, layers)| layers.len().max(1)).sum();
    if found > LIMIT { Err(PullError::TooLarge { found, limit: LIMIT }) } else { Ok(()) }
}

/// Layer pulls that are simulated at most.
const LIMIT: usize = 100_000;

/// Less than this is nothing: a thousandth of a bit.
const NOTHING_MBIT: f64 = 1e-9;
