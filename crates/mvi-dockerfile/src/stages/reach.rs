//! Which stages a stage needs.

use std::collections::BTreeSet;

use crate::stages::{Base, Stage};
use crate::syntax::{Body, Dockerfile, Instruction};

/// The stages each stage needs at once, sorted.
pub(crate) type Needs = Vec<Vec<u32>>;

impl Dockerfile {
    /// The stage itself and every stage it needs: through `FROM`, `COPY --from` and `RUN --mount=from=`, those of
    /// `ONBUILD` not. Nothing for a stage that is not there.
    #[must_use]
    pub fn stages_reached_from(&self, target: usize) -> BTreeSet<usize> {
        let needs = self.stages.needs.get_or_init(|| needs(self));
        let mut reached = BTreeSet::new();
        let mut open = vec![target];
        while let Some(stage) = open.pop() {
            if let Some(next) = needs.get(stage)
                && reached.insert(stage)
            {
                open.extend(next.iter().map(|next| *next as usize));
            }
        }
        reached
    }

    /// The stage that the value of a `--from` or `from=` means inside `stage`: one that began before it, by name, or by
    /// number in `COPY`. `None` for images.
    #[must_use]
    pub fn stage_meant(&self, name: &str, stage: usize) -> Option<usize> {
        if let Ok(index) = name.parse::<usize>() {
            return (index < stage).then_some(index);
        }
        let named = self.stages.names.get(&name.to_ascii_lowercase())?;
        let before = named.partition_point(|named| *named < stage);
        named.get(before.checked_sub(1)?).copied()
    }
}

fn needs(file: &Dockerfile) -> Needs {
    file.stages().iter().map(|stage| needed(file, stage)).collect()
}

fn needed(file: &Dockerfile, stage: &Stage) -> Vec<u32> {
    let mut needed = BTreeSet::new();
    if let Base::Stage(base) = stage.base {
        needed.insert(base as u32);
    }
    let instructions = file.instructions().get(stage.instructions.clone()).unwrap_or_default();
    for name in instructions.iter().flat_map(sources) {
        needed.extend(file.stage_meant(name, stage.index).map(|index| index as u32));
    }
    needed.into_iter().collect()
}

/// Every stage or image an instruction takes files from.
fn sources(instruction: &Instruction) -> impl Iterator<Item = &str> {
    let copied = match &instruction.body {
        Body::Copy { from, .. } => from.as_ref().map(|from| from.text.as_str()),
        _ => None,
    };
    copied.into_iter().chain(instruction.mounts.iter().filter_map(|mount| mount.from()))
}
