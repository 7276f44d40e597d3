//! The states of Dockerfiles: rules in order, the first that holds decides.

use std::collections::BTreeMap;

use super::{Row, purpose};

/// What should become of a Dockerfile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It is what production is built from.
    Active,
    /// It does what another one does as well.
    Consolidate,
    /// Its runtime is a release behind the newest of the repository.
    NeedsUpdate,
    /// Its runtime is two or more releases behind.
    Deprecated,
    /// It is for something of its own, such as tests, or came with a dependency.
    Specialized,
    /// It is for developing.
    Keep,
    /// Nothing here says.
    Unclear,
}

impl State {
    /// As the inventory prints it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Consolidate => "CONSOLIDATE",
            Self::NeedsUpdate => "NEEDS UPDATE",
            Self::Deprecated => "DEPRECATED",
            Self::Specialized => "SPECIALIZED",
            Self::Keep => "KEEP",
            Self::Unclear => "UNCLEAR",
        }
    }
}

/// Gives every row its state.
pub(super) fn judge(rows: &mut [Row]) {
    let mut newest: BTreeMap<&'static str, (u32, String)> = BTreeMap::new();
    for runtime in rows.iter().filter(|row| !purpose::is_vendored(&row.path)).filter_map(|row| row.runtime.as_ref()) {
        if let (Some(line), Some(version)) = (runtime.line, &runtime.version) {
            let most = newest.entry(runtime.name).or_default();
            if line > most.0 {
                *most = (line, version.clone());
            }
        }
    }
    let first: Vec<Option<(State, String)>> = rows.iter().map(|row| before_duplicates(row, &newest)).collect();
    let active: Vec<(String, Option<&'static str>)> = rows
        .iter()
        .zip(&first)
        .filter(|(_, verdict)| verdict.as_ref().is_some_and(|(state, _)| *state == State::Active))
        .map(|(row, _)| (row.path.clone(), row.runtime.as_ref().map(|runtime| runtime.name)))
        .collect();
    for (row, verdict) in rows.iter_mut().zip(first) {
        (row.state, row.why) = verdict.unwrap_or_else(|| duplicate(row, &active));
    }
}

fn before_duplicates(row: &Row, newest: &BTreeMap<&'static str, (u32, String)>) -> Option<(State, String)> {
    if purpose::is_developing(&row.path) || row.purpose.to_lowercase().contains("development") {
        return Some((State::Keep, "it is for developing".to_owned()));
    }
    if purpose::is_testing(&row.path) || row.purpose.to_lowercase().contains("testing") {
        return Some((State::Specialized, "it is for tests or pipelines".to_owned()));
    }
    if purpose::is_vendored(&row.path) {
        return Some((State::Specialized, "it came with something else".to_owned()));
    }
    if matches!(row.path.as_str(), "Dockerfile" | "Containerfile") {
        return Some((State::Active, "it is the repository's own".to_owned()));
    }
    if let Some(publisher) = row.uses.iter().find(|usage| usage.publishes) {
        return Some((State::Active, format!("{} publishes it", publisher.file)));
    }
    let runtime = row.runtime.as_ref()?;
    let (newest, newest_version) = newest.get(runtime.name)?;
    let (line, version) = (runtime.line?, runtime.version.as_ref()?);
    let why = format!("{} is on {version}, the newest here is {newest_version}", runtime.name);
    match newest - line {
        0 => None,
        1 => Some((State::NeedsUpdate, why)),
        _ => Some((State::Deprecated, why)),
    }
}

fn duplicate(row: &Row, active: &[(String, Option<&'static str>)]) -> (State, String) {
    let own = row.runtime.as_ref().map(|runtime| runtime.name);
    let twin = active.iter().find(|(_, runtime)| own.is_some() && *runtime == own);
    match twin {
        Some((path, _)) => (State::Consolidate, format!("{path} has the same runtime")),
        None if !row.uses.is_empty() => (State::Active, format!("{} uses it", row.uses[0].file)),
        None => (State::Unclear, "nothing uses it, and nothing else has its runtime".to_owned()),
    }
}
