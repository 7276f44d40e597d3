//! Wheels that Python packages were installed from: for which systems they say that they are made.

use mvi_image::{FileTree, printable};
use serde::{Deserialize, Serialize};

use crate::document::Bodies;
use crate::package::{Ecosystem, Package};

/// How the file begins its lines about systems: the binary distribution format, "File contents".
const TAG: &str = "Tag:";
/// Tags that are kept of one wheel; real ones have a handful.
const MOST_TAGS: usize = 64;

/// A wheel that a package was installed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wheel {
    /// The package, as an index into the inventory's packages.
    pub package: usize,
    /// What it is made for, such as `cp312-cp312-manylinux_2_17_x86_64`: PEP 425, PEP 600, PEP 656.
    pub tags: Vec<String>,
}

/// True for the file that says so.
pub(crate) fn is_wheel_record(path: &[u8]) -> bool {
    path.ends_with(b".dist-info/WHEEL")
}

/// The wheels of the packages that are in the tree, by package.
pub(crate) fn wheels(tree: &FileTree, bodies: &Bodies<'_>, packages: &[Package]) -> Vec<Wheel> {
    let python = (0..).zip(packages).filter(|(_, package)| package.ecosystem == Ecosystem::Pypi);
    let wheel = |(package, found): (usize, &Package)| {
        let folder = found.record.strip_suffix("/METADATA")?;
        let node = tree.node(tree.find(format!("{folder}/WHEEL").as_bytes())?);
        let tags = parse_wheel(bodies.get(node.place()?)?);
        (!tags.is_empty()).then_some(Wheel { package, tags })
    };
    python.filter_map(wheel).collect()
}

/// The tags of a `WHEEL` file, in its order.
#[must_use]
pub fn parse_wheel(bytes: &[u8]) -> Vec<String> {
    let lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(TAG.as_bytes()));
    lines.map(|tag| printable(tag.trim_ascii())).filter(|tag| !tag.is_empty()).take(MOST_TAGS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_and_nothing_else() {
        let text =
            b"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp312-cp312-manylinux_2_17_x86_64\r\nTag:\nTag: \xff\n";
        assert_eq!(parse_wheel(text), ["cp312-cp312-manylinux_2_17_x86_64", "\\xff"]);
    }
}
