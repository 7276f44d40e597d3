//! Python distributions that Pipenv locked: `Pipfile.lock`.

use serde_json::Value;

use super::LockedPackage;
use crate::package::Scope;
use crate::parse::json::read;
use crate::parse::problem::{Problem, Problems};

/// The distributions under `default`, which are for production, and `develop`. Those from repositories have no version.
pub fn parse_pipfile_lock(bytes: &[u8]) -> (Vec<LockedPackage>, Vec<Problem>) {
    let mut problems = Problems::default();
    let document = read::<Value>(bytes, &mut problems).unwrap_or_default();
    let of = |group: &str, scope: Scope| -> Vec<LockedPackage> {
        let packages = document[group].as_object().into_iter().flatten();
        let pinned =
            packages.filter_map(|(name, it)| LockedPackage::new(name, it["version"].as_str()?.strip_prefix("==")?));
        pinned.map(|locked| locked.with_scope(scope)).collect()
    };
    ([of("default", Scope::Production), of("develop", Scope::Development)].concat(), problems.into_vec())
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    #[test]
    fn groups_tell_what_for() {
        let lock = br#"{"_meta":{},"default":{"flask":{"version":"==3.0.0"},"x":{"git":"https://h"}},
            "develop":{"pytest":{"version":"==8.0.0"}}}"#;
        assert_eq!(lines(&parse_pipfile_lock(lock)), ["flask 3.0.0 Production", "pytest 8.0.0 Development"]);
    }
}
