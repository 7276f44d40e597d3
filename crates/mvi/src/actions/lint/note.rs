//! Findings of a file as the report tells them: lines and columns, names of rules, fingerprints.

use std::collections::BTreeMap;

use mvi_dockerfile::{Finding, Fix, LineIndex, Safety, Span, rule_of};
use xxhash_rust::xxh3::xxh3_128;

use crate::report::lint::{EditNote, FixNote, LintFinding, Place};

/// The findings of a file, in their order.
pub(crate) fn note(path: &str, text: &str, lines: &LineIndex, findings: Vec<Finding>) -> Vec<LintFinding> {
    // Findings of one rule in lines that read the same, by the digest of all that makes them the same.
    let mut seen: BTreeMap<u128, usize> = BTreeMap::new();
    let mut notes = Vec::with_capacity(findings.len());
    let mut print = String::new();
    for finding in findings {
        let line = line_of(text, lines, finding.span);
        print.clear();
        for part in [path, &finding.code, line] {
            print.push_str(part);
            print.push('\0');
        }
        let number = seen.entry(xxh3_128(print.as_bytes())).or_insert(0);
        print.push_str(&number.to_string());
        *number += 1;
        let meta = rule_of(&finding.code);
        notes.push(LintFinding {
            code: finding.code,
            name: meta.map(|meta| meta.name),
            twins: meta.map_or(&[], |meta| meta.twins),
            level: finding.level,
            message: finding.message,
            notes: finding.notes,
            start: place(lines, finding.span.start),
            end: place(lines, finding.span.end.max(finding.span.start)),
            fix: finding.fix.map(|fix| note_fix(lines, fix)),
            cost: None,
            fingerprint: format!("{:032x}", xxh3_128(print.as_bytes())),
            bytes: finding.span.range(),
        });
    }
    notes
}

fn note_fix(lines: &LineIndex, fix: Fix) -> FixNote {
    let edits = fix.edits.into_iter();
    let edits = edits.map(|edit| EditNote {
        start: place(lines, edit.span.start),
        end: place(lines, edit.span.end),
        text: edit.text,
    });
    FixNote { title: fix.title, safe: fix.safety == Safety::Safe, edits: edits.collect() }
}

fn place(lines: &LineIndex, offset: u32) -> Place {
    let position = lines.position(offset);
    Place { line: position.line as usize, column: position.column as usize }
}

/// The line a span begins in, without space around it and no longer than a fingerprint needs.
fn line_of<'t>(text: &'t str, lines: &LineIndex, span: Span) -> &'t str {
    let line = lines.line_span(lines.line(span.start)).unwrap_or_default().of(text).trim();
    let end = (0..=line.len().min(500)).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
    &line[..end]
}
