//! Store paths of Nix. Nix writes down what is there in a database that images do without; the paths themselves tell name,
//! version and build.

use mvi_image::{FileTree, NodeId};

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RecordPath, Sighting};
use crate::document::Document;
use crate::package::{Ecosystem, Evidence};
use crate::parse::nix_path::{NixPath, parse_nix_path};

const STORE: &[u8] = b"nix/store";

/// Whatever the store holds that has a version.
pub(super) struct Nix;

impl Cataloger for Nix {
    fn name(&self) -> &'static str {
        "nix"
    }

    fn claims(&self, _: &RecordPath<'_>) -> Option<u64> {
        None
    }

    fn look<'a>(&self, tree: &FileTree) -> Findings<'a> {
        let mut findings = Findings::default();
        let Some(store) = tree.find(STORE) else { return findings };
        for node in tree.children(store) {
            let path = tree.path(node);
            if let Some(parts) = parse_nix_path(RecordPath::new(&path).name) {
                findings.sightings.push(sighting(tree, node, &path, &parts));
            }
        }
        findings
    }

    fn catalog<'a>(&self, _: &[Document<'a>]) -> Findings<'a> {
        Findings::default()
    }
}

fn sighting<'a>(tree: &FileTree, node: NodeId, path: &[u8], parts: &NixPath<'_>) -> Sighting<'a> {
    let output = parts.output.map(|output| ("output", output.to_owned()));
    let introduced = tree.node(node).introduced();
    Sighting {
        version: parts.version.to_owned(),
        files: OwnedFiles::Folder(path.to_vec()),
        evidence: Evidence::Path,
        qualifiers: [("outputhash", parts.hash.to_owned())].into_iter().chain(output).collect(),
        ..Sighting::bare(Ecosystem::Nix, parts.name.to_owned(), path, introduced)
    }
}
