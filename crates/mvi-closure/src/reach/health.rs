//! What the image asks about its health with, and the folders it declares as volumes.

use mvi_inventory::{Command, detect_runtime};

use super::Reach;
use super::shell::called_words;
use crate::closure::{Link, Strength, Thing};

/// The shell of a health check that is written as text, where the image names no other: docker's builder.
const SHELL: [&str; 2] = ["/bin/sh", "-c"];

impl Reach<'_> {
    /// Marks the programs of the health check, after everything else: what is asked with alone is told apart.
    pub(super) fn health(&mut self) {
        let (kind, words) = match self.ground.health.split_first() {
            Some((kind, words)) if kind == "CMD" || kind == "CMD-SHELL" => (kind.as_str(), words),
            // `NONE` is none; nothing inherits that of a base that is not in the same configuration.
            _ => return,
        };
        let argv: Vec<String> = match kind {
            "CMD" => words.to_vec(),
            _ => SHELL.iter().map(|word| (*word).to_owned()).chain([words.join(" ")]).collect(),
        };
        let command =
            Command { argv: &argv, search_path: self.ground.variable("PATH"), working_dir: self.ground.working_dir };
        let steps = detect_runtime(self.ground.tree, &command).entry;
        let mut from = None;
        for node in steps.iter().filter_map(|step| self.node_of(step)).collect::<Vec<_>>() {
            self.asks(Thing::File(node), Strength::Included, from);
            from = Some(Thing::File(node));
        }
        if kind == "CMD-SHELL" {
            for word in called_words(&words.join(" ")) {
                if let Some(called) = self.program(&word) {
                    self.asks(Thing::File(called), Strength::Possible, from);
                }
            }
        }
    }

    fn asks(&mut self, thing: Thing, strength: Strength, from: Option<Thing>) {
        let is_known = self.marks.get(&thing).is_some_and(|mark| mark.strength >= Strength::Possible);
        if let (Thing::File(node), false) = (thing, is_known) {
            self.for_health.insert(node);
        }
        self.mark(thing, strength, from, Link::Health);
    }

    /// What lies in a volume is the data of whatever runs; who mounts one there sees none of it.
    pub(super) fn volumes(&mut self) {
        for path in self.ground.volumes {
            let how = (Strength::Possible, None, Link::Volume);
            match self.folder(path) {
                Some(folder) if !super::is_shared_folder(path) => self.mark_below(folder, how, &|_| false),
                Some(_) => {}
                None => drop(self.mark_path(path, how.0, how.1, how.2)),
            }
        }
    }
}
