//! Secrets through the layers: where each is shipped, and whether a later layer hides it.

use std::collections::HashMap;

use mvi_image::{FileTree, Kept, printable};
use mvi_inventory::{Inventory, Part, part};
use serde::{Deserialize, Serialize};

use super::Secret;

/// Leaks of one image that are kept.
const MOST: usize = 10_000;

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "in")]
pub enum Place {
    /// A file of a layer.
    File {
        /// Printable path.
        path: String,
        /// The layer that ships it, base layer 0.
        layer: u32,
        /// The layer that hides it from the image; everybody who pulls the image has it all the same.
        hidden_by: Option<u32>,
    },
    /// A variable of the configuration.
    Variable,
    /// A step of the history, from 0.
    History {
        /// Which.
        step: usize,
    },
}

/// A secret of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leak {
    /// What it is.
    #[serde(flatten)]
    pub secret: Secret,
    /// Where.
    pub place: Place,
}

/// The secrets in an image's files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leaks {
    /// Those that are somebody's own, by path and layer.
    pub leaks: Vec<Leak>,
    /// How many more there are in files that packages brought: everybody has those.
    pub public: usize,
    /// How many more there are than are kept.
    pub more: usize,
}

/// The secrets in the files of all layers, read with a [`CheckCollector`](crate::CheckCollector).
#[must_use]
pub fn leaks(tree: &FileTree, inventory: &Inventory) -> Leaks {
    let hidden: HashMap<_, u32> = tree.hidden().iter().map(|hidden| (hidden.place, hidden.by_layer)).collect();
    let mut found = Leaks::default();
    for (layer, facts) in (0..).zip(tree.layers()) {
        for body in facts.bodies().filter(|body| body.kept == Kept::Extract) {
            let Some(bytes) = part(body.bytes, Part::Noted) else { continue };
            let Ok(secrets) = serde_json::from_slice::<Vec<Secret>>(bytes) else { continue };
            let Some(entry) = facts.table().entries().get(body.entry as usize) else { continue };
            let path = facts.table().path(entry);
            let place = mvi_image::Place { layer, entry: body.entry };
            let owner = tree.find_no_follow(&path).and_then(|node| inventory.owner_of(tree, node));
            if owner.is_some_and(|package| package.ecosystem.is_system()) {
                found.public += secrets.len();
                continue;
            }
            for secret in secrets {
                let hidden_by = hidden.get(&place).copied();
                let place = Place::File { path: printable(&path), layer, hidden_by };
                if found.leaks.len() < MOST {
                    found.leaks.push(Leak { secret, place });
                } else {
                    found.more += 1;
                }
            }
        }
    }
    found.leaks.sort_by(|left, right| (&left.place, &left.secret).cmp(&(&right.place, &right.secret)));
    found
}
