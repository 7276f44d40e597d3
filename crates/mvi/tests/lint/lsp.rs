//! `mvi lsp` through a real conversation over pipes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::desk::Desk;

/// Far longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(60);
const URI: &str = "file:///work%20place/Dockerfile";
/// The rules these conversations are about.
const RULES: &str = "--select=DL3020,DL3025,DL4000,MVI1000";

/// An editor.
struct Editor {
    server: Child,
    words: Option<ChildStdin>,
    heard: Receiver<Value>,
    number: u64,
    desk: Desk,
}

impl Editor {
    fn new(encodings: &Value) -> (Self, Value) {
        let desk = Desk::new(&[]);
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("mvi"));
        command.env_clear().current_dir(desk.path(".")).args(["lsp", "--stdio", RULES]);
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        let (sender, heard) = channel();
        std::thread::spawn(move || {
            loop {
                let mut length = None;
                let mut line = String::new();
                while output.read_line(&mut line).is_ok_and(|count| count > 0) && line != "\r\n" {
                    length =
                        line.strip_prefix("Content-Length: ").map(|length| length.trim().parse().unwrap()).or(length);
                    line.clear();
                }
                let Some(length) = length else { return };
                let mut body = vec![0; length];
                output.read_exact(&mut body).unwrap();
                if sender.send(serde_json::from_slice(&body).unwrap()).is_err() {
                    return;
                }
            }
        });
        let words = server.stdin.take();
        let mut editor = Self { server, words, heard, number: 0, desk };
        let capabilities = json!({
            "general": {"positionEncodings": encodings},
            "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}},
        });
        let said = editor.ask("initialize", &json!({"processId": null, "rootUri": null, "capabilities": capabilities}));
        editor.tell("initialized", &json!({}));
        let asked = editor.hear();
        assert_eq!(asked["method"], "client/registerCapability", "{asked}");
        assert_eq!(asked["params"]["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
        editor.send(&json!({"jsonrpc": "2.0", "id": asked["id"], "result": null}));
        (editor, said)
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.words.as_mut().unwrap(), "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.words.as_mut().unwrap().flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.number += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}));
        let answer = self.hear();
        assert_eq!(answer["id"], self.number, "{answer}");
        answer
    }

    fn hear(&self) -> Value {
        self.heard.recv_timeout(PATIENCE).unwrap()
    }

    /// Opens or changes the file; what is then found, as `LINE:CHARACTER CODE`.
    fn write(&mut self, version: i64, text: &str) -> Vec<String> {
        if version == 1 {
            let document = json!({"uri": URI, "languageId": "dockerfile", "version": version, "text": text});
            self.tell("textDocument/didOpen", &json!({"textDocument": document}));
        } else {
            let document = json!({"uri": URI, "version": version});
            self.tell("textDocument/didChange", &json!({"textDocument": document, "contentChanges": [{"text": text}]}));
        }
        let heard = self.hear();
        assert_eq!(
            (&heard["method"], &heard["params"]["uri"]),
            (&json!("textDocument/publishDiagnostics"), &json!(URI))
        );
        assert_eq!(heard["params"]["version"], version);
        let found = heard["params"]["diagnostics"].as_array().unwrap();
        let place = |one: &Value| format!("{}:{}", one["range"]["start"]["line"], one["range"]["start"]["character"]);
        found.iter().map(|one| format!("{} {}", place(one), one["code"].as_str().unwrap())).collect()
    }

    fn actions(&mut self, line: u64, only: Option<&str>) -> Vec<Value> {
        let place = json!({"line": line, "character": 0});
        let context = match only {
            Some(only) => json!({"diagnostics": [], "only": [only]}),
            None => json!({"diagnostics": []}),
        };
        let range = json!({"start": place, "end": place});
        let params = json!({"textDocument": {"uri": URI}, "range": range, "context": context});
        self.ask("textDocument/codeAction", &params)["result"].as_array().unwrap().clone()
    }

    fn end(mut self) {
        assert_eq!(self.ask("shutdown", &Value::Null)["result"], Value::Null);
        self.tell("exit", &Value::Null);
        drop(self.words.take());
        let mut errors = String::new();
        self.server.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert_eq!((self.server.wait().unwrap().code(), errors.as_str()), (Some(0), ""));
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // After a failed test the server would wait for ever.
        let _ = self.server.kill();
    }
}

#[test]
fn findings_come_while_typing_and_go_when_they_are_repaired() {
    let (mut editor, said) = Editor::new(&json!(["utf-16"]));
    let can = &said["result"]["capabilities"];
    let sync = &can["textDocumentSync"];
    assert_eq!(
        (&sync["change"], &sync["save"], &can["hoverProvider"]),
        (&json!(1), &json!(true), &json!(true)),
        "{said}"
    );
    assert_eq!(editor.write(1, "FROM a:1\nADD b c\n"), ["1:0 MVI3020"]);
    assert_eq!(editor.write(2, "FROM a:1\nADD b c\nCMD d\nRUX\n"), ["1:0 MVI3020", "2:4 MVI3025", "3:0 MVI1000"]);
    assert_eq!(editor.write(3, "FROM a:1\nCOPY b c\n"), Vec::<String>::new());
    assert_eq!(editor.write(4, "FROM a:1\nADD b c\n"), ["1:0 MVI3020"]);
    editor.tell("textDocument/didClose", &json!({"textDocument": {"uri": URI}}));
    assert_eq!(editor.hear()["params"]["diagnostics"], json!([]));
    editor.end();
}

#[test]
fn places_are_counted_as_the_editor_counts() {
    let text = "FROM a:1\nENTRYPOINT é😀\nCMD é😀 b\n";
    let (mut editor, said) = Editor::new(&json!(["utf-8", "utf-16"]));
    assert_eq!(said["result"]["capabilities"]["positionEncoding"], "utf-8");
    assert_eq!(editor.write(1, text), ["1:11 MVI3025", "2:4 MVI3025"]);
    editor.end();
    let (mut editor, said) = Editor::new(&json!(null));
    assert_eq!(said["result"]["capabilities"]["positionEncoding"], "utf-16");
    editor.write(1, text);
    let fix = &editor.actions(2, Some("quickfix"))[0];
    let edits = fix["edit"]["changes"][URI].as_array().unwrap();
    let ends = edits.iter().map(|edit| &edit["range"]["end"]["character"]).collect::<Vec<_>>();
    assert_eq!(ends, [7, 9], "{fix}");
    let texts = edits.iter().map(|edit| edit["newText"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(texts, ["[\"é😀\",", "\"b\"]"]);
    editor.end();
}

#[test]
fn a_rule_says_why_under_the_pointer() {
    let (mut editor, _) = Editor::new(&json!(null));
    editor.write(1, "FROM a:1\nMAINTAINER x\n");
    let mut hover = |line: u64| {
        let params = json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": 3}});
        editor.ask("textDocument/hover", &params)["result"].clone()
    };
    let told = hover(1)["contents"]["value"].as_str().unwrap().to_owned();
    assert!(told.contains("**MVI4000**") && told.contains("DL4000") && told.contains("```dockerfile"), "{told}");
    assert_eq!(hover(0), Value::Null);
    editor.end();
}

#[test]
fn repairs_are_at_hand() {
    let (mut editor, _) = Editor::new(&json!(null));
    editor.write(1, "FROM a:1\nADD b c\nMAINTAINER x\nCMD d\n");
    let actions = editor.actions(1, None);
    assert_eq!(actions.len(), 2, "{actions:?}");
    assert_eq!((&actions[0]["kind"], &actions[0]["isPreferred"]), (&json!("quickfix"), &json!(true)));
    assert_eq!(actions[0]["diagnostics"][0]["code"], "MVI3020");
    assert_eq!(actions[0]["edit"]["changes"][URI][0]["newText"], "COPY");
    let all = &editor.actions(0, Some("source.fixAll"))[0];
    assert_eq!(
        all["edit"]["changes"][URI][0]["newText"],
        "FROM a:1\nCOPY b c\nLABEL org.opencontainers.image.authors=\"x\"\nCMD d\n"
    );
    assert_eq!(editor.actions(3, Some("quickfix"))[0]["isPreferred"], false);
    assert_eq!(editor.actions(3, Some("refactor")), Vec::<Value>::new());
    editor.end();
}

#[test]
fn what_makes_no_sense_does_no_harm() {
    let (mut editor, _) = Editor::new(&json!(null));
    assert_eq!(editor.ask("textDocument/definition", &json!({}))["error"]["code"], -32601);
    assert_eq!(editor.ask("textDocument/hover", &json!({"nothing": 1}))["error"]["code"], -32602);
    editor.tell("textDocument/didOpen", &json!({"nothing": 1}));
    editor.tell("$/unheardOf", &json!({}));
    let missing = json!({"textDocument": {"uri": "file:///missing"}, "position": {"line": 0, "character": 0}});
    assert_eq!(editor.ask("textDocument/hover", &missing)["result"], Value::Null);
    assert_eq!(editor.write(1, "FROM a:1\nADD \u{0}\u{1b} c\n").len(), 1);
    editor.end();
}

#[test]
fn settings_that_change_are_read_again() {
    let (mut editor, _) = Editor::new(&json!(null));
    let codes = |heard: &Value| -> Vec<String> {
        let found = heard["params"]["diagnostics"].as_array().unwrap();
        found.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(editor.write(1, "FROM a:1\nADD b c\nCMD d\n"), ["1:0 MVI3020", "2:4 MVI3025"]);
    // Another program writes the file, and the editor tells of it.
    editor.desk.write("mvi.toml", b"[lint]\nignore = [\"DL3020\"]\n");
    let changes = json!({"changes": [{"uri": "file:///work%20place/mvi.toml", "type": 1}]});
    editor.tell("workspace/didChangeWatchedFiles", &changes);
    assert_eq!(codes(&editor.hear()), ["MVI3025"]);
    // The editor saves one itself.
    editor.desk.write(".hadolint.yaml", b"ignored: [DL3025]\n");
    editor.tell("textDocument/didSave", &json!({"textDocument": {"uri": "file:///work%20place/.hadolint.yaml"}}));
    assert_eq!(codes(&editor.hear()), Vec::<String>::new());
    // What is wrong is said, and the last settings hold.
    editor.desk.write("mvi.toml", b"[lint]\nignore = [\"nothing\"]\n");
    editor.tell("workspace/didChangeWatchedFiles", &changes);
    let heard = editor.hear();
    assert_eq!(heard["method"], "window/showMessage");
    assert!(heard["params"]["message"].as_str().unwrap().contains("nothing"), "{heard}");
    assert_eq!(editor.write(2, "FROM a:1\nADD b c\nCMD d\n"), Vec::<String>::new());
    // Other files change nothing, and nothing is said of them.
    editor.tell("textDocument/didSave", &json!({"textDocument": {"uri": "file:///work%20place/main.c"}}));
    assert_eq!(editor.write(3, "FROM a:1\nRUX\n"), ["1:0 MVI1000"]);
    editor.end();
}
