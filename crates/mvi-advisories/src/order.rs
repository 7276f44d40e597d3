//! Which of two versions is newer, by the rules of their ecosystem.

mod apk;
mod deb;
mod gem;
mod pypi;
mod semantic;

use std::cmp::Ordering;

/// How an ecosystem orders its versions.
pub trait Order: Sync {
    /// Compares two versions; nothing where one of them is no version.
    fn compare(&self, left: &str, right: &str) -> Option<Ordering>;
}

/// The known orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Alpine's: apk-tools 3, `doc/apk-package.5.scd`.
    Apk,
    /// Debian's: Policy 5.6.12.
    Deb,
    /// Ruby's: Gem::Version of RubyGems.
    Gem,
    /// Python's: the version specifiers of the Python Packaging User Guide (PEP 440).
    Pypi,
    /// Semantic Versioning 2.0.0, as npm has it.
    Semantic,
}

impl Scheme {
    fn order(self) -> &'static dyn Order {
        match self {
            Self::Apk => &apk::Apk,
            Self::Deb => &deb::Deb,
            Self::Gem => &gem::Gem,
            Self::Pypi => &pypi::Pypi,
            Self::Semantic => &semantic::Semantic,
        }
    }
}

impl Order for Scheme {
    fn compare(&self, left: &str, right: &str) -> Option<Ordering> {
        self.order().compare(left, right)
    }
}
