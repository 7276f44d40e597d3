//! Documents on the web: fetched when they changed, and whole or not at all.

use std::io::Read as _;

use mvi_registry::{Download, Insecure, RegistryError, RegistryOptions, Validators, download};

use crate::desk::Desk;
use crate::server::{Reply, Server};

const LIMIT: u64 = 1000;

fn fetch(options: &RegistryOptions, url: &str, known: &Validators) -> Result<(Download, String), RegistryError> {
    let mut file = tempfile::tempfile().unwrap();
    let got = download(options, url, known, LIMIT, &mut file)?;
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    Ok((got, text))
}

fn get(server: &Server, path: &str) -> Result<(Download, String), RegistryError> {
    fetch(&Desk::new().options, &format!("http://{}{path}", server.host), &Validators::default())
}

#[test]
fn a_document_is_fetched_once_and_asked_about_after_that() {
    let server = Server::new(|asked| match asked.header("if-none-match") {
        Some("\"1\"") => Reply::new(304, ""),
        _ => Reply::new(200, "all").header("etag", "\"1\"").header("last-modified", "Sun, 22 Nov 2026 10:00:00 GMT"),
    });
    let (first, text) = get(&server, "/all.zip").unwrap();
    let Download::Fetched { validators, bytes } = first else { panic!("{first:?}") };
    assert_eq!((text.as_str(), bytes), ("all", 3));
    let url = format!("http://{}/all.zip", server.host);
    assert_eq!(fetch(&Desk::new().options, &url, &validators).unwrap().0, Download::Unchanged);
    let asked = server.asked();
    assert_eq!(asked[1].header("if-modified-since"), Some("Sun, 22 Nov 2026 10:00:00 GMT"));
    assert_eq!(asked[0].header("accept-encoding"), Some("identity"));
}

#[test]
fn a_connection_that_breaks_is_begun_again() {
    let server = Server::new(|asked| Reply {
        cut: (asked.before == 0).then_some(2),
        stated: Some(7),
        ..Reply::new(200, "all of it".as_bytes()[..7].to_vec())
    });
    assert_eq!(get(&server, "/all.zip").unwrap().1, "all of ");
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn what_is_too_large_is_refused_before_and_while_it_comes() {
    let stated = Server::new(|_| Reply { stated: Some(LIMIT + 1), ..Reply::new(200, "x") });
    assert_eq!(get(&stated, "/").unwrap_err().code(), "E-TOO-LARGE");
    let body = Server::new(|_| Reply { stated: None, ..Reply::new(200, vec![b'x'; 1001]) });
    assert_eq!(get(&body, "/").unwrap_err().code(), "E-TOO-LARGE");
}

#[test]
fn what_is_missing_and_what_is_no_address_is_told() {
    let server = Server::new(|_| Reply::new(404, "no such thing"));
    assert_eq!(get(&server, "/none").unwrap_err().code(), "E-NOT-FOUND");
    let bad = |url: &str| fetch(&Desk::new().options, url, &Validators::default()).unwrap_err().code();
    assert_eq!(bad("ftp://feeds.example/all.zip"), "E-ADDRESS");
    assert_eq!(bad("https://ada:secret@feeds.example/all.zip"), "E-ADDRESS");
}

#[test]
fn plain_http_is_for_hosts_that_were_named_for_it() {
    let server = Server::new(|_| Reply::new(200, "all"));
    let options = RegistryOptions { insecure: Insecure::None, ..Desk::new().options };
    let url = format!("http://{}/all.zip", server.host);
    let error = fetch(&options, &url, &Validators::default()).unwrap_err();
    assert_eq!((error.code(), server.asked().len()), ("E-TLS", 0));
}
