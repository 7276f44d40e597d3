//! Which feature moved a forecast by how much: exact Shapley values of sums of trees.
//!
//! Lundberg, Erion, Lee 2018, "Consistent Individualized Feature Attribution for Tree Ensembles", algorithm 2: what a
//! feature adds to the expectation over all orders in which features become known, rows weighing as in training.

use crate::tree::{Ensemble, Node, Tree};

/// One feature on the way from the root, with the share of rows that go this way when it is unknown (`zero`) and known
/// (`one`), and the weight of all subsets of the way that have as many features as the element's place says.
#[derive(Clone, Copy)]
struct Step {
    feature: Option<u32>,
    zero: f64,
    one: f64,
    weight: f64,
}

/// What each feature adds for a row, in the order of its numbers, and last what is expected without any: all together
/// are the forecast. `features` is the length of the row.
pub fn contributions(ensemble: &Ensemble, row: &[f64]) -> Vec<f64> {
    let mut values = vec![0.0; row.len() + 1];
    values[row.len()] = ensemble.start;
    for tree in &ensemble.trees {
        let weights = weights(tree);
        let mean: f64 = expected(tree, &weights);
        values[row.len()] += mean;
        let walk = Walk { tree, weights: &weights, row };
        let root = Step { feature: None, zero: 1.0, one: 1.0, weight: 1.0 };
        walk.visit(0, Vec::new(), root, &mut values);
    }
    values
}

struct Walk<'a> {
    tree: &'a Tree,
    weights: &'a [f64],
    row: &'a [f64],
}

impl Walk<'_> {
    fn visit(&self, place: usize, mut way: Vec<Step>, step: Step, values: &mut [f64]) {
        extend(&mut way, step);
        match self.tree.nodes[place] {
            Node::Leaf(value, _) => {
                for at in 1..way.len() {
                    let Step { feature, zero, one, .. } = way[at];
                    if let Some(feature) = feature {
                        values[feature as usize] += unwound_sum(&way, at) * (one - zero) * value;
                    }
                }
            }
            ref split @ Node::Split(feature, _, _, left, right) => {
                let hot = split.child(self.row);
                let cold = if hot == left as usize { right } else { left } as usize;
                let (mut zero, mut one) = (1.0, 1.0);
                if let Some(at) = way.iter().position(|step| step.feature == Some(feature)) {
                    (zero, one) = (way[at].zero, way[at].one);
                    unwind(&mut way, at);
                }
                for (child, known) in [(hot, one), (cold, 0.0)] {
                    let share = zero * self.weights[child] / self.weights[place];
                    let step = Step { feature: Some(feature), zero: share, one: known, weight: 0.0 };
                    self.visit(child, way.clone(), step, values);
                }
            }
        }
    }
}

/// The weight of the rows of every node: of a leaf its own, of a split that of both children.
fn weights(tree: &Tree) -> Vec<f64> {
    let mut weights = vec![0.0; tree.nodes.len()];
    for (place, node) in tree.nodes.iter().enumerate().rev() {
        weights[place] = match node {
            Node::Leaf(_, weight) => *weight,
            Node::Split(_, _, _, left, right) => weights[*left as usize] + weights[*right as usize],
        };
    }
    weights
}

fn expected(tree: &Tree, weights: &[f64]) -> f64 {
    let leaf = |node: &Node| match node {
        Node::Leaf(value, weight) => value * weight,
        Node::Split(..) => 0.0,
    };
    tree.nodes.iter().map(leaf).sum::<f64>() / weights[0]
}

fn extend(way: &mut Vec<Step>, step: Step) {
    let depth = way.len();
    way.push(Step { weight: if depth == 0 { 1.0 } else { 0.0 }, ..step });
    let all = (depth + 1) as f64;
    for at in (0..depth).rev() {
        way[at + 1].weight += step.one * way[at].weight * (at + 1) as f64 / all;
        way[at].weight = step.zero * way[at].weight * (depth - at) as f64 / all;
    }
}

fn unwind(way: &mut Vec<Step>, at: usize) {
    let depth = way.len() - 1;
    let Step { zero, one, .. } = way[at];
    let mut next = way[depth].weight;
    let all = (depth + 1) as f64;
    for place in (0..depth).rev() {
        if one == 0.0 {
            way[place].weight = way[place].weight * all / (zero * (depth - place) as f64);
        } else {
            let kept = way[place].weight;
            way[place].weight = next * all / ((place + 1) as f64 * one);
            next = kept - way[place].weight * zero * (depth - place) as f64 / all;
        }
    }
    for place in at..depth {
        let Step { feature, zero, one, .. } = way[place + 1];
        way[place] = Step { feature, zero, one, weight: way[place].weight };
    }
    way.pop();
}

/// The sum of the weights of a way from which one feature was taken.
fn unwound_sum(way: &[Step], at: usize) -> f64 {
    let mut way = way.to_vec();
    unwind(&mut way, at);
    way.iter().map(|step| step.weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of a tree over what is unknown: the definition that algorithm 2 makes fast.
    fn mean(tree: &Tree, weights: &[f64], place: usize, row: &[f64], known: u32) -> f64 {
        match tree.nodes[place] {
            Node::Leaf(value, _) => value,
            ref split @ Node::Split(feature, ..) if known & (1 << feature) != 0 => {
                mean(tree, weights, split.child(row), row, known)
            }
            Node::Split(_, _, _, left, right) => {
                let part = |child: u32| {
                    let child = child as usize;
                    weights[child] / weights[place] * mean(tree, weights, child, row, known)
                };
                part(left) + part(right)
            }
        }
    }

    /// Shapley values by their definition, over all subsets of features.
    fn by_definition(tree: &Tree, row: &[f64]) -> Vec<f64> {
        let weights = weights(tree);
        let count = row.len() as u32;
        let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
        (0..count)
            .map(|feature| {
                let without = (0..1_u32 << count).filter(|known| known & (1 << feature) == 0);
                without
                    .map(|known| {
                        let size = known.count_ones();
                        let share = factorial(size) * factorial(count - size - 1) / factorial(count);
                        let value = |known| mean(tree, &weights, 0, row, known);
                        share * (value(known | 1 << feature) - value(known))
                    })
                    .sum()
            })
            .collect()
    }

    fn check(row: &[f64]) {
        // Feature 0 is asked twice on one way, so that a step is unwound.
        let nodes = vec![
            Node::Split(0, 5.0, true, 1, 2),
            Node::Split(1, 1.0, false, 3, 4),
            Node::Split(2, 0.5, true, 5, 6),
            Node::Leaf(1.0, 4.0),
            Node::Split(0, 2.0, true, 7, 8),
            Node::Leaf(-3.0, 2.0),
            Node::Leaf(0.25, 9.0),
            Node::Leaf(7.0, 1.0),
            Node::Leaf(-2.0, 5.0),
        ];
        let tree = Tree { nodes };
        let expected = by_definition(&tree, row);
        let ensemble = Ensemble { start: 0.5, trees: vec![tree] };
        ensemble.check(row.len()).unwrap();
        let told = contributions(&ensemble, row);
        for (told, expected) in told.iter().zip(&expected) {
            assert!((told - expected).abs() < 1e-12, "{row:?}: {told} is not {expected}");
        }
        assert!((told.iter().sum::<f64>() - ensemble.predict(row)).abs() < 1e-12);
    }

    #[test]
    fn values_are_those_of_the_definition() {
        for row in [[1.0, 2.0, 0.0], [3.0, 2.0, 1.0], [9.0, 0.0, 0.0], [9.0, 0.0, 1.0], [1.0, 0.0, f64::NAN]] {
            check(&row);
        }
        check(&[f64::NAN; 3]);
    }
}
