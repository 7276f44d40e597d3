//! Images that are not files: the program reaches them, remembers their layers, and says what keeps it from them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::desk::{Desk, text};

/// A registry that gives the blobs of a layout as `app:1.0`, and the paths it was asked for.
fn serve(layout: PathBuf) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let notes = asked.clone();
    std::thread::spawn(move || listener.incoming().for_each(|stream| answer(&stream.unwrap(), &layout, &notes)));
    (host, asked)
}

fn answer(mut stream: &TcpStream, layout: &Path, asked: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let Some(path) = lines.next().and_then(|line| line.split(' ').nth(1).map(str::to_owned)) else { return };
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    asked.lock().unwrap().push(path.clone());
    let index: Value = serde_json::from_slice(&std::fs::read(layout.join("index.json")).unwrap()).unwrap();
    let top = index["manifests"][0]["digest"].as_str().unwrap();
    let digest = path.rsplit('/').next().map(|name| if name == "1.0" { top } else { name }).unwrap();
    let found = std::fs::read(layout.join("blobs").join(digest.replace(':', "/")));
    let (status, body) = found.map_or((404, Vec::new()), |bytes| (200, bytes));
    let head = format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.into_bytes(), body].concat()).unwrap();
}

/// What is reported of the layers, but for whether they were remembered.
fn layers(desk: &Desk, arguments: &[&str]) -> Vec<Value> {
    let arguments = [&["layers"], arguments, &["--files", "--format", "json"]].concat();
    let mut report: Value = serde_json::from_str(&desk.says(&arguments)).unwrap();
    let mut layers = std::mem::take(report["layers"].as_array_mut().unwrap());
    layers.iter_mut().for_each(|layer| drop(layer.as_object_mut().unwrap().remove("remembered")));
    layers
}

#[test]
fn an_image_in_a_registry_is_the_same_image_and_its_layers_are_fetched_once() {
    let desk = Desk::new();
    let (host, asked) = serve(desk.path("packed"));
    let image = format!("docker://{host}/app:1.0");
    let insecure = format!("--insecure={host}");
    let here = layers(&desk, &["packed", "--no-cache"]);
    assert_eq!(layers(&desk, &[&image, &insecure]), here);
    let first = std::mem::take(&mut *asked.lock().unwrap()).len();
    assert_eq!(layers(&desk, &[&image, &insecure]), here);
    // Manifest and config; the layers are remembered.
    assert_eq!((asked.lock().unwrap().len(), first), (2, 2 + here.len()));
    desk.says(&["audit", &image, "--insecure"]);
}

/// Checks exit code and complaint.
fn check(desk: &Desk, arguments: &[&str], expected: i32, complaint: &str) {
    let output = desk.run(arguments);
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {errors}");
    assert!(errors.contains(complaint), "{arguments:?}: {errors}");
}

#[test]
fn what_keeps_an_image_away_is_said_with_what_to_do() {
    let desk = Desk::new();
    let (host, _) = serve(desk.path("packed"));
    check(&desk, &["audit", &format!("docker://{host}/app:2"), "--insecure"], 2, "error[E-NOT-FOUND]");
    check(&desk, &["audit", &format!("docker://{host}/APP"), "--insecure"], 2, "error[E-REFERENCE]");
    let absent = "--ca-file=absent.crt";
    check(&desk, &["audit", &format!("docker://{host}/app:1.0"), absent], 2, "error[E-CERTIFICATE]");
    check(&desk, &["audit", "docker-daemon:app", "--host", "unix:///nowhere.sock"], 3, "next: start Docker or Podman");
    check(&desk, &["audit", "docker-daemon:app", "--host", "tcp://10.0.0.1:2375"], 2, "unix:///PATH only");
    check(&desk, &["audit", "containers-storage:[overlay@/nowhere]app"], 3, "error[E-STORAGE]");
    check(&desk, &["audit", "app", "--mirror", "nonsense"], 2, "FROM=TO");
}

#[test]
fn mirrors_stand_in_for_registries() {
    let desk = Desk::new();
    let (host, _) = serve(desk.path("packed"));
    let mirror = format!("registry.example={host}");
    desk.says(&["layers", "docker://registry.example/app:1.0", "--mirror", &mirror, "--insecure"]);
}
