//! A service's Dockerfile on another base: nothing but `FROM` changes.

use std::collections::BTreeMap;

use mvi_dockerfile::{Base, Body, Dockerfile, ImageName, Span, Stage, Word};

/// Why a Dockerfile cannot be put on another base.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum Unmovable {
    /// There is no stage.
    #[error("it has no FROM")]
    NoStage,
    /// The stage that is built is not there.
    #[error("it has no stage `{0}` (--target)")]
    NoTarget(String),
    /// A variable of `FROM` is not known.
    #[error("`FROM {0}` names a variable without a value; name it: --build-arg NAME=VALUE")]
    Unresolved(String),
}

/// The base of the stage that runs, with the variables that are known replaced; nothing for `scratch`.
///
/// # Errors
/// [`Unmovable`].
pub(super) fn base(file: &Dockerfile, target: Option<&str>) -> Result<Option<String>, Unmovable> {
    let last = file.bases(stage(file, target)?).last();
    match last {
        Some(Base::Image(name)) => {
            name.resolved.clone().map(Some).ok_or_else(|| Unmovable::Unresolved(name.text.clone()))
        }
        Some(Base::Scratch) => Ok(None),
        Some(Base::Stage(_)) | None => Err(Unmovable::NoStage),
    }
}

/// The file on another base: the `FROM` of the stage that runs, through the stages it is built on, names `to`; so does
/// that of any other stage on the same base, as what is compiled there runs on what lies below it.
///
/// # Errors
/// [`Unmovable`].
pub(super) fn on_base(file: &Dockerfile, target: Option<&str>, to: &str) -> Result<String, Unmovable> {
    let from = base(file, target)?;
    let mut running = stage(file, target)?;
    while let Some(Base::Stage(below)) = file.stages().get(running).map(|stage| &stage.base) {
        running = *below;
    }
    let moves = |stage: &Stage| match &stage.base {
        Base::Image(name) => stage.index == running || (name.resolved.is_some() && name.resolved == from),
        Base::Scratch => stage.index == running,
        Base::Stage(_) => false,
    };
    let moved = file.stages().iter().filter(|stage| moves(stage)).filter_map(|stage| image_of(file, stage));
    Ok(replaced(file.text(), moved.map(|image| (image.span, to.to_owned())).collect()))
}

/// The file with images under other names, wherever it names one: in `FROM`, and where files are taken from one.
pub(super) fn renamed(file: &Dockerfile, names: &BTreeMap<String, String>) -> String {
    let mut edits: Vec<(Span, String)> = Vec::new();
    for stage in file.stages() {
        let Base::Image(ImageName { resolved: Some(name), .. }) = &stage.base else { continue };
        edits.extend(names.get(name).and_then(|name| Some((image_of(file, stage)?.span, name.clone()))));
    }
    let image = |name: &str| names.get(name).filter(|_| file.stage_named(name).is_none()).cloned();
    for one in file.instructions() {
        if let Body::Copy { from: Some(word), .. } = &one.body {
            edits.extend(image(&word.text).map(|name| (word.span, name)));
        }
        for option in one.mounts.iter().flat_map(|mount| &mount.options).filter(|option| option.key == "from") {
            let name = option.value.as_deref().and_then(image);
            edits.extend(name.map(|name| (option.span, format!("from={name}"))));
        }
    }
    replaced(file.text(), edits)
}

/// The image that a stage's `FROM` names.
fn image_of<'f>(file: &'f Dockerfile, stage: &Stage) -> Option<&'f Word> {
    match &file.instructions().get(stage.instructions.start)?.body {
        Body::From { image, .. } => Some(image),
        _ => None,
    }
}

/// A text with parts of it replaced.
fn replaced(text: &str, mut edits: Vec<(Span, String)>) -> String {
    edits.sort_by_key(|(span, _)| span.range().start);
    let (mut new, mut done) = (String::new(), 0);
    for (span, word) in edits {
        let place = span.range();
        new.push_str(&text[done..place.start]);
        new.push_str(&word);
        done = place.end;
    }
    new.push_str(&text[done..]);
    new
}

fn stage(file: &Dockerfile, target: Option<&str>) -> Result<usize, Unmovable> {
    match target {
        None => file.runtime_target().ok_or(Unmovable::NoStage),
        Some(name) => file.stage_named(name).ok_or_else(|| Unmovable::NoTarget(name.to_owned())),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test whose Dockerfile cannot be moved should stop
mod tests {
    use super::*;

    fn check(text: &str, target: Option<&str>, expected: &str) {
        let moved = on_base(&Dockerfile::parse(text.as_bytes()), target, "alpine:3.21").unwrap();
        assert_eq!(moved, expected);
        let again = Dockerfile::parse(moved.as_bytes());
        assert_eq!(base(&again, target).unwrap().as_deref(), Some("alpine:3.21"), "it parses as meant");
    }

    #[test]
    fn only_from_of_what_runs_changes_and_that_of_stages_on_the_same_base() {
        check("FROM debian:12\nRUN x\n", None, "FROM alpine:3.21\nRUN x\n");
        check("FROM scratch\nCOPY a /\n", None, "FROM alpine:3.21\nCOPY a /\n");
        check(
            "ARG V=3.12\nFROM python:${V}-slim AS build\nRUN pip install .\n# on the same\nFROM --platform=linux/amd64 \\\n  python:${V}-slim\nCOPY --from=build /a /a\n",
            None,
            "ARG V=3.12\nFROM alpine:3.21 AS build\nRUN pip install .\n# on the same\nFROM --platform=linux/amd64 \\\n  alpine:3.21\nCOPY --from=build /a /a\n",
        );
        check(
            "FROM golang:1.22 AS build\nFROM debian:12 AS base\nFROM base AS run\nCOPY --from=build /a /a\nFROM run AS debug\n",
            Some("run"),
            "FROM golang:1.22 AS build\nFROM alpine:3.21 AS base\nFROM base AS run\nCOPY --from=build /a /a\nFROM run AS debug\n",
        );
    }

    #[test]
    fn images_get_other_names_wherever_they_are_named() {
        let text = "ARG V=1\nFROM go:${V} AS build\nFROM --platform=linux/amd64 alpine:3.21\nCOPY --from=build /a /a\n\
                    COPY --from=tools:2 /b /b\nRUN --mount=type=bind,from=tools:2,target=/t --mount=type=cache,target=/c t\n";
        let names = [("go:1", "x/go"), ("alpine:3.21", "x/alpine"), ("tools:2", "x/tools"), ("build", "x/never")];
        let names = names.map(|(name, new)| (name.to_owned(), new.to_owned())).into();
        let expected = "ARG V=1\nFROM x/go AS build\nFROM --platform=linux/amd64 x/alpine\nCOPY --from=build /a /a\n\
                        COPY --from=x/tools /b /b\nRUN --mount=type=bind,from=x/tools,target=/t \
                        --mount=type=cache,target=/c t\n";
        assert_eq!(renamed(&Dockerfile::parse(text.as_bytes()), &names), expected);
        assert_eq!(renamed(&Dockerfile::parse(text.as_bytes()), &BTreeMap::new()), text);
    }

    #[test]
    fn what_cannot_be_moved_says_why() {
        let told = |text: &str, target| base(&Dockerfile::parse(text.as_bytes()), target).unwrap_err();
        assert_eq!(told("RUN x\n", None), Unmovable::NoStage);
        assert_eq!(told("FROM a:1\n", Some("run")), Unmovable::NoTarget("run".into()));
        assert_eq!(told("ARG B\nFROM $B\n", None), Unmovable::Unresolved("$B".into()));
    }
}
