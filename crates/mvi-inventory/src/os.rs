//! Finds the operating system's name in the merged tree.

use mvi_image::{FileTree, Gap, GapCode};

use crate::document::Bodies;
use crate::parse::os_release::{OsRelease, parse_os_release};

/// Places of the file, the first one counts: os-release(5).
const PLACES: [&str; 2] = ["etc/os-release", "usr/lib/os-release"];

/// What the image says it was built from, and what of that could not be read; none when it says nothing.
pub(crate) fn read_os_release(tree: &FileTree, bodies: &Bodies<'_>) -> (Option<OsRelease>, Vec<Gap>) {
    let mut gaps = Vec::new();
    for path in PLACES {
        let Some(id) = tree.find(path.as_bytes()) else { continue };
        let node = tree.node(id);
        let gap = |text: String| Gap { layer: Some(node.layer()), ..Gap::at(GapCode::Database, path.as_bytes(), text) };
        let Some(bytes) = node.place().and_then(|place| bodies.get(place)) else {
            gaps.push(gap("names the operating system and was not read".to_owned()));
            continue;
        };
        let (os, problems) = parse_os_release(bytes);
        gaps.extend(problems.iter().map(|problem| gap(problem.to_string())));
        return (Some(os), gaps);
    }
    (None, gaps)
}
