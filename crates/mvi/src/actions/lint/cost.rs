//! What findings cost: bytes and packages of an image that was built from the file, measured and never guessed.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use mvi_dockerfile::Dockerfile;
use mvi_image::{Cause, causes, printable};
use mvi_inventory::Package;

use super::align::align;
use crate::actions::examine::Examined;
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
    Entry(usize, usize),
    Package(usize),
    Gone(usize),
    Cause(usize),
}

/// What was measured so far.
pub(crate) struct Costs<'a> {
    examined: &'a Examined,
    /// Everything hidden; gathered once, when a finding is about it.
    causes: OnceCell<Vec<Cause>>,
    counted: BTreeMap<Piece, u64>,
    findings: usize,
    aligned: usize,
}

impl<'a> Costs<'a> {
    /// Of an image.
    pub(crate) fn new(examined: &'a Examined) -> Self {
        Self { examined, causes: OnceCell::new(), counted: BTreeMap::new(), findings: 0, aligned: 0 }
    }

    /// Writes to every finding of a file what it costs.
    pub(crate) fn weigh(&mut self, file: &mut LintedFile) {
        let dockerfile = Dockerfile::parse(file.source.as_bytes());
        let history: Vec<_> = (0..self.examined.layers.len()).map(|layer| self.examined.instruction(layer)).collect();
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
        LintMeasured {
            image: self.examined.identity().source,
            findings: self.findings,
            mb: Megabytes(self.counted.values().sum()),
            of_mb: self.examined.sizes().unpacked_mb,
            steps: self.aligned,
        }
    }

    fn pieces(&self, weighs: &Weighs, layer: Option<usize>, finding: &LintFinding, text: &str) -> HashMap<Piece, u64> {
        match (weighs, layer) {
            (Weighs::Files(folders), Some(layer)) => self.files(folders, layer),
            (Weighs::Layer, Some(layer)) => self.files(&[""], layer),
            (Weighs::Hidden, Some(layer)) => self.hidden(layer),
            (Weighs::Packages, layer) => self.named(&format!("{text} {}", finding.message), layer),
            (Weighs::Files(_) | Weighs::Layer | Weighs::Hidden, None) => HashMap::new(),
        }
    }

    /// Bodies of files that a layer ships below some folders, whether they are visible in the end or not.
    fn files(&self, folders: &[&str], layer: usize) -> HashMap<Piece, u64> {
        let table = self.examined.layers[layer].facts.table();
        let entries = table.entries().iter().enumerate();
        let inside = entries.filter(|(_, entry)| {
            let path = printable(&table.path(entry));
            let path = path.trim_start_matches('/');
            folders.iter().any(|folder| match folder.strip_prefix('*') {
                Some(inner) => path.starts_with(inner) || path.contains(&format!("/{inner}")),
                None => path.starts_with(folder),
            })
        });
        inside.map(|(index, entry)| (Piece::Entry(layer, index), entry.size())).filter(|(_, size)| *size > 0).collect()
    }

    fn hidden(&self, layer: usize) -> HashMap<Piece, u64> {
        let causes = self.causes.get_or_init(|| causes(&self.examined.tree));
        let of_layer = causes
            .iter()
            .enumerate()
            .filter(|(_, cause)| cause.layer as usize == layer || cause.by_layer as usize == layer);
        of_layer.map(|(index, cause)| (Piece::Cause(index), cause.bytes)).collect()
    }

    /// Installed packages whose names stand in a text; where the layer is known those of it, and what they brought along.
    fn named(&self, text: &str, layer: Option<usize>) -> HashMap<Piece, u64> {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "+-._".contains(letter);
        let words: BTreeSet<&str> =
            text.split(|letter| !is_letter(letter)).map(|word| word.trim_matches(['.', '-'])).collect();
        let is_named = |package: &Package| {
            words.contains(package.name.as_str())
                && package.ecosystem.is_system()
                && layer.is_none_or(|layer| package.introduced as usize == layer)
        };
        let inventory = self.examined.inventory();
        let here = inventory.packages.iter().enumerate().map(|(index, package)| (Piece::Package(index), package));
        // What a later layer removes travels all the same.
        let gone = inventory.hidden.iter().enumerate().map(|(index, package)| (Piece::Gone(index), package));
        let all: Vec<(Piece, &Package)> = here.chain(gone).collect();
        let named: BTreeSet<&str> =
            all.iter().filter(|(_, package)| is_named(package)).map(|(_, package)| package.name.as_str()).collect();
        let brought = layer.map(|layer| brought_along(&all, layer, &named)).unwrap_or_default();
        let counts = |package: &Package| is_named(package) || brought.contains(package.name.as_str());
        let of_layer = |package: &Package| layer.is_none_or(|layer| package.introduced as usize == layer);
        let counted = all.iter().filter(|(_, package)| of_layer(package) && counts(package));
        counted.map(|(piece, package)| (*piece, package.installed_bytes)).collect()
    }

    fn packages(&self, pieces: &HashMap<Piece, u64>) -> Vec<LintPackage> {
        let inventory = self.examined.inventory();
        let of = |piece: &Piece| match piece {
            Piece::Package(index) => inventory.packages.get(*index),
            Piece::Gone(index) => inventory.hidden.get(*index),
            Piece::Entry(..) | Piece::Cause(_) => None,
        };
        let mut packages: Vec<LintPackage> = pieces
            .keys()
            .filter_map(of)
            .map(|package| LintPackage { name: package.name.clone(), mb: Megabytes(package.installed_bytes) })
            .collect();
        packages.sort_by(|left, right| (right.mb.0, &left.name).cmp(&(left.mb.0, &right.name)));
        packages
    }
}

/// Packages of a layer that are there for the named ones alone: what those need, but for what any other package of the
/// layer needs as well.
fn brought_along<'p>(all: &[(Piece, &'p Package)], layer: usize, named: &BTreeSet<&'p str>) -> BTreeSet<&'p str> {
    let of_layer = all.iter().map(|(_, package)| *package);
    let of_layer = of_layer.filter(|package| package.introduced as usize == layer && package.ecosystem.is_system());
    let needs: HashMap<&str, &[String]> =
        of_layer.map(|package| (package.name.as_str(), package.depends.as_slice())).collect();
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

    use super::RULES;

    #[test]
    fn every_rule_that_weighs_is_one_and_stands_in_order() {
        for (code, _) in RULES {
            assert!(rule_of(code).is_some(), "{code}");
        }
        assert!(RULES.is_sorted_by(|(left, _), (right, _)| left < right));
    }
}
