//! Versions of what bases are named after, as an image built on one has them.

use std::collections::BTreeMap;

use crate::actions::examine::Examined;

/// Official images say their version in a variable: repository, variable.
const VARIABLES: &[(&str, &str)] = &[
    ("golang", "GOLANG_VERSION"),
    ("nginx", "NGINX_VERSION"),
    ("node", "NODE_VERSION"),
    ("php", "PHP_VERSION"),
    ("python", "PYTHON_VERSION"),
    ("redis", "REDIS_VERSION"),
    ("ruby", "RUBY_VERSION"),
    ("rust", "RUST_VERSION"),
];
/// Distributions whose release names a patch: Debian's does not.
const DISTRIBUTIONS: &[&str] = &["alpine"];

/// The versions that an image tells, by the last part of the repository that its base may have.
pub(crate) fn base_versions(examined: &Examined) -> BTreeMap<String, String> {
    let variables = examined.image.config.config.env.iter().filter_map(|variable| variable.split_once('='));
    let named = variables.filter_map(|(name, value)| {
        let (repository, _) = VARIABLES.iter().find(|(_, variable)| *variable == name)?;
        Some(((*repository).to_owned(), value.to_owned()))
    });
    let os = examined.inventory().os.as_ref().and_then(|os| Some((os.id.clone()?, os.version_id.clone()?)));
    let os = os.filter(|(id, _)| DISTRIBUTIONS.contains(&id.as_str()));
    let is_version = |version: &String| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    named.chain(os).filter(|(_, version)| is_version(version)).collect()
}
