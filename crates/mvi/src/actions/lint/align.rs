//! Which layer of an image each instruction of a Dockerfile made: the steps of a stage held against the history.

use std::collections::HashMap;

use mvi_dockerfile::{Base, Body, Command, Dockerfile, Instruction};

/// Most pairs of step and layer that are compared for all stages together; beyond, no further stage is looked at.
const PAIRS: usize = 4_000_000;

/// The layer of each instruction, both by index; `history` has the instruction of each layer as a Dockerfile has it,
/// base first, where the image says it.
///
/// Steps and layers are aligned in order, as many as agree; of all stages the one that agrees most often is taken, the
/// last of several. An instruction without a layer that says the same has none: nothing is guessed.
pub(super) fn align(file: &Dockerfile, history: &[Option<String>]) -> HashMap<usize, usize> {
    let (mut best, mut left) = (HashMap::new(), PAIRS);
    // The last stages first, as those are built mostly.
    for stage in (0..file.stages().len()).rev() {
        let steps = steps(file, stage);
        match left.checked_sub(steps.len().saturating_mul(history.len()).max(1)) {
            Some(rest) => left = rest,
            None => break,
        }
        let found = longest(&steps, history);
        if found.len() > best.len() {
            best = found;
        }
    }
    best
}

/// The instructions that make layers of a stage, those of the stages below it first.
fn steps(file: &Dockerfile, stage: usize) -> Vec<&Instruction> {
    let mut chain = vec![stage];
    chain.extend(file.bases(stage).filter_map(|base| match base {
        Base::Stage(index) => Some(*index),
        Base::Image(_) | Base::Scratch => None,
    }));
    let stages = chain.iter().rev().filter_map(|index| file.stages().get(*index));
    let instructions = stages.flat_map(|stage| file.instructions().get(stage.instructions.clone()).unwrap_or_default());
    let is_step = |one: &&Instruction| matches!(one.body, Body::Run(_) | Body::Copy { .. } | Body::Add { .. });
    instructions.filter(is_step).collect()
}

/// The longest common subsequence, as late in the image as can be: a base may hold the same steps.
fn longest(steps: &[&Instruction], history: &[Option<String>]) -> HashMap<usize, usize> {
    let agrees: Vec<Vec<bool>> = steps
        .iter()
        .map(|step| {
            let said = said(step);
            history.iter().map(|layer| layer.as_ref().is_some_and(|layer| same(&said, layer))).collect()
        })
        .collect();
    // `most[i][j]`: how many of the first `i` steps and the first `j` layers agree.
    let mut most = vec![vec![0u32; history.len() + 1]; steps.len() + 1];
    for i in 0..steps.len() {
        for j in 0..history.len() {
            most[i + 1][j + 1] = if agrees[i][j] { most[i][j] + 1 } else { most[i][j + 1].max(most[i + 1][j]) };
        }
    }
    let (mut i, mut j, mut found) = (steps.len(), history.len(), HashMap::new());
    while i > 0 && j > 0 {
        if agrees[i - 1][j - 1] && most[i][j] == most[i - 1][j - 1] + 1 {
            found.insert(steps[i - 1].index, j - 1);
            (i, j) = (i - 1, j - 1);
        } else if most[i - 1][j] >= most[i][j - 1] {
            i -= 1;
        } else {
            j -= 1;
        }
    }
    found
}

/// What an instruction says, as far as histories keep it.
enum Said {
    /// The line of a `RUN`, its spaces single.
    Run(String),
    /// Keyword and destination of a `COPY` or `ADD`; sources are digests in some histories.
    Copy(&'static str, String),
}

fn said(instruction: &Instruction) -> Said {
    match &instruction.body {
        Body::Run(Command::Shell(line)) => Said::Run(single(&line.text)),
        Body::Run(Command::Exec(words)) => {
            Said::Run(single(&words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")))
        }
        Body::Add { destination, .. } => Said::Copy("ADD", destination.text.clone()),
        Body::Copy { destination, .. } => Said::Copy("COPY", destination.text.clone()),
        _ => Said::Run(String::new()),
    }
}

fn single(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn same(said: &Said, layer: &str) -> bool {
    match said {
        Said::Run(line) => !line.is_empty() && layer.strip_prefix("RUN ").is_some_and(|run| without_flags(run) == line),
        Said::Copy(keyword, destination) => {
            let mut words = layer.split_whitespace();
            let last = |path: &str| path.trim_end_matches(['/', '.']).trim_start_matches(['/', '.']).to_owned();
            // What a variable stands for, or which folder a relative path is in, the history has already worked out.
            words.next() == Some(keyword)
                && (destination.contains('$')
                    || words.next_back().is_some_and(|to| last(to).ends_with(&last(destination))))
        }
    }
}

/// Without `--mount=…` and its like in front, which buildah keeps and BuildKit does not.
fn without_flags(mut run: &str) -> &str {
    while let Some((_, rest)) = run.split_once(' ').filter(|(word, _)| word.starts_with("--")) {
        run = rest;
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dockerfile: &str, history: &[&str], expected: &[(usize, usize)]) {
        let history: Vec<_> = history.iter().map(|line| Some((*line).to_owned())).collect();
        let found = align(&Dockerfile::parse(dockerfile.as_bytes()), &history);
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{dockerfile}");
    }

    const PLAIN: &str = "FROM a\nRUN apt-get update && \\\n    apt-get install -y b\nENV A=b\nCOPY --chown=1 . /app/\n";

    #[test]
    fn steps_are_found_behind_those_of_the_base() {
        let run = "RUN apt-get update && apt-get install -y b";
        check(PLAIN, &["ADD file:1 in /", "COPY . /app/", run, "COPY . /app/"], &[(1, 2), (3, 3)]);
        check(PLAIN, &[run, run, "COPY dir:2 in /app"], &[(1, 1), (3, 2)]);
        check(PLAIN, &["ADD file:1 in /"], &[]);
    }

    #[test]
    fn flags_are_no_part_of_what_is_run() {
        let file = "FROM a\nRUN --mount=type=cache,target=/x --network=none make -j --all\n";
        check(file, &["RUN --mount=type=cache,target=/x --network=none make -j --all"], &[(1, 0)]);
        check(file, &["RUN make -j --all"], &[(1, 0)]);
    }

    #[test]
    fn a_step_that_the_history_does_not_have_has_no_layer() {
        check(PLAIN, &["RUN apt-get update", "COPY . /app/"], &[(3, 1)]);
        check(PLAIN, &[], &[]);
    }

    #[test]
    fn the_stage_that_agrees_most_was_built() {
        let stages = "FROM a AS build\nRUN make\nFROM b AS runtime\nRUN one\nCOPY --from=build /x /x\nFROM runtime AS debug\nRUN two\n";
        check(stages, &["ADD rootfs", "RUN one", "COPY /x /x", "RUN two"], &[(3, 1), (4, 2), (6, 3)]);
        check(stages, &["ADD rootfs", "RUN make"], &[(1, 1)]);
    }

    #[test]
    fn many_stages_on_each_other_come_to_an_end() {
        let file: String = (0..3000).map(|stage| format!("FROM s{} AS s{stage}\nRUN {stage}\n", stage - 1)).collect();
        let history: Vec<_> = (0..500).map(|layer| Some(format!("RUN {}", layer + 2500))).collect();
        assert_eq!(align(&Dockerfile::parse(file.as_bytes()), &history).len(), 500);
    }
}
