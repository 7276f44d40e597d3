//! Follows the records of a document through the layers: when each came, when it changed, when it went.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use crate::document::{Content, Document};

/// A record as far as its life is concerned.
pub(crate) trait Record {
    /// Tells the packages of one document apart; the same package keeps its key when its version changes.
    fn key(&self) -> (&str, &str);
    /// The version.
    fn version(&self) -> &str;
    /// The bytes whose change counts as a change of the record.
    fn content(&self) -> &[u8];
}

/// A document that is the record of one package.
#[derive(Debug, Clone)]
pub(crate) struct Sole<'a, T> {
    /// Version of the package.
    pub(crate) version: String,
    /// What else it says.
    pub(crate) says: T,
    /// The whole document.
    pub(crate) bytes: &'a [u8],
}

impl<T> Record for Sole<'_, T> {
    fn key(&self) -> (&str, &str) {
        ("", "")
    }
    fn version(&self) -> &str {
        &self.version
    }
    fn content(&self) -> &[u8] {
        self.bytes
    }
}

/// One of the packages that a document names.
#[derive(Debug, Clone)]
pub(crate) struct OneOf<T> {
    /// Tells it from the others of the document.
    pub(crate) key: String,
    /// Version of the package.
    pub(crate) version: String,
    /// What else the document says of it.
    pub(crate) says: T,
    /// Tells what is said from anything else.
    stamp: [u8; 8],
}

impl<T: Hash> OneOf<T> {
    pub(crate) fn new(key: String, version: String, says: T) -> Self {
        let mut hasher = DefaultHasher::new();
        says.hash(&mut hasher);
        Self { key, version, says, stamp: hasher.finish().to_be_bytes() }
    }
}

impl<T> Record for OneOf<T> {
    fn key(&self) -> (&str, &str) {
        (&self.key, "")
    }
    fn version(&self) -> &str {
        &self.version
    }
    fn content(&self) -> &[u8] {
        &self.stamp
    }
}

/// How a record ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    /// The layer that removed or replaced it.
    pub(crate) layer: u32,
    /// The version that took its place.
    pub(crate) replaced_by: Option<String>,
}

/// A record from its first layer to its last.
#[derive(Debug, Clone)]
pub(crate) struct Life<R> {
    pub(crate) record: R,
    /// First layer since which the package has been there, in any version.
    pub(crate) introduced: u32,
    /// First layer that has this version of it.
    pub(crate) since: u32,
    /// Last layer that changed the record.
    pub(crate) changed: u32,
    pub(crate) ended: Option<Ended>,
}

impl<R> Life<R> {
    /// True when this version of the package was there after `layer`.
    pub(crate) fn is_alive_after(&self, layer: u32) -> bool {
        self.since <= layer && self.ended.as_ref().is_none_or(|ended| ended.layer > layer)
    }
}

/// The lives of all records of a document: those still there, then those that ended, each in the order of their keys.
///
/// `read` parses one version of the document. Of records with the same key the last one of a version counts. Where a
/// version could not be read, the records before it neither live on nor end: nothing is known of them.
pub(crate) fn lives<'a, R: Record + Clone>(
    document: &Document<'a>,
    mut read: impl FnMut(u32, &'a [u8]) -> Vec<R>,
) -> Vec<Life<R>> {
    let mut alive: BTreeMap<(String, String), Life<R>> = BTreeMap::new();
    let mut ended = Vec::new();
    for version in &document.versions {
        let layer = version.layer;
        let records = match version.content {
            Content::Bytes(bytes) => read(layer, bytes),
            Content::Gone => Vec::new(),
            Content::Unread => {
                alive.clear();
                continue;
            }
        };
        let mut next = BTreeMap::new();
        for record in records {
            let key = (record.key().0.to_owned(), record.key().1.to_owned());
            let life = match alive.remove(&key) {
                None => Life { record, introduced: layer, since: layer, changed: layer, ended: None },
                Some(before) => continued(before, record, layer, &mut ended),
            };
            next.insert(key, life);
        }
        let gone = std::mem::replace(&mut alive, next).into_values();
        ended.extend(gone.map(|life| Life { ended: Some(Ended { layer, replaced_by: None }), ..life }));
    }
    alive.into_values().chain(ended).collect()
}

/// The life that goes on with `record`; a version that it replaces ends.
fn continued<R: Record + Clone>(before: Life<R>, record: R, layer: u32, ended: &mut Vec<Life<R>>) -> Life<R> {
    let introduced = before.introduced;
    let changed = if before.record.content() == record.content() { before.changed } else { layer };
    let mut since = before.since;
    if before.record.version() != record.version() {
        since = layer;
        let replaced_by = Some(record.version().to_owned());
        ended.push(Life { ended: Some(Ended { layer, replaced_by }), ..before });
    }
    Life { record, introduced, since, changed, ended: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Version;

    #[derive(Debug, Clone)]
    struct Word<'a>(&'a str);

    impl Record for Word<'_> {
        fn key(&self) -> (&str, &str) {
            (self.0.split('=').next().unwrap_or_default(), "")
        }
        fn version(&self) -> &str {
            self.0.split('=').nth(1).unwrap_or_default()
        }
        fn content(&self) -> &[u8] {
            self.0.as_bytes()
        }
    }

    /// Versions are `name=version=rest` words; `-` is a removal, `?` an unread version, and a blank no change.
    fn check(layers: &[&'static str], expected: &[&str]) {
        let versions = layers.iter().enumerate().filter(|(_, text)| **text != " ").map(|(layer, text)| Version {
            layer: layer as u32,
            content: match *text {
                "-" => Content::Gone,
                "?" => Content::Unread,
                text => Content::Bytes(text.as_bytes()),
            },
        });
        let document = Document { path: b"db".to_vec(), versions: versions.collect() };
        let words = |bytes: &'static [u8]| std::str::from_utf8(bytes).unwrap().split_whitespace().map(Word).collect();
        let found: Vec<String> = lives(&document, |_, bytes| words(bytes))
            .iter()
            .map(|life| {
                let ended = life.ended.as_ref().map_or(String::new(), |ended| {
                    format!(" ended {} {}", ended.layer, ended.replaced_by.as_deref().unwrap_or("removed"))
                });
                format!("{} from {} changed {}{ended}", life.record.0, life.introduced, life.changed)
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_rewritten_database_keeps_what_did_not_change() {
        check(&["a=1", " ", "a=1 b=1"], &["a=1 from 0 changed 0", "b=1 from 2 changed 2"]);
    }

    #[test]
    fn an_upgrade_goes_on_and_hides_the_old_version() {
        check(&["a=1", "a=2"], &["a=2 from 0 changed 1", "a=1 from 0 changed 0 ended 1 2"]);
    }

    #[test]
    fn another_content_of_the_same_version_is_a_change() {
        check(&["a=1=x", "a=1=y"], &["a=1=y from 0 changed 1"]);
    }

    #[test]
    fn a_package_that_comes_back_is_new() {
        check(
            &["a=1", "b=1", "a=1 b=1"],
            &["a=1 from 2 changed 2", "b=1 from 1 changed 1", "a=1 from 0 changed 0 ended 1 removed"],
        );
    }

    #[test]
    fn with_the_database_all_packages_go() {
        check(&["a=1", "-"], &["a=1 from 0 changed 0 ended 1 removed"]);
    }

    #[test]
    fn nothing_is_said_after_an_unread_version() {
        check(&["a=1", "?"], &[]);
    }
}
