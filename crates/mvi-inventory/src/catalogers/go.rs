//! Go programs: Go itself and the modules they were built from, as their build information says.

use std::borrow::Cow;

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RecordPath, Sighting};
use crate::document::Document;
use crate::extract::Part;
use crate::life::{Life, OneOf};
use crate::package::Ecosystem;
use crate::parse::go_build::{GoBuild, GoModule};

/// Modules of Go programs.
pub(super) struct Go;

/// What Go's own packages are called in package URLs and advisories.
const STANDARD_LIBRARY: &str = "stdlib";

impl Cataloger for Go {
    fn name(&self) -> &'static str {
        "go"
    }

    fn claims(&self, _: &RecordPath<'_>) -> Option<u64> {
        None
    }

    fn part(&self) -> Option<Part> {
        Some(Part::Go)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        for document in documents {
            let lives = findings.several(document, |bytes| {
                let build: GoBuild = serde_json::from_slice(bytes).unwrap_or_default();
                (modules(build), Vec::new())
            });
            findings.sightings.extend(lives.iter().map(|life| sighting(&document.path, life)));
        }
        findings
    }
}

/// What a module has to do with its program.
#[derive(Debug, Clone, Hash)]
struct Says {
    module: GoModule,
    role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Role {
    /// The program is its own.
    Main,
    Part,
}

fn modules(build: GoBuild) -> Vec<OneOf<Says>> {
    // Experiments stand behind the version: `go1.22.3 X:boringcrypto`.
    let go = build.go.split_whitespace().next().unwrap_or_default();
    let go = go.strip_prefix("go").map(|version| GoModule {
        path: STANDARD_LIBRARY.to_owned(),
        version: version.to_owned(),
        replaces: None,
    });
    let parts = go.into_iter().chain(build.dependencies).map(|module| (module, Role::Part));
    let all = build.main.map(|module| (module, Role::Main)).into_iter().chain(parts);
    let named = all.filter(|(module, _)| !module.path.is_empty());
    named.map(|(module, role)| OneOf::new(module.path.clone(), module.version.clone(), Says { module, role })).collect()
}

fn sighting<'a>(path: &[u8], life: &Life<OneOf<Says>>) -> Sighting<'a> {
    let Says { module, role } = &life.record.says;
    let files = match role {
        Role::Main => vec![Cow::Owned(path.to_vec())],
        Role::Part => Vec::new(),
    };
    Sighting { files: OwnedFiles::Listed(files), ..Sighting::new(Ecosystem::Golang, module.path.clone(), path, life) }
}
