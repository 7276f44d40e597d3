//! Packages of a prohibited category in the image, told by a rule a category.

use crate::finding::{Finding, Fix, Safety};
use crate::law::edits::without_packages;
use crate::law::tools::{Purpose, purpose};
use crate::law::{Package, View};
use crate::rule::RuleMeta;
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

/// Findings about packages of one category; `risk` is the standard's word for how bad it is.
///
/// They are repaired by not installing them, unless something in the image runs after them that may need them.
pub(crate) fn findings(
    meta: &'static RuleMeta,
    file: &Dockerfile,
    settings: &LintSettings,
    wanted: Purpose,
    (what, risk): (&str, &str),
) -> Vec<Finding> {
    let view = View::new(file, settings);
    let mut found = Vec::new();
    for install in view.shipped_installs() {
        let of_kind = |package: &&Package<'_>| purpose(package.name) == Some(wanted);
        let packages: Vec<Package<'_>> = install.packages.iter().filter(of_kind).copied().collect();
        let Some(first) = packages.first() else { continue };
        let names: Vec<&str> = packages.iter().map(|package| package.name).take(8).collect();
        let message = format!("{what}: {}", names.join(", "));
        let finding = Finding::new(meta, first.word.span, message).note(format!("risk {risk}"));
        let edits =
            if view.works_after(install.instruction) { None } else { without_packages(file, &install, &packages) };
        found.push(match edits {
            Some(edits) => finding.fix(Fix { title: "do not install them".into(), safety: Safety::Unsafe, edits }),
            None => finding,
        });
    }
    found
}
