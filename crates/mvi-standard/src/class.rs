//! Which use class an image belongs to, and the size that the class allows.

use serde::Serialize;

use crate::base::BaseStanding;
use crate::evidence::{Evidence, Libc};
use crate::reference::Reference;
use crate::standard::{Policy, Row, Standard};

/// The class an image is judged by.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassChoice<'a> {
    /// Its row.
    pub row: &'a Row,
    /// How it was chosen.
    pub source: ClassSource,
}

/// How a class was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "source")]
pub enum ClassSource {
    /// The owner declared it.
    Declared,
    /// It is the only one that fits the runtime, the C library, the base and the entry point.
    Inferred,
    /// Several fit, and the one with the largest ceiling was taken.
    Ambiguous {
        /// All that fit, in the standard's order.
        candidates: Vec<String>,
    },
}

impl ClassSource {
    /// True when the choice leaves no doubt.
    pub fn is_certain(&self) -> bool {
        match self {
            Self::Declared | Self::Inferred => true,
            Self::Ambiguous { .. } => false,
        }
    }
}

/// Why an image has no class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum NoClass {
    /// The declared class is not a row of the standard.
    NotInStandard {
        /// What was declared.
        declared: String,
    },
    /// No runtime was recognised.
    NoRuntime,
    /// Runtimes were recognised, and no row is meant for them.
    NoRow {
        /// The recognised runtimes.
        runtimes: Vec<String>,
    },
}

impl NoClass {
    /// The reason in plain words.
    pub fn text(&self) -> String {
        match self {
            Self::NotInStandard { declared } => format!("the declared class `{declared}` is not a row of the standard"),
            Self::NoRuntime => "no class is declared and no runtime was recognised".to_owned(),
            Self::NoRow { runtimes } => {
                format!("no class is declared and no row of the standard is meant for {}", runtimes.join(", "))
            }
        }
    }
}

/// The largest size that still is the floor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ceiling {
    /// Row that sets it.
    pub row: String,
    /// Upper end of the row's target, MB.
    pub target_max_mb: f64,
    /// Grace on top, MB.
    pub grace_mb: f64,
    /// Both together, MB.
    pub mb: f64,
    /// Whether the ceiling itself is already too much.
    pub exclusive: bool,
}

impl Ceiling {
    /// The ceiling of a row: its target's upper end plus its own grace or the policy's.
    pub fn of(policy: &Policy, row: &Row) -> Self {
        let grace_mb = row.grace_mb.unwrap_or(policy.grace_mb);
        Self {
            row: row.id.clone(),
            target_max_mb: row.target_max_mb,
            grace_mb,
            mb: row.target_max_mb + grace_mb,
            exclusive: row.target_max_exclusive,
        }
    }

    /// True when an image of that size is at the floor.
    pub fn admits(&self, size_mb: f64) -> bool {
        if self.exclusive { size_mb < self.mb } else { size_mb <= self.mb }
    }
}

/// The class of an image: the declared one, or what its runtime, C library, base and entry point leave over.
///
/// C library and base narrow the choice to their own rows, and each is set aside when it leaves none. A row that is meant for one
/// application (its base carries that row alone, such as CoreDNS) fits only where base or entry point name it or
/// the entry point is unknown. Where several rows are left, the largest ceiling wins.
///
/// # Errors
///
/// [`NoClass`] says why there is none. A declared class that does not exist is never replaced by a guess.
pub fn choose<'a>(
    standard: &'a Standard,
    evidence: &Evidence,
    base: &BaseStanding,
) -> Result<ClassChoice<'a>, NoClass> {
    if let Some(declared) = &evidence.class {
        return match standard.row(declared) {
            Some(row) => Ok(ClassChoice { row, source: ClassSource::Declared }),
            None => Err(NoClass::NotInStandard { declared: declared.clone() }),
        };
    }
    if evidence.runtimes.is_empty() {
        return Err(NoClass::NoRuntime);
    }
    let meant: Vec<&Row> = standard.rows.iter().filter(|row| evidence.runtimes.contains(&row.runtime)).collect();
    let fitting = narrowed_by_libc(meant, evidence.libc);
    let fitting = narrowed_by_entrypoint(standard, fitting, evidence, base);
    let candidates = narrowed_by_base(fitting, base);
    let ceiling = |row: &Row| Ceiling::of(&standard.policy, row).mb;
    let largest = candidates.iter().copied().reduce(|best, row| if ceiling(row) > ceiling(best) { row } else { best });
    match largest {
        None => Err(NoClass::NoRow { runtimes: evidence.runtimes.clone() }),
        Some(row) if candidates.len() == 1 => Ok(ClassChoice { row, source: ClassSource::Inferred }),
        Some(row) => {
            let candidates = candidates.iter().map(|row| row.id.clone()).collect();
            Ok(ClassChoice { row, source: ClassSource::Ambiguous { candidates } })
        }
    }
}

/// A row meant for another C library still says what such an image should weigh, when no row is meant for this one.
fn narrowed_by_libc(rows: Vec<&Row>, libc: Option<Libc>) -> Vec<&Row> {
    let fits = |row: &&Row| match libc {
        None => true,
        Some(Libc::Musl) => matches!(row.libc.as_str(), "musl" | "any"),
        Some(Libc::Glibc) => matches!(row.libc.as_str(), "glibc" | "any"),
        Some(Libc::None) => row.libc == "any",
    };
    let narrowed: Vec<&Row> = rows.iter().copied().filter(fits).collect();
    if narrowed.is_empty() { rows } else { narrowed }
}

fn narrowed_by_base<'a>(rows: Vec<&'a Row>, base: &BaseStanding) -> Vec<&'a Row> {
    let BaseStanding::Registered { row_ids, .. } = base else { return rows };
    let narrowed: Vec<&Row> = rows.iter().copied().filter(|row| row_ids.contains(&row.id)).collect();
    if narrowed.is_empty() { rows } else { narrowed }
}

fn narrowed_by_entrypoint<'a>(
    standard: &Standard,
    rows: Vec<&'a Row>,
    evidence: &Evidence,
    base: &BaseStanding,
) -> Vec<&'a Row> {
    let Some(entrypoint) = evidence.entrypoint.as_deref() else { return rows };
    let named = |row: &&Row| application(standard, row).is_some_and(|name| name == entrypoint);
    if rows.iter().any(named) {
        return rows.into_iter().filter(named).collect();
    }
    let stands_on_own_base = |row: &Row| matches!(base, BaseStanding::Registered { row_ids, .. } if row_ids.len() == 1 && row_ids[0] == row.id);
    rows.into_iter().filter(|row| application(standard, row).is_none() || stands_on_own_base(row)).collect()
}

/// The one application that a row of plain executables is meant for, by the last part of its base's repository.
fn application(standard: &Standard, row: &Row) -> Option<String> {
    if !row.runtime.ends_with("-elf") {
        return None;
    }
    let own = Reference::normalise(row.base.first()?, &standard.mirrors).ok()?;
    let rom = crate::base::registered(standard, &own)?;
    (rom.row_ids.as_slice() == [row.id.clone()]).then_some(())?;
    own.repository.rsplit('/').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::DirectBase;

    fn check(base: &str, edit: impl Fn(&mut Evidence), expected: &str) {
        let standard = Standard::builtin().unwrap();
        let reference = Some(base.to_owned()).filter(|base| !base.is_empty());
        let mut evidence = Evidence { base: DirectBase { reference, ..DirectBase::default() }, ..Evidence::default() };
        edit(&mut evidence);
        let standing = BaseStanding::of(&standard, &evidence.base);
        let told = match choose(&standard, &evidence, &standing) {
            Ok(ClassChoice { row, source: ClassSource::Ambiguous { candidates } }) => {
                format!("{} of {}", row.id, candidates.join(" "))
            }
            Ok(ClassChoice { row, source }) => format!("{} {source:?}", row.id),
            Err(reason) => reason.text(),
        };
        assert_eq!(told, expected);
    }

    fn runs(runtime: &str) -> impl Fn(&mut Evidence) {
        move |evidence| evidence.runtimes = vec![runtime.to_owned()]
    }

    #[test]
    fn a_declared_class_is_taken_at_its_word() {
        check("", |evidence| evidence.class = Some("static-web".into()), "static-web Declared");
        check(
            "alpine:3.21",
            |evidence| evidence.class = Some("rust".into()),
            "the declared class `rust` is not a row of the standard",
        );
    }

    #[test]
    fn the_c_library_tells_the_two_python_classes_apart() {
        let python = |libc| {
            move |evidence: &mut Evidence| {
                evidence.runtimes = vec!["python".into()];
                evidence.libc = libc;
            }
        };
        check("", python(Some(Libc::Musl)), "python-service Inferred");
        check("", python(Some(Libc::Glibc)), "python-ml Inferred");
        check("", python(None), "python-ml of python-service python-ml");
        check("python:3.12-alpine", python(None), "python-service Inferred");
    }

    #[test]
    fn a_foreign_c_library_does_not_take_the_class_away() {
        let node = |evidence: &mut Evidence| {
            evidence.runtimes = vec!["node".into()];
            evidence.libc = Some(Libc::Glibc);
        };
        check("", node, "node-portal Inferred");
    }

    #[test]
    fn a_base_narrows_a_static_binary() {
        check("coredns/coredns:1.11", runs("static-elf"), "dns-resolver Inferred");
        check("alpine:3.21", runs("static-elf"), "go-multistage of go-static go-multistage");
        check("scratch", runs("static-elf"), "dns-resolver of go-static go-multistage dns-resolver");
    }

    #[test]
    fn an_entry_point_keeps_a_row_of_one_application_for_that_application() {
        let starts = |name: &'static str| {
            move |evidence: &mut Evidence| {
                evidence.runtimes = vec!["static-elf".into()];
                evidence.entrypoint = Some(name.into());
            }
        };
        check("scratch", starts("relay"), "go-multistage of go-static go-multistage");
        check("scratch", starts("coredns"), "dns-resolver Inferred");
        check("coredns/coredns:1.11", starts("start"), "dns-resolver Inferred");
    }

    #[test]
    fn a_base_of_other_classes_does_not_take_the_class_away() {
        check("alpine:3.21", runs("node"), "node-portal Inferred");
    }

    #[test]
    fn without_a_fitting_row_there_is_no_class() {
        check("alpine:3.21", |_| {}, "no class is declared and no runtime was recognised");
        check("", runs("java"), "no class is declared and no row of the standard is meant for java");
    }
}
