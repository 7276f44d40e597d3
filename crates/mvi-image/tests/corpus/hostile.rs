//! Damaged, hostile and odd images: what is legal is read rightly, what is wrong is refused, nothing panics.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use mvi_image::{FileKind, FileTree, printable};
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use xxhash_rust::xxh3::xxh3_64;

use crate::fixtures;
use crate::reading::{Seen, read_all, seen};

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    case: String,
    file: String,
    expect: Expect,
    what: String,
    tree: Option<BTreeMap<Name, Name>>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Expect {
    Ok,
    Error,
    Either,
}

/// Bytes that Python wrote as a string: those that are no UTF-8 became lone surrogates (`surrogateescape`, PEP 383).
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Name(Vec<u8>);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Name;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a string")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Name, E> {
                Ok(Name(unescape(bytes)))
            }
        }
        // Asked for bytes, serde_json writes a lone surrogate as the three bytes UTF-8 would have for it.
        deserializer.deserialize_bytes(Bytes)
    }
}

fn unescape(mut bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some((first, rest)) = bytes.split_first() {
        let (byte, rest) = match bytes {
            [0xed, 0xb2, low @ 0x80..=0xbf, rest @ ..] => (*low, rest),
            [0xed, 0xb3, low @ 0x80..=0xbf, rest @ ..] => (low | 0x40, rest),
            _ => (*first, rest),
        };
        out.push(byte);
        bytes = rest;
    }
    out
}

#[test]
fn hostile_images_are_read_or_refused_as_expected() {
    let folder = fixtures::hostile();
    let cases: Cases = serde_json::from_slice(&std::fs::read(folder.join("cases.json")).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in &cases.cases {
        print!("{:<28} ", case.case);
        let start = Instant::now();
        let verdict = check(case, &folder.join(&case.file).display().to_string());
        println!("{:>6.2} s  {}", start.elapsed().as_secs_f64(), verdict.as_deref().unwrap_or_else(|wrong| wrong));
        if let Err(why) = verdict {
            wrong.push(format!("{} ({}): {why}", case.case, case.what));
        }
    }
    println!("{} cases, {} wrong", cases.cases.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What became of a case, or what is wrong about that.
fn check(case: &Case, path: &str) -> Result<String, String> {
    match (read_all(path), case.expect) {
        (Err(error), Expect::Ok) => Err(format!("is legal, but: {error}")),
        (Err(error), Expect::Error | Expect::Either) => Ok(format!("refused: {}", error.code())),
        (Ok(_), Expect::Error) => Err("must be refused, but was read".into()),
        (Ok(images), Expect::Ok | Expect::Either) => {
            if let (Some(tree), Some(image)) = (&case.tree, images.first()) {
                check_tree(tree, &image.tree, case.expect)?;
            }
            Ok(format!("read: {} images", images.len()))
        }
    }
}

/// Legal images hold exactly what is listed, others at least that; folders and devices are not listed.
fn check_tree(listed: &BTreeMap<Name, Name>, tree: &FileTree, expect: Expect) -> Result<(), String> {
    let seen = seen(tree);
    for (Name(path), Name(content)) in listed {
        let found = seen.get(path).ok_or_else(|| format!("`{}` is lost", printable(path)))?;
        if !matches(found, content) {
            return Err(format!("`{}` is {found:?}", printable(path)));
        }
    }
    let is_listed = |path: &[u8]| listed.contains_key(&Name(path.to_vec()));
    let counts = |seen: &Seen| matches!(seen.kind, FileKind::File | FileKind::Symlink);
    let extra = seen.iter().find(|(path, seen)| counts(seen) && !is_listed(path));
    match extra {
        Some((path, _)) if expect == Expect::Ok => Err(format!("`{}` is made up", printable(path))),
        _ => Ok(()),
    }
}

fn matches(found: &Seen, content: &[u8]) -> bool {
    if found.kind == FileKind::Symlink {
        return content.strip_prefix(b"-> ") == found.target.as_deref();
    }
    let same = found.content.is_none_or(|found| found == xxh3_64(content));
    found.kind == FileKind::File && found.size == Some(content.len() as u64) && same
}
