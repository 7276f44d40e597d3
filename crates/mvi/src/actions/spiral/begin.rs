//! The beginning of a run: goes on with the cycle that is under way, or begins one.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use mvi_dockerfile::Dockerfile;

use super::entry::{Begun, Entry, State};
use super::known::Known;
use super::place::Place;
use super::{Journal, Tools, Wish, dockerfile};
use crate::actions::source;
use crate::actions::template::rendered_for_row;

/// The Dockerfile of a cycle, in its copy of the source, where a template wrote it.
pub(super) const TEMPLATE: &str = ".mvi-spiral.Dockerfile";

/// Finds or begins the cycle. Gives the journal, the cycle's folder, and what to know.
///
/// # Errors
/// A source or a folder that cannot be read or written, and a Dockerfile that cannot be moved.
pub(super) fn begin(
    wish: &Wish<'_>,
    tools: &Tools<'_>,
    (mut journal, folder): (Journal, &Path),
) -> anyhow::Result<(Journal, Place, Vec<String>)> {
    let (digest, _) = source::digest(wish.source, folder)?;
    let known = Known::of(journal.lines());
    let mut notes = Vec::new();
    if let Some(begun) = &known.begun {
        let now = begun_now(wish, tools, (digest.to_string(), begun.id.clone(), begun.epoch))?;
        let epoch = wish.epoch.is_none_or(|epoch| epoch == begun.epoch);
        if !wish.fresh && now == *begun && epoch {
            let place = Place::open(folder, &begun.id)?;
            if !known.has_reached(State::Registered) {
                prepare(wish, tools, (&place, begun), folder)?;
            }
            if known.state.is_some() {
                notes.push(format!("goes on with the cycle {}", begun.id));
            }
            return Ok((journal, place, notes));
        }
        if !wish.fresh {
            notes.push("the source, or what is asked for, is another than before: a new cycle".to_owned());
        }
        journal = journal.begin_anew(&begun.id)?;
    }
    let id: String = tools.seed.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let now = u64::try_from((tools.clock)().as_second()).unwrap_or_default();
    let begun = begun_now(wish, tools, (digest.to_string(), id.clone(), wish.epoch.unwrap_or(now)))?;
    let place = Place::open(folder, &id)?;
    prepare(wish, tools, (&place, &begun), folder)?;
    journal.write((tools.clock)(), Entry::Begun(Box::new(begun)))?;
    Ok((journal, place, notes))
}

/// What a cycle would go by that is begun now.
fn begun_now(wish: &Wish<'_>, tools: &Tools<'_>, (source, id, epoch): (String, String, u64)) -> anyhow::Result<Begun> {
    let (name, text) = dockerfile_of(wish, tools)?;
    let file = Dockerfile::parse(text.as_bytes());
    let incumbent = dockerfile::base(&file, wish.target).with_context(|| format!("`{name}`"))?;
    // A base that a template proposes is in use nowhere.
    let incumbent = incumbent.filter(|_| !is_template(&name));
    Ok(Begun {
        id,
        name: wish.name.clone(),
        class: wish.class.id.clone(),
        standard: tools.standard.digest().to_owned(),
        source,
        dockerfile: name,
        incumbent,
        bases: wish.bases.clone(),
        others: wish.others.clone(),
        epoch,
        runs: wish.runs.clone(),
    })
}

/// Copies the source, once.
fn prepare(wish: &Wish<'_>, tools: &Tools<'_>, (place, begun): (&Place, &Begun), folder: &Path) -> anyhow::Result<()> {
    source::copy(wish.source, &place.source(), folder)?;
    if is_template(&begun.dockerfile) {
        let file = place.source().join(TEMPLATE);
        fs::write(&file, dockerfile_of(wish, tools)?.1)
            .with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    Ok(())
}

/// True where no Dockerfile was there.
pub(super) fn is_template(name: &str) -> bool {
    name.starts_with("template:")
}

/// The Dockerfile with its name: the one that is named, the source's, or the template of the class.
fn dockerfile_of(wish: &Wish<'_>, tools: &Tools<'_>) -> anyhow::Result<(String, String)> {
    let stated = wish.dockerfile.map(Path::to_owned);
    let found = source::dockerfile_in(wish.source).and_then(|path| path.file_name().map(PathBuf::from));
    match stated.or(found) {
        Some(file) => Ok((file.display().to_string(), source::read_text(&wish.source.join(&file))?)),
        None => {
            let repository = wish.name.rsplit_once(':').map_or(wish.name.as_str(), |(repository, _)| repository);
            let name = repository.rsplit('/').next().unwrap_or(repository);
            let text = rendered_for_row(tools.standard, wish.class, name)?;
            Ok((format!("template:{}", wish.class.id), text))
        }
    }
}
