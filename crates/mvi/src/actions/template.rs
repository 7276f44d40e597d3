//! Templates on the bases of a standard: which base a class takes, what it is pinned to, and writing what is rendered.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use mvi_dockerfile::template::{
    BaseImage, Bases, BuilderBase, CLASSES, Class, FileKind, Rendered, Request, TemplateError, render,
};
use mvi_standard::Standard;
use mvi_standard::pattern::{Match, matches_registered};
use mvi_standard::reference::Reference;
use mvi_standard::standard::Row;
use serde::Deserialize;

use super::whole::replace;
use crate::report::TOOL;
use crate::report::template::{ClassNote, ClassesReport, FileNote, TemplateReport};

/// Longest lock that is read, bytes.
const LONGEST: u64 = 1 << 20;

/// Pins of bases: reference, then digest or another reference.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pins {
    #[serde(default)]
    bases: BTreeMap<String, String>,
}

impl Pins {
    /// Reads a lock.
    ///
    /// # Errors
    /// A file that cannot be read or is none.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let what = || format!("cannot read the lock `{}`", path.display());
        anyhow::ensure!(fs::metadata(path).with_context(what)?.len() <= LONGEST, "`{}` is too large", path.display());
        let text = fs::read_to_string(path).with_context(what)?;
        toml::from_str(&text).with_context(|| format!("`{}` is not a lock of bases", path.display()))
    }

    /// What bases are pinned to, as it is written in `FROM`, by the names they have without.
    ///
    /// # Errors
    /// A pin that is neither a digest nor a reference.
    pub(crate) fn references(&self) -> Result<BTreeMap<String, String>, TemplateError> {
        let names = self.bases.keys();
        names.map(|name| Ok((name.clone(), BaseImage::pinned(name, &self.bases)?.reference))).collect()
    }

    /// Adds a pin, which wins over what is there.
    pub(crate) fn add(&mut self, reference: &str, pin: &str) {
        self.bases.insert(reference.to_owned(), pin.to_owned());
    }
}

/// The bases a user names in place of the standard's.
#[derive(Debug, Default)]
pub(crate) struct Stated<'a> {
    pub builder: Option<&'a str>,
    pub runtime: Option<&'a str>,
}

/// The row whose base a class takes.
///
/// # Errors
/// A standard without that row.
pub(crate) fn row<'a>(standard: &'a Standard, class: &Class) -> anyhow::Result<&'a Row> {
    let row = standard.rows.iter().find(|row| row.id == class.row);
    row.with_context(|| format!("the standard {} has no row `{}` for {}", standard.meta.id, class.row, class.id))
}

/// The bases of a class: those that are stated, else the standard's, pinned as far as anybody said what to.
///
/// # Errors
/// A standard without a base for the class, or a reference that is none.
pub(crate) fn bases(
    standard: &Standard,
    class: &Class,
    stated: &Stated<'_>,
    pins: &Pins,
) -> anyhow::Result<(Bases, Option<String>)> {
    let of_row = |row: &str| standard.rows.iter().find(|known| known.id == row).and_then(|row| row.base.first());
    let own = row(standard, class)?.base.first();
    let runtime = stated.runtime.or(own.map(String::as_str));
    let runtime = runtime.with_context(|| format!("the row `{}` has no base; name one: --runtime-base", class.row))?;
    let mut note = None;
    let builder = match (stated.builder, class.builder) {
        (Some(stated), _) => stated.to_owned(),
        (None, BuilderBase::Runtime) => runtime.to_owned(),
        (None, BuilderBase::Of { repository, otherwise }) => {
            let known = standard.builder_bases.iter().find(|base| base.repository == repository);
            known.map(|base| base.reference.clone()).unwrap_or_else(|| {
                note = Some(format!(
                    "the standard {} registers no base to build {} on; `{otherwise}` is a proposal, --builder-base \
                     names another",
                    standard.meta.id, class.id
                ));
                otherwise.to_owned()
            })
        }
    };
    let debug = of_row("go-static").map_or(runtime, String::as_str);
    let pinned = |reference: &str| pinned(standard, reference, pins);
    Ok((Bases { builder: pinned(&builder)?, runtime: pinned(runtime)?, debug: pinned(debug)? }, note))
}

/// A base with its pin, else as the patch release of it that the standard measured, else as it is.
fn pinned(standard: &Standard, reference: &str, pins: &Pins) -> Result<BaseImage, TemplateError> {
    let base = BaseImage::pinned(reference, &pins.bases)?;
    if base.reference != reference || base.is_pinned() {
        return Ok(base);
    }
    let registered = standard.rom_bases.iter().find(|base| base.reference == reference);
    let accepted = |fact: &str| {
        let fact = Reference::normalise(fact, &standard.mirrors).ok();
        let registered = registered.zip(fact);
        registered.is_some_and(|(base, fact)| matches_registered(&base.repository, &base.accept, &fact) == Match::Yes)
    };
    let is_patch = |fact: &str| BaseImage::new(fact).is_ok_and(|fact| fact.is_pinned());
    let mut measured = standard.base_facts.iter().map(|fact| fact.reference.as_str());
    match measured.rfind(|fact| accepted(fact) && is_patch(fact)) {
        Some(fact) => BaseImage::pinned(fact, &pins.bases),
        None => Ok(base),
    }
}

/// The classes with what a standard says of each.
///
/// # Errors
/// A standard without a base for one of them.
pub(crate) fn classes(standard: &Standard) -> anyhow::Result<ClassesReport> {
    let note = |class: &'static Class| -> anyhow::Result<ClassNote> {
        let (bases, _) = bases(standard, class, &Stated::default(), &Pins::default())?;
        let row = row(standard, class)?;
        Ok(ClassNote {
            id: class.id,
            title: class.title,
            rom: class.of_row.then(|| row.rom.clone()),
            target_mb: class.of_row.then_some([row.target_min_mb, row.target_max_mb]),
            builder: bases.builder.reference,
            runtime: bases.runtime.reference,
            needs: class.needs,
        })
    };
    Ok(ClassesReport {
        schema: "mvi-template-classes/1",
        tool: TOOL,
        standard: standard.meta.id.clone(),
        classes: CLASSES.iter().map(note).collect::<anyhow::Result<_>>()?,
    })
}

/// What the row adds to a request: the sealed template, the target and the class of the size gate.
pub(crate) fn by_row(request: Request, class: &Class, row: &Row) -> Request {
    if !class.of_row {
        return request;
    }
    let target = if row.target_min_mb < row.target_max_mb {
        format!("{}–{} MB", row.target_min_mb, row.target_max_mb)
    } else {
        format!("{} MB", row.target_max_mb)
    };
    Request { rom: Some(row.rom.clone()), target: Some(target), row: Some(row.id.clone()), ..request }
}

/// The Dockerfile of the class that a row is about, on the standard's bases.
///
/// # Errors
/// A row without a template, and a name that cannot be a service's.
pub(crate) fn rendered_for_row(standard: &Standard, of: &Row, name: &str) -> anyhow::Result<String> {
    let class = CLASSES.iter().find(|class| class.row == of.id && class.of_row);
    let class = class.with_context(|| {
        format!("there is no Dockerfile, and no template for `{}`: write one, or name it: --file FILE", of.id)
    })?;
    let (bases, _) = bases(standard, class, &Stated::default(), &Pins::default())?;
    let (image, version, port, entry, source) = (None, "0.0.0".to_owned(), None, None, None);
    let (native, tools, rom, target) = (false, Vec::new(), None, None);
    let request = Request {
        name: name.to_owned(),
        image,
        version,
        port,
        entry,
        source,
        native,
        tools,
        rom,
        target,
        row: None,
        bases,
    };
    let rendered = render(class, &by_row(request, class, of))?;
    let file = rendered.files.into_iter().find(|file| file.kind == FileKind::Dockerfile);
    Ok(file.context("the template has no Dockerfile")?.text)
}

/// The report of what was rendered.
pub(crate) fn report(class: &'static Class, standard: &Standard, rendered: Rendered) -> TemplateReport {
    let file = |file: mvi_dockerfile::template::RenderedFile| FileNote {
        path: file.path.to_owned(),
        kind: kind(file.kind),
        text: file.text,
    };
    TemplateReport {
        schema: "mvi-template/1",
        tool: TOOL,
        class: class.id,
        standard: standard.meta.id.clone(),
        files: rendered.files.into_iter().map(file).collect(),
        notes: rendered.notes,
    }
}

fn kind(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Dockerfile => "dockerfile",
        FileKind::Compose => "compose",
        FileKind::Ci => "ci",
        FileKind::Dockerignore => "dockerignore",
        FileKind::Bake => "bake",
        FileKind::Extra => "extra",
    }
}

/// Whether files may be written over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// They may.
    Replace,
    /// They stay, and then nothing is written at all.
    Keep,
}

/// Writes the files of a report below a folder; returns those that are there already and stay.
///
/// # Errors
/// A folder that cannot be written to.
pub(crate) fn write(report: &TemplateReport, folder: &Path, existing: Existing) -> anyhow::Result<Vec<String>> {
    let place = |file: &FileNote| folder.join(&file.path);
    if existing == Existing::Keep {
        let there = report.files.iter().filter(|file| fs::symlink_metadata(place(file)).is_ok());
        let there: Vec<_> = there.map(|file| place(file).display().to_string()).collect();
        if !there.is_empty() {
            return Ok(there);
        }
    }
    for file in &report.files {
        let path = place(file);
        let what = || format!("cannot write `{}`", path.display());
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(what)?;
        replace(&path, file.text.as_bytes()).with_context(what)?;
    }
    Ok(Vec::new())
}
