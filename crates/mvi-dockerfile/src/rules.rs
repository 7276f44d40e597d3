//! The table of rules: one rule is one file in `rules/` and one line here.

mod copy_instead_of_add;
mod exec_form;
mod expired_ignore;
mod ignore_without_terms;
mod maintainer_deprecated;
mod no_ignore_pragma;
mod pin_apt_versions;
mod syntax_error;
mod unreadable_pragma;
pub(crate) mod unused_ignore;

use crate::manifest::MANIFEST_RULES;
use crate::rule::{Rule, RuleMeta};

/// Every rule, in the order of codes.
pub const RULES: &[&dyn Rule] = &[
    &syntax_error::SyntaxError,
    &no_ignore_pragma::NoIgnorePragma,
    &pin_apt_versions::PinAptVersions,
    &copy_instead_of_add::CopyInsteadOfAdd,
    &exec_form::ExecForm,
    &maintainer_deprecated::MaintainerDeprecated,
    &expired_ignore::ExpiredIgnore,
    &ignore_without_terms::IgnoreWithoutTerms,
    &unused_ignore::UnusedIgnore,
    &unreadable_pragma::UnreadablePragma,
];

/// The descriptions of every rule, those over manifests last.
pub fn all_rules() -> impl Iterator<Item = &'static RuleMeta> {
    RULES.iter().map(|rule| rule.meta()).chain(MANIFEST_RULES.iter().map(|rule| rule.meta()))
}

/// The rule of a code, exactly as it is written.
#[must_use]
pub fn rule_of(code: &str) -> Option<&'static RuleMeta> {
    all_rules().find(|meta| meta.code == code)
}
