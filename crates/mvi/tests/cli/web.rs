//! Feeds from the web, by the program: a server of the test's own on this machine.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value;

use crate::desk::{Desk, text};
use crate::follow::follow;

/// A server with one document; it answers 304 to those who have it.
struct Web {
    host: String,
    /// Its `ETag` and its text.
    document: Arc<Mutex<(String, String)>>,
    /// The heads of all requests.
    asked: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Web {
    fn new(document: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let document = Arc::new(Mutex::new(("\"1\"".to_owned(), document.to_owned())));
        let (asked, over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let shared = (document.clone(), asked.clone(), over.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.2.load(Ordering::SeqCst) {
                    break;
                }
                serve(stream.unwrap(), &shared.0, &shared.1);
            }
        });
        Self { host, document, asked, over, thread: Some(thread) }
    }

    fn url(&self) -> String {
        format!("http://{}/osv.json", self.host)
    }

    fn insecure(&self) -> String {
        format!("--insecure={}", self.host)
    }

    fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(&self.host));
        self.thread.take().map(JoinHandle::join);
    }
}

fn serve(mut stream: TcpStream, document: &Mutex<(String, String)>, asked: &Mutex<Vec<String>>) {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let (etag, body) = document.lock().unwrap().clone();
    let knows = head.iter().any(|line| line.to_lowercase() == format!("if-none-match: {etag}"));
    let answer = match (head.first().is_some_and(|line| line.contains("/osv.json")), knows) {
        (false, _) => "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".to_owned(),
        (true, true) => "HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n".to_owned(),
        (true, false) => {
            let length = body.len();
            format!("HTTP/1.1 200 OK\r\nconnection: close\r\netag: {etag}\r\ncontent-length: {length}\r\n\r\n{body}")
        }
    };
    asked.lock().unwrap().push(head.join("\n"));
    // Whoever hangs up needs no answer.
    let _ = stream.write_all(answer.as_bytes());
}

fn record(id: &str) -> String {
    format!(
        r#"{{"id": "{id}", "modified": "2026-03-01T00:00:00Z", "affected": [{{"package": {{"ecosystem": "PyPI", "name": "a"}},
        "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}]}}]}}]}}"#
    )
}

fn json(desk: &Desk, arguments: &[&str], exit: i32) -> Value {
    let output = desk.run(&[arguments, &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {}", text(&output.stderr));
    let schema = match arguments[1] {
        "status" => include_str!("../../schema/mvi-db-status-1.json"),
        _ => include_str!("../../schema/mvi-db-import-1.json"),
    };
    follow(schema, &output.stdout)
}

#[test]
fn an_address_is_imported_remembered_and_asked_again() {
    let (desk, web) = (Desk::bare(), Web::new(&record("PYSEC-1")));
    let first = json(&desk, &["db", "import", &web.url(), &web.insecure()], 0);
    assert_eq!((&first["fetched"][0]["outcome"], &first["taken"]), (&"fetched".into(), &1.into()));
    let status = json(&desk, &["db", "status"], 0);
    assert_eq!(status["feeds"][0]["sources"][0], web.url());
    assert_eq!((&status["levels"][4]["max_days"], &status["levels"][4]["fresh"]), (&1.into(), &true.into()));
    let same = json(&desk, &["db", "update", &web.insecure()], 0);
    assert_eq!((&same["fetched"][0]["outcome"], &same["advisories"]), (&"unchanged".into(), &1.into()));
    *web.document.lock().unwrap() = ("\"2\"".to_owned(), record("PYSEC-2"));
    let more = json(&desk, &["db", "update", &web.insecure()], 0);
    assert_eq!((&more["fetched"][0]["outcome"], &more["advisories"]), (&"fetched".into(), &2.into()));
    assert_eq!(web.count(), 3);
}

#[test]
fn what_cannot_be_had_is_named_and_what_was_known_stays() {
    let (desk, web) = (Desk::bare(), Web::new(&record("PYSEC-1")));
    desk.says(&["db", "import", &web.url(), &web.insecure()]);
    let other = format!("http://{}/none.json", web.host);
    let missing = json(&desk, &["db", "import", &other, &web.insecure()], 3);
    assert_eq!((&missing["fetched"][0]["outcome"], &missing["advisories"]), (&"failed".into(), &1.into()));
    assert_eq!(missing["rejects"][0]["place"], other);
    let before = web.count();
    let plain = json(&desk, &["db", "import", &web.url()], 3);
    assert!(plain["rejects"][0]["reason"].as_str().unwrap().contains("--insecure="), "{plain}");
    assert_eq!(web.count(), before, "nobody is asked in plain HTTP who was not named for it");
}

#[test]
fn an_index_of_files_has_nothing_to_update() {
    let desk = Desk::bare();
    desk.write("osv.json", record("PYSEC-1").as_bytes());
    desk.says(&["db", "import", "osv.json"]);
    let output = desk.run(&["db", "update"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("mvi db import URL"), "{}", text(&output.stderr));
}

#[test]
fn an_export_from_a_file_keeps_the_address_and_asks_it_anew() {
    let (desk, web) = (Desk::bare(), Web::new(&record("PYSEC-1")));
    desk.says(&["db", "import", &web.url(), &web.insecure()]);
    desk.write("osv.json", record("PYSEC-3").as_bytes());
    let known = json(&desk, &["db", "import", "osv.json"], 0);
    assert_eq!(known["feeds"][0]["sources"][0], web.url());
}

#[test]
fn old_feeds_are_too_old_for_high_levels() {
    let (desk, web) = (Desk::bare(), Web::new(&record("PYSEC-1")));
    desk.says(&["db", "import", &web.url(), &web.insecure()]);
    assert_eq!(desk.run(&["db", "status", "--level", "4"]).status.code(), Some(0));
    assert_eq!(desk.run(&["db", "status", "--level", "9"]).status.code(), Some(2));
    let said = desk.says(&["db", "status"]);
    assert!(said.contains("young enough for L0 public (30 d)") && !said.contains("too old for"), "{said}");
}
