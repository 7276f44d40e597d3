//! The table of rules: one rule is one file in `rules/` and one line here.

use crate::rule::Rule;

/// Every rule, in the order of codes.
pub const RULES: &[&dyn Rule] = &[];
