//! What a standard says of bases alone, which is all that judging a `FROM` takes; nothing else of it is read.

use serde::Deserialize;

use super::{BUILTIN, BUILTINS};
use crate::pattern::TagPattern;
use crate::standard::{Banned, Mirror, Standard};

/// The bases of a standard.
#[derive(Debug, Clone, PartialEq)]
pub struct Bases {
    /// Rewrite rules for names of images, in order.
    pub mirrors: Vec<Mirror>,
    /// Bases of runtimes, in the standard's order.
    pub roms: Vec<KnownBase>,
    /// Bases that only helping stages may use, in the standard's order.
    pub builders: Vec<KnownBase>,
    /// Bases nobody may use, in the standard's order.
    pub banned: Vec<Banned>,
}

/// A base and the references that count as it.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownBase {
    /// Key, `alpine:3.21`.
    pub reference: String,
    /// Repository, `*` standing for any run.
    pub repository: String,
    /// Tags that count as this base.
    pub accept: Vec<TagPattern>,
}

/// The tables of a built-in standard that are about bases.
const TABLES: &[&str] = &["[[rom_base]]", "[[builder_base]]", "[[banned]]"];

#[derive(Deserialize)]
struct Tables {
    #[serde(default)]
    mirror: Vec<Mirror>,
    rom_base: Vec<Entry>,
    builder_base: Vec<Entry>,
    banned: Vec<Banned>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "ref")]
    reference: String,
    repository: String,
    accept: Vec<String>,
}

impl Bases {
    /// Those of a built-in standard, nothing for a name means the one in force; `None` for one that extends another,
    /// and for a name that none has: those are loaded whole.
    ///
    /// Loading a whole standard takes longer than linting a dozen files. That this says the same is a test.
    #[must_use]
    pub fn builtin_named(name: Option<&str>) -> Option<Self> {
        let name = name.unwrap_or(BUILTIN);
        let (_, whole) = BUILTINS.iter().find(|(known, _)| *known == name)?;
        let mut text = String::new();
        let mut is_wanted = true;
        for line in whole.split_inclusive('\n') {
            if line.starts_with('[') {
                is_wanted = TABLES.contains(&line.split_whitespace().next().unwrap_or_default());
            }
            if is_wanted {
                if line.starts_with("extends") {
                    return None;
                }
                text.push_str(line);
            }
        }
        let tables: Tables = toml::from_str(&text).ok()?;
        let known = |entry: Entry| KnownBase {
            reference: entry.reference,
            repository: entry.repository,
            accept: entry.accept.iter().map(|text| TagPattern::later(text)).collect(),
        };
        Some(Self {
            mirrors: tables.mirror,
            roms: tables.rom_base.into_iter().map(known).collect(),
            builders: tables.builder_base.into_iter().map(known).collect(),
            banned: tables.banned,
        })
    }

    /// Those of a standard that was loaded.
    #[must_use]
    pub fn of(standard: &Standard) -> Self {
        let known = |reference: &str, repository: &str, accept: &[TagPattern]| KnownBase {
            reference: reference.to_owned(),
            repository: repository.to_owned(),
            accept: accept.to_vec(),
        };
        let roms = standard.rom_bases.iter().map(|rom| known(&rom.reference, &rom.repository, &rom.accept));
        let builders = standard.builder_bases.iter();
        Self {
            mirrors: standard.mirrors.clone(),
            roms: roms.collect(),
            builders: builders.map(|base| known(&base.reference, &base.repository, &base.accept)).collect(),
            banned: standard.banned.clone(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a built-in standard that cannot be loaded should stop
mod tests {
    use super::*;

    #[test]
    fn what_is_read_of_a_built_in_standard_is_what_the_whole_says() {
        for (name, _) in BUILTINS {
            let whole = Bases::of(&Standard::builtin_named(name).unwrap().unwrap());
            if let Some(bases) = Bases::builtin_named(Some(name)) {
                assert_eq!(bases, whole, "{name}");
            }
        }
        assert_eq!(Bases::builtin_named(None), Some(Bases::of(&Standard::builtin().unwrap())));
        assert_eq!(Bases::builtin_named(Some("V12")), None);
    }

    #[test]
    fn every_pattern_that_waits_compiles() {
        let bases = Bases::builtin_named(None).unwrap();
        let known = bases.roms.iter().chain(&bases.builders);
        for pattern in known.flat_map(|base| &base.accept) {
            assert!(TagPattern::compile(pattern.as_str()).is_ok(), "{}", pattern.as_str());
        }
    }
}
