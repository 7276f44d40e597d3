//! Python wheels by their platform tags: which C library a package can be had for without building it.

use serde::{Deserialize, Serialize};

/// A package of a lock file with the tags of all its wheels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wheel {
    /// Name as the lock file has it.
    pub name: String,
    /// Version.
    pub version: String,
    /// Tags, `cp312-cp312-manylinux_2_28_x86_64`; none where only a source distribution is known.
    pub tags: Vec<String>,
}

/// Which C library the wheels of a package are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WheelStanding {
    /// A wheel runs on musl: one for musllinux, or one without compiled parts.
    Musl,
    /// There are wheels for Linux, and all of them need the GNU C library.
    GlibcOnly,
    /// No wheel for Linux is known, so it depends on whether the source builds.
    Unknown,
}

impl Wheel {
    /// Which C library its wheels are for; tags of other systems do not count. PEP 600, PEP 656.
    pub fn standing(&self) -> WheelStanding {
        let platforms = || self.tags.iter().flat_map(|tag| tag.rsplit('-').next().unwrap_or(tag).split('.'));
        if platforms().any(|platform| platform == "any" || platform.starts_with("musllinux")) {
            WheelStanding::Musl
        } else if platforms().any(|platform| platform.starts_with("manylinux") || platform.starts_with("linux_")) {
            WheelStanding::GlibcOnly
        } else {
            WheelStanding::Unknown
        }
    }

    /// True when this is the named package, in that version where one is given. Names compare as PEP 503 says.
    pub fn is(&self, name: &str, version: Option<&str>) -> bool {
        normal(&self.name) == normal(name) && version.is_none_or(|version| version == self.version)
    }
}

fn normal(name: &str) -> String {
    let words = name.split(['-', '_', '.']).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tags: &[&str], expected: WheelStanding) {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        assert_eq!(Wheel { name: "a".into(), version: "1".into(), tags }.standing(), expected);
    }

    #[test]
    fn platform_tags_decide() {
        check(&["cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64"], WheelStanding::GlibcOnly);
        check(&["cp312-cp312-manylinux2014_x86_64", "cp312-cp312-musllinux_1_2_x86_64"], WheelStanding::Musl);
        check(&["py3-none-any"], WheelStanding::Musl);
        check(&["cp312-cp312-win_amd64", "cp312-cp312-macosx_11_0_arm64"], WheelStanding::Unknown);
        check(&["cp312-cp312-win_amd64", "cp312-cp312-linux_x86_64"], WheelStanding::GlibcOnly);
        check(&[], WheelStanding::Unknown);
    }

    #[test]
    fn names_compare_in_their_normal_form() {
        let wheel = Wheel { name: "Typing_Extensions".into(), version: "4".into(), tags: Vec::new() };
        assert!(wheel.is("typing-extensions", None) && wheel.is("typing.extensions", Some("4")));
        assert!(!wheel.is("typing-extensions", Some("5")));
    }
}
