//! Names of libc by which glibc and musl differ: what only glibc exports, and what both have but not alike.

use std::sync::LazyLock;

/// Made by `tools/musl-symbols.py`, which says by what rules; the file names the versions that were compared.
const TABLE: &str = include_str!("../data/glibc-only.tsv");

/// A name that glibc exports, and what becomes of it with musl.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LibcSymbol {
    /// The name, as objects import it.
    pub name: &'static str,
    /// The library of glibc that exports it, such as `libm`.
    pub library: &'static str,
    /// What becomes of it.
    pub kind: SymbolKind,
    /// True when gcompat, a library that lends glibc's names to musl, has it too: its exports of version 0.4.0 and
    /// its change log up to 2019-06-02.
    pub gcompat: bool,
}

/// What becomes of a name of glibc with musl.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// Headers and flags of glibc's compiler spell it, programs do not: it goes when the program is built with musl.
    Header,
    /// This library brings it to musl.
    With(&'static str),
    /// musl has it since this version.
    Since(&'static str),
    /// musl has none, and no library that is known brings it.
    Absent,
    /// Both have it, and it does not do the same.
    Differs(Difference),
}

/// What differs between functions of the same name: musl's wiki, "Functional differences from glibc".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Difference {
    /// Names of people and hosts come from files and DNS alone, never through the name service switch.
    NameService,
    /// There is one locale, C.UTF-8, as far as order and numbers go.
    Locale,
    /// Fewer character sets are converted, and nothing is transliterated.
    Charsets,
}

static SYMBOLS: LazyLock<Vec<LibcSymbol>> = LazyLock::new(|| TABLE.lines().filter_map(row).collect());
static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| SYMBOLS.iter().map(|symbol| symbol.name).collect());

/// All of them, by name.
#[must_use]
pub fn libc_symbols() -> &'static [LibcSymbol] {
    &SYMBOLS
}

/// The entry of a name; none where glibc and musl agree, and for names that are not of libc.
#[must_use]
pub fn libc_symbol(name: &str) -> Option<&'static LibcSymbol> {
    let place = SYMBOLS.binary_search_by(|symbol| symbol.name.cmp(name)).ok()?;
    SYMBOLS.get(place)
}

/// What was compared, as the first line of the table says.
#[must_use]
pub fn libc_versions() -> &'static str {
    let line = TABLE.lines().next().unwrap_or_default().trim_start_matches(['#', ' ']);
    line.split_once("; made by").map_or(line, |(versions, _)| versions)
}

/// The names alone, sorted, as the pass looks for them.
pub(crate) fn watched() -> &'static [&'static str] {
    &NAMES
}

fn row(line: &'static str) -> Option<LibcSymbol> {
    let mut cells = line.split('\t');
    let (name, library, kind, gcompat) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    let kind = match kind.split_once(':') {
        None if kind == "header" => SymbolKind::Header,
        None if kind == "absent" => SymbolKind::Absent,
        Some(("with", library)) => SymbolKind::With(library),
        Some(("since", version)) => SymbolKind::Since(version),
        Some(("differs", "nss")) => SymbolKind::Differs(Difference::NameService),
        Some(("differs", "locale")) => SymbolKind::Differs(Difference::Locale),
        Some(("differs", "iconv")) => SymbolKind::Differs(Difference::Charsets),
        Some(_) | None => return None,
    };
    Some(LibcSymbol { name, library, kind, gcompat: gcompat == "gcompat" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Option<SymbolKind>) {
        assert_eq!(libc_symbol(name).map(|symbol| symbol.kind), expected, "{name}");
    }

    #[test]
    fn names_are_told_by_what_becomes_of_them() {
        check("backtrace", Some(SymbolKind::With("libexecinfo")));
        check("fts_open", Some(SymbolKind::With("musl-fts")));
        check("obstack_free", Some(SymbolKind::With("musl-obstack")));
        check("__printf_chk", Some(SymbolKind::Header));
        check("statx", Some(SymbolKind::Since("1.2.5")));
        check("gnu_get_libc_version", Some(SymbolKind::Absent));
        check("iconv_open", Some(SymbolKind::Differs(Difference::Charsets)));
        check("puts", None);
        check("qsort_r", None);
        check("zlibVersion", None);
    }

    #[test]
    fn every_row_is_read_and_the_table_is_in_order() {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert!(rows > 2000);
        assert_eq!(SYMBOLS.len(), rows);
        assert!(NAMES.is_sorted_by(|left, right| left < right));
        assert!(libc_versions().contains("musl"));
    }
}
