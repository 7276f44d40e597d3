//! One object: what it wants of the C library, and what follows from that with musl.

use std::collections::BTreeSet;

use mvi_inventory::parse::elf::{ElfFacts, ElfKind, Linkage};
use mvi_inventory::{Difference, SymbolKind, libc_symbol};
use serde::{Deserialize, Serialize};

/// What an object means for a move to musl, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// It brings all it needs along: linked statically, or nothing of libc is wanted by it.
    Static,
    /// It is made for musl.
    Musl,
    /// It is made for glibc, and musl has everything it wants: it has to be built with musl, nothing else.
    Rebuild,
    /// It has to be built with musl, and with libraries that bring to musl what glibc has built in.
    RebuildWith,
    /// It wants what musl has only since a version, or not at all: its source has to be changed.
    Port,
    /// Its symbols could not be read.
    Unknown,
}

/// One object with the proof of what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectAnswer {
    /// Printable path.
    pub path: String,
    /// Layer that ships it, base layer 0.
    pub layer: u32,
    /// What it means.
    pub means: Means,
    /// The highest version of glibc that it asks for.
    pub glibc: Option<String>,
    /// True when musl's loader finds every symbol of libc it cannot do without. That starts it; it does not make it right.
    pub resolves: bool,
    /// Functions that musl lacks and nothing that is known brings.
    pub absent: Vec<String>,
    /// Functions that newer versions of musl have, as `statx (1.2.5)`.
    pub since: Vec<String>,
    /// Libraries that bring to musl what it wants.
    pub with: Vec<String>,
    /// How many names it wants that go when it is built with musl's headers.
    pub headers: usize,
    /// Of the names that musl lacks, how many gcompat lends.
    pub gcompat: usize,
    /// What it uses that musl does otherwise: `names`, `locale`, `charsets`.
    pub differs: Vec<String>,
}

/// Reads what an object means from its facts.
#[must_use]
pub fn answer_object(path: &str, layer: u32, facts: &ElfFacts) -> ObjectAnswer {
    let mut answer = ObjectAnswer {
        path: path.to_owned(),
        layer,
        means: Means::Static,
        glibc: facts.highest("GLIBC_").map(str::to_owned),
        resolves: true,
        absent: Vec::new(),
        since: Vec::new(),
        with: Vec::new(),
        headers: 0,
        gcompat: 0,
        differs: Vec::new(),
    };
    let (mut with, mut differs) = (BTreeSet::new(), BTreeSet::new());
    for symbol in facts.watched.iter().filter_map(|name| libc_symbol(name)) {
        match symbol.kind {
            SymbolKind::Header => answer.headers += 1,
            SymbolKind::With(library) => drop(with.insert(library.to_owned())),
            SymbolKind::Since(version) => answer.since.push(format!("{} ({version})", symbol.name)),
            SymbolKind::Absent => answer.absent.push(symbol.name.to_owned()),
            SymbolKind::Differs(difference) => drop(differs.insert(word(difference).to_owned())),
        }
        let is_missing = !matches!(symbol.kind, SymbolKind::Differs(_));
        answer.resolves &= !is_missing;
        answer.gcompat += usize::from(is_missing && symbol.gcompat);
    }
    answer.with = with.into_iter().collect();
    answer.differs = differs.into_iter().collect();
    answer.means = means(facts, &answer);
    answer
}

/// The word for a difference in reports.
fn word(difference: Difference) -> &'static str {
    match difference {
        Difference::NameService => "names",
        Difference::Locale => "locale",
        Difference::Charsets => "charsets",
    }
}

fn means(facts: &ElfFacts, answer: &ObjectAnswer) -> Means {
    match (facts.kind, facts.linkage) {
        (ElfKind::Relocatable | ElfKind::Other, _) | (_, Some(Linkage::Static | Linkage::StaticPie) | None) => {
            return Means::Static;
        }
        (ElfKind::Executable | ElfKind::Shared, Some(Linkage::Dynamic)) => {}
    }
    if is_for_musl(facts) {
        return Means::Musl;
    }
    if facts.unread.iter().any(|what| UNREAD.contains(&what.as_str())) {
        return Means::Unknown;
    }
    let wants_more = !(answer.absent.is_empty() && answer.since.is_empty());
    match (wants_more, answer.with.is_empty()) {
        (true, _) => Means::Port,
        (false, false) => Means::RebuildWith,
        (false, true) if is_for_glibc(facts) || !answer.resolves => Means::Rebuild,
        (false, true) => Means::Static,
    }
}

/// Parts of an object without which nobody can say what it wants; as the reader of objects calls them.
const UNREAD: [&str; 7] = [
    "program headers",
    "interpreter",
    "dynamic section",
    "dynamic strings",
    "dynamic symbols",
    "needed versions",
    "names of needed libraries",
];

fn is_for_musl(facts: &ElfFacts) -> bool {
    let loader = facts.interpreter.as_deref().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let is_musl = |name: &String| name == "libc.so" || name.starts_with("libc.musl-") || name.starts_with("ld-musl-");
    loader.starts_with("ld-musl-") || facts.needed.iter().any(is_musl) || facts.soname.as_ref().is_some_and(is_musl)
}

fn is_for_glibc(facts: &ElfFacts) -> bool {
    let loader = facts.interpreter.as_deref().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let is_loader = |name: &str| name.starts_with("ld-linux") || name.starts_with("ld64.so") || name == "ld.so.1";
    let by_version = facts.versions.iter().flat_map(|needed| &needed.versions).any(|name| name.starts_with("GLIBC_"));
    by_version || is_loader(loader) || facts.needed.iter().any(|name| is_loader(name) || is_part_of_glibc(name))
}

/// True for the names of libraries that glibc itself consists of: they go when musl comes.
pub(crate) fn is_part_of_glibc(name: &str) -> bool {
    const LIBRARIES: &[&str] = &[
        "libc",
        "libm",
        "libmvec",
        "libpthread",
        "libdl",
        "librt",
        "libresolv",
        "libutil",
        "libanl",
        "libthread_db",
        "libBrokenLocale",
        "libc_malloc_debug",
        "libmemusage",
        "libpcprofile",
        "libSegFault",
        "libnss_files",
        "libnss_dns",
        "libnss_compat",
        "libnss_db",
        "libnss_hesiod",
        "libnss_nis",
        "libnss_nisplus",
        "libcidn",
    ];
    let Some((stem, version)) = name.split_once(".so") else {
        return LIBRARIES.iter().any(|library| name.starts_with(&format!("{library}-2.")));
    };
    let is_loader = name.starts_with("ld-linux") || name.starts_with("ld64.so") || name == "ld.so.1";
    is_loader || stem.starts_with("ld-2.") || (LIBRARIES.contains(&stem) && version.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_glibc_are_told_by_their_names() {
        for name in ["libc.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libnss_files.so.2", "libm.so.6"] {
            assert!(is_part_of_glibc(name), "{name}");
        }
        for name in ["libc.so", "libcrypt.so.1", "libnss_ldap.so.2", "libcurl.so.4", "ld-musl-x86_64.so.1"] {
            assert!(!is_part_of_glibc(name), "{name}");
        }
    }
}
