//! Files of any shape: archives member by member, compressed files as what is in them, all of it bounded.

use std::fmt;
use std::io::{BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::ops::Range;

use flate2::read::MultiGzDecoder;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_json::Value;
use zip::ZipArchive;

use super::{Shape, csaf, epss, kev, osv, secdb, shape_of, tracker};
use crate::import::Intake;

/// Bytes that tell what a document is.
const HEAD: usize = 64 << 10;

/// Bytes, and members, of an archive that are unpacked before they are read.
const BATCH: usize = 8 << 20;
const BATCH_MEMBERS: usize = 4096;

/// Takes in a file.
///
/// # Errors
/// Why nothing, or no more, can be read of it.
pub(crate) fn read(intake: &mut Intake<'_>, mut source: impl Read + Seek) -> Result<(), String> {
    let head = head(&mut source)?;
    source.seek(SeekFrom::Start(0)).map_err(|error| error.to_string())?;
    match shape_of(&head)? {
        Shape::Zip => zip(intake, source),
        Shape::Gzip => {
            let mut inner = MultiGzDecoder::new(BufReader::new(source)).take(intake.limits().unpacked);
            let head = self::head(&mut inner)?;
            let whole = BufReader::with_capacity(HEAD, Cursor::new(head.clone()).chain(inner));
            match shape_of(&head)? {
                Shape::Zip | Shape::Gzip => Err("an archive in a compressed file".to_owned()),
                shape => document(intake, shape, whole),
            }
        }
        shape => {
            let most = intake.limits().unpacked;
            document(intake, shape, BufReader::with_capacity(HEAD, source.take(most)))
        }
    }
}

/// Takes in a document that is in memory.
///
/// # Errors
/// Why it cannot be read.
pub(crate) fn read_member(intake: &mut Intake<'_>, bytes: &[u8]) -> Result<(), String> {
    match shape_of(&bytes[..bytes.len().min(HEAD)])? {
        Shape::Zip | Shape::Gzip => Err("an archive in an archive".to_owned()),
        shape => document(intake, shape, bytes),
    }
}

fn head(source: &mut impl Read) -> Result<Vec<u8>, String> {
    let mut head = Vec::new();
    source.take(HEAD as u64).read_to_end(&mut head).map_err(|error| error.to_string())?;
    Ok(head)
}

fn document(intake: &mut Intake<'_>, shape: Shape, mut source: impl BufRead) -> Result<(), String> {
    match shape {
        Shape::Epss => return epss::read(intake, source),
        Shape::Tracker => return tracker::read(intake, source),
        Shape::Osv => return records(intake, source),
        Shape::Zip | Shape::Gzip | Shape::Secdb | Shape::TrackerEntry | Shape::Csaf | Shape::Kev => {}
    }
    let most = intake.limits().document;
    let mut bytes = Vec::new();
    source.by_ref().take(most + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > most {
        return Err(format!("more than {most} bytes in one document"));
    }
    match shape {
        Shape::Secdb => secdb::read(intake, &bytes),
        Shape::TrackerEntry => tracker::read_entry(intake, &bytes),
        Shape::Csaf => csaf::read(intake, &bytes),
        Shape::Kev => kev::read(intake, &bytes),
        Shape::Osv | Shape::Tracker | Shape::Epss | Shape::Zip | Shape::Gzip => Err("read elsewhere".to_owned()),
    }
}

/// OSV records: one, a list, or one a line.
fn records(intake: &mut Intake<'_>, mut source: impl BufRead) -> Result<(), String> {
    let first = source.fill_buf().map_err(|error| error.to_string())?;
    let is_list = first.trim_ascii_start().first() == Some(&b'[');
    let mut number = 0usize;
    if is_list {
        let mut list = serde_json::Deserializer::from_reader(source);
        return list.deserialize_seq(List { intake }).map_err(|error| error.to_string());
    }
    let most = intake.limits().document;
    for value in serde_json::Deserializer::from_reader(source.take(most)).into_iter::<Value>() {
        number += 1;
        let value = value.map_err(|error| format!("record {number}: {error}"))?;
        one(intake, value, number);
    }
    Ok(())
}

fn one(intake: &mut Intake<'_>, value: Value, number: usize) {
    let read = serde_json::from_value::<osv::Record>(value).map_err(|error| error.to_string());
    match read.and_then(osv::advisory) {
        Ok((feed, advisory)) => intake.osv(&feed, advisory, false),
        Err(reason) if number == 1 => intake.reject("", reason),
        Err(reason) => intake.reject(&format!("record {number}"), reason),
    }
}

struct List<'i, 'm> {
    intake: &'i mut Intake<'m>,
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut number = 0;
        while let Some(value) = list.next_element_seed(Whole)? {
            number += 1;
            one(self.intake, value, number);
        }
        Ok(())
    }
}

struct Whole;

impl<'de> DeserializeSeed<'de> for Whole {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        serde::Deserialize::deserialize(source)
    }
}

/// Members one after the other; one that is too large or broken is a reject and the others are read.
///
/// They are unpacked some at a time and read then: what unpacking takes and gives back between two records that stay would
/// leave holes of some ten kilobytes between them.
fn zip(intake: &mut Intake<'_>, source: impl Read + Seek) -> Result<(), String> {
    let limits = *intake.limits();
    let mut archive = ZipArchive::new(BufReader::new(source)).map_err(|error| error.to_string())?;
    if archive.len() > limits.members {
        return Err(format!("{} members, more than {}", archive.len(), limits.members));
    }
    intake.whole_exports();
    let mut left = limits.unpacked;
    let mut batch = Batch::default();
    for index in 0..archive.len() {
        let start = batch.bytes.len();
        let (name, outcome) = match archive.by_index(index) {
            Ok(member) if member.is_dir() => continue,
            Ok(member) => {
                let name = member.name().map_or_else(|_| format!("member {index}"), |name| name.into_owned());
                let read = member.take(limits.document.min(left) + 1).read_to_end(&mut batch.bytes);
                (name, read.map_err(|error| error.to_string()))
            }
            Err(error) => (format!("member {index}"), Err(error.to_string())),
        };
        let size = (batch.bytes.len() - start) as u64;
        if size > left {
            batch.read(intake);
            return Err(format!("more than {} bytes unpacked", limits.unpacked));
        }
        left -= size;
        let outcome = outcome.and_then(|_| match size > limits.document {
            true => Err(format!("more than {} bytes in one member", limits.document)),
            false => Ok(start..batch.bytes.len()),
        });
        if outcome.is_err() {
            batch.bytes.truncate(start);
        }
        batch.members.push((name, outcome));
        if batch.bytes.len() >= BATCH || batch.members.len() >= BATCH_MEMBERS {
            batch.read(intake);
        }
    }
    batch.read(intake);
    Ok(())
}

/// Members that were unpacked, or why they were not.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    members: Vec<(String, Result<Range<usize>, String>)>,
}

impl Batch {
    /// Takes in what is there, and is empty then.
    fn read(&mut self, intake: &mut Intake<'_>) {
        for (name, outcome) in self.members.drain(..) {
            let outcome = outcome.and_then(|range| {
                let bytes = self.bytes.get(range).unwrap_or_default();
                member(intake, &name, bytes)
            });
            if let Err(reason) = outcome {
                intake.reject(&name, reason);
            }
        }
        self.bytes.clear();
    }
}

/// Members are mostly OSV records, which need no detour.
fn member(intake: &mut Intake<'_>, name: &str, bytes: &[u8]) -> Result<(), String> {
    if !name.ends_with(".json") && !name.ends_with(".csv") {
        return Err("neither .json nor .csv".to_owned());
    }
    if shape_of(&bytes[..bytes.len().min(HEAD)])? == Shape::Osv && bytes.trim_ascii_start().starts_with(b"{") {
        let record = serde_json::from_slice::<osv::Record>(bytes).map_err(|error| error.to_string())?;
        let (feed, advisory) = osv::advisory(record)?;
        intake.osv(&feed, advisory, true);
        return Ok(());
    }
    intake.within(name, |intake| read_member(intake, bytes))
}
