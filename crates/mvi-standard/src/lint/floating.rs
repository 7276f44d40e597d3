//! STD-FLOAT: a row that stands on a tag which means another image tomorrow.

use jiff::civil::Date;

use super::LintFinding;
use crate::reference::Reference;
use crate::standard::Standard;
use crate::verdict::Severity;

pub(super) fn check(standard: &Standard, _: Date) -> Vec<LintFinding> {
    let bases = standard.rows.iter().flat_map(|row| row.base.iter().chain(&row.builder).map(move |base| (row, base)));
    bases
        .filter(|(_, base)| Reference::normalise(base, &standard.mirrors).is_ok_and(|base| floats(&base)))
        .map(|(row, base)| LintFinding {
            code: "STD-FLOAT",
            severity: Severity::Medium,
            subject: format!("row:{}", row.id),
            text: format!("its base `{base}` has a floating tag"),
            advice: format!("name a version of `{base}`"),
        })
        .collect()
}

/// A tag without any digit names no version: `latest`, `stable`, `alpine`.
fn floats(base: &Reference) -> bool {
    let versionless = |tag: &String| !tag.contains(|letter: char| letter.is_ascii_digit());
    base.digest.is_none() && base.tag.as_ref().is_some_and(versionless)
}
