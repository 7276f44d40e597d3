//! Hard rules: whether an image could stand on a base at all, decided from the standard and facts, with the proof.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{self, BaseStanding, is_same_base};
use crate::evidence::DirectBase;
use crate::organism::level_range;
use crate::reference::Reference;
use crate::standard::{RomBase, Standard};
use crate::wheel::{self, Wheel, WheelStanding};

/// What is known about the payload of an image; what is missing is not known, which is not the same as empty.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReasonFacts {
    /// Every executable of the payload with its loader; no loader for a static one.
    pub interpreters: Option<BTreeMap<String, Option<String>>>,
    /// Shared libraries of the payload with the libraries they need.
    pub libraries: Option<BTreeMap<String, Vec<String>>>,
    /// Wheels that the lock file's versions can be had as.
    pub wheels: Option<Vec<Wheel>>,
    /// Runtime profile that the payload needs, by the standard's id.
    pub runtime: Option<String>,
    /// Exposure level that it runs at.
    pub level: Option<u8>,
    /// Bases on which a trial build of the same payload failed, each with the digest of its log.
    pub failed_trials: BTreeMap<String, String>,
}

/// A rule that takes a base out of the choice, whatever it weighs. Image Standard V13, hard constraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HardRule {
    /// The base is banned.
    Banned,
    /// The base does not bring the runtime.
    RuntimeMissing,
    /// A musl base, and an executable that asks for the GNU loader.
    GlibcExecutable,
    /// A musl base, and a package without a wheel for musl.
    GlibcWheel,
    /// A base without any C library, and a payload that is not static.
    DynamicPayload,
    /// The base is not meant for the exposure level.
    ExposureLevel,
    /// A trial build on it failed.
    FailedTrial,
}

/// Whether an image could stand on a base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "feasibility")]
pub enum Feasibility {
    /// No hard rule speaks against it, and the facts are complete.
    Feasible,
    /// A hard rule does.
    Infeasible {
        /// Which one.
        rule: HardRule,
        /// The fact that proves it.
        proof: String,
    },
    /// Facts are missing that could decide it.
    Unknown {
        /// What is missing.
        missing: Vec<String>,
    },
}

/// The C library that a registered base gives a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BaseLibc {
    Musl,
    Glibc,
    Absent,
}

/// Whether a payload could stand on a base: the first hard rule that speaks against it, with its proof.
///
/// A base outside the register is not judged beyond bans and failed trials, as nothing is known about it.
pub fn feasibility(standard: &Standard, base: &str, facts: &ReasonFacts) -> Feasibility {
    if let Some((rule, proof)) = banned(standard, base).or_else(|| failed(standard, base, facts)) {
        return Feasibility::Infeasible { rule, proof };
    }
    let reference = Reference::normalise(base, &standard.mirrors).ok();
    let Some(rom) = reference.as_ref().and_then(|reference| base::registered(standard, reference)) else {
        return Feasibility::Unknown { missing: vec![format!("what `{base}` brings, as it is not registered")] };
    };
    let against = runtime(standard, rom, facts).or_else(|| level(standard, base, facts)).or_else(|| libc(rom, facts));
    if let Some((rule, proof)) = against {
        return Feasibility::Infeasible { rule, proof };
    }
    let missing = missing(rom, facts);
    if missing.is_empty() { Feasibility::Feasible } else { Feasibility::Unknown { missing } }
}

fn banned(standard: &Standard, base: &str) -> Option<(HardRule, String)> {
    let direct = DirectBase { reference: Some(base.to_owned()), ..DirectBase::default() };
    match BaseStanding::of(standard, &direct) {
        BaseStanding::Banned { pattern, .. } => {
            Some((HardRule::Banned, format!("`{base}` matches the ban `{pattern}`")))
        }
        BaseStanding::Unknown
        | BaseStanding::Unresolved { .. }
        | BaseStanding::Registered { .. }
        | BaseStanding::Outside { .. } => None,
    }
}

fn failed(standard: &Standard, base: &str, facts: &ReasonFacts) -> Option<(HardRule, String)> {
    let (_, log) = facts.failed_trials.iter().find(|(tried, _)| is_same_base(standard, tried, base))?;
    Some((HardRule::FailedTrial, format!("a trial build on `{base}` failed, its log is {log}")))
}

fn runtime(standard: &Standard, rom: &RomBase, facts: &ReasonFacts) -> Option<(HardRule, String)> {
    let wanted = facts.runtime.as_deref()?;
    // Any base runs a static executable; a dynamic one is a question of the C library.
    if matches!(wanted, "static-elf" | "dynamic-elf") {
        return None;
    }
    let brings = |id: &String| standard.row(id).is_some_and(|row| row.runtime == wanted);
    (!rom.row_ids.iter().any(brings))
        .then(|| (HardRule::RuntimeMissing, format!("`{}` does not bring the runtime {wanted}", rom.reference)))
}

fn level(standard: &Standard, base: &str, facts: &ReasonFacts) -> Option<(HardRule, String)> {
    let (level, (low, high)) = (facts.level?, level_range(standard, base)?);
    (!(low..=high).contains(&level)).then(|| {
        (
            HardRule::ExposureLevel,
            format!("`{base}` is registered for L{low} to L{high}, and the image runs at L{level}"),
        )
    })
}

fn libc(rom: &RomBase, facts: &ReasonFacts) -> Option<(HardRule, String)> {
    let executables = || facts.interpreters.iter().flatten();
    match libc_of(rom)? {
        BaseLibc::Glibc => None,
        BaseLibc::Absent => {
            let (path, loader) = executables().find_map(|(path, loader)| Some((path, loader.as_ref()?)))?;
            Some((HardRule::DynamicPayload, format!("`{path}` asks for the loader `{loader}`")))
        }
        BaseLibc::Musl => {
            let gnu =
                executables().find_map(|(path, loader)| Some((path, loader.as_ref().filter(|it| is_gnu_loader(it))?)));
            if let Some((path, loader)) = gnu {
                return Some((HardRule::GlibcExecutable, format!("`{path}` asks for the loader `{loader}`")));
            }
            let mut wheels = facts.wheels.iter().flatten();
            let wheel = wheels.find(|wheel| wheel.standing() == WheelStanding::GlibcOnly)?;
            let proof =
                format!("{} {} can be had for manylinux only: {}", wheel.name, wheel.version, wheel.tags.join(", "));
            Some((HardRule::GlibcWheel, proof))
        }
    }
}

/// Facts without which no rule about the C library can be excluded.
fn missing(rom: &RomBase, facts: &ReasonFacts) -> Vec<String> {
    let mut missing = Vec::new();
    match libc_of(rom) {
        None => missing.push(format!("which C library `{}` has", rom.reference)),
        Some(BaseLibc::Glibc) => {}
        Some(BaseLibc::Musl | BaseLibc::Absent) => {
            if facts.interpreters.is_none() {
                missing.push("the loaders of the payload's executables".to_owned());
            }
            if facts.wheels.is_none() && facts.runtime.as_deref().is_none_or(|runtime| runtime == "python") {
                missing.push("the wheels of the lock file".to_owned());
            }
        }
    }
    if facts.runtime.is_none() {
        missing.push("the runtime of the payload".to_owned());
    }
    missing.extend(
        facts
            .wheels
            .iter()
            .flatten()
            .filter(|wheel| wheel.standing() == wheel::WheelStanding::Unknown)
            .map(|wheel| format!("whether {} {} builds from source on musl", wheel.name, wheel.version)),
    );
    missing
}

fn libc_of(rom: &RomBase) -> Option<BaseLibc> {
    match rom.libc.as_str() {
        "musl" => Some(BaseLibc::Musl),
        "glibc" => Some(BaseLibc::Glibc),
        "none" => Some(BaseLibc::Absent),
        _ if rom.reference.ends_with("/static") => Some(BaseLibc::Absent),
        _ => None,
    }
}

/// True for a loader of the GNU C library, `/lib64/ld-linux-x86-64.so.2`.
pub(crate) fn is_gnu_loader(loader: &str) -> bool {
    let name = loader.rsplit('/').next().unwrap_or(loader);
    name.starts_with("ld-linux") || name.starts_with("ld64.so") || name == "ld.so.1"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(base: &str, facts: &ReasonFacts, expected: &str) {
        let told = match feasibility(&Standard::builtin().unwrap(), base, facts) {
            Feasibility::Feasible => "feasible".to_owned(),
            Feasibility::Infeasible { rule, proof } => {
                format!("{}: {proof}", serde_json::to_value(rule).unwrap().as_str().unwrap())
            }
            Feasibility::Unknown { missing } => format!("unknown: {}", missing.join("; ")),
        };
        assert_eq!(told, expected);
    }

    fn python(tags: &[&str]) -> ReasonFacts {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        ReasonFacts {
            interpreters: Some(BTreeMap::new()),
            wheels: Some(vec![Wheel { name: "torch".into(), version: "2.3.1".into(), tags }]),
            runtime: Some("python".into()),
            ..ReasonFacts::default()
        }
    }

    fn executable(loader: Option<&str>) -> ReasonFacts {
        ReasonFacts {
            interpreters: Some(BTreeMap::from([("app/run".to_owned(), loader.map(str::to_owned))])),
            wheels: Some(Vec::new()),
            runtime: Some("dynamic-elf".into()),
            ..ReasonFacts::default()
        }
    }

    #[test]
    fn a_wheel_for_glibc_only_keeps_a_payload_off_musl() {
        let torch = python(&["cp312-cp312-manylinux_2_28_x86_64"]);
        check(
            "python:3.12-alpine",
            &torch,
            "glibc-wheel: torch 2.3.1 can be had for manylinux only: cp312-cp312-manylinux_2_28_x86_64",
        );
        check("python:3.12-slim", &torch, "feasible");
        check(
            "python:3.12-alpine",
            &python(&["cp312-cp312-musllinux_1_2_x86_64", "cp312-cp312-manylinux_2_28_x86_64"]),
            "feasible",
        );
        check("python:3.12-alpine", &python(&["py3-none-any"]), "feasible");
        check("python:3.12-alpine", &python(&[]), "unknown: whether torch 2.3.1 builds from source on musl");
    }

    #[test]
    fn a_base_has_to_bring_the_runtime() {
        check("alpine:3.21", &python(&[]), "runtime-missing: `alpine:3.21` does not bring the runtime python");
        check(
            "nginx:1.27-alpine",
            &python(&[]),
            "runtime-missing: `nginx:1.27-alpine` does not bring the runtime python",
        );
    }

    #[test]
    fn a_loader_decides_where_an_executable_can_run() {
        let gnu = executable(Some("/lib64/ld-linux-x86-64.so.2"));
        check("alpine:3.21", &gnu, "glibc-executable: `app/run` asks for the loader `/lib64/ld-linux-x86-64.so.2`");
        check("scratch", &gnu, "dynamic-payload: `app/run` asks for the loader `/lib64/ld-linux-x86-64.so.2`");
        let musl = executable(Some("/lib/ld-musl-x86_64.so.1"));
        check("alpine:3.21", &musl, "feasible");
        check(
            "gcr.io/distroless/static-debian12",
            &musl,
            "dynamic-payload: `app/run` asks for the loader `/lib/ld-musl-x86_64.so.1`",
        );
        check("scratch", &executable(None), "feasible");
    }

    #[test]
    fn bans_levels_and_failed_trials_speak_against_a_base() {
        check("debian:12", &python(&[]), "banned: `debian:12` matches the ban `debian:*`");
        let watched = ReasonFacts { level: Some(2), ..python(&["py3-none-any"]) };
        check(
            "python:3.12-alpine",
            &watched,
            "exposure-level: `python:3.12-alpine` is registered for L0 to L1, and the image runs at L2",
        );
        let tried = BTreeMap::from([("docker.io/python:3.12-alpine".to_owned(), "sha256:ab".to_owned())]);
        let tried = ReasonFacts { failed_trials: tried, ..python(&[]) };
        check(
            "python:3.12-alpine",
            &tried,
            "failed-trial: a trial build on `python:3.12-alpine` failed, its log is sha256:ab",
        );
    }

    #[test]
    fn what_is_not_known_is_never_feasible() {
        check(
            "alpine:3.21",
            &ReasonFacts::default(),
            "unknown: the loaders of the payload's executables; the wheels of the lock file; the runtime of the payload",
        );
        check("wolfi:1", &python(&[]), "unknown: what `wolfi:1` brings, as it is not registered");
    }
}
