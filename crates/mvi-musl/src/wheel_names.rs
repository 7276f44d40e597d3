//! Names of wheels in lock files, indexes and lists, and which of them stands in for another on musl.

use std::collections::BTreeMap;

/// Bytes of the longest name of a file that is taken for a wheel's.
const LONGEST: usize = 512;

/// The name of a wheel: PEP 427, "File name convention".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WheelName {
    /// The distribution, normalised as PEP 503 says.
    pub name: String,
    /// Its version, as written.
    pub version: String,
    /// Pythons, such as `cp312` or `py3`.
    pub pythons: Vec<String>,
    /// Binary interfaces, such as `abi3` or `none`.
    pub interfaces: Vec<String>,
    /// Platforms, such as `musllinux_1_2_x86_64` or `any`.
    pub platforms: Vec<String>,
}

impl WheelName {
    /// Reads the name of a file; none when it is not a wheel's.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let parts: Vec<&str> = name.strip_suffix(".whl")?.split('-').collect();
        let ([distribution, version, python, interface, platform]
        | [distribution, version, _, python, interface, platform]) = parts.as_slice()
        else {
            return None;
        };
        let tags = |set: &str| set.split('.').map(str::to_owned).collect();
        Some(Self {
            name: normalised(distribution),
            version: (*version).to_owned(),
            pythons: tags(python),
            interfaces: tags(interface),
            platforms: tags(platform),
        })
    }

    /// True when it can be installed on musl for `machine`, such as `x86_64`: PEP 656.
    #[must_use]
    pub fn is_for_musl(&self, machine: &str) -> bool {
        let fits = |platform: &String| {
            let musl = platform.strip_prefix("musllinux_").is_some_and(|rest| rest.ends_with(&format!("_{machine}")));
            musl || platform == "any"
        };
        self.platforms.iter().any(fits)
    }
}

/// Every file of distributions that lock files and lists name.
#[derive(Debug, Clone, Default)]
pub struct WheelNames {
    wheels: BTreeMap<String, Vec<WheelName>>,
    sources: BTreeMap<String, Vec<String>>,
}

impl WheelNames {
    /// Takes in all names of wheels and source archives that stand in a text: a lock file of uv, Poetry or Pipenv, a page
    /// of an index, a list of names.
    pub fn add_text(&mut self, text: &[u8]) {
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"._+-!~".contains(byte);
        for word in text.split(|byte| !is_name(byte)).filter(|word| word.len() <= LONGEST) {
            if let Ok(word) = std::str::from_utf8(word) {
                self.add_name(word);
            }
        }
    }

    fn add_name(&mut self, word: &str) {
        if let Some(wheel) = WheelName::parse(word) {
            self.wheels.entry(wheel.name.clone()).or_default().push(wheel);
        } else if let Some((name, version)) = word.strip_suffix(".tar.gz").and_then(|stem| stem.rsplit_once('-')) {
            self.sources.entry(normalised(name)).or_default().push(version.to_owned());
        }
    }

    /// True when nothing was taken in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wheels.is_empty() && self.sources.is_empty()
    }

    /// True when any file of this distribution in this version is named.
    #[must_use]
    pub fn knows(&self, name: &str, version: &str) -> bool {
        let name = normalised(name);
        self.wheels.get(&name).is_some_and(|wheels| wheels.iter().any(|wheel| wheel.version == version))
            || self.has_source(&name, version)
    }

    /// True when the source of this version is named.
    #[must_use]
    pub fn has_source(&self, name: &str, version: &str) -> bool {
        self.sources.get(&normalised(name)).is_some_and(|versions| versions.iter().any(|known| known == version))
    }

    /// The wheel of the same version for musl and for one of the same Pythons.
    #[must_use]
    pub fn for_musl(&self, name: &str, version: &str, (pythons, machine): (&[String], &str)) -> Option<&WheelName> {
        let same_python = |wheel: &WheelName| {
            pythons.is_empty()
                || wheel.pythons.iter().any(|python| pythons.contains(python) || python.starts_with("py3"))
                || wheel.interfaces.iter().any(|interface| interface == "abi3")
        };
        let wheels = self.wheels.get(&normalised(name))?.iter();
        wheels.filter(|wheel| wheel.version == version && wheel.is_for_musl(machine)).find(|wheel| same_python(wheel))
    }
}

/// A name as PEP 503 compares it.
fn normalised(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            other => normal.push(other.to_ascii_lowercase()),
        }
    }
    normal
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test without its wheel should stop
mod tests {
    use super::*;

    #[test]
    fn names_with_and_without_a_build_are_read() {
        let wheel =
            WheelName::parse("Pillow_X-11.0-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl").unwrap();
        assert_eq!((wheel.name.as_str(), wheel.version.as_str(), wheel.platforms.len()), ("pillow-x", "11.0", 2));
        assert_eq!(WheelName::parse("a-1-py3-none.whl"), None);
        assert_eq!(WheelName::parse("a.tar.gz"), None);
    }

    /// What stands in on musl for `numpy` 2.0 of Python 3.12, given this text.
    fn check(text: &str, expected: Option<&str>) {
        let mut names = WheelNames::default();
        names.add_text(text.as_bytes());
        let found = names.for_musl("NumPy", "2.0", (&["cp312".to_owned()], "x86_64"));
        assert_eq!(found.map(|wheel| wheel.platforms.join(".")).as_deref(), expected, "{text}");
    }

    #[test]
    fn a_wheel_for_musl_counts_when_version_python_and_machine_agree() {
        let wheel = |rest: &str| format!(r#"{{ url = "https://host/ab/numpy-{rest}.whl", hash = "sha256:1" }}"#);
        check(&wheel("2.0-cp312-cp312-musllinux_1_2_x86_64"), Some("musllinux_1_2_x86_64"));
        check(&wheel("2.0-cp312-abi3-musllinux_1_2_x86_64"), Some("musllinux_1_2_x86_64"));
        check(&wheel("2.0-py3-none-any"), Some("any"));
        check(&wheel("2.0-cp311-cp311-musllinux_1_2_x86_64"), None);
        check(&wheel("2.1-cp312-cp312-musllinux_1_2_x86_64"), None);
        check(&wheel("2.0-cp312-cp312-musllinux_1_2_aarch64"), None);
        check(&wheel("2.0-cp312-cp312-manylinux_2_17_x86_64"), None);
        check("", None);
    }
}
