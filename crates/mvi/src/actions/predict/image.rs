//! A service as its image shows it: only what can be seen is said.

use std::collections::BTreeMap;

use mvi_forecast::Value;
use mvi_musl::{SubjectKind, Verdict, WheelNames};
use mvi_standard::feasibility::ReasonFacts;

use super::ServiceFile;
use crate::actions::evidence::{Statement, base, runtimes};
use crate::actions::examine::Examined;
use crate::actions::musl::answer;

/// Packages whose wheels need glibc, and more memory than any service.
const MACHINE_LEARNING: &[&str] = &["docling", "jax", "tensorflow", "torch"];
/// Packages that bring a browser.
const BROWSERS: &[&str] = &["chromium", "playwright", "puppeteer", "pyppeteer"];

/// The service in an image, with the base that the image claims.
pub(crate) fn service_of(name: &str, examined: &Examined) -> ServiceFile {
    let mut values: BTreeMap<String, Value> = BTreeMap::new();
    let mut number = |name: &str, count: usize| values.insert(name.to_owned(), Value::Number(count as f64));
    let packages = &examined.inventory().packages;
    let of_language = packages.iter().filter(|package| package.ecosystem.is_of_language());
    number("dependencies", of_language.clone().count());
    let subjects = musl(examined);
    let native = || subjects.iter().filter(|(kind, _)| matches!(kind, SubjectKind::Wheel | SubjectKind::Addon));
    number("native_extensions", native().count());
    number("without_musl", native().filter(|(_, verdict)| *verdict == Verdict::Blocked).count());
    let ran = (0..examined.layers.len()).filter_map(|layer| examined.instruction(layer));
    number("run_instructions", ran.filter(|text| text.starts_with("RUN ")).count());
    let has = |names: &[&str]| of_language.clone().any(|package| names.contains(&package.name.as_str()));
    let flags = [("machine_learning", has(MACHINE_LEARNING)), ("browser", has(BROWSERS))];
    values.extend(flags.map(|(name, is)| (name.to_owned(), Value::Flag(is))));
    if let [runtime] = runtimes(examined).as_slice() {
        values.insert("runtime".to_owned(), Value::Text(runtime.clone()));
    }
    let base = base(examined, &Statement::default()).reference;
    let reasons = ReasonFacts { interpreters: entry(examined), ..ReasonFacts::default() };
    ServiceFile::of(name, base, &values, reasons)
}

fn musl(examined: &Examined) -> Vec<(SubjectKind, Verdict)> {
    let answer = answer(examined, &WheelNames::default());
    answer.subjects.into_iter().map(|subject| (subject.kind, subject.verdict)).collect()
}

/// The program that is started with its loader, where the service is that program: interpreters are the base's.
fn entry(examined: &Examined) -> Option<BTreeMap<String, Option<String>>> {
    if !matches!(runtimes(examined).as_slice(), [runtime] if runtime.ends_with("-elf")) {
        return None;
    }
    let path = examined.runtime().entry.last()?.path.as_deref()?.trim_start_matches('/').to_owned();
    let object = examined.inventory().objects.iter().find(|object| object.path.trim_start_matches('/') == path)?;
    Some(BTreeMap::from([(path, object.facts.interpreter.clone())]))
}
