//! Which of two versions is newer, by the rules of their ecosystem.

mod apk;
mod deb;
mod gem;
mod maven;
mod numeric;
mod packagist;
mod pypi;
mod rpm;
mod semantic;
mod text;

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// How an ecosystem orders its versions.
pub trait Order: Sync {
    /// Compares two versions; nothing where one of them is no version.
    fn compare(&self, left: &str, right: &str) -> Option<Ordering>;
}

/// The known orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scheme {
    /// Alpine's: apk-tools 3, `doc/apk-package.5.scd`.
    Apk,
    /// Debian's: Policy 5.6.12.
    Deb,
    /// Ruby's: Gem::Version of RubyGems.
    Gem,
    /// Java's: ComparableVersion of Maven 3.9.
    Maven,
    /// R's and Haskell's: rows of numbers.
    Numeric,
    /// .NET's: NuGetVersion of NuGet.Client.
    Nuget,
    /// PHP's: composer/semver.
    Packagist,
    /// Dart's: `pub_semver`, for which builds count.
    Pub,
    /// Python's: the version specifiers of the Python Packaging User Guide (PEP 440).
    Pypi,
    /// Red Hat's and its kin's: `rpmvercmp` of rpm 4.18, with epochs.
    Rpm,
    /// Semantic Versioning 2.0.0, as npm, Cargo, Go and Hex have it.
    Semantic,
}

impl Scheme {
    /// Every order, by name.
    pub const ALL: [Self; 11] = [
        Self::Apk,
        Self::Deb,
        Self::Gem,
        Self::Maven,
        Self::Numeric,
        Self::Nuget,
        Self::Packagist,
        Self::Pub,
        Self::Pypi,
        Self::Rpm,
        Self::Semantic,
    ];

    /// False for Maven's, which goes round in circles: `1` is before `1-a`, that before `1-0.alpha`, and that before `1`.
    #[must_use]
    pub fn is_total(self) -> bool {
        self != Self::Maven
    }

    fn order(self) -> &'static dyn Order {
        match self {
            Self::Apk => &apk::Apk,
            Self::Deb => &deb::Deb,
            Self::Gem => &gem::Gem,
            Self::Maven => &maven::Maven,
            Self::Numeric => &numeric::Numeric,
            Self::Nuget => &semantic::Nuget,
            Self::Packagist => &packagist::Packagist,
            Self::Pub => &semantic::Pub,
            Self::Pypi => &pypi::Pypi,
            Self::Rpm => &rpm::Rpm,
            Self::Semantic => &semantic::Semantic,
        }
    }
}

impl Order for Scheme {
    fn compare(&self, left: &str, right: &str) -> Option<Ordering> {
        self.order().compare(left, right)
    }
}

/// Sorts by an order that need not be total, which the sorts of the standard library may end the program for.
pub(crate) fn sort<T>(items: Vec<T>, compare: &impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    if items.len() < 2 {
        return items;
    }
    let mut left = items;
    let right = left.split_off(left.len() / 2);
    let (left, right) = (sort(left, compare), sort(right, compare));
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        let next = if compare(first, second).is_le() { left.next() } else { right.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    merged
}
