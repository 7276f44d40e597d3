//! What is said of one open file: diagnostics, the why of a rule, repairs.

use std::collections::HashMap;
use std::sync::Arc;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, Diagnostic, DiagnosticSeverity, DiagnosticTag, Hover,
    HoverContents, MarkupContent, MarkupKind, NumberOrString, Position, Range, TextEdit, Uri, WorkspaceEdit,
};
use mvi_dockerfile::{Dockerfile, Edit, Finding, Level, LintSettings, RuleMeta, Safety, Span, repair, rule_of};

use super::place::{Encoding, touch};

/// The kind of the action that makes all safe repairs; editors can make it whenever a file is saved.
const FIX_ALL: &str = "source.fixAll.mvi";

/// A file that is open in the editor.
pub(super) struct Document {
    pub(super) uri: Uri,
    pub(super) version: i32,
    pub(super) file: Dockerfile,
    pub(super) findings: Vec<Finding>,
    pub(super) settings: Arc<LintSettings>,
    pub(super) encoding: Encoding,
}

impl Document {
    /// What the editor said it holds.
    pub(super) fn source(&self) -> (Uri, i32, String) {
        (self.uri.clone(), self.version, self.file.text().to_owned())
    }

    /// Its findings as an editor shows them.
    pub(super) fn diagnostics(&self) -> Vec<Diagnostic> {
        self.findings.iter().map(|finding| self.diagnostic(finding)).collect()
    }

    fn diagnostic(&self, finding: &Finding) -> Diagnostic {
        let text: Vec<&str> = [&finding.message].into_iter().chain(&finding.notes).map(String::as_str).collect();
        let is_old = rule_of(&finding.code).is_some_and(|meta| meta.name.ends_with("-deprecated"));
        Diagnostic {
            range: self.encoding.range(&self.file, finding.span),
            severity: Some(match finding.level {
                Level::Error => DiagnosticSeverity::ERROR,
                Level::Warning => DiagnosticSeverity::WARNING,
                Level::Info => DiagnosticSeverity::INFORMATION,
                Level::Style => DiagnosticSeverity::HINT,
            }),
            code: Some(NumberOrString::String(finding.code.to_string())),
            source: Some("mvi".into()),
            message: text.join("\n"),
            tags: is_old.then(|| vec![DiagnosticTag::DEPRECATED]),
            ..Diagnostic::default()
        }
    }

    /// Why the rules are rules that were broken here.
    pub(super) fn hover(&self, position: Position) -> Option<Hover> {
        let here = Range { start: position, end: position };
        let mut told: Vec<&RuleMeta> = Vec::new();
        for finding in &self.findings {
            let meta = rule_of(&finding.code).filter(|_| touch(here, self.encoding.range(&self.file, finding.span)));
            told.extend(meta.filter(|meta| !told.iter().any(|other| other.code == meta.code)));
        }
        let value: Vec<String> = told.into_iter().map(explain).collect();
        let contents = MarkupContent { kind: MarkupKind::Markdown, value: value.join("\n\n---\n\n") };
        (!value.is_empty()).then_some(Hover { contents: HoverContents::Markup(contents), range: None })
    }

    /// Repairs of what is found in a range, and all safe ones together.
    pub(super) fn actions(&self, range: Range, only: Option<&[CodeActionKind]>) -> Vec<CodeActionOrCommand> {
        let mut actions = Vec::new();
        if wants(only, "quickfix") {
            for finding in &self.findings {
                let Some(fix) = &finding.fix else { continue };
                let place = self.encoding.range(&self.file, finding.span);
                // Anywhere on its lines: nobody aims at a word to have it repaired.
                if range.start.line <= place.end.line && place.start.line <= range.end.line {
                    actions.push(CodeActionOrCommand::CodeAction(CodeAction {
                        title: format!("{} ({})", fix.title, finding.code),
                        kind: Some(CodeActionKind::QUICKFIX),
                        diagnostics: Some(vec![self.diagnostic(finding)]),
                        edit: Some(self.edit(&fix.edits)),
                        is_preferred: Some(fix.safety == Safety::Safe),
                        ..CodeAction::default()
                    }));
                }
            }
        }
        if wants(only, FIX_ALL) {
            actions.extend(self.repair_all().map(CodeActionOrCommand::CodeAction));
        }
        actions
    }

    fn repair_all(&self) -> Option<CodeAction> {
        let safe = |finding: &Finding| finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe);
        if !self.findings.iter().any(safe) {
            return None;
        }
        let repaired = repair(self.file.text().as_bytes(), &self.settings, Safety::Safe);
        if repaired.made.is_empty() {
            return None;
        }
        let whole = Span::new(0, self.file.text().len() as u32);
        let edit = Edit { span: whole, text: String::from_utf8(repaired.bytes).ok()? };
        Some(CodeAction {
            title: "make all safe repairs of this file".into(),
            kind: Some(CodeActionKind::new(FIX_ALL)),
            edit: Some(self.edit(&[edit])),
            ..CodeAction::default()
        })
    }

    #[allow(clippy::mutable_key_type)] // the protocol's own type; nothing changes a URI here
    fn edit(&self, edits: &[Edit]) -> WorkspaceEdit {
        let edit =
            |edit: &Edit| TextEdit { range: self.encoding.range(&self.file, edit.span), new_text: edit.text.clone() };
        let changes = HashMap::from([(self.uri.clone(), edits.iter().map(edit).collect())]);
        WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
    }
}

/// Whether an editor that asks for some kinds of actions only wants this one; kinds are hierarchies with dots.
fn wants(only: Option<&[CodeActionKind]>, kind: &str) -> bool {
    let is_within = |asked: &CodeActionKind| {
        let rest = kind.strip_prefix(asked.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || asked.as_str().is_empty())
    };
    only.is_none_or(|only| only.iter().any(is_within))
}

fn explain(meta: &RuleMeta) -> String {
    let twins = if meta.twins.is_empty() { String::new() } else { format!(" ({})", meta.twins.join(", ")) };
    let (code, name, why) = (meta.code, meta.name, meta.why);
    let (bad, good) = (meta.bad.trim_end(), meta.good.trim_end());
    format!(
        "**{code}** {name}{twins}\n\n{why}\n\nBad:\n\n```dockerfile\n{bad}\n```\n\nGood:\n\n```dockerfile\n{good}\n```"
    )
}
