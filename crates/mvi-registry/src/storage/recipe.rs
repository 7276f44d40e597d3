//! A layer's tar, made again byte for byte from its recipe: pieces of tar as they were, and between them the names of
//! the files whose content belongs there.
//!
//! Format: github.com/vbatts/tar-split, `tar/storage/entry.go`: gzipped lines of JSON, type 1 a file, type 2 a piece.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Component, Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;
use mvi_image::StoreError;
use serde::Deserialize;

use crate::error::RegistryError;

/// Bytes of one line: a piece holds at most some headers and the padding around them.
const LINE_BYTES: u64 = 16 << 20;
/// Links followed to one file.
const LINKS: usize = 40;

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: u8,
    #[serde(default)]
    name: Option<String>,
    /// The name in base64 where it is not UTF-8.
    #[serde(default)]
    name_raw: Option<String>,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    payload: Option<String>,
}

/// The tar of a layer as a stream.
pub(super) struct Reassembled {
    lines: BufReader<MultiGzDecoder<BufReader<File>>>,
    root: PathBuf,
    piece: Piece,
}

enum Piece {
    /// Bytes of the recipe.
    Bytes(Cursor<Vec<u8>>),
    /// The content of a file, so many bytes more.
    Content { file: File, path: PathBuf, left: u64 },
    /// Nothing follows.
    End,
}

impl Reassembled {
    /// From a recipe and the folder with the layer's files.
    pub(super) fn new(recipe: File, root: PathBuf) -> Self {
        let lines = BufReader::new(MultiGzDecoder::new(BufReader::new(recipe)));
        Self { lines, root, piece: Piece::Bytes(Cursor::default()) }
    }

    fn next_piece(&mut self) -> io::Result<Piece> {
        let mut line = Vec::new();
        if (&mut self.lines).take(LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
            return Ok(Piece::End);
        }
        let bad = |why: String| broken(&self.root, format!("its recipe makes no sense: {why}"));
        let line: Line = serde_json::from_slice(&line).map_err(|error| bad(error.to_string()))?;
        let decode = |text: &str| STANDARD.decode(text).map_err(|error| bad(error.to_string()));
        match line.kind {
            2 => Ok(Piece::Bytes(Cursor::new(decode(line.payload.as_deref().unwrap_or_default())?))),
            1 if line.size == 0 => Ok(Piece::Bytes(Cursor::default())),
            1 => {
                let name = match (line.name_raw, line.name) {
                    (Some(raw), _) => OsString::from_vec(decode(&raw)?),
                    (None, Some(name)) => OsString::from(name),
                    (None, None) => return Err(bad("a file has no name".into())),
                };
                let path = resolve(&self.root, &name).ok_or_else(|| {
                    let name = mvi_image::printable(name.as_bytes());
                    broken(&self.root, format!("`{name}` of its recipe is no file of the layer"))
                })?;
                let file = File::open(&path).map_err(|error| broken(&path, error.to_string()))?;
                Ok(Piece::Content { file, path, left: line.size })
            }
            kind => Err(bad(format!("an entry of kind {kind}"))),
        }
    }
}

impl Read for Reassembled {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            match &mut self.piece {
                Piece::End => return Ok(0),
                Piece::Bytes(bytes) => {
                    let count = bytes.read(out)?;
                    if count > 0 {
                        return Ok(count);
                    }
                }
                Piece::Content { left: 0, .. } => {}
                Piece::Content { file, path, left } => {
                    let wanted = out.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                    let count = file.read(&mut out[..wanted])?;
                    if count == 0 {
                        return Err(broken(path, format!("it is {left} bytes shorter than its layer says")));
                    }
                    *left -= count as u64;
                    return Ok(count);
                }
            }
            self.piece = self.next_piece()?;
        }
    }
}

fn broken(path: &Path, why: String) -> io::Error {
    StoreError::from(RegistryError::Storage { path: path.to_owned(), why }).into_io()
}

/// The regular file of a name inside a root; links on the way stay inside, as they did when the layer was unpacked.
fn resolve(root: &Path, name: &OsStr) -> Option<PathBuf> {
    let parts = |path: &Path| -> Vec<OsString> {
        let part = |part: Component<'_>| match part {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        };
        path.components().filter_map(part).collect()
    };
    let mut left: VecDeque<OsString> = parts(Path::new(name)).into();
    let mut inside: Vec<OsString> = Vec::new();
    let mut links = 0;
    while let Some(part) = left.pop_front() {
        if part == ".." {
            inside.pop();
            continue;
        }
        inside.push(part);
        let path = inside.iter().fold(root.to_owned(), |path, part| path.join(part));
        let metadata = fs::symlink_metadata(&path).ok()?;
        if left.is_empty() {
            return metadata.is_file().then_some(path);
        }
        if metadata.is_symlink() {
            links += 1;
            let target = fs::read_link(&path).ok().filter(|_| links <= LINKS)?;
            inside.pop();
            if target.is_absolute() {
                inside.clear();
            }
            parts(&target).into_iter().rev().for_each(|part| left.push_front(part));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::fs::symlink;

    use super::*;

    /// What a recipe of these lines makes of a folder with some files.
    fn check(lines: &[&str], expected: Result<&str, &str>) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("diff");
        fs::create_dir_all(root.join("real")).unwrap();
        fs::write(root.join("real/file"), "content").unwrap();
        fs::write(folder.path().join("outside"), "secret").unwrap();
        symlink("/real", root.join("absolute")).unwrap();
        symlink("..", root.join("out")).unwrap();
        symlink("real/file", root.join("last")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        let recipe = folder.path().join("recipe");
        let mut encoder = flate2::write::GzEncoder::new(File::create(&recipe).unwrap(), flate2::Compression::fast());
        encoder.write_all(lines.join("\n").as_bytes()).unwrap();
        encoder.finish().unwrap();
        let mut text = String::new();
        let read = Reassembled::new(File::open(recipe).unwrap(), root).read_to_string(&mut text);
        match (read, expected) {
            (Ok(_), Ok(expected)) => assert_eq!(text, expected),
            (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
            (found, expected) => panic!("{found:?} is not {expected:?}"),
        }
    }

    #[test]
    fn pieces_and_files_are_put_together_in_order() {
        let lines = [
            r#"{"type":2,"payload":"aGVhZA==","position":0}"#,
            r#"{"type":1,"name":"real/file","size":4,"payload":"x","position":1}"#,
            r#"{"type":1,"name":"real/","payload":null,"position":2}"#,
            r#"{"type":2,"payload":"dGFpbA==","position":3}"#,
        ];
        check(&lines, Ok("headconttail"));
        check(&[r#"{"type":1,"name_raw":"cmVhbC9maWxl","size":7}"#], Ok("content"));
        check(&[], Ok(""));
    }

    #[test]
    fn links_on_the_way_stay_inside() {
        check(&[r#"{"type":1,"name":"absolute/file","size":7}"#], Ok("content"));
        check(&[r#"{"type":1,"name":"out/real/file","size":7}"#], Ok("content"));
        check(&[r#"{"type":1,"name":"out/outside","size":6}"#], Err("no file of the layer"));
        check(&[r#"{"type":1,"name":"../outside","size":6}"#], Err("no file of the layer"));
        check(&[r#"{"type":1,"name":"last","size":7}"#], Err("no file of the layer"));
        check(&[r#"{"type":1,"name":"loop/x","size":7}"#], Err("no file of the layer"));
    }

    #[test]
    fn recipes_that_make_no_sense_are_refused() {
        check(&["nonsense"], Err("makes no sense"));
        check(&[r#"{"type":3}"#], Err("kind 3"));
        check(&[r#"{"type":1,"size":1}"#], Err("no name"));
        check(&[r#"{"type":2,"payload":"%"}"#], Err("makes no sense"));
        check(&[r#"{"type":1,"name":"real/file","size":9}"#], Err("2 bytes shorter"));
    }
}
