//! Training by `forust-ml`; its trees are copied into ours, and nothing else of it is kept.

use forust_ml::objective::ObjectiveType;
use forust_ml::tree::Tree as Grown;
use forust_ml::{GradientBooster, Matrix};

use super::{Booster, Goal, Task};
use crate::error::ForecastError;
use crate::settings::Settings;
use crate::tree::{Ensemble, Node, Tree};

/// The `forust-ml` crate.
#[derive(Debug, Clone, Copy, Default)]
pub struct Forust;

impl Booster for Forust {
    fn name(&self) -> &'static str {
        "forust-ml"
    }

    fn fit(&self, task: &Task<'_>, settings: &Settings) -> Result<Ensemble, ForecastError> {
        let refuse = |reason: String| ForecastError::Training { target: task.name.to_owned(), reason };
        let columns = varying(task.rows);
        let total: f64 = task.weights.iter().sum();
        if columns.is_empty() || total <= 0.0 {
            return Ok(Ensemble { start: start(task, total), trees: Vec::new() });
        }
        let data: Vec<f64> = columns.iter().flat_map(|column| task.rows.iter().map(|row| row[*column])).collect();
        let matrix = Matrix::new(&data, task.rows.len(), columns.len());
        let mut booster = prepared(task, settings).set_base_score(start(task, total));
        booster.fit(&matrix, task.targets, task.weights, None).map_err(|error| refuse(error.to_string()))?;
        let trees = booster.trees.iter().map(|grown| copy(grown, &columns)).collect::<Option<Vec<Tree>>>();
        let trees = trees.ok_or_else(|| refuse("a tree has an impossible shape".to_owned()))?;
        Ok(Ensemble { start: booster.base_score, trees })
    }
}

/// One thread, one seed, and the objective said out loud: the crate's own default is log loss.
fn prepared(task: &Task<'_>, settings: &Settings) -> GradientBooster {
    let objective = match task.goal {
        Goal::Mean => ObjectiveType::SquaredLoss,
        Goal::Chance => ObjectiveType::LogLoss,
    };
    GradientBooster::default()
        .set_objective_type(objective)
        .set_iterations(task.rounds)
        .set_learning_rate(settings.learning_rate as f32)
        .set_max_leaves(settings.max_leaves)
        .set_max_depth(settings.max_depth)
        .set_l2(settings.l2 as f32)
        .set_min_leaf_weight(min_leaf_weight(task.goal, settings))
        .set_initialize_base_score(false)
        .set_parallel(false)
        .set_seed(settings.seed)
        .set_missing(f64::NAN)
}

/// The weight of a leaf is a sum of second derivatives: 1 a row for squares, at most a quarter for log loss.
fn min_leaf_weight(goal: Goal, settings: &Settings) -> f32 {
    match goal {
        Goal::Mean => settings.min_leaf_weight as f32,
        Goal::Chance => (settings.min_leaf_weight / 4.0) as f32,
    }
}

/// What is there before any tree: the mean, or its log odds.
fn start(task: &Task<'_>, total: f64) -> f64 {
    if total <= 0.0 {
        return 0.0;
    }
    let mean = task.targets.iter().zip(task.weights).map(|(target, weight)| target * weight).sum::<f64>() / total;
    match task.goal {
        Goal::Mean => mean,
        Goal::Chance => {
            let share = mean.clamp(1e-6, 1.0 - 1e-6);
            (share / (1.0 - share)).ln()
        }
    }
}

/// Columns with more than one value: the crate refuses the others, and nothing can be learnt from them.
fn varying(rows: &[&[f64]]) -> Vec<usize> {
    let width = rows.first().map_or(0, |row| row.len());
    let varies = |column: &usize| {
        let mut known = rows.iter().map(|row| row[*column]).filter(|number| !number.is_nan());
        known.next().is_some_and(|first| known.any(|number| number != first))
    };
    (0..width).filter(varies).collect()
}

/// A tree in our order, parents before children; nothing where it points outside of itself.
fn copy(grown: &Grown, columns: &[usize]) -> Option<Tree> {
    let mut nodes = Vec::new();
    // Place in their tree, and the place in ours that waits for it: its parent's, and which side.
    let mut waiting = vec![(0_usize, None::<(usize, bool)>)];
    while let Some((theirs, parent)) = waiting.pop() {
        let node = grown.nodes.get(theirs)?;
        let ours = nodes.len();
        if let Some((parent, is_left)) = parent {
            let Node::Split(_, _, _, left, right) = nodes.get_mut(parent)? else { return None };
            *(if is_left { left } else { right }) = u32::try_from(ours).ok()?;
        }
        if node.is_leaf {
            nodes.push(Node::Leaf(f64::from(node.weight_value), f64::from(node.hessian_sum)));
            continue;
        }
        let feature = u32::try_from(*columns.get(node.split_feature)?).ok()?;
        nodes.push(Node::Split(feature, node.split_value, node.missing_node == node.left_child, 0, 0));
        waiting.push((node.right_child, Some((ours, false))));
        waiting.push((node.left_child, Some((ours, true))));
        if nodes.len() > grown.nodes.len() {
            return None;
        }
    }
    Some(Tree { nodes })
}
