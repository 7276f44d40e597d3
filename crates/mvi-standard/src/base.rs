//! How a base stands to the standard: banned, registered, outside the set, or not known well enough to say.

use serde::Serialize;

use crate::evidence::DirectBase;
use crate::pattern::{Match, matches_ban, matches_registered};
use crate::reference::Reference;
use crate::standard::{Banned, RomBase, RomStatus, Standard};

/// The standing of a direct base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "standing")]
pub enum BaseStanding {
    /// No base is known.
    Unknown,
    /// A base is named, and not well enough to compare it with bans and registered bases.
    Unresolved {
        /// The reference as given.
        reference: String,
        /// What is missing.
        reason: String,
    },
    /// The base is banned.
    Banned {
        /// The reference in normal form.
        reference: String,
        /// The ban that covers it.
        pattern: String,
        /// The base to use instead.
        use_instead: String,
        /// The standard's words about the ban.
        note: String,
        /// Whether a change request can lift it.
        overridable: bool,
    },
    /// The base is registered.
    Registered {
        /// The reference in normal form.
        reference: String,
        /// The registered base that covers it.
        rom: String,
        /// What that base allows.
        status: RomStatus,
        /// Rows that it may carry.
        row_ids: Vec<String>,
        /// Its segment of the belt.
        segment: u32,
    },
    /// The base is known, not banned, and not registered.
    Outside {
        /// The reference in normal form.
        reference: String,
    },
}

impl BaseStanding {
    /// The standing of a base; bans are looked at before registrations, and bans that nothing lifts before others.
    pub fn of(standard: &Standard, base: &DirectBase) -> Self {
        let Some(text) = base.reference.as_deref().filter(|text| !text.trim().is_empty()) else { return Self::Unknown };
        match Reference::normalise(text, &standard.mirrors) {
            Err(error) => Self::Unresolved { reference: text.to_owned(), reason: error.to_string() },
            Ok(reference) => of_reference(standard, &reference, base),
        }
    }

    /// True when nothing can be said about the base.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown | Self::Unresolved { .. })
    }

    /// True when the base is registered and any image may stand on it.
    pub fn is_floor(&self) -> bool {
        matches!(self, Self::Registered { status: RomStatus::Floor, .. })
    }

    /// The reference, in normal form where it has one.
    pub fn reference(&self) -> Option<&str> {
        match self {
            Self::Unknown => None,
            Self::Unresolved { reference, .. }
            | Self::Banned { reference, .. }
            | Self::Registered { reference, .. }
            | Self::Outside { reference } => Some(reference),
        }
    }
}

/// The registered base that a reference counts as.
pub fn registered<'a>(standard: &'a Standard, reference: &Reference) -> Option<&'a RomBase> {
    standard.rom_bases.iter().find(|rom| matches_registered(&rom.repository, &rom.accept, reference) == Match::Yes)
}

/// True when two references are one base: the same in normal form, or refinements of one registered base.
pub fn is_same_base(standard: &Standard, one: &str, other: &str) -> bool {
    let parse = |text: &str| Reference::normalise(text, &standard.mirrors).ok();
    let (Some(one), Some(other)) = (parse(one), parse(other)) else { return one == other };
    let key = |reference: &Reference| registered(standard, reference).map(|rom| rom.reference.clone());
    one == other || key(&one).is_some_and(|rom| Some(rom) == key(&other))
}

fn of_reference(standard: &Standard, reference: &Reference, base: &DirectBase) -> BaseStanding {
    let mut undecided: Vec<String> = Vec::new();
    let mut banned: Option<&Banned> = None;
    for ban in &standard.banned {
        match by_os(ban, matches_ban(&ban.pattern, reference), base) {
            Match::Yes if banned.is_none_or(|found| found.overridable && !ban.overridable) => banned = Some(ban),
            Match::Yes | Match::No => {}
            Match::Undecided => undecided.push(format!("`{}`", ban.pattern)),
        }
    }
    if let Some(ban) = banned {
        return banned_standing(reference, ban);
    }
    if !undecided.is_empty() {
        let bans = undecided.join(" and ");
        let reason = format!("its digest does not say which tag it is, and some tags of it are banned by {bans}");
        return BaseStanding::Unresolved { reference: reference.to_string(), reason };
    }
    match registered(standard, reference) {
        Some(rom) => BaseStanding::Registered {
            reference: reference.to_string(),
            rom: rom.reference.clone(),
            status: rom.status,
            row_ids: rom.row_ids.clone(),
            segment: rom.segment,
        },
        None => unregistered(standard, reference),
    }
}

fn unregistered(standard: &Standard, reference: &Reference) -> BaseStanding {
    let maybe = standard
        .rom_bases
        .iter()
        .find(|rom| matches_registered(&rom.repository, &rom.accept, reference) == Match::Undecided);
    match maybe {
        Some(rom) => BaseStanding::Unresolved {
            reference: reference.to_string(),
            reason: format!("its digest does not say which tag it is, and it may be `{}`", rom.reference),
        },
        None => BaseStanding::Outside { reference: reference.to_string() },
    }
}

fn banned_standing(reference: &Reference, ban: &Banned) -> BaseStanding {
    BaseStanding::Banned {
        reference: reference.to_string(),
        pattern: ban.pattern.clone(),
        use_instead: ban.use_instead.clone(),
        note: ban.note.clone(),
        overridable: ban.overridable,
    }
}

/// Lets the image's own `/etc/os-release` decide a ban on one Debian release, where only a digest is known.
fn by_os(ban: &Banned, found: Match, base: &DirectBase) -> Match {
    let release = DEBIAN_RELEASES.iter().copied().find(|release| ban.pattern.contains(release));
    let (Match::Undecided, Some(release), Some(id)) = (found, release, base.os_release_id.as_deref()) else {
        return found;
    };
    match base.os_codename.as_deref() {
        _ if id != "debian" => Match::No,
        Some(codename) if codename == release => Match::Yes,
        Some(_) => Match::No,
        None => Match::Undecided,
    }
}

/// Names of Debian releases as they stand in image tags.
pub(crate) const DEBIAN_RELEASES: &[&str] = &["stretch", "buster", "bullseye", "bookworm", "trixie", "forky", "sid"];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(base: &DirectBase, expected: &str) {
        let standard = Standard::builtin().unwrap();
        let told = match BaseStanding::of(&standard, base) {
            BaseStanding::Unknown => "unknown".to_owned(),
            BaseStanding::Unresolved { reason, .. } => format!("unresolved: {reason}"),
            BaseStanding::Banned { pattern, overridable, .. } => format!("banned by {pattern}, {overridable}"),
            BaseStanding::Registered { rom, status, .. } => format!("{rom} {status:?}"),
            BaseStanding::Outside { reference } => format!("outside: {reference}"),
        };
        assert_eq!(told, expected);
    }

    fn named(reference: &str) -> DirectBase {
        DirectBase { reference: Some(reference.to_owned()), ..DirectBase::default() }
    }

    fn digest_with_os(id: &str, codename: Option<&str>) -> DirectBase {
        let os = |text: &str| Some(text.to_owned());
        DirectBase { os_release_id: os(id), os_codename: codename.and_then(os), ..named("node@sha256:ab") }
    }

    #[test]
    fn registered_bases_are_found_under_their_refinements() {
        check(&named("docker.io/library/alpine:3.21.8@sha256:ab"), "alpine:3.21 Floor");
        check(&named("python:3.12.14-alpine3.21"), "python:3.12-alpine Floor");
        check(&named("python:3.12-slim-bookworm"), "python:3.12-slim Justified");
        check(&named("gcr.io/distroless/static-debian12:nonroot"), "gcr.io/distroless/static Floor");
        check(&named("gcr.io/distroless/static@sha256:ab"), "gcr.io/distroless/static Floor");
        check(&named("scratch"), "scratch Floor");
        check(&named("nginx:1.27-alpine-slim"), "nginx:1.27-alpine Floor");
    }

    #[test]
    fn another_minor_version_is_outside_the_set() {
        check(&named("alpine:3.20"), "outside: alpine:3.20");
        check(&named("alpine"), "outside: alpine:latest");
        check(&named("node:22"), "outside: node:22");
        check(&named("localhost:5000/alpine:3.21"), "outside: localhost:5000/alpine:3.21");
    }

    #[test]
    fn bans_that_nothing_lifts_are_named_first() {
        check(&named("debian:12"), "banned by debian:*, true");
        check(&named("ubuntu@sha256:ab"), "banned by ubuntu:*, true");
        check(&named("node:16-buster-slim"), "banned by node:*-buster*, false");
        check(&named("node:16-bookworm-buster"), "banned by node:*-buster*, false");
    }

    #[test]
    fn a_name_that_does_not_decide_is_unresolved() {
        check(&DirectBase::default(), "unknown");
        check(&named(" "), "unknown");
        check(
            &named("alpine:${VERSION}"),
            "unresolved: the image reference `alpine:${VERSION}` has a build argument without a value",
        );
        check(
            &named("node@sha256:ab"),
            "unresolved: its digest does not say which tag it is, and some tags of it are banned by \
             `node:*-bookworm*` and `node:*-buster*`",
        );
        check(
            &named("alpine@sha256:ab"),
            "unresolved: its digest does not say which tag it is, and it may be `alpine:3.21`",
        );
        check(&named("postgres@sha256:ab"), "outside: postgres@sha256:ab");
    }

    #[test]
    fn the_images_own_release_decides_a_ban_on_one_release() {
        check(&digest_with_os("debian", Some("bookworm")), "banned by node:*-bookworm*, true");
        check(&digest_with_os("debian", Some("buster")), "banned by node:*-buster*, false");
        check(
            &digest_with_os("alpine", None),
            "unresolved: its digest does not say which tag it is, and it may be `node:22-alpine`",
        );
        check(
            &digest_with_os("debian", None),
            "unresolved: its digest does not say which tag it is, and some tags of it are banned by \
             `node:*-bookworm*` and `node:*-buster*`",
        );
    }
}
