//! Applications of Erlang/OTP, those of Elixir and of releases among them, and the run-time system itself.

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RECORD_BYTES, RecordPath, Sighting};
use crate::document::Document;
use crate::life::{Life, Sole};
use crate::package::Ecosystem;
use crate::parse::erlang_app::{ErlangApp, parse_erlang_app, parse_start_erl};
use crate::providers::{Needs, with_needs};

/// Which run-time system a release starts.
const START: &[u8] = b"start_erl.data";
/// The name of the run-time system among applications.
const ERTS: &str = "erts";

/// Applications and run-time systems of Erlang.
pub(super) struct Erlang;

impl Cataloger for Erlang {
    fn name(&self) -> &'static str {
        "erlang"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        let claimed = match path.name {
            START => path.folder_name() == b"releases",
            name => name.ends_with(b".app") && path.folder_name() == b"ebin",
        };
        claimed.then_some(RECORD_BYTES)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        let mut found = Vec::new();
        for document in documents {
            let path = RecordPath::new(&document.path);
            let lives = findings.sole(document, |bytes| {
                if path.name == START {
                    let (version, problems) = parse_start_erl(bytes);
                    let erts = |version: String| ErlangApp { name: ERTS.to_owned(), version, ..ErlangApp::default() };
                    (version.map(|version| (version.clone(), erts(version))), problems)
                } else {
                    let (app, problems) = parse_erlang_app(bytes);
                    (app.map(|app| (app.version.clone(), app)), problems)
                }
            });
            found.extend(lives.iter().map(|life| sighting(&path, life)));
        }
        findings.sightings = with_needs(found);
        findings
    }
}

fn sighting<'a>(path: &RecordPath<'_>, life: &Life<Sole<'_, ErlangApp>>) -> (Sighting<'a>, Needs) {
    let app = &life.record.says;
    let folder = RecordPath::new(path.folder).folder;
    let (site, folder) = if path.name == START {
        (folder, [folder, b"/erts-", app.version.as_bytes()].concat())
    } else {
        (RecordPath::new(folder).folder, folder.to_vec())
    };
    let needs = app.applications.iter().map(|name| (name.clone(), !app.optional.contains(name)));
    let sighting = Sighting {
        site: site.to_vec(),
        files: OwnedFiles::Folder(folder),
        licences: app.licences.clone(),
        ..Sighting::new(Ecosystem::Otp, app.name.clone(), path.path, life)
    };
    (sighting, needs.collect())
}
