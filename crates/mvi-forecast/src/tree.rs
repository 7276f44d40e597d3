//! Trees as they are kept: checked once, then walked without a bound that could be wrong.

use serde::{Deserialize, Serialize};

use crate::error::ForecastError;

/// A node: `[value, weight]` of a leaf, `[feature, below, missing_left, left, right]` of a split.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Node {
    /// Feature, threshold, whether a missing value goes left, and the places of both children. A number below the
    /// threshold goes left.
    Split(u32, f64, bool, u32, u32),
    /// What the leaf adds, and the weight of the rows that it was made of.
    Leaf(f64, f64),
}

/// One tree, the root first, children after their parents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tree {
    /// The nodes.
    pub nodes: Vec<Node>,
}

/// A sum of trees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ensemble {
    /// What is there without any tree.
    pub start: f64,
    /// The trees.
    pub trees: Vec<Tree>,
}

/// Most trees of an ensemble; what follows are nodes and levels of a tree.
const MOST_TREES: usize = 2_000;
const MOST_NODES: usize = 512;
const MOST_LEVELS: usize = 18;
/// Largest value and weight of a leaf: sums of all leaves stay finite.
const LARGEST: f64 = 1e12;

impl Ensemble {
    /// Refuses whatever could not be walked: loops, nodes with two parents or none, numbers that are none.
    ///
    /// # Errors
    /// [`ForecastError::Unsound`].
    pub fn check(&self, features: usize) -> Result<(), ForecastError> {
        let refuse = |reason: String| ForecastError::Unsound { reason };
        if !self.start.is_finite() || self.start.abs() > LARGEST || self.trees.len() > MOST_TREES {
            return Err(refuse(format!("{} trees from {}", self.trees.len(), self.start)));
        }
        for (number, tree) in self.trees.iter().enumerate() {
            tree.check(features).map_err(|what| refuse(format!("tree {number}: {what}")))?;
        }
        Ok(())
    }

    /// The sum for a row of numbers, NaN standing for what is missing.
    pub fn predict(&self, row: &[f64]) -> f64 {
        self.start + self.trees.iter().map(|tree| tree.predict(row)).sum::<f64>()
    }
}

impl Tree {
    fn check(&self, features: usize) -> Result<(), String> {
        let count = self.nodes.len();
        if count == 0 || count > MOST_NODES {
            return Err(format!("has {count} nodes"));
        }
        let mut levels = vec![None; count];
        levels[0] = Some(0_usize);
        for (place, node) in self.nodes.iter().enumerate() {
            let Some(level) = levels[place].filter(|level| *level < MOST_LEVELS) else {
                return Err(format!("node {place} hangs nowhere or too deep"));
            };
            match node {
                Node::Leaf(value, weight) if value.abs() > LARGEST || !(1.0 / LARGEST..=LARGEST).contains(weight) => {
                    return Err(format!("leaf {place} has the value {value} and the weight {weight}"));
                }
                Node::Leaf(..) => {}
                Node::Split(feature, below, _, left, right) => {
                    if *feature as usize >= features || !below.is_finite() {
                        return Err(format!("node {place} splits feature {feature} at {below}"));
                    }
                    for child in [*left as usize, *right as usize] {
                        // Children come after their parents and have one, so that every way down ends.
                        if child <= place || child >= count || levels[child].is_some() {
                            return Err(format!("node {place} leads to {child}"));
                        }
                        levels[child] = Some(level + 1);
                    }
                }
            }
        }
        Ok(())
    }

    fn predict(&self, row: &[f64]) -> f64 {
        let mut place = 0;
        loop {
            match self.nodes.get(place) {
                Some(Node::Leaf(value, _)) => return *value,
                Some(split @ Node::Split(..)) => place = split.child(row),
                // `check` leaves no such way.
                None => return f64::NAN,
            }
        }
    }
}

impl Node {
    /// Where a row goes from a split.
    pub(crate) fn child(&self, row: &[f64]) -> usize {
        let Self::Split(feature, below, missing_left, left, right) = *self else { return usize::MAX };
        let number = row.get(feature as usize).copied().unwrap_or(f64::NAN);
        let goes_left = if number.is_nan() { missing_left } else { number < below };
        if goes_left { left as usize } else { right as usize }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(nodes: Vec<Node>, expected: &str) {
        let ensemble = Ensemble { start: 0.0, trees: vec![Tree { nodes }] };
        let told = ensemble.check(2).map_or_else(|error| error.to_string(), |()| "sound".to_owned());
        assert_eq!(told, expected);
    }

    #[test]
    fn what_could_not_be_walked_is_refused() {
        let leaf = Node::Leaf(1.0, 3.0);
        check(vec![Node::Split(0, 1.0, true, 1, 2), leaf, leaf], "sound");
        let unsound = |what: &str| format!("the model is unsound: tree 0: {what}; train it again");
        check(vec![Node::Split(0, 1.0, true, 0, 1), leaf], &unsound("node 0 leads to 0"));
        check(vec![Node::Split(0, 1.0, true, 1, 1), leaf], &unsound("node 0 leads to 1"));
        check(vec![Node::Split(0, 1.0, true, 1, 9), leaf], &unsound("node 0 leads to 9"));
        check(vec![leaf, leaf], &unsound("node 1 hangs nowhere or too deep"));
        check(vec![Node::Split(2, 1.0, true, 1, 2), leaf, leaf], &unsound("node 0 splits feature 2 at 1"));
        check(vec![Node::Leaf(1.0, 0.0)], &unsound("leaf 0 has the value 1 and the weight 0"));
        check(Vec::new(), &unsound("has 0 nodes"));
    }

    #[test]
    fn what_is_missing_has_its_side() {
        let nodes = vec![Node::Split(0, 1.0, true, 1, 2), Node::Leaf(-1.0, 1.0), Node::Leaf(1.0, 1.0)];
        let ensemble = Ensemble { start: 10.0, trees: vec![Tree { nodes }] };
        let told = [0.5, 1.0, f64::NAN].map(|number| ensemble.predict(&[number]));
        assert_eq!(told, [9.0, 11.0, 9.0]);
    }
}
