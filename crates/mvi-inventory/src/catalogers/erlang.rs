//! Applications of Erlang/OTP, those of Elixir and of releases among them, and the run-time system itself.

use std::collections::HashSet;

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RECORD_BYTES, RecordPath, Sighting};
use crate::document::Document;
use crate::life::{Life, Sole};
use crate::package::Ecosystem;
use crate::parse::Problem;
use crate::parse::erlang_app::{ErlangApp, parse_erlang_app, parse_release, parse_start_erl};
use crate::providers::{Needs, with_needs};

/// Which run-time system a release starts.
const START: &[u8] = b"start_erl.data";
/// Where releases are described, each in a folder of its own.
const RELEASES: &[u8] = b"releases";
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
            START => path.folder_name() == RELEASES,
            name if name.ends_with(b".rel") => RecordPath::new(RecordPath::new(path.folder).folder).name == RELEASES,
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
                if let Some((_, read)) = runtime_of(&path) {
                    let (version, problems) = read(bytes);
                    let erts = |version: String| ErlangApp { name: ERTS.to_owned(), version, ..ErlangApp::default() };
                    (version.map(|version| (version.clone(), erts(version))), problems)
                } else {
                    let (app, problems) = parse_erlang_app(bytes);
                    (app.map(|app| (app.version.clone(), app)), problems)
                }
            });
            found.extend(lives.iter().map(|life| sighting(&path, life)));
        }
        // A run-time system is one, however many releases are made for it.
        let mut seen = HashSet::new();
        found.retain(|(sighting, _): &(Sighting<'_>, Needs)| {
            let place = (sighting.site.clone(), sighting.version.clone(), sighting.introduced);
            sighting.name != ERTS || seen.insert(place)
        });
        findings.sightings = with_needs(found);
        findings
    }
}

type Reader = fn(&[u8]) -> (Option<String>, Vec<Problem>);

/// The folder of the release, and what reads its run-time system's version, for files that name one.
fn runtime_of<'p>(path: &RecordPath<'p>) -> Option<(&'p [u8], Reader)> {
    let releases = RecordPath::new(path.folder);
    if path.name == START {
        Some((releases.folder, parse_start_erl))
    } else if path.name.ends_with(b".rel") {
        Some((RecordPath::new(releases.folder).folder, parse_release))
    } else {
        None
    }
}

fn sighting<'a>(path: &RecordPath<'_>, life: &Life<Sole<'_, ErlangApp>>) -> (Sighting<'a>, Needs) {
    let app = &life.record.says;
    let folder = RecordPath::new(path.folder).folder;
    let (site, folder) = match runtime_of(path) {
        Some((root, _)) => (root, [root, b"/erts-", app.version.as_bytes()].concat()),
        None => (RecordPath::new(folder).folder, folder.to_vec()),
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
