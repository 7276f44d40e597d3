//! Objects by what brought them, and the verdict on each of these: the way it would be had for musl decides.

use std::collections::{BTreeMap, BTreeSet};

use mvi_inventory::{Ecosystem, Inventory, Object, Package};

use crate::judge::{Evidence, Subject, SubjectKind, Verdict, worst};
use crate::object::{Means, ObjectAnswer, is_part_of_glibc};
use crate::wheel_names::WheelNames;
use crate::{node, python};

/// Functions that are named in a sentence; all are in the objects.
const NAMED: usize = 6;

/// Applications of Erlang/OTP itself with objects.
const OF_ERLANG: [&str; 11] = [
    "erts",
    "crypto",
    "asn1",
    "runtime_tools",
    "os_mon",
    "megaco",
    "odbc",
    "wx",
    "erl_interface",
    "common_test",
    "ssl",
];

/// What brought an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Bringer {
    Package(usize),
    Java(String),
    Folder(String),
}

/// A verdict, why, and what would get it there.
pub(crate) type Opinion = (Verdict, String, Option<String>);

/// The subjects of `answered`; `names` are distributions of Python, with the machine they are for.
pub(crate) fn groups(
    evidence: &Evidence<'_>,
    answered: Vec<(&Object, ObjectAnswer)>,
    names: (&WheelNames, &str),
) -> Vec<Subject> {
    let javas: BTreeSet<String> = answered.iter().filter_map(|(object, _)| java_root(&object.path)).collect();
    let mut groups: BTreeMap<Bringer, Vec<ObjectAnswer>> = BTreeMap::new();
    for (object, answer) in answered {
        let bringer = match object.owner {
            Some(owner) => Bringer::Package(owner),
            None => match javas.iter().find(|root| object.path.starts_with(root.as_str())) {
                Some(root) => Bringer::Java(root.trim_end_matches('/').to_owned()),
                None => Bringer::Folder(folder(&object.path).to_owned()),
            },
        };
        groups.entry(bringer).or_default().push(answer);
    }
    groups.into_iter().filter_map(|(bringer, objects)| subject(evidence, &bringer, objects, names)).collect()
}

/// True for objects that are glibc's own.
pub(crate) fn is_of_glibc(inventory: &Inventory, object: &Object) -> bool {
    let owner = object.owner.and_then(|owner| inventory.packages.get(owner));
    let by_package = owner.is_some_and(|package| {
        package.ecosystem.is_system()
            && (package.name == "glibc" || package.source.as_ref().is_some_and(|source| source.name == "glibc"))
    });
    let name = object.path.rsplit('/').next().unwrap_or_default();
    let by_name = is_part_of_glibc(object.facts.soname.as_deref().unwrap_or(name)) || object.path.contains("/gconv/");
    by_package || (by_name && object.facts.kind != mvi_inventory::parse::elf::ElfKind::Relocatable)
}

fn subject(
    evidence: &Evidence<'_>,
    bringer: &Bringer,
    objects: Vec<ObjectAnswer>,
    names: (&WheelNames, &str),
) -> Option<Subject> {
    let layer = objects.iter().map(|object| object.layer).min()?;
    let subject = |kind, name: &str, (verdict, why, unblock): Opinion| Subject {
        kind,
        name: name.to_owned(),
        version: None,
        ecosystem: None,
        verdict,
        layer,
        why,
        unblock,
        objects: Vec::new(),
    };
    let found = match bringer {
        Bringer::Folder(path) => subject(SubjectKind::Program, path, program(&objects, "whoever builds it")),
        Bringer::Java(path) => subject(SubjectKind::Java, path, java(&objects)),
        Bringer::Package(index) => {
            let package = evidence.inventory.packages.get(*index)?;
            let (kind, opinion) = match package.ecosystem {
                Ecosystem::Pypi => (SubjectKind::Wheel, python::opinion(evidence, (*index, package), &objects, names)),
                Ecosystem::Npm => (SubjectKind::Addon, node::opinion(evidence, package, &objects)),
                _ => (SubjectKind::Package, packaged(package, &objects)),
            };
            Subject {
                version: Some(package.version.clone()),
                ecosystem: Some(package.ecosystem.as_str().to_owned()),
                ..subject(kind, &package.name, opinion)
            }
        }
    };
    Some(Subject { objects, ..found })
}

/// What is safe whatever brought it; none where glibc is wanted.
pub(crate) fn is_safe(objects: &[ObjectAnswer]) -> Option<Opinion> {
    match worst(objects) {
        Means::Static => Some((Verdict::Safe, "wants nothing of the C library".to_owned(), None)),
        Means::Musl => Some((Verdict::Safe, "is made for musl".to_owned(), None)),
        Means::Rebuild | Means::RebuildWith | Means::Port | Means::Unknown => None,
    }
}

fn packaged(package: &Package, objects: &[ObjectAnswer]) -> Opinion {
    if let Some(safe) = is_safe(objects) {
        return safe;
    }
    let glibc = wants(objects);
    if objects.iter().filter(|object| object.means > Means::Musl).all(|object| is_name_service(&object.path)) {
        let way = "do without it: names come from files and DNS, or from a daemon that speaks nscd's protocol";
        return (
            Verdict::NeedsWork,
            "is a module of the name service switch, which musl lacks".to_owned(),
            Some(way.to_owned()),
        );
    }
    match package.ecosystem {
        Ecosystem::Alpm | Ecosystem::Apk | Ecosystem::Deb | Ecosystem::Rpm | Ecosystem::Nix => {
            let way = format!(
                "take `{}` from a musl distribution, where its build is the distribution's affair",
                package.name
            );
            (Verdict::NeedsWork, format!("the distribution built it for glibc{glibc}"), Some(way))
        }
        Ecosystem::Conda | Ecosystem::Brew => {
            let way = "install it from a musl distribution, or from wheels for musl";
            (Verdict::Blocked, format!("its collection is built for glibc alone{glibc}"), Some(way.to_owned()))
        }
        Ecosystem::Golang => {
            let way = "build it with CGO_ENABLED=0, or with a compiler for musl";
            built(objects, way)
        }
        Ecosystem::Cargo => built(objects, "build it for a `-unknown-linux-musl` target"),
        // Alpine has packages of all of these: their sources do without what musl lacks.
        Ecosystem::Generic => anew(package, &glibc),
        Ecosystem::Otp if OF_ERLANG.contains(&package.name.as_str()) => anew(package, &glibc),
        Ecosystem::Composer
        | Ecosystem::Cpan
        | Ecosystem::Cran
        | Ecosystem::Gem
        | Ecosystem::Hex
        | Ecosystem::Luarocks
        | Ecosystem::Maven
        | Ecosystem::Npm
        | Ecosystem::Nuget
        | Ecosystem::Otp
        | Ecosystem::Pypi => built(objects, "install it anew where musl is: it is compiled then"),
    }
}

/// What is known to be there for musl.
fn anew(package: &Package, glibc: &str) -> Opinion {
    let way = format!("take `{}` from a musl distribution, or build it there", package.name);
    (Verdict::NeedsWork, format!("is built for glibc{glibc}"), Some(way))
}

/// What is built from source that somebody has: what musl lacks is what stops it.
fn built(objects: &[ObjectAnswer], way: &str) -> Opinion {
    if let Some(safe) = is_safe(objects) {
        return safe;
    }
    let (verdict, why) = match worst(objects) {
        Means::Port => (Verdict::Blocked, format!("uses what musl lacks: {}", lacks(objects))),
        Means::Unknown => {
            (Verdict::NeedsWork, "its symbols could not be read, so nobody knows what it uses".to_owned())
        }
        Means::Static | Means::Musl | Means::Rebuild | Means::RebuildWith => {
            (Verdict::NeedsWork, format!("is built for glibc{}", wants(objects)))
        }
    };
    let libraries = libraries(objects);
    let way = match (verdict, libraries.as_str()) {
        (Verdict::Blocked, _) => format!("{}; then {way}", change(objects)),
        (Verdict::NeedsWork | Verdict::Safe, "") => way.to_owned(),
        (Verdict::NeedsWork | Verdict::Safe, libraries) => format!("{way}, with {libraries}"),
    };
    (verdict, why, Some(way))
}

/// What no package brought.
fn program(objects: &[ObjectAnswer], who: &str) -> Opinion {
    let (verdict, why, _) = built(objects, "");
    if verdict == Verdict::Safe {
        return (verdict, why, None);
    }
    let libraries = libraries(objects);
    let with = if libraries.is_empty() { String::new() } else { format!(", with {libraries}") };
    let way = match verdict {
        Verdict::Blocked => format!("{}, and {who} builds it for musl", change(objects)),
        Verdict::NeedsWork | Verdict::Safe => format!("{who} builds it for musl{with}"),
    };
    (verdict, why, Some(way))
}

fn java(objects: &[ObjectAnswer]) -> Opinion {
    is_safe(objects).unwrap_or_else(|| {
        let way = "take a build of it for musl: there are ones of OpenJDK since 16 (JEP 386), as Alpine's package too";
        (Verdict::NeedsWork, format!("a Java runtime for glibc{}", wants(objects)), Some(way.to_owned()))
    })
}

/// `, of version 2.34 or later`, or nothing.
fn wants(objects: &[ObjectAnswer]) -> String {
    let number = |version: &str| version.split('.').map(|part| part.parse::<u64>().unwrap_or(0)).collect::<Vec<_>>();
    let highest = objects.iter().filter_map(|object| object.glibc.as_deref()).max_by_key(|version| number(version));
    highest.map_or_else(String::new, |version| format!(" {version} or later"))
}

fn lacks(objects: &[ObjectAnswer]) -> String {
    let names: BTreeSet<&str> =
        objects.iter().flat_map(|object| object.absent.iter().chain(&object.since)).map(String::as_str).collect();
    let more = names.len().saturating_sub(NAMED);
    let named = names.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

fn change(objects: &[ObjectAnswer]) -> String {
    if objects.iter().all(|object| object.absent.is_empty()) {
        "a musl that is new enough, or source that does without".to_owned()
    } else {
        "its source has to do without them, as many do once they are configured where there are none".to_owned()
    }
}

fn libraries(objects: &[ObjectAnswer]) -> String {
    let names: BTreeSet<&str> = objects.iter().flat_map(|object| &object.with).map(String::as_str).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// The folder that a Java runtime is in, with a slash, told by its virtual machine.
fn java_root(path: &str) -> Option<String> {
    path.strip_suffix("lib/server/libjvm.so").map(str::to_owned).filter(|root| !root.is_empty())
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn is_name_service(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with("libnss_") && name.contains(".so"))
}
