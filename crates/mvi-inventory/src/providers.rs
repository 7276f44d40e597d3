//! Who has what others need, among the packages of one manager.

use std::collections::{HashMap, HashSet};

use crate::cataloger::Sighting;

/// Names that a package needs, each with whether it always does.
pub(crate) type Needs = Vec<(String, bool)>;

/// The packages of a language with what they need of each other.
pub(crate) fn with_needs(found: Vec<(Sighting<'_>, Needs)>) -> Vec<Sighting<'_>> {
    let mut providers = Providers::default();
    for (sighting, _) in found.iter().filter(|(sighting, _)| sighting.ended.is_none()) {
        providers.add(&sighting.name, []);
    }
    let depends: Vec<_> = found.iter().map(|(sighting, needs)| providers.needs_there(&sighting.name, needs)).collect();
    found.into_iter().zip(depends).map(|((sighting, _), depends)| Sighting { depends, ..sighting }).collect()
}

/// Names of packages by what they provide; every package provides its own name.
#[derive(Debug, Default)]
pub(crate) struct Providers<'a>(HashMap<&'a str, &'a str>);

impl<'a> Providers<'a> {
    /// Takes down a package. Of several that provide the same thing the first counts, but before all the one of that name.
    pub(crate) fn add(&mut self, name: &'a str, provides: impl IntoIterator<Item = &'a str>) {
        self.0.insert(name, name);
        for provided in provides {
            self.0.entry(provided).or_insert(name);
        }
    }

    /// What a package needs, by name and each once: of the alternatives of a need the first that some package provides,
    /// under that package's name, or else the first as it is. What it provides itself is no need.
    pub(crate) fn needs<'n, I>(&self, own: &str, needs: impl IntoIterator<Item = I>) -> Vec<String>
    where
        I: IntoIterator<Item = &'n str>,
    {
        let mut seen = HashSet::new();
        let mut names = Vec::new();
        for alternatives in needs {
            let mut alternatives = alternatives.into_iter().peekable();
            let first = alternatives.peek().copied();
            let provider = alternatives.find_map(|name| self.0.get(name).copied());
            if let Some(name) = provider.or(first).filter(|name| *name != own && seen.insert((*name).to_owned())) {
                names.push(name.to_owned());
            }
        }
        names
    }

    /// What a package needs, by name and each once. A name with `false` may be needed or not, and is as far as it is there.
    fn needs_there(&self, own: &str, needs: &[(String, bool)]) -> Vec<String> {
        let there = needs.iter().filter(|(name, always)| *always || self.0.contains_key(name.as_str()));
        self.needs(own, there.map(|(name, _)| [name.as_str()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(own: &str, needs: &[&[&str]], expected: &[&str]) {
        let mut providers = Providers::default();
        providers.add("exim4", ["mail-transport-agent"]);
        providers.add("postfix", ["mail-transport-agent", "exim4"]);
        providers.add("libc6", []);
        assert_eq!(providers.needs(own, needs.iter().map(|need| need.iter().copied())), expected);
    }

    #[test]
    fn of_alternatives_the_first_that_is_there_counts() {
        check("a", &[&["sendmail", "mail-transport-agent", "libc6"]], &["exim4"]);
    }

    #[test]
    fn a_package_of_the_name_comes_before_one_that_provides_it() {
        check("a", &[&["exim4"], &["libc6"]], &["exim4", "libc6"]);
    }

    #[test]
    fn what_nobody_provides_keeps_its_name() {
        check("a", &[&["x", "y"], &[]], &["x"]);
    }

    #[test]
    fn what_may_be_needed_is_as_far_as_it_is_there() {
        let mut providers = Providers::default();
        providers.add("b", []);
        let needs = [("a", true), ("b", false), ("c", false)].map(|(name, always)| (name.to_owned(), always));
        assert_eq!(providers.needs_there("x", &needs), ["a", "b"]);
    }

    #[test]
    fn nobody_needs_itself_and_nothing_is_needed_twice() {
        check("exim4", &[&["exim4"], &["mail-transport-agent"], &["libc6"], &["libc6"]], &["libc6"]);
    }
}
