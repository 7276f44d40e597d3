//! The conversation with an editor: files are opened, changed and closed; questions are answered in their order.

use std::collections::HashMap;

use anyhow::Context as _;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use lsp_types::notification::{
    DidChangeConfiguration, DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument,
    DidSaveTextDocument, Notification as _, PublishDiagnostics, ShowMessage,
};
use lsp_types::request::{CodeActionRequest, HoverRequest, RegisterCapability, Request as _};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProviderCapability, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    HoverParams, HoverProviderCapability, InitializeParams, InitializeResult, MessageType, PublishDiagnosticsParams,
    ServerCapabilities, ServerInfo, ShowMessageParams, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, Uri,
};
use mvi_dockerfile::Dockerfile;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::answer::Document;
use super::place::{Encoding, path_of};
use crate::actions::lint::{Bench, Target};
use crate::report::TOOL;

/// Longest file that is linted while it is typed, bytes; longer ones are no Dockerfiles.
const LONGEST: usize = 4 << 20;

/// Speaks with one editor until it says that it is the end. `read` reads the settings: at the beginning, and whenever
/// the editor says that a file was changed which they come from.
///
/// # Errors
/// An editor that breaks the protocol or leaves without a word.
pub(crate) fn serve(connection: &Connection, read: &dyn Fn() -> anyhow::Result<Bench>) -> anyhow::Result<()> {
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
    let mut server = Server { connection, read, bench: read()?, encoding, documents: HashMap::new() };
    let watches = params.capabilities.workspace.and_then(|workspace| workspace.did_change_watched_files);
    if watches.and_then(|watches| watches.dynamic_registration) == Some(true) {
        server.send(Message::Request(watch()))?;
    }
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
            // Nothing that was asked of the editor needs its answer.
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
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::FULL),
            save: Some(TextDocumentSyncSaveOptions::Supported(true)),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
        ..ServerCapabilities::default()
    }
}

/// Files whose changes are told: those that settings come from, and those that say what is built from a Dockerfile.
const WATCHED: &[&str] = &[
    "mvi.toml",
    "hadolint.yaml",
    "hadolint.yml",
    ".dockerignore",
    ".containerignore",
    "compose.yaml",
    "compose.yml",
    ".gitlab-ci.yml",
    ".hcl",
];

/// Whether a file may change what is said of others.
fn matters(uri: &str) -> bool {
    WATCHED.iter().any(|end| uri.ends_with(end)) || uri.contains("/.github/workflows/")
}

/// The request that the editor tells of changes that others make to such files.
fn watch() -> Request {
    let globs = WATCHED.iter().map(|end| format!("**/*{end}")).chain(["**/.github/workflows/*".to_owned()]);
    let watchers: Vec<_> = globs.map(|glob| json!({"globPattern": glob})).collect();
    let registration =
        json!({"id": "settings", "method": DidChangeWatchedFiles::METHOD, "registerOptions": {"watchers": watchers}});
    Request::new(
        "watch".to_owned().into(),
        RegisterCapability::METHOD.to_owned(),
        json!({"registrations": [registration]}),
    )
}

struct Server<'a> {
    connection: &'a Connection,
    read: &'a dyn Fn() -> anyhow::Result<Bench>,
    bench: Bench,
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
            DidSaveTextDocument::METHOD => {
                if let Ok(params) = serde_json::from_value::<DidSaveTextDocumentParams>(notification.params) {
                    self.changed(&[params.text_document.uri.as_str()])?;
                }
            }
            DidChangeWatchedFiles::METHOD => {
                if let Ok(params) = serde_json::from_value::<DidChangeWatchedFilesParams>(notification.params) {
                    let changed: Vec<&str> = params.changes.iter().map(|change| change.uri.as_str()).collect();
                    self.changed(&changed)?;
                }
            }
            DidChangeConfiguration::METHOD => self.read_again()?,
            _ => {}
        }
        Ok(())
    }

    /// Reads the settings again when one of these files may have changed them.
    fn changed(&mut self, uris: &[&str]) -> anyhow::Result<()> {
        if uris.iter().any(|uri| matters(uri)) { self.read_again() } else { Ok(()) }
    }

    /// Reads the settings again and judges all open files by them; those that are not valid change nothing.
    fn read_again(&mut self) -> anyhow::Result<()> {
        match (self.read)() {
            Ok(bench) => self.bench = bench,
            Err(error) => {
                let params = ShowMessageParams { typ: MessageType::ERROR, message: format!("{error:#}") };
                return self.send(Message::Notification(Notification::new(ShowMessage::METHOD.to_owned(), params)));
            }
        }
        let mut open: Vec<_> = self.documents.values().map(Document::source).collect();
        open.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
        open.into_iter().try_for_each(|(uri, version, text)| self.lint(uri, version, &text))
    }

    fn lint(&mut self, uri: Uri, version: i32, text: &str) -> anyhow::Result<()> {
        if text.len() > LONGEST {
            self.documents.remove(uri.as_str());
            return self.publish(PublishDiagnosticsParams { uri, diagnostics: Vec::new(), version: Some(version) });
        }
        let target = path_of(uri.as_str()).map_or(Target::Stdin, Target::File);
        let file = Dockerfile::parse(text.as_bytes());
        let (settings, findings) = self.bench.judge(&target, &file);
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
