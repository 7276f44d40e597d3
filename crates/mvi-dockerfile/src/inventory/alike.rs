//! Files and stages that are nearly alike: how many words their instructions share, and which instructions those are.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::Known;
use crate::syntax::{Dockerfile, Instruction};

/// Share of words from which files are alike; stages, which are shorter, must share more.
const FILES: f64 = 0.5;
const STAGES: f64 = 0.7;
/// Fewest words of what is compared: shorter ones are alike by chance.
const FEWEST: usize = 8;
/// Of things that share an instruction, each is compared with so many next to it; likeness does the rest.
const NEXT: usize = 24;
/// Most shared instructions that are shown.
const SHOWN: usize = 12;

/// A stage of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StageName {
    /// The file.
    pub path: String,
    /// Its name, or its number.
    pub stage: String,
}

impl fmt::Display for StageName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}#{}", self.path, self.stage)
    }
}

/// Two things that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Alike<T> {
    /// One.
    pub one: T,
    /// The other.
    pub other: T,
    /// Words that both have over words that either has, each as often as it is there; 0 to 1.
    pub similarity: f64,
}

/// Things of which each is alike to another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster<T> {
    /// In order.
    pub members: Vec<T>,
    /// Pairs, the most alike first.
    pub pairs: Vec<Alike<T>>,
    /// Instructions that all members have, word for word but for versions, in the order of the first.
    pub shared: Vec<String>,
    /// How many more there are.
    pub more_shared: usize,
}

/// Something to compare: its words, and its instructions by their hash.
struct Sample<T> {
    name: T,
    words: HashMap<u64, u32>,
    count: usize,
    instructions: Vec<(u64, String)>,
}

/// Files that are nearly alike.
pub(super) fn files(known: &[Known]) -> Vec<Cluster<String>> {
    let samples = known.iter().map(|known| sample(known.path.clone(), known.file.instructions(), &known.file));
    clusters_of(&samples.collect::<Vec<_>>(), FILES)
}

/// Stages that are nearly alike; `FROM` itself counts, so that a stage is more than its base.
pub(super) fn stages(known: &[Known]) -> Vec<Cluster<StageName>> {
    let mut samples = Vec::new();
    for Known { path, file } in known {
        for stage in file.stages() {
            let name = stage.name.as_ref().map_or_else(|| stage.index.to_string(), |name| name.text.clone());
            let instructions = file.instructions().get(stage.instructions.clone()).unwrap_or_default();
            samples.push(sample(StageName { path: path.clone(), stage: name }, instructions, file));
        }
    }
    clusters_of(&samples, STAGES)
}

/// Clusters of named Dockerfiles, for whoever has no repository at hand.
#[must_use]
pub fn clusters(known: &[Known]) -> (Vec<Cluster<String>>, Vec<Cluster<StageName>>) {
    (files(known), stages(known))
}

fn sample<T>(name: T, instructions: &[Instruction], file: &Dockerfile) -> Sample<T> {
    let mut words = HashMap::new();
    let mut count = 0;
    let mut seen = Vec::new();
    for instruction in instructions {
        let text = plain(instruction, file);
        let mut normal = String::with_capacity(text.len());
        unversioned(&text, &mut normal);
        for word in normal.split(' ').filter(|word| !word.is_empty()) {
            *words.entry(hash(word)).or_insert(0) += 1;
            count += 1;
        }
        seen.push((hash(&normal), text));
    }
    Sample { name, words, count, instructions: seen }
}

/// An instruction in one line: keyword, words and heredocs; continuations and the case of its keyword do not count.
fn plain(instruction: &Instruction, file: &Dockerfile) -> String {
    let text = instruction.span.of(file.text());
    let mut plain = instruction.keyword.name().to_owned();
    let behind = text.get(instruction.keyword_span.len() as usize..).unwrap_or_default();
    let lines = behind.lines().filter(|line| !line.trim_start().starts_with('#'));
    for word in lines.flat_map(str::split_whitespace).filter(|word| *word != "\\") {
        plain.push(' ');
        plain.push_str(word);
    }
    plain
}

/// A text with its numbers replaced, so that `erlang:27-alpine` is `erlang:28.3-alpine`.
fn unversioned(text: &str, out: &mut String) {
    let mut number = false;
    for character in text.chars() {
        let digit = character.is_ascii_digit() || (number && character == '.');
        if digit && !number {
            out.push('0');
        }
        number = digit;
        if !digit {
            out.push(character);
        }
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn clusters_of<T: Clone + Ord>(samples: &[Sample<T>], least: f64) -> Vec<Cluster<T>> {
    let pairs = pairs(samples, least);
    let mut roots: Vec<usize> = (0..samples.len()).collect();
    for (one, other, _) in &pairs {
        let (one, other) = (root(&mut roots, *one), root(&mut roots, *other));
        roots[one.max(other)] = one.min(other);
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in 0..samples.len() {
        groups.entry(root(&mut roots, index)).or_default().push(index);
    }
    let mut own: BTreeMap<usize, Vec<&(usize, usize, f64)>> = BTreeMap::new();
    for pair in &pairs {
        own.entry(root(&mut roots, pair.0)).or_default().push(pair);
    }
    let groups = groups.into_iter().filter(|(_, members)| members.len() > 1);
    let mut found: Vec<_> = groups
        .map(|(group, members)| {
            let mut own = own.remove(&group).unwrap_or_default();
            own.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| (a.0, a.1).cmp(&(b.0, b.1))));
            let (shared, more_shared) = shared(samples, &members);
            let name = |index: usize| samples[index].name.clone();
            let alike = |(one, other, similarity): &&(usize, usize, f64)| Alike {
                one: name(*one),
                other: name(*other),
                similarity: *similarity,
            };
            Cluster {
                members: members.iter().map(|index| name(*index)).collect(),
                pairs: own.iter().map(alike).collect(),
                shared,
                more_shared,
            }
        })
        .collect();
    found.sort_by(|a: &Cluster<T>, b| b.members.len().cmp(&a.members.len()).then_with(|| a.members.cmp(&b.members)));
    found
}

fn root(roots: &mut [usize], mut index: usize) -> usize {
    while roots[index] != index {
        roots[index] = roots[roots[index]];
        index = roots[index];
    }
    index
}

/// Pairs that share an instruction which not everything has, and enough words. Linear in things but for what they share.
fn pairs<T>(samples: &[Sample<T>], least: f64) -> Vec<(usize, usize, f64)> {
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    for (index, sample) in samples.iter().enumerate().filter(|(_, sample)| sample.count >= FEWEST) {
        let distinct: HashSet<u64> = sample.instructions.iter().map(|(hash, _)| *hash).collect();
        distinct.into_iter().for_each(|hash| holders.entry(hash).or_default().push(index));
    }
    let mut candidates: Vec<(usize, usize)> = Vec::new();
    for holders in holders.values() {
        for (at, one) in holders.iter().enumerate() {
            candidates.extend(holders[at + 1..].iter().take(NEXT).map(|other| (*one, *other)));
        }
    }
    candidates.sort_unstable();
    candidates.dedup();
    let judged = candidates.into_iter().map(|(one, other)| (one, other, similarity(&samples[one], &samples[other])));
    judged.filter(|(.., similarity)| *similarity >= least).collect()
}

fn similarity<T>(one: &Sample<T>, other: &Sample<T>) -> f64 {
    let (few, many) = if one.words.len() < other.words.len() { (one, other) } else { (other, one) };
    let both = few.words.iter().map(|(word, count)| many.words.get(word).map_or(0, |other| *count.min(other)));
    let both = both.sum::<u32>() as usize;
    let either = one.count + other.count - both;
    if either == 0 { 0.0 } else { both as f64 / either as f64 }
}

fn shared<T>(samples: &[Sample<T>], members: &[usize]) -> (Vec<String>, usize) {
    let others: Vec<HashSet<u64>> =
        members[1..].iter().map(|index| samples[*index].instructions.iter().map(|(hash, _)| *hash).collect()).collect();
    let mut seen = HashSet::new();
    let common = samples[members[0]]
        .instructions
        .iter()
        .filter(|(hash, _)| seen.insert(*hash) && others.iter().all(|other| other.contains(hash)));
    let texts: Vec<_> = common.map(|(_, text)| text.clone()).collect();
    let more = texts.len().saturating_sub(SHOWN);
    (texts.into_iter().take(SHOWN).collect(), more)
}
