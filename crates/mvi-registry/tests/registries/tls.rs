//! Registries behind TLS: certificates that are trusted, are not, belong to another host, or are asked of us.

use std::fs;
use std::path::Path;
use std::process::Command;

use mvi_registry::{Insecure, Trust};

use crate::desk::{Desk, told};
use crate::distribution::Distribution;
use crate::layout::Layout;

/// Runs openssl in a folder.
pub(crate) fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl").args(arguments.split_whitespace()).current_dir(folder).output();
    let output = output.expect("openssl can be run (tools/set-up.sh installs it)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// An authority `ca.crt`, and `NAME.crt` with `NAME.key` that it signed for an address.
pub(crate) fn certificates(folder: &Path, named: &[(&str, &str)]) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(folder, &format!("req -x509 {key} -keyout ca.key -out ca.crt -days 2 -subj /CN=authority"));
    for (name, address) in named {
        openssl(folder, &format!("req {key} -keyout {name}.key -out {name}.csr -subj /CN={name}"));
        fs::write(folder.join("extensions"), format!("subjectAltName={address}\nbasicConstraints=CA:FALSE\n")).unwrap();
        let sign = "x509 -req -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile extensions";
        openssl(folder, &format!("{sign} -in {name}.csr -out {name}.crt"));
    }
}

/// A registry whose certificate is for this address; `more` are further settings of its TLS.
fn serve(address: &str, more: &str) -> Distribution {
    let http = format!(", tls: {{certificate: FOLDER/server.crt, key: FOLDER/server.key{more}}}");
    Distribution::new(
        |folder| {
            certificates(folder, &[("server", address), ("client", "DNS:client")]);
            String::new()
        },
        &http,
    )
}

fn desk(trust: Trust) -> Desk {
    let mut desk = Desk::new();
    (desk.options.insecure, desk.options.trust) = (Insecure::None, trust);
    desk
}

fn trusting(path: std::path::PathBuf) -> Trust {
    Trust { ca_files: vec![path], ..Trust::default() }
}

#[test]
fn a_private_authority_is_trusted_when_it_is_named_and_not_before() {
    let registry = serve("IP:127.0.0.1", "");
    registry.push(&Layout::small(), "app:1", &[]);
    let name = format!("{}/app:1", registry.host);
    let refused = desk(Trust::default()).read(&name).unwrap_err();
    assert_eq!(refused.code(), "E-TLS");
    assert!(told(&refused).contains("UnknownIssuer"), "{refused}");
    assert_eq!(desk(trusting(registry.folder.path().join("ca.crt"))).code(&name), "fine");
    // As docker and podman keep it: a folder for the host.
    let certs = registry.folder.path().join("certs.d");
    fs::create_dir_all(certs.join(&registry.host)).unwrap();
    fs::copy(registry.folder.path().join("ca.crt"), certs.join(&registry.host).join("ca.crt")).unwrap();
    let trust = Trust { certificate_folders: vec![certs.clone()], ..Trust::default() };
    assert_eq!(desk(trust).code(&name), "fine");
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let registry = serve("DNS:other.corp", "");
    let error = desk(trusting(registry.folder.path().join("ca.crt"))).read(&format!("{}/app", registry.host));
    assert_eq!(error.unwrap_err().code(), "E-TLS");
}

#[test]
fn a_registry_that_wants_to_see_our_certificate_is_shown_it() {
    let registry = serve("IP:127.0.0.1", ", clientcas: [FOLDER/ca.crt]");
    let name = format!("{}/app:1", registry.host);
    let folder = registry.folder.path();
    let without = desk(trusting(folder.join("ca.crt"))).code(&name);
    assert!(["E-TLS", "E-UNREACHABLE"].contains(&without.as_str()), "{without}");
    let host = folder.join("certs.d").join(&registry.host);
    fs::create_dir_all(&host).unwrap();
    for (from, to) in [("ca.crt", "ca.crt"), ("client.crt", "client.cert"), ("client.key", "client.key")] {
        fs::copy(folder.join(from), host.join(to)).unwrap();
    }
    let certificate_folders = vec![folder.join("certs.d")];
    let known = desk(Trust { certificate_folders: certificate_folders.clone(), ..Trust::default() });
    assert_eq!(known.code(&name), "E-NOT-FOUND");
    fs::copy(folder.join("server.key"), host.join("client.key")).unwrap();
    assert_eq!(desk(Trust { certificate_folders, ..Trust::default() }).code(&name), "E-CERTIFICATE");
}

#[test]
fn files_that_hold_no_certificate_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty.crt"), "nothing here").unwrap();
    for name in ["empty.crt", "absent.crt"] {
        let error = desk(trusting(folder.path().join(name))).read("127.0.0.1:1/app").unwrap_err();
        assert_eq!(error.code(), "E-CERTIFICATE");
        assert!(error.to_string().contains(name), "{error}");
    }
}
