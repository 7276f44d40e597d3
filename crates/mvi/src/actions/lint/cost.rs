//! What findings cost: bytes and packages of an image that was built from the file, measured and never guessed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use mvi_dockerfile::Dockerfile;

use super::align::align;
use crate::actions::weights::{PackageWeight, Weights};
use crate::report::Megabytes;
use crate::report::lint::{LintCost, LintFinding, LintMeasured, LintPackage, LintedFile};

/// What of an image the findings of a rule are about.
enum Weighs {
    /// Files below these folders that the instruction's layer ships; a leading `*` stands for any folder before.
    Files(&'static [&'static str]),
    /// Packages that the finding names, with those that the same layer has for them alone.
    Packages,
    /// All files that the instruction's layer ships.
    Layer,
    /// Bytes that the instruction's layer hides, or that later ones hide of it.
    Hidden,
}

/// Rules whose findings are about bytes.
const RULES: &[(&str, Weighs)] = &[
    ("FN-1a", Weighs::Packages),
    ("MVI3004", Weighs::Packages),
    ("MVI3009", Weighs::Files(&["var/lib/apt/lists/", "var/cache/apt/"])),
    ("MVI3019", Weighs::Files(&["var/cache/apk/", "etc/apk/cache/"])),
    ("MVI3032", Weighs::Files(&["var/cache/yum/", "var/cache/dnf/"])),
    ("MVI3036", Weighs::Files(&["var/cache/zypp/"])),
    ("MVI3040", Weighs::Files(&["var/cache/dnf/", "var/cache/libdnf5/", "var/cache/yum/"])),
    ("MVI3042", Weighs::Files(&["*.cache/pip/"])),
    ("MVI3059", Weighs::Hidden),
    ("MVI3060", Weighs::Files(&["*.cache/yarn/", "usr/local/share/.cache/"])),
    ("REC-02", Weighs::Packages),
    ("REC-03", Weighs::Packages),
    ("W-BUILD-TOOLS", Weighs::Packages),
    ("W-CACHE-SHIPPED", Weighs::Layer),
    ("W-CHOWN-LAYER", Weighs::Hidden),
    ("W-DEV-SHIPPED", Weighs::Packages),
    ("W-DOCS-SHIPPED", Weighs::Files(&["usr/share/doc/", "usr/share/man/", "usr/share/info/"])),
    ("W-HEALTH-TOOL", Weighs::Packages),
    ("W-LATE-CLEANUP", Weighs::Hidden),
    ("W-PACKAGE-MANAGER", Weighs::Packages),
    ("W-ROOT-COPY", Weighs::Layer),
];

/// A piece of an image, so that two findings about one are one in the sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Piece {
    /// All files of a layer.
    Layer(usize),
    /// Those below one of the folders.
    Folder(usize, &'static str),
    /// A package, by its place in its layer.
    Package(usize, usize),
    /// What one layer hides of another.
    Hidden(usize),
}

/// What was measured so far.
pub(crate) struct Costs {
    weights: Weights,
    counted: BTreeMap<Piece, u64>,
    findings: usize,
    aligned: usize,
}

impl Costs {
    /// In an image.
    pub(crate) fn new(weights: Weights) -> Self {
        Self { weights, counted: BTreeMap::new(), findings: 0, aligned: 0 }
    }

    /// Writes to every finding of a file what it costs.
    pub(crate) fn weigh(&mut self, file: &mut LintedFile) {
        let dockerfile = Dockerfile::parse(file.source.as_bytes());
        let history: Vec<_> = self.weights.layers.iter().map(|layer| layer.instruction.clone()).collect();
        let layers = align(&dockerfile, &history);
        self.aligned += layers.len();
        for finding in &mut file.findings {
            let Some((_, weighs)) = RULES.iter().find(|(code, _)| *code == finding.code) else { continue };
            let start = finding.bytes.start as u32;
            let instruction = dockerfile.instructions().iter().find(|one| one.span.contains(start));
            let layer = instruction.and_then(|one| layers.get(&one.index).copied());
            let text = file.source.get(finding.bytes.clone()).unwrap_or_default();
            let pieces = self.pieces(weighs, layer, finding, text);
            let bytes: u64 = pieces.values().sum();
            if bytes == 0 {
                continue;
            }
            finding.cost = Some(LintCost { mb: Megabytes(bytes), layer, packages: self.packages(&pieces) });
            self.findings += 1;
            self.counted.extend(pieces);
        }
    }

    /// What all of them come to.
    pub(crate) fn measured(&self) -> LintMeasured {
        // Where all files of a layer count, those below a folder are among them.
        let is_within = |piece: &Piece| match piece {
            Piece::Folder(layer, _) => self.counted.contains_key(&Piece::Layer(*layer)),
            Piece::Layer(_) | Piece::Package(..) | Piece::Hidden(_) => false,
        };
        LintMeasured {
            image: self.weights.image.clone(),
            findings: self.findings,
            mb: Megabytes(self.counted.iter().filter(|(piece, _)| !is_within(piece)).map(|(_, bytes)| bytes).sum()),
            of_mb: Megabytes(self.weights.unpacked),
            steps: self.aligned,
        }
    }

    fn pieces(&self, weighs: &Weighs, layer: Option<usize>, finding: &LintFinding, text: &str) -> HashMap<Piece, u64> {
        match (weighs, layer) {
            (Weighs::Files(folders), Some(layer)) => self.files(folders, layer),
            (Weighs::Layer, Some(layer)) => {
                self.weights.layers.get(layer).map(|one| (Piece::Layer(layer), one.bytes)).into_iter().collect()
            }
            (Weighs::Hidden, Some(layer)) => self.hidden(layer),
            (Weighs::Packages, layer) => self.named(&format!("{text} {}", finding.message), layer),
            (Weighs::Files(_) | Weighs::Layer | Weighs::Hidden, None) => HashMap::new(),
        }
    }

    fn files(&self, folders: &[&'static str], layer: usize) -> HashMap<Piece, u64> {
        let known = self.weights.layers.get(layer);
        let weighed = folders.iter().filter_map(|folder| Some((*folder, *known?.folders.get(*folder)?)));
        weighed.map(|(folder, bytes)| (Piece::Folder(layer, folder), bytes)).collect()
    }

    fn hidden(&self, layer: usize) -> HashMap<Piece, u64> {
        let all = self.weights.hidden.iter().enumerate();
        let of_layer = all.filter(|(_, hidden)| hidden.layer == layer || hidden.by_layer == layer);
        of_layer.map(|(index, hidden)| (Piece::Hidden(index), hidden.bytes)).collect()
    }

    /// Packages whose names stand in a text; where the layer is known those of it, and what they brought along.
    fn named(&self, text: &str, layer: Option<usize>) -> HashMap<Piece, u64> {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "+-._".contains(letter);
        let words: BTreeSet<&str> =
            text.split(|letter| !is_letter(letter)).map(|word| word.trim_matches(['.', '-'])).collect();
        let layers = self.weights.layers.iter().enumerate();
        let layers = layers.filter(|(index, _)| layer.is_none_or(|layer| layer == *index));
        let mut pieces = HashMap::new();
        for (index, weighed) in layers {
            let named: BTreeSet<&str> = weighed
                .packages
                .iter()
                .map(|package| package.name.as_str())
                .filter(|name| words.contains(name))
                .collect();
            let brought = layer.map(|_| brought_along(&weighed.packages, &named)).unwrap_or_default();
            let counts = |name: &str| named.contains(name) || brought.contains(name);
            let counted = weighed.packages.iter().enumerate().filter(|(_, package)| counts(&package.name));
            pieces.extend(counted.map(|(place, package)| (Piece::Package(index, place), package.bytes)));
        }
        pieces
    }

    fn packages(&self, pieces: &HashMap<Piece, u64>) -> Vec<LintPackage> {
        let of = |piece: &Piece| match piece {
            Piece::Package(layer, place) => self.weights.layers.get(*layer)?.packages.get(*place),
            Piece::Layer(_) | Piece::Folder(..) | Piece::Hidden(_) => None,
        };
        let mut packages: Vec<LintPackage> = pieces
            .keys()
            .filter_map(of)
            .map(|package| LintPackage { name: package.name.clone(), mb: Megabytes(package.bytes) })
            .collect();
        packages.sort_by(|left, right| (right.mb.0, &left.name).cmp(&(left.mb.0, &right.name)));
        packages
    }
}

/// Packages of a layer that are there for the named ones alone: what those need, but for what any other package of the
/// layer needs as well.
fn brought_along<'p>(packages: &'p [PackageWeight], named: &BTreeSet<&'p str>) -> BTreeSet<&'p str> {
    let needs: HashMap<&str, &[String]> =
        packages.iter().map(|package| (package.name.as_str(), package.needs.as_slice())).collect();
    let reached = |from: &mut dyn Iterator<Item = &'p str>| {
        let mut open: Vec<&'p str> = from.collect();
        let mut reached: BTreeSet<&'p str> = open.iter().copied().collect();
        while let Some(name) = open.pop() {
            let needed = needs.get(name).copied().unwrap_or_default().iter();
            for need in needed.filter_map(|need| needs.get_key_value(need.as_str())).map(|(need, _)| *need) {
                if reached.insert(need) {
                    open.push(need);
                }
            }
        }
        reached
    };
    let theirs = reached(&mut named.iter().copied());
    let others = reached(&mut needs.keys().copied().filter(|name| !theirs.contains(name)));
    theirs.difference(&others).copied().collect()
}

#[cfg(test)]
mod tests {
    use mvi_dockerfile::rule_of;

    use super::{RULES, Weighs};
    use crate::actions::weights::FOLDERS;

    #[test]
    fn every_rule_that_weighs_is_one_and_stands_in_order() {
        for (code, _) in RULES {
            assert!(rule_of(code).is_some(), "{code}");
        }
        assert!(RULES.is_sorted_by(|(left, _), (right, _)| left < right));
    }

    #[test]
    fn every_folder_that_weighs_is_weighed() {
        for (code, weighs) in RULES {
            if let Weighs::Files(folders) = weighs {
                assert!(folders.iter().all(|folder| FOLDERS.contains(folder)), "{code}");
            }
        }
    }
}
