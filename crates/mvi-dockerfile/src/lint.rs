//! Linting one file: every rule that is wanted, then what comments keep back, in order of place.

use crate::finding::{Finding, Level};
use crate::rule::{RuleMeta, Shown};
use crate::rules::{RULES, rule_of, unused_ignore};
use crate::selection::{Choice, find_rule};
use crate::settings::LintSettings;
use crate::suppress::{CheckDirectives, Ledger, Pragmas, Terms};
use crate::syntax::Dockerfile;

/// Findings of one rule in one file; what is beyond is only counted.
const MOST: usize = 200;

/// The findings in a file, in order of their place.
#[must_use]
pub fn lint(file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
    settle(file, settings, check(file, settings), Foreign::NotAsked)
}

/// Whether another program looked at the file's scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// `ShellCheck` did, and its findings are among these.
    Asked,
    /// None did, so that nothing can be said of comments about its rules.
    NotAsked,
}

/// What the rules say that are wanted, in no order, comments not heeded.
#[must_use]
pub fn check(file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let directives = CheckDirectives::read(file);
    for (index, rule) in RULES.iter().enumerate() {
        let mut choice = settings.selection.rule(index);
        if choice == Choice::Off && rule.meta().shown == Shown::WhenAsked && directives.asks_for(rule.meta()) {
            choice = Choice::On;
        }
        if choice.level(Level::Style).is_none() {
            continue;
        }
        let mut found = rule.check(file, settings);
        if found.len() > MOST {
            found.sort_by_key(|finding| finding.span);
            let more = found.len() - MOST;
            found.truncate(MOST);
            if let Some(last) = found.last_mut() {
                last.notes.push(format!("{more} more of these are not shown"));
            }
        }
        for mut finding in found {
            finding.level = choice.level(finding.level).unwrap_or(finding.level);
            findings.push(finding);
        }
    }
    findings
}

/// Findings as they are told: without those that comments keep back, with those about such comments, in order.
///
/// Findings of other programs may be among them; they are chosen by the selection here.
#[must_use]
pub fn settle(file: &Dockerfile, settings: &LintSettings, found: Vec<Finding>, foreign: Foreign) -> Vec<Finding> {
    let pragmas = if settings.pragmas_count { Pragmas::read(file) } else { Pragmas::default() };
    let mut ledger = Ledger::new(file, &pragmas, settings.today);
    let directives = CheckDirectives::read(file);
    let mut told = Vec::with_capacity(found.len());
    for finding in found {
        let Some(mut finding) = directives.judge(file, finding) else { continue };
        let meta = rule_of(&finding.code);
        if meta.is_none() {
            match settings.selection.foreign(&finding.code).level(finding.level) {
                Some(level) => finding.level = level,
                None => continue,
            }
        }
        let names = meta.into_iter().flat_map(|meta| [meta.name].into_iter().chain(meta.twins.iter().copied()));
        let names: Vec<&str> = std::iter::once(&*finding.code).chain(names).collect();
        if !ledger.keeps_back(&finding, names.into_iter()) {
            told.push(finding);
        }
    }
    told.extend(unused(&ledger, settings, foreign));
    told.sort_by(|a, b| (a.span, &a.code, &a.message).cmp(&(b.span, &b.code, &b.message)));
    told.dedup();
    told
}

/// Our own pragmas that kept nothing back, as far as their rules ran at all.
fn unused(ledger: &Ledger<'_>, settings: &LintSettings, foreign: Foreign) -> Vec<Finding> {
    let Some(level) = choice_of(&unused_ignore::META, settings).level(unused_ignore::META.level) else {
        return Vec::new();
    };
    let ran = |rule: &str| match find_rule(rule) {
        Some(meta) => choice_of(meta, settings).level(meta.level).is_some(),
        None => foreign == Foreign::Asked && rule.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("SC")),
    };
    let ours = ledger.unused().filter(|(pragma, ..)| pragma.terms != Terms::Hadolint);
    ours.filter(|(_, rule, _)| ran(rule))
        .map(|(_, rule, span)| {
            let mut finding = unused_ignore::finding(rule, span);
            finding.level = level;
            finding
        })
        .take(MOST)
        .collect()
}

fn choice_of(meta: &RuleMeta, settings: &LintSettings) -> Choice {
    let index = RULES.iter().position(|rule| std::ptr::eq(rule.meta(), meta));
    index.map_or(Choice::Off, |index| settings.selection.rule(index))
}
