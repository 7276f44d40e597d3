//! What openssl and the Python libraries of secure-systems-lab and in-toto say of our keys, envelopes and signatures,
//! and what we say of theirs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mvi_image::{Algorithm as Hash, Digest};
use mvi_seal::{Algorithm, ImageSignature, PublicKey, Sealed, SigningKey, pre_authentication};
use serde_json::Value;

use crate::sample::{content, entropy, key};

/// Runs a program to its good end; its standard output.
fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

fn fails(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(!output.status.success(), "{program} {arguments:?} should fail");
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The Python that has the libraries; `tools/set-up.sh` makes it.
fn python() -> String {
    let root =
        std::env::var_os("MVI_VERIFIERS").map_or_else(|| std::env::temp_dir().join("mvi-verifiers"), PathBuf::from);
    let python = root.join("bin/python");
    assert!(python.is_file(), "{} is missing: run tools/set-up.sh", python.display());
    python.to_str().unwrap().to_owned()
}

fn openssl_verifies(algorithm: Algorithm, public: &str, message: &str, signature: &str) -> Vec<String> {
    let line = match algorithm {
        Algorithm::Ed25519 => {
            format!("pkeyutl -verify -pubin -inkey {public} -rawin -in {message} -sigfile {signature}")
        }
        Algorithm::EcdsaP256 => format!("dgst -sha256 -verify {public} -signature {signature} {message}"),
    };
    line.split(' ').map(str::to_owned).collect()
}

fn check_openssl(algorithm: Algorithm) {
    let folder = tempfile::tempdir().unwrap();
    let key = key(algorithm, 3);
    let public = write(folder.path(), "public.pem", key.public().to_pem().as_bytes());
    for password in [None, Some("pass:secret")] {
        let pem = key.to_pem(password.map(|_| b"secret".as_slice()), &entropy(3)).unwrap();
        let private = write(folder.path(), "private.pem", pem.as_bytes());
        let extra = password.map_or(vec![], |password| vec!["-passin", password]);
        let told = run("openssl", &[&["pkey", "-in", &private, "-pubout"][..], &extra].concat());
        assert_eq!(told, key.public().to_pem(), "openssl reads our private key");
    }

    let sealed = Sealed::seal(&content("ROM-GO-V13", 1, None), &[&key]).unwrap();
    let envelope: Value = serde_json::from_slice(sealed.bytes()).unwrap();
    let payload = STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
    let signed = pre_authentication(envelope["payloadType"].as_str().unwrap(), &payload);
    let signature = STANDARD.decode(envelope["signatures"][0]["sig"].as_str().unwrap()).unwrap();
    let message = write(folder.path(), "message", &signed);
    let signature = write(folder.path(), "signature", &signature);
    let arguments = openssl_verifies(algorithm, &public, &message, &signature);
    run("openssl", &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    write(folder.path(), "message", &[&signed, b" ".as_slice()].concat());
    fails("openssl", &arguments.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn openssl_verifies_a_record_sealed_with_ed25519() {
    check_openssl(Algorithm::Ed25519);
}

#[test]
fn openssl_verifies_a_record_sealed_with_p256() {
    check_openssl(Algorithm::EcdsaP256);
}

#[test]
fn openssl_verifies_an_image_signature_as_cosign_lays_it_out() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(Algorithm::EcdsaP256, 4);
    let image = Digest::of(Hash::Sha256, b"manifest");
    let signed = ImageSignature::sign("example.com/app", &image, &key).unwrap();
    let public = write(folder.path(), "cosign.pub", key.public().to_pem().as_bytes());
    let payload = write(folder.path(), "payload", &signed.payload);
    let signature = write(folder.path(), "signature", &STANDARD.decode(&signed.signature).unwrap());
    run("openssl", &["dgst", "-sha256", "-verify", &public, "-signature", &signature, &payload]);
}

#[test]
fn keys_that_openssl_made_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (ed, ec, plain) = (path("ed.pem"), path("ec.pem"), path("plain.pem"));
    run("openssl", &["genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:secret", "-out", &ed]);
    let curve = "ec_paramgen_curve:P-256";
    run(
        "openssl",
        &["genpkey", "-algorithm", "EC", "-pkeyopt", curve, "-aes-128-cbc", "-pass", "pass:secret", "-out", &ec],
    );
    run("openssl", &["genpkey", "-algorithm", "EC", "-pkeyopt", curve, "-out", &plain]);
    for (file, password) in [(&ed, Some(b"secret".as_slice())), (&ec, Some(b"secret")), (&plain, None)] {
        let key = SigningKey::from_pem(&fs::read_to_string(file).unwrap(), password).unwrap();
        let told = run("openssl", &["pkey", "-in", file, "-pubout", "-passin", "pass:secret"]);
        assert_eq!(key.public(), PublicKey::from_pem(&told).unwrap());
    }
    let wrong = path("wrong.pem");
    run("openssl", &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", &wrong]);
    let refused = SigningKey::from_pem(&fs::read_to_string(&wrong).unwrap(), None);
    assert_eq!(refused.err().map(|error| error.code()), Some("E-KEY"));
}

#[test]
fn the_libraries_of_secure_systems_lab_and_in_toto_verify_a_record() {
    const PROGRAM: &str = r#"
import json, sys
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey
from in_toto_attestation.v1.statement import Statement
from google.protobuf.json_format import ParseDict
import in_toto_attestation.v1.statement_pb2 as pb
document = json.load(open(sys.argv[1]))
key = SSlibKey.from_dict(sys.argv[3], {"keytype": sys.argv[4], "scheme": sys.argv[5],
                                      "keyval": {"public": sys.argv[2]}})
envelope = Envelope.from_dict(document)
envelope.verify([key], 1)
statement = json.loads(envelope.payload)
Statement.copy_from_pb(ParseDict(statement, pb.Statement())).validate()
print(statement["predicate"]["name"])
"#;
    let folder = tempfile::tempdir().unwrap();
    let python = python();
    for algorithm in [Algorithm::Ed25519, Algorithm::EcdsaP256] {
        let key = key(algorithm, 5);
        let sealed = Sealed::seal(&content("ROM-GO-V13", 1, None), &[&key]).unwrap();
        let file = write(folder.path(), "rom.json", sealed.bytes());
        let public = key.public();
        let (kind, scheme, text) = match algorithm {
            // This library wants the bare 32 bytes in hex, the last ones of the DER form.
            Algorithm::Ed25519 => ("ed25519", "ed25519", bare(&public)),
            Algorithm::EcdsaP256 => ("ecdsa", "ecdsa-sha2-nistp256", public.to_pem()),
        };
        assert_eq!(run(&python, &["-c", PROGRAM, &file, &text, public.id(), kind, scheme]).trim(), "ROM-GO-V13");
        let mut altered = sealed.bytes().to_vec();
        let at = altered.windows(7).position(|bytes| bytes == b"payload").unwrap() + 40;
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        let file = write(folder.path(), "altered.json", &altered);
        fails(&python, &["-c", PROGRAM, &file, &text, public.id(), kind, scheme]);
    }
}

fn bare(public: &PublicKey) -> String {
    let pem = public.to_pem();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(body).unwrap();
    der[der.len() - 32..].iter().map(|byte| format!("{byte:02x}")).collect()
}
