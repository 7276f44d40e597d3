//! The Engine API of a real Podman service.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;

use mvi_image::Location;
use mvi_registry::{Daemon, RegistryOptions};

use crate::podman::{DOCKERFILE, FILES, Podman, open, open_for, read};

#[test]
fn an_image_of_a_podman_service_is_listed_and_read() {
    let mut podman = Podman::new("vfs");
    podman.build("localhost/team/app:1", DOCKERFILE, FILES);
    podman.serve();
    let daemon = Daemon::new(&podman.options()).unwrap();
    let listed = daemon.images().unwrap();
    let app = listed.iter().find(|image| image.names == ["localhost/team/app:1"]).unwrap();
    let images = open(|options| daemon.open("localhost/team/app:1", options)).unwrap();
    assert_eq!(images.len(), 1);
    assert_eq!(images[0].reference.as_deref(), Some("localhost/team/app:1"));
    assert_eq!(images[0].config_digest.as_ref().unwrap().hex(), app.id.trim_start_matches("sha256:"));
    assert_eq!(images[0].argv(), ["/etc/a"]);
    let layers = read(&images[0]);
    assert!(layers.iter().all(|layer| layer.facts.diff_id().is_some()));
    let by_id = open(|options| daemon.open(&images[0].config_digest.as_ref().unwrap().hex()[..12], options)).unwrap();
    assert_eq!(by_id[0].config_digest, images[0].config_digest);
    let location = Location::parse("docker-daemon:localhost/team/app:1").unwrap();
    assert_eq!(open(|options| mvi_registry::open(&location, &podman.options(), options)).unwrap().len(), 1);
    let other = open_for("linux/s390x".parse().unwrap(), |options| daemon.open("localhost/team/app:1", options));
    assert_eq!(other.unwrap_err().code(), "E-PLATFORM");
    let missing = open(|options| daemon.open("localhost/none:1", options)).unwrap_err();
    assert_eq!((missing.code(), missing.is_usage()), ("E-NOT-FOUND", true));
}

#[test]
fn without_a_service_there_is_a_clear_refusal() {
    let code = |options: &RegistryOptions| match Daemon::new(options).and_then(|daemon| daemon.images()) {
        Ok(_) => "fine",
        Err(error) => error.code(),
    };
    assert_eq!(code(&RegistryOptions::default()), "E-NO-SERVICE");
    let folder = tempfile::tempdir().unwrap();
    let sockets = vec![folder.path().join("none.sock")];
    assert_eq!(code(&RegistryOptions { sockets, ..Default::default() }), "E-NO-SERVICE");
    let dead = folder.path().join("dead.sock");
    drop(UnixListener::bind(&dead).unwrap());
    assert_eq!(code(&RegistryOptions { sockets: vec![dead], ..Default::default() }), "E-NO-SERVICE");
}

/// What listing images comes to with a service that answers this.
fn check(answer: &'static [u8], expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let read = stream.read(&mut request).unwrap();
        stream.write_all(answer).unwrap();
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    let daemon = Daemon::new(&RegistryOptions { sockets: vec![socket], ..Default::default() }).unwrap();
    let found = match daemon.images() {
        Ok(images) => images.into_iter().map(|image| format!("{} {:?}", image.id, image.names)).collect(),
        Err(error) => error.code().to_owned(),
    };
    assert!(server.join().unwrap().starts_with("GET /images/json HTTP/1.1\r\n"));
    assert_eq!(found, expected);
}

#[test]
fn chunked_lists_are_read_and_nonsense_is_refused() {
    check(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n14\r\n[{\"Id\":\"sha256:ab\",\"\r\n11\r\nRepoTags\":null}]\n\r\n0\r\n\r\n",
        "sha256:ab []",
    );
    check(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "E-REGISTRY");
    check(b"HTTP/1.1 500 oops\r\ncontent-length: 18\r\n\r\n{\"message\":\"broke\"}", "E-REGISTRY");
    check(b"SSH-2.0-OpenSSH_9.2\r\n", "E-REGISTRY");
    check(b"HTTP/1.1 200 OK\r\ncontent-length: 200\r\n\r\n[", "E-UNREACHABLE");
}
