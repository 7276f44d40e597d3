//! Licences as records spell them, turned into SPDX licence expressions where their meaning is certain.

use spdx::{Expression, LicenseItem, ParseMode, license_id};

/// What records call licences that have another name in SPDX's list. Lower case. Sources: Fedora's "Licensing:Main" (its
/// short names before 2022), the classifiers of PyPI, `DESCRIPTION` of R ("Writing R Extensions", 1.1.2), CPAN::Meta::Spec.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("agpl-3", "AGPL-3.0-only"),
    ("agplv3", "AGPL-3.0-only"),
    ("agplv3+", "AGPL-3.0-or-later"),
    ("apache 2", "Apache-2.0"),
    ("apache 2.0", "Apache-2.0"),
    ("apache license 2.0", "Apache-2.0"),
    ("apache license version 2.0", "Apache-2.0"),
    ("apache license, version 2.0", "Apache-2.0"),
    ("apache software license", "Apache-2.0"),
    ("apache software license 2.0", "Apache-2.0"),
    ("apache-2", "Apache-2.0"),
    ("apache2", "Apache-2.0"),
    ("apache_2_0", "Apache-2.0"),
    ("artistic 2.0", "Artistic-2.0"),
    ("artistic_1", "Artistic-1.0"),
    ("artistic_2", "Artistic-2.0"),
    ("asl 1.1", "Apache-1.1"),
    ("asl 2.0", "Apache-2.0"),
    ("asl-2.0", "Apache-2.0"),
    ("boost", "BSL-1.0"),
    ("bsd 2-clause license", "BSD-2-Clause"),
    ("bsd 3-clause", "BSD-3-Clause"),
    ("bsd 3-clause license", "BSD-3-Clause"),
    ("bsd-2", "BSD-2-Clause"),
    ("bsd-3", "BSD-3-Clause"),
    ("bsd_2_clause", "BSD-2-Clause"),
    ("bsd_3_clause", "BSD-3-Clause"),
    ("cc0", "CC0-1.0"),
    ("expat", "MIT"),
    ("gnu agplv3", "AGPL-3.0-only"),
    ("gnu gpl v2", "GPL-2.0-only"),
    ("gnu gpl v3", "GPL-3.0-only"),
    ("gpl (>= 2)", "GPL-2.0-or-later"),
    ("gpl (>= 2.0)", "GPL-2.0-or-later"),
    ("gpl (>= 3)", "GPL-3.0-or-later"),
    ("gpl+", "GPL-1.0-or-later"),
    ("gpl-2", "GPL-2.0-only"),
    ("gpl-2+", "GPL-2.0-or-later"),
    ("gpl-3", "GPL-3.0-only"),
    ("gpl-3+", "GPL-3.0-or-later"),
    ("gplv2", "GPL-2.0-only"),
    ("gplv2+", "GPL-2.0-or-later"),
    ("gplv3", "GPL-3.0-only"),
    ("gplv3+", "GPL-3.0-or-later"),
    ("isc license", "ISC"),
    ("isc license (iscl)", "ISC"),
    ("lgpl (>= 2)", "LGPL-2.0-or-later"),
    ("lgpl (>= 2.1)", "LGPL-2.1-or-later"),
    ("lgpl-2", "LGPL-2.0-only"),
    ("lgpl-2+", "LGPL-2.0-or-later"),
    ("lgpl-2.1", "LGPL-2.1-only"),
    ("lgpl-2.1+", "LGPL-2.1-or-later"),
    ("lgpl-3", "LGPL-3.0-only"),
    ("lgpl-3+", "LGPL-3.0-or-later"),
    ("lgplv2", "LGPL-2.0-only"),
    ("lgplv2+", "LGPL-2.0-or-later"),
    ("lgplv2.1", "LGPL-2.1-only"),
    ("lgplv2.1+", "LGPL-2.1-or-later"),
    ("lgplv3", "LGPL-3.0-only"),
    ("lgplv3+", "LGPL-3.0-or-later"),
    ("mit licence", "MIT"),
    ("mit license", "MIT"),
    ("mit/x11", "MIT"),
    ("mozilla public license 2.0 (mpl 2.0)", "MPL-2.0"),
    ("mpl 2.0", "MPL-2.0"),
    ("mplv1.1", "MPL-1.1"),
    ("mplv2.0", "MPL-2.0"),
    ("openssl", "OpenSSL"),
    ("perl_5", "Artistic-1.0-Perl OR GPL-1.0-or-later"),
    ("psf", "PSF-2.0"),
    ("psf-2", "PSF-2.0"),
    ("psfl", "PSF-2.0"),
    ("python software foundation license", "PSF-2.0"),
    ("the apache software license, version 2.0", "Apache-2.0"),
    ("the mit license", "MIT"),
    ("the mit license (mit)", "MIT"),
    ("the unlicense (unlicense)", "Unlicense"),
    ("unlicense", "Unlicense"),
    ("zlib", "Zlib"),
    ("zplv2.1", "ZPL-2.1"),
];

/// Longest text that is looked at: what is longer is the licence, not its name.
const LONGEST: usize = 1 << 10;

/// The SPDX licence expression that a record means: as written where it is one, else by the names that distributions and
/// registries use, joined by `and`, `or` and parentheses. Nothing where the meaning is not certain: `BSD`, `GPL`.
///
/// Expressions: SPDX 2.3, annex D.
#[must_use]
pub fn expression(written: &str) -> Option<String> {
    let written = written.trim();
    if written.len() > LONGEST {
        return None;
    }
    if let Ok(expression) = Expression::parse(written) {
        return no_reference(&expression).then(|| written.to_owned());
    }
    let joined = other_name(written).or_else(|| joined(written))?;
    let parsed = Expression::parse_mode(&joined, ParseMode::STRICT).ok()?;
    no_reference(&parsed).then_some(joined)
}

/// The id in SPDX's list that an expression is, when it is one alone.
#[must_use]
pub fn is_id(expression: &str) -> bool {
    license_id(expression).is_some_and(|id| id.name == expression)
}

/// Major and minor version of SPDX's list that ids are looked up in.
#[must_use]
pub fn list_version() -> String {
    spdx::license_version().trim_start_matches('v').split('.').take(2).collect::<Vec<_>>().join(".")
}

/// References point into a document that is not here.
fn no_reference(expression: &Expression) -> bool {
    expression.requirements().all(|part| matches!(part.req.license, LicenseItem::Spdx { .. }))
}

fn other_name(name: &str) -> Option<String> {
    if let Some(id) = license_id(name) {
        return Some(id.name.to_owned());
    }
    let name = name.to_ascii_lowercase();
    let index = OTHER_NAMES.binary_search_by(|(other, _)| (*other).cmp(name.as_str())).ok();
    let expression = index.map(|index| OTHER_NAMES[index].1)?;
    Some(if expression.contains(' ') { format!("({expression})") } else { expression.to_owned() })
}

/// Names joined by operators, each of which has to be known.
fn joined(written: &str) -> Option<String> {
    let spaced = written.replace('(', " ( ").replace(')', " ) ");
    let mut parts: Vec<String> = Vec::new();
    let mut name: Vec<&str> = Vec::new();
    for word in spaced.split_whitespace().chain(std::iter::once("")) {
        let operator = match word {
            "and" | "AND" | "&" => "AND",
            "or" | "OR" | "|" => "OR",
            "(" | ")" | "" => word,
            _ => {
                name.push(word);
                continue;
            }
        };
        if !name.is_empty() {
            parts.push(other_name(&std::mem::take(&mut name).join(" "))?);
        }
        parts.extend(Some(operator.to_owned()).filter(|operator| !operator.is_empty()));
    }
    Some(parts.join(" ").replace("( ", "(").replace(" )", ")"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, expected: Option<&str>) {
        assert_eq!(expression(written).as_deref(), expected, "{written}");
    }

    #[test]
    fn expressions_stay_as_they_are() {
        check("MIT", Some("MIT"));
        check("GPL-2.0-only AND (MIT OR Apache-2.0)", Some("GPL-2.0-only AND (MIT OR Apache-2.0)"));
        check("GPL-2.0-or-later WITH Classpath-exception-2.0", Some("GPL-2.0-or-later WITH Classpath-exception-2.0"));
    }

    #[test]
    fn names_of_distributions_and_registries_are_known() {
        check("GPLv2+ and LGPLv2+", Some("GPL-2.0-or-later AND LGPL-2.0-or-later"));
        check("(MIT or ASL 2.0) and zlib", Some("(MIT OR Apache-2.0) AND Zlib"));
        check("Apache License, Version 2.0", Some("Apache-2.0"));
        check("perl_5", Some("(Artistic-1.0-Perl OR GPL-1.0-or-later)"));
        check("GPL (>= 2)", Some("GPL-2.0-or-later"));
    }

    #[test]
    fn what_may_mean_several_licences_means_none() {
        for text in
            ["BSD", "GPL", "", "see LICENSE", "MIT and whatever", "and", "((MIT)", "LicenseRef-own", "UNLICENSED"]
        {
            check(text, None);
        }
        check(&"x".repeat(10_000), None);
    }

    #[test]
    fn other_names_are_sorted_in_lower_case_and_mean_expressions() {
        assert!(OTHER_NAMES.is_sorted_by(|left, right| left.0 < right.0));
        for (name, expression) in OTHER_NAMES {
            assert_eq!(*name, name.to_ascii_lowercase());
            assert!(Expression::parse(expression).is_ok(), "{expression}");
        }
    }
}
