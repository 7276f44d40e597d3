//! A large fleet in a real registry: what a scan of 500 images on 40 bases downloads, byte by byte.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::desk::Desk;
use crate::distribution::Distribution;
use crate::layout::Layout;
use crate::stage::json;

const IMAGES: u64 = 500;
const BASES: u64 = 40;
const REPOSITORIES: u64 = 50;

/// A kept connection to a registry: a program for each of 500 images would take longer than the scan.
struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Connection {
    fn new(host: &str) -> Self {
        Self { stream: BufReader::new(TcpStream::connect(host).unwrap()), host: host.to_owned() }
    }

    /// One request; the status and the `Location` of its answer.
    fn send(&mut self, method: &str, target: &str, kind: &str, body: &[u8]) -> (u16, String) {
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            self.host,
            body.len()
        );
        let request = [head.as_bytes(), body].concat();
        self.stream.get_mut().write_all(&request).unwrap();
        let (mut status, mut location, mut length) = (0, String::new(), 0);
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            let line = line.trim_end();
            match line.split_once(": ") {
                Some(("Location", value)) => location = value.to_owned(),
                Some(("Content-Length", value)) => length = value.parse().unwrap(),
                None if line.is_empty() => break,
                None => status = line.split(' ').nth(1).unwrap().parse().unwrap(),
                Some(_) => {}
            }
        }
        self.stream.read_exact(&mut vec![0; length]).unwrap();
        (status, location)
    }

    fn put_blob(&mut self, repository: &str, digest: &str, bytes: &[u8]) {
        let (status, location) = self.send("POST", &format!("/v2/{repository}/blobs/uploads/"), "text/plain", b"");
        assert_eq!(status, 202);
        let target = location.trim_start_matches(&format!("http://{}", self.host)).to_owned();
        let target = format!("{target}&digest={digest}");
        assert_eq!(self.send("PUT", &target, "application/octet-stream", bytes).0, 201);
    }

    fn put_manifest(&mut self, name: &str, tag: &str, kind: &str, bytes: &[u8]) {
        assert_eq!(self.send("PUT", &format!("/v2/{name}/manifests/{tag}"), kind, bytes).0, 201);
    }
}

/// Pushes image `number`; its blobs and its manifest, by digest with their length.
fn push(connection: &mut Connection, number: u64) -> BTreeMap<String, u64> {
    let base = number % BASES;
    let folder = tempfile::tempdir().unwrap();
    Layout::new(&[2 * base + 1, 2 * base + 2, 1000 + number]).write(folder.path());
    let blob = |digest: &str| fs::read(folder.path().join("blobs").join(digest.replace(':', "/"))).unwrap();
    let index: Value = serde_json::from_slice(&fs::read(folder.path().join("index.json")).unwrap()).unwrap();
    let top = &index["manifests"][0];
    let (digest, kind) = (top["digest"].as_str().unwrap(), top["mediaType"].as_str().unwrap());
    let manifest = blob(digest);
    let mut pushed = BTreeMap::from([(digest.to_owned(), manifest.len() as u64)]);
    let read: Value = serde_json::from_slice(&manifest).unwrap();
    let repository = format!("team{}/service", number % REPOSITORIES);
    for part in read["layers"].as_array().unwrap().iter().chain([&read["config"]]) {
        let digest = part["digest"].as_str().unwrap();
        let bytes = blob(digest);
        connection.put_blob(&repository, digest, &bytes);
        pushed.insert(digest.to_owned(), bytes.len() as u64);
    }
    connection.put_manifest(&repository, &format!("v{number}"), kind, &manifest);
    pushed
}

#[test]
fn five_hundred_images_on_forty_bases_cost_their_distinct_blobs_and_manifests() {
    let registry = Distribution::anonymous();
    let mut connection = Connection::new(&registry.host);
    let mut distinct = BTreeMap::new();
    for number in 0..IMAGES {
        distinct.extend(push(&mut connection, number));
    }
    // Every image has a layer, a config and a manifest of its own.
    assert_eq!(distinct.len() as u64, 2 * BASES + 3 * IMAGES);
    let (desk, before) = (Desk::bare(), registry.log().len());
    let place = format!("docker://{}/*", registry.host);
    let report = json(&desk, &["fleet", "scan", &place, "--insecure", "--platform", "linux/amd64"]);
    assert_eq!((&report["found"], report["unreadable"].as_array().unwrap().len()), (&IMAGES.into(), 0));
    let log = registry.log();
    let fetched: Vec<u64> = log[before..]
        .iter()
        .filter(|(method, path, status, _)| {
            method == "GET" && *status == 200 && (path.contains("/blobs/") || path.contains("/manifests/"))
        })
        .map(|(_, _, _, written)| *written)
        .collect();
    assert_eq!(fetched.iter().sum::<u64>(), distinct.values().sum::<u64>());
    assert_eq!(fetched.len(), distinct.len());
}
