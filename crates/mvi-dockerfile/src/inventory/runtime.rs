//! Which runtime a Dockerfile is about, and how old it is: read from the references of its bases.

use crate::stages::{Base, Stage};
use crate::syntax::Dockerfile;

/// A runtime as a base image brings it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runtime {
    /// `erlang`, `go`, `python`, …
    pub name: &'static str,
    /// The release as its makers count: 28 of Erlang 28.3, 3012 of Python 3.12; nothing when no tag says.
    pub line: Option<u32>,
    /// The release for people: `28`, `3.12`.
    pub version: Option<String>,
    /// The image that brings it.
    pub reference: String,
}

/// How a runtime is recognised in a reference, called, and counted.
struct Kind {
    name: &'static str,
    repositories: &'static [&'static str],
    /// For people.
    title: &'static str,
    /// Which number of a version is counted by: 0 is the first.
    counted: usize,
}

/// What images bring. Releases are counted as their makers do: Python 3.12 and Go 1.22 by the second number.
const KINDS: &[Kind] = &[
    Kind { name: "elixir", repositories: &["elixir"], title: "Elixir", counted: 1 },
    Kind { name: "erlang", repositories: &["erlang", "otp"], title: "OTP", counted: 0 },
    Kind { name: "go", repositories: &["golang", "go"], title: "Go", counted: 1 },
    Kind { name: "python", repositories: &["python"], title: "Python", counted: 1 },
    Kind { name: "node", repositories: &["node"], title: "Node", counted: 0 },
    Kind { name: "rust", repositories: &["rust"], title: "Rust", counted: 1 },
    Kind {
        name: "java",
        repositories: &["eclipse-temurin", "openjdk", "amazoncorretto", "maven", "gradle"],
        title: "Java",
        counted: 0,
    },
    Kind { name: "ruby", repositories: &["ruby"], title: "Ruby", counted: 0 },
    Kind { name: "php", repositories: &["php"], title: "PHP", counted: 0 },
    Kind { name: "dotnet", repositories: &["sdk", "aspnet"], title: ".NET", counted: 0 },
    Kind { name: "nginx", repositories: &["nginx"], title: "nginx", counted: 1 },
];

/// The runtime of a file: of the first stage whose image brings one.
pub(super) fn of(file: &Dockerfile) -> Option<Runtime> {
    file.stages().iter().filter_map(own_base).find_map(|reference| of_reference(&reference))
}

pub(super) fn of_reference(reference: &str) -> Option<Runtime> {
    let (repository, tag) = split(reference);
    let kind = kind(repository)?;
    let (line, version) = line(tag, kind.counted).unzip();
    Some(Runtime { name: kind.name, line, version, reference: reference.to_owned() })
}

fn kind(repository: &str) -> Option<&'static Kind> {
    let last = repository.rsplit('/').next().unwrap_or_default();
    KINDS.iter().find(|kind| kind.repositories.contains(&last))
}

/// The release a tag is of, as a number and for people; Maven's `3.9-eclipse-temurin-21` is about Java 21.
fn line(tag: &str, counted: usize) -> Option<(u32, String)> {
    let tag = ["temurin-", "openjdk-", "jdk-", "jdk", "otp-"]
        .iter()
        .find_map(|sign| tag.split_once(sign))
        .map_or(tag, |(_, tag)| tag);
    let version = tag.trim_start_matches('v').split(['-', '_', '+']).next().unwrap_or_default();
    let mut numbers = version.split('.').map(str::parse::<u32>);
    let major = numbers.next()?.ok()?;
    if counted == 0 {
        return Some((major, major.to_string()));
    }
    let minor = numbers.next()?.ok()?;
    // A thousand: the next major release is more than one behind whatever the minor one is.
    Some((major.checked_mul(1000)?.checked_add(minor)?, format!("{major}.{minor}")))
}

/// The image a stage itself stands on: as it resolves, or as it is written where a variable is not known.
pub(super) fn own_base(stage: &Stage) -> Option<String> {
    match &stage.base {
        Base::Image(image) => Some(image.resolved.clone().unwrap_or_else(|| image.text.clone())),
        Base::Scratch => Some("scratch".to_owned()),
        Base::Stage(_) => None,
    }
}

/// The image below a stage and all stages it is built on.
pub(super) fn base_of(file: &Dockerfile, stage: usize) -> Option<String> {
    file.bases(stage).find_map(|base| match base {
        Base::Image(image) => image.resolved.clone(),
        Base::Scratch => Some("scratch".to_owned()),
        Base::Stage(_) => None,
    })
}

/// A base in words: `EMQX OTP 28 Alpine`, `Python 3.12 slim`; references that bring no runtime as they are.
#[must_use]
pub fn describe(reference: &str) -> String {
    let (repository, tag) = split(reference);
    let Some(kind) = kind(repository) else { return reference.to_owned() };
    let mut words = Vec::new();
    let owner = repository
        .rsplit('/')
        .nth(1)
        .filter(|owner| *owner != "library" && *owner != kind.name && !owner.contains(['.', ':']));
    words.extend(owner.map(str::to_uppercase));
    words.push(kind.title.to_owned());
    words.extend(line(tag, kind.counted).map(|(_, version)| version));
    let flavours = [("alpine", "Alpine"), ("slim", "slim"), ("distroless", "distroless")];
    words.extend(flavours.iter().filter(|(sign, _)| tag.contains(sign)).map(|(_, word)| (*word).to_owned()));
    words.join(" ")
}

/// Repository and tag; the tag is empty when there is none.
fn split(reference: &str) -> (&str, &str) {
    let image = crate::manifest::ImageReference::parse(reference);
    (image.repository, image.tag.unwrap_or_default())
}
