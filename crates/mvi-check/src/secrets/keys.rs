//! Private keys in texts: PEM of every kind, OpenSSH's and PGP's among them, JSON around them or not.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use memchr::memmem;

use super::{Certainty, Secret};

const BEGIN: &[u8] = b"-----BEGIN ";
/// Bytes of the longest label that is read.
const LABEL: usize = 40;
/// Bytes of the longest key that is read, with its line ends.
const LONGEST: usize = 32 << 10;
/// Bytes of the smallest key: Ed25519 in PKCS#8.
const SMALLEST: usize = 40;
/// Keys of one text that are looked at.
const MOST: usize = 256;

/// The private keys in a text. What only looks like one, as in source that writes keys, has no body that makes sense.
pub(super) fn keys(text: &[u8]) -> Vec<Secret> {
    let mut found = Vec::new();
    for at in memmem::find_iter(text, BEGIN).take(MOST) {
        let behind = text.get(at + BEGIN.len()..).unwrap_or_default();
        let front = behind.get(..behind.len().min(LABEL + 5)).unwrap_or_default();
        let Some(end) = memmem::find(front, b"-----") else { continue };
        let (label, rest) = behind.split_at(end);
        if !(label.ends_with(b"PRIVATE KEY") || label == b"PGP PRIVATE KEY BLOCK") {
            continue;
        }
        let rest = rest.get(5..rest.len().min(LONGEST)).unwrap_or_default();
        let Some(end) = memmem::find(rest, b"-----END") else { continue };
        if let Some((body, certainty)) = read(label, &rest[..end]) {
            let mut secret = Secret::new("private-key", certainty, (text, at), &body);
            secret.name = Some(mvi_image::printable(label));
            secret.starts = BASE64_STANDARD.encode(body.get(..3).unwrap_or_default());
            found.push(secret);
        }
    }
    found
}

/// The bytes of a key and whether it is locked; none when they are no key.
fn read(label: &[u8], armoured: &[u8]) -> Option<(Vec<u8>, Certainty)> {
    let (mut digits, mut locked) = (Vec::new(), label.starts_with(b"ENCRYPTED"));
    // In JSON and in source the ends of lines are spelt.
    let plain = replace(&replace(armoured, b"\\r", b"\n"), b"\\n", b"\n");
    for line in plain.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii().trim_ascii_start();
        let line = line.strip_suffix(b"\\").unwrap_or(line);
        if line.contains(&b':') {
            locked |= memmem::find(line, b"ENCRYPTED").is_some();
        } else if line.starts_with(b"=") && label.starts_with(b"PGP") {
            break;
        } else {
            let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'+' | b',' | b' ');
            let from = line.iter().position(|byte| !is_quote(byte)).unwrap_or(line.len());
            let to = line.iter().rposition(|byte| !is_quote(byte) || *byte == b'+').map_or(from, |last| last + 1);
            digits.extend_from_slice(line.get(from..to.max(from)).unwrap_or_default());
        }
    }
    while digits.last() == Some(&b'=') {
        digits.pop();
    }
    let digits: Vec<u8> = digits.iter().copied().chain(std::iter::repeat_n(b'=', (4 - digits.len() % 4) % 4)).collect();
    let body = BASE64_STANDARD.decode(&digits).ok().filter(|body| body.len() >= SMALLEST)?;
    let makes_sense = match label {
        b"OPENSSH PRIVATE KEY" => body.starts_with(b"openssh-key-v1\0"),
        b"PGP PRIVATE KEY BLOCK" => body.first().is_some_and(|byte| byte & 0x80 != 0),
        // The bytes of a key that is locked the old way are noise; else it is a sequence in DER.
        _ => locked || body.first() == Some(&0x30),
    };
    if label == b"OPENSSH PRIVATE KEY" {
        // The name of the cipher follows the magic: PROTOCOL.key of OpenSSH.
        locked = body.get(19..23) != Some(b"none");
    }
    makes_sense.then_some((body, if locked { Certainty::Locked } else { Certainty::ByForm }))
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut last = 0;
    for at in memmem::find_iter(text, from) {
        out.extend_from_slice(text.get(last..at).unwrap_or_default());
        out.extend_from_slice(to);
        last = at + from.len();
    }
    out.extend_from_slice(text.get(last..).unwrap_or_default());
    out
}
