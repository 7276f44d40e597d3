//! Which advisories are the same thing under several names: union-find over ids and aliases.

use std::collections::HashMap;

use crate::advisory::Advisory;

/// For each advisory the number of the first one that is the same thing. Bundles of several vulnerabilities join nothing.
pub(super) fn clusters(advisories: &[&Advisory]) -> Vec<u32> {
    let mut parents: Vec<u32> = (0..u32::try_from(advisories.len()).unwrap_or(u32::MAX)).collect();
    let mut by_name: HashMap<&str, u32> = HashMap::with_capacity(advisories.len() * 2);
    for (number, advisory) in (0u32..).zip(advisories) {
        for name in advisory.names() {
            let other = *by_name.entry(name).or_insert(number);
            join(&mut parents, number, other);
        }
    }
    (0u32..).zip(advisories).map(|(number, _)| root(&mut parents, number)).collect()
}

fn root(parents: &mut [u32], number: u32) -> u32 {
    let mut at = number;
    while parents[at as usize] != at {
        // Halves the way for the next one.
        let above = parents[at as usize];
        parents[at as usize] = parents[above as usize];
        at = above;
    }
    at
}

/// The smaller number is the root, so that the result does not depend on the order of joining.
fn join(parents: &mut [u32], left: u32, right: u32) {
    let (left, right) = (root(parents, left), root(parents, right));
    let (low, high) = (left.min(right), left.max(right));
    parents[high as usize] = low;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(records: &[(&str, &[&str], &[&str])], wanted: &[u32]) {
        let of = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let advisory = |(id, aliases, upstream): &(&str, &[&str], &[&str])| Advisory {
            id: (*id).to_owned(),
            aliases: of(aliases),
            upstream: of(upstream),
            ..Advisory::default()
        };
        let advisories: Vec<Advisory> = records.iter().map(advisory).collect();
        assert_eq!(clusters(&advisories.iter().collect::<Vec<_>>()), wanted);
    }

    #[test]
    fn chains_of_aliases_come_together_whatever_their_order() {
        check(
            &[
                ("PYSEC-1", &["CVE-1"], &[]),
                ("GHSA-2", &["CVE-2"], &[]),
                ("GHSA-1", &["CVE-1", "PYSEC-2"], &[]),
                ("PYSEC-2", &[], &[]),
            ],
            &[0, 1, 0, 0],
        );
        check(&[("A", &[], &[]), ("B", &["C"], &[]), ("D", &["C", "A"], &[])], &[0, 0, 0]);
    }

    #[test]
    fn a_bundle_is_none_of_what_it_bundles() {
        check(
            &[("DEBIAN-CVE-1", &[], &["CVE-1"]), ("DSA-1", &[], &["CVE-1", "CVE-2"]), ("CVE-1", &[], &[])],
            &[0, 1, 0],
        );
    }
}
