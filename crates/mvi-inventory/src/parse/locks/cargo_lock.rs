//! Crates that Cargo locked: `Cargo.lock`.

use super::LockedPackage;
use super::toml_lock::{packages, read};
use crate::parse::problem::{Problem, Problems};

/// The crates that come from somewhere: those of the workspace itself have no `source`. Format: Cargo, versions 1 to 4.
pub fn parse_cargo_lock(bytes: &[u8]) -> (Vec<LockedPackage>, Vec<Problem>) {
    let mut problems = Problems::default();
    let document = read(bytes, &mut problems);
    let fetched = packages(&document).filter(|package| package.contains_key("source"));
    let text =
        |package: &toml::Table, key: &str| package.get(key).and_then(|it| it.as_str()).unwrap_or_default().to_owned();
    let locked = fetched.filter_map(|it| LockedPackage::new(&text(it, "name"), &text(it, "version"))).collect();
    (locked, problems.into_vec())
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    #[test]
    fn crates_of_the_workspace_are_left_out() {
        let lock = "version = 4\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"serde\"\n\
            version = \"1.0.229\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
        assert_eq!(lines(&parse_cargo_lock(lock.as_bytes())), ["serde 1.0.229 Unknown"]);
    }

    #[test]
    fn what_is_no_toml_is_a_problem() {
        assert_eq!(parse_cargo_lock(b"[[package").1.len(), 1);
        assert_eq!(parse_cargo_lock(b"package = 1").0.len(), 0);
    }
}
