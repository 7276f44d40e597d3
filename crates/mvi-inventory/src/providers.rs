//! Who has what others need, among the packages of one manager.

use std::collections::{HashMap, HashSet};

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
    fn nobody_needs_itself_and_nothing_is_needed_twice() {
        check("exim4", &[&["exim4"], &["mail-transport-agent"], &["libc6"], &["libc6"]], &["libc6"]);
    }
}
