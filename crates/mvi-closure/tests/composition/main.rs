//! What small images need to run, and what becomes of the rest.
#![allow(clippy::unwrap_used)] // a test that cannot build its image should stop

mod elf;
mod flow;
#[path = "../../../mvi-inventory/tests/images/image.rs"]
mod image;
mod languages;
mod laws;
mod roots;
mod start;

use image::Entry;
use mvi_closure::{
    Check, Closure, Composition, Decision, End, Finding, FloorBase, Ground, LayerShare, Presence, Rules, Terms, close,
    compose,
};
use mvi_image::FileTree;
use mvi_inventory::{Command, Inventory, Runtime, detect_runtime, take};

/// An image with everything that is known about it.
pub(crate) struct Case {
    pub(crate) tree: FileTree,
    pub(crate) inventory: Inventory,
    pub(crate) runtime: Runtime,
    pub(crate) environment: Vec<String>,
    pub(crate) health: Vec<String>,
    pub(crate) volumes: Vec<String>,
    pub(crate) floor_base: FloorBase,
}

/// The standard's tables, as the program has them built in.
pub(crate) fn rules() -> Rules {
    let text = include_str!("../../../mvi-standard/data/standard-v13.toml");
    let table: toml::Table = toml::from_str(text).unwrap();
    Rules::of(&serde_json::to_value(table).unwrap()).unwrap()
}

impl Case {
    /// An image with these layers, base first, that runs `command`, words between `|`, in `/app`.
    pub(crate) fn new(layers: &[&[Entry<'_>]], command: &str) -> Self {
        let argv: Vec<String> = command.split('|').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let tree = image::tree(layers);
        let inventory = take(&tree);
        let runtime = detect_runtime(&tree, &Command { argv: &argv, search_path: None, working_dir: "/app" });
        let none = Vec::new;
        let floor_base = FloorBase::OfClass(3.63);
        Self { tree, inventory, runtime, environment: none(), health: none(), volumes: none(), floor_base }
    }

    pub(crate) fn ground(&self) -> Ground<'_> {
        Ground {
            tree: &self.tree,
            inventory: &self.inventory,
            runtime: &self.runtime,
            environment: &self.environment,
            working_dir: "/app",
            health: &self.health,
            volumes: &self.volumes,
        }
    }

    pub(crate) fn close(&self) -> Closure {
        close(&self.ground())
    }

    /// The composition, the first `base_layers` layers being those of a registered base.
    pub(crate) fn compose(&self, base_layers: Option<u32>) -> Composition {
        let rules = rules();
        let layers = vec![LayerShare { compressed: Some(0.5) }; self.tree.layers().len()];
        let checks: [(&str, Check); 0] = [];
        let terms = Terms {
            rules: &rules,
            layers: &layers,
            base_layers,
            base_is_registered: base_layers.is_some(),
            runs_as_other: false,
            floor_base: self.floor_base,
            checks: &checks,
        };
        compose(&self.ground(), &self.close(), &terms)
    }

    /// `CODE` of each fault.
    pub(crate) fn faults(&self) -> String {
        let composition = self.compose(None);
        composition.faults.iter().map(|fault| fault.code).collect::<Vec<_>>().join(" ")
    }

    /// The way to a path: what stands on it, from the entry point on; empty where nothing reaches it.
    pub(crate) fn chain(&self, path: &str) -> String {
        let node = self.tree.find(path.as_bytes()).unwrap();
        let chain = self.close().chain(&self.ground(), node).unwrap_or_default();
        chain.into_iter().map(|step| step.thing).collect::<Vec<_>>().join(" > ")
    }

    pub(crate) fn is_known(&self) -> bool {
        self.close().end == End::Known
    }
}

/// What becomes of the component of that name.
pub(crate) fn decision(composition: &Composition, name: &str) -> Option<Decision> {
    composition.components.iter().find(|component| component.name == name).map(|component| component.decision)
}

/// `category presence component` of each finding, but for ghosts.
pub(crate) fn findings(composition: &Composition) -> Vec<String> {
    let text = |finding: &Finding| {
        let presence = match finding.presence {
            Presence::Present if finding.inherited => "inherited",
            Presence::Present => "present",
            Presence::Hidden => "hidden",
            Presence::Ghost => "ghost",
        };
        format!("{} {presence} {}", finding.category, finding.component)
    };
    let mut texts: Vec<_> = composition.findings.iter().map(text).collect();
    texts.sort();
    texts
}
