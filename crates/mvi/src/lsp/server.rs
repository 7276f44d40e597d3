//! The conversation with an editor: files are opened, changed and closed; questions are answered in their order.

use std::collections::HashMap;

use anyhow::Context as _;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidCloseTextDocument, DidOpenTextDocument, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{CodeActionRequest, HoverRequest, Request as _};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProviderCapability, DidChangeTextDocumentParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, HoverParams, HoverProviderCapability, InitializeParams,
    InitializeResult, PublishDiagnosticsParams, ServerCapabilities, ServerInfo, TextDocumentSyncCapability,
    TextDocumentSyncKind, Uri,
};
use mvi_dockerfile::Dockerfile;
use serde::de::DeserializeOwned;

use super::answer::Document;
use super::place::{Encoding, path_of};
use crate::actions::lint::{LintJob, Target};
use crate::report::TOOL;

/// Longest file that is linted while it is typed, bytes; longer ones are no Dockerfiles.
const LONGEST: usize = 4 << 20;

/// Speaks with one editor until it says that it is the end.
///
/// # Errors
/// An editor that breaks the protocol or leaves without a word.
pub(crate) fn serve(connection: &Connection, job: &LintJob<'_>) -> anyhow::Result<()> {
    let (id, params) = connection.initialize_start().context("the editor does not begin as the protocol says")?;
    let params: InitializeParams = serde_json::from_value(params).context("the editor's first words make no sense")?;
    let general = params.capabilities.general.as_ref();
    let offered = general.and_then(|general| general.position_encodings.as_deref());
    let encoding = Encoding::choose(offered);
    let result = InitializeResult {
        capabilities: capabilities(encoding),
        server_info: Some(ServerInfo { name: TOOL.name.into(), version: Some(TOOL.version.into()) }),
    };
    let result = serde_json::to_value(result).context("the server cannot say what it can do")?;
    connection.initialize_finish(id, result).context("the editor does not begin as the protocol says")?;
    let mut server = Server { connection, job, encoding, documents: HashMap::new() };
    for message in &connection.receiver {
        match message {
            Message::Request(request) => {
                if connection.handle_shutdown(&request).context("the editor does not end as the protocol says")? {
                    return Ok(());
                }
                let response = server.respond(request);
                server.send(Message::Response(response))?;
            }
            Message::Notification(notification) => server.notice(notification)?,
            // Nothing was asked of the editor.
            Message::Response(_) => {}
        }
    }
    anyhow::bail!("the editor left without saying so")
}

fn capabilities(encoding: Encoding) -> ServerCapabilities {
    let kinds = vec![CodeActionKind::QUICKFIX, CodeActionKind::SOURCE_FIX_ALL];
    let actions = CodeActionOptions { code_action_kinds: Some(kinds), ..CodeActionOptions::default() };
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
        ..ServerCapabilities::default()
    }
}

struct Server<'a> {
    connection: &'a Connection,
    job: &'a LintJob<'a>,
    encoding: Encoding,
    /// By URI.
    documents: HashMap<String, Document>,
}

impl Server<'_> {
    fn respond(&self, request: Request) -> Response {
        match request.method.as_str() {
            HoverRequest::METHOD => answer(request, |params: HoverParams| {
                let place = params.text_document_position_params;
                self.documents.get(place.text_document.uri.as_str())?.hover(place.position)
            }),
            CodeActionRequest::METHOD => answer(request, |params: CodeActionParams| {
                let document = self.documents.get(params.text_document.uri.as_str())?;
                Some(document.actions(params.range, params.context.only.as_deref()))
            }),
            method => {
                let message = format!("`{method}` is not known here");
                Response::new_err(request.id, ErrorCode::MethodNotFound as i32, message)
            }
        }
    }

    /// Notices what happens to files; what makes no sense is passed over, as the protocol has no answer to it.
    fn notice(&mut self, notification: Notification) -> anyhow::Result<()> {
        match notification.method.as_str() {
            DidOpenTextDocument::METHOD => {
                if let Ok(params) = serde_json::from_value::<DidOpenTextDocumentParams>(notification.params) {
                    let document = params.text_document;
                    self.lint(document.uri, document.version, &document.text)?;
                }
            }
            DidChangeTextDocument::METHOD => {
                if let Ok(params) = serde_json::from_value::<DidChangeTextDocumentParams>(notification.params) {
                    // Whole texts were asked for; the last is the newest.
                    if let Some(change) = params.content_changes.last() {
                        self.lint(params.text_document.uri, params.text_document.version, &change.text)?;
                    }
                }
            }
            DidCloseTextDocument::METHOD => {
                if let Ok(params) = serde_json::from_value::<DidCloseTextDocumentParams>(notification.params) {
                    let uri = params.text_document.uri;
                    self.documents.remove(uri.as_str());
                    self.publish(PublishDiagnosticsParams { uri, diagnostics: Vec::new(), version: None })?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn lint(&mut self, uri: Uri, version: i32, text: &str) -> anyhow::Result<()> {
        if text.len() > LONGEST {
            self.documents.remove(uri.as_str());
            return self.publish(PublishDiagnosticsParams { uri, diagnostics: Vec::new(), version: Some(version) });
        }
        let target = path_of(uri.as_str()).map_or(Target::Stdin, Target::File);
        let file = Dockerfile::parse(text.as_bytes());
        let (settings, findings) = self.job.judge(&target, &file);
        let encoding = self.encoding;
        let document = Document { uri: uri.clone(), version, file, findings, settings, encoding };
        let (diagnostics, version) = (document.diagnostics(), Some(document.version));
        self.documents.insert(uri.as_str().to_owned(), document);
        self.publish(PublishDiagnosticsParams { uri, diagnostics, version })
    }

    fn publish(&self, params: PublishDiagnosticsParams) -> anyhow::Result<()> {
        self.send(Message::Notification(Notification::new(PublishDiagnostics::METHOD.to_owned(), params)))
    }

    fn send(&self, message: Message) -> anyhow::Result<()> {
        self.connection.sender.send(message).map_err(|_| anyhow::anyhow!("the editor does not listen any more"))
    }
}

fn answer<P: DeserializeOwned, R: serde::Serialize>(request: Request, find: impl FnOnce(P) -> Option<R>) -> Response {
    match serde_json::from_value(request.params) {
        Ok(params) => Response::new_ok(request.id, find(params)),
        Err(error) => Response::new_err(request.id, ErrorCode::InvalidParams as i32, error.to_string()),
    }
}
