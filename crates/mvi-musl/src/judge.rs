//! The verdict on an image: who brought what objects, what each wants, and the worst of it.

use mvi_image::FileTree;
use mvi_inventory::{Inventory, libc_versions};
use serde::{Deserialize, Serialize};

use crate::group::groups;
use crate::object::{Means, ObjectAnswer, answer_object};
use crate::wheel_names::WheelNames;
use crate::{python, system};

/// Whether something can move to musl, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it is: nothing has to be built or fetched anew.
    Safe,
    /// By a known way that changes no source: a package of a musl distribution, a wheel for musl, another build, a library.
    NeedsWork,
    /// Not until somebody changes source, or publishes a build that is not known.
    Blocked,
}

/// What brought objects into the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// No package: a program or library that was copied in, or installed by hand.
    Program,
    /// A package, of a distribution or of a language that compiles where it installs.
    Package,
    /// A Python package with objects.
    Wheel,
    /// A Node package with objects.
    Addon,
    /// A Java runtime that no package brought.
    Java,
    /// What the image relies on beside its objects.
    System,
}

/// One thing that has to move, with its proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// What it is.
    pub kind: SubjectKind,
    /// Name of the package, or the folder of what no package brought.
    pub name: String,
    /// The package's version.
    pub version: Option<String>,
    /// The package's kind, as in its package URL.
    pub ecosystem: Option<String>,
    /// Whether it can move.
    pub verdict: Verdict,
    /// First layer that ships one of its objects, base layer 0.
    pub layer: u32,
    /// Why, in one sentence.
    pub why: String,
    /// What would get it there; none for what is there.
    pub unblock: Option<String>,
    /// Its objects, by path.
    pub objects: Vec<ObjectAnswer>,
}

/// The verdict on an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The worst of its subjects.
    pub verdict: Verdict,
    /// Which libraries the symbols were compared of.
    pub compared: String,
    /// What has to move: the worst first, then by name.
    pub subjects: Vec<Subject>,
    /// Objects of glibc itself: they go when musl comes.
    pub glibc_objects: usize,
    /// Objects for other machines than the image's; not judged.
    pub foreign_objects: usize,
}

/// What is judged.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// Packages, objects and wheels of the image.
    pub inventory: &'a Inventory,
    /// The tree that the inventory was taken of.
    pub tree: &'a FileTree,
    /// `NAME=value` pairs of the image.
    pub env: &'a [String],
    /// The image's architecture in Go's words, such as `amd64`; empty where it is not known.
    pub architecture: &'a str,
    /// Distributions of Python that are to be had; those in lock files of the image are added.
    pub wheels: &'a WheelNames,
}

/// Judges an image. The same for the same evidence.
#[must_use]
pub fn judge(evidence: &Evidence<'_>) -> Answer {
    let names = python::with_locks(evidence.wheels, evidence.tree);
    let machine = machine(evidence.architecture);
    let mut answer = Answer {
        verdict: Verdict::Safe,
        compared: libc_versions().to_owned(),
        subjects: system::subjects(evidence),
        glibc_objects: 0,
        foreign_objects: 0,
    };
    let objects = evidence.inventory.objects.iter().filter(|object| {
        let is_foreign = machine.is_some_and(|(number, _)| number != object.facts.machine);
        let is_glibc = crate::group::is_of_glibc(evidence.inventory, object);
        answer.foreign_objects += usize::from(is_foreign);
        answer.glibc_objects += usize::from(is_glibc && !is_foreign);
        !is_foreign && !is_glibc
    });
    let answered: Vec<_> =
        objects.map(|object| (object, answer_object(&object.path, object.layer, &object.facts))).collect();
    let machine = machine.map_or("", |(_, name)| name);
    answer.subjects.extend(groups(evidence, answered, (&names, machine)));
    answer.subjects.sort_by(|left, right| {
        (right.verdict, left.kind, &left.name, left.layer).cmp(&(left.verdict, right.kind, &right.name, right.layer))
    });
    answer.verdict = answer.subjects.iter().map(|subject| subject.verdict).max().unwrap_or(Verdict::Safe);
    answer
}

/// The number of a machine in ELF objects and its name in tags of wheels.
fn machine(architecture: &str) -> Option<(u16, &'static str)> {
    match architecture {
        "amd64" => Some((62, "x86_64")),
        "arm64" => Some((183, "aarch64")),
        "386" => Some((3, "i686")),
        "arm" => Some((40, "armv7l")),
        "ppc64le" => Some((21, "ppc64le")),
        "s390x" => Some((22, "s390x")),
        "riscv64" => Some((243, "riscv64")),
        _ => None,
    }
}

impl Subject {
    /// The worst that one of the objects means.
    #[must_use]
    pub fn means(&self) -> Means {
        worst(&self.objects)
    }
}

/// The worst that one of some objects means.
pub(crate) fn worst(objects: &[ObjectAnswer]) -> Means {
    objects.iter().map(|object| object.means).max().unwrap_or(Means::Static)
}
