//! Lua rocks: the rockspec of each in the tree that LuaRocks keeps.

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RECORD_BYTES, RecordPath, Sighting};
use crate::document::Document;
use crate::package::Ecosystem;
use crate::parse::rockspec::parse_rockspec;
use crate::providers::with_needs;

/// Installed rocks. Modules that they put elsewhere are not theirs here: only what lies in their own folders is.
pub(super) struct Luarocks;

impl Cataloger for Luarocks {
    fn name(&self) -> &'static str {
        "luarocks"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        if !path.name.ends_with(b".rockspec") {
            return None;
        }
        let version = RecordPath::new(path.folder);
        let rock = RecordPath::new(version.folder);
        let claimed = RecordPath::new(rock.folder).name.starts_with(b"rocks")
            && path.name == [rock.name, b"-", version.name, b".rockspec"].concat().as_slice();
        claimed.then_some(RECORD_BYTES)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        let mut found = Vec::new();
        for document in documents {
            let folder = RecordPath::new(RecordPath::new(&document.path).folder);
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let (name, version) = (text(RecordPath::new(folder.folder).name), text(folder.name));
            let lives = findings.sole(document, |bytes| (Some((version.clone(), parse_rockspec(bytes))), Vec::new()));
            for life in lives {
                let rock = &life.record.says;
                let needs = rock.depends.iter().map(|name| (name.clone(), true)).collect();
                let sighting = Sighting {
                    site: folder.folder.to_vec(),
                    files: OwnedFiles::Folder(folder.path.to_vec()),
                    licences: rock.licence.clone().into_iter().collect(),
                    supplier: rock.maintainer.clone(),
                    ..Sighting::new(Ecosystem::Luarocks, name.clone(), &document.path, &life)
                };
                found.push((sighting, needs));
            }
        }
        findings.sightings = with_needs(found);
        findings
    }
}
