//! What a container writes: read to its end so that it never waits, the last of it kept, lines looked at.

use std::io::{PipeReader, Read as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use regex::bytes::Regex;

/// Bytes of output that are kept.
const KEPT: usize = 4 << 10;
/// Bytes of a line that are looked at.
const LINE: usize = 64 << 10;

/// The last of what a container wrote, to either stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tail {
    /// The last bytes.
    pub bytes: Vec<u8>,
    /// How many there were in all.
    pub total: u64,
}

impl Tail {
    fn push(&mut self, piece: &[u8]) {
        self.total += piece.len() as u64;
        self.bytes.extend_from_slice(&piece[piece.len().saturating_sub(KEPT)..]);
        let excess = self.bytes.len().saturating_sub(KEPT);
        self.bytes.drain(..excess);
    }

    /// The last `count` lines, as text.
    #[must_use]
    pub fn lines(&self, count: usize) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.bytes);
        let lines: Vec<String> =
            text.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        lines[lines.len().saturating_sub(count)..].to_vec()
    }
}

/// Called with the moment at which a line fits.
pub(super) type OnLine = Arc<dyn Fn() + Send + Sync>;

/// Reads the streams of one container.
pub(super) struct Output {
    tail: Arc<Mutex<Tail>>,
    readers: Vec<JoinHandle<()>>,
}

impl Output {
    /// Reads `streams`; `wanted` says which lines to call out for.
    pub(super) fn read(streams: Vec<PipeReader>, wanted: Option<(&Regex, &OnLine)>) -> Self {
        let tail = Arc::new(Mutex::new(Tail::default()));
        let reader = |mut stream: PipeReader| {
            let tail = tail.clone();
            let mut lines = wanted.as_ref().map(|(regex, call)| Lines::new((*regex).clone(), OnLine::clone(call)));
            std::thread::spawn(move || {
                let mut buffer = vec![0; 16 << 10];
                while let Ok(count @ 1..) = stream.read(&mut buffer) {
                    if let Some(lines) = &mut lines {
                        lines.push(&buffer[..count]);
                    }
                    tail.lock().unwrap_or_else(PoisonError::into_inner).push(&buffer[..count]);
                }
                if let Some(lines) = &mut lines {
                    lines.end();
                }
            })
        };
        let readers = streams.into_iter().map(reader).collect();
        Self { tail, readers }
    }

    /// The end of it, once everybody who could write is gone.
    pub(super) fn finish(self) -> Tail {
        for reader in self.readers {
            // A reader that panicked has kept what it had read.
            let _ = reader.join();
        }
        std::mem::take(&mut *self.tail.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Lines of one stream, until one fits.
struct Lines {
    regex: Regex,
    call: OnLine,
    line: Vec<u8>,
    found: bool,
}

impl Lines {
    fn new(regex: Regex, call: OnLine) -> Self {
        Self { regex, call, line: Vec::new(), found: false }
    }

    fn push(&mut self, mut piece: &[u8]) {
        while !self.found && !piece.is_empty() {
            let end = piece.iter().position(|byte| *byte == b'\n');
            let line = &piece[..end.unwrap_or(piece.len())];
            let room = LINE - self.line.len();
            self.line.extend_from_slice(&line[..line.len().min(room)]);
            let Some(end) = end else { return };
            self.end();
            piece = &piece[end + 1..];
        }
    }

    fn end(&mut self) {
        if !self.found && self.regex.is_match(&self.line) {
            self.found = true;
            (self.call)();
        }
        self.line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn check(regex: &str, pieces: &[&[u8]], expected: u32) {
        let calls = Arc::new(AtomicU32::new(0));
        let counted = calls.clone();
        let regex = Regex::new(regex).unwrap();
        let (reader, mut writer) = std::io::pipe().unwrap();
        let call: OnLine = Arc::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        let output = Output::read(vec![reader], Some((&regex, &call)));
        for piece in pieces {
            writer.write_all(piece).unwrap();
        }
        drop(writer);
        let tail = output.finish();
        assert_eq!(calls.load(Ordering::Relaxed), expected);
        assert_eq!(tail.total, pieces.iter().map(|piece| piece.len() as u64).sum::<u64>());
        assert!(tail.bytes.len() <= KEPT);
    }

    #[test]
    fn a_line_is_found_once_wherever_it_is_cut() {
        check("^ready$", &[b"starting\nrea", b"dy\nready\n"], 1);
        check("listening on \\d+", &[b"listening on 80"], 1);
        check("^ready$", &[b"not ready\n", b"already\n"], 0);
        check("x", &[&[b'y'; 100_000], b"\n", &[b'z'; 70_000], b"x\n"], 0);
        check("x", &[&[0xff; 9000], b"\nx\n"], 1);
    }

    #[test]
    fn the_last_lines_are_kept() {
        let mut tail = Tail::default();
        (0..5000).for_each(|number| tail.push(format!("line {number}\n").as_bytes()));
        assert_eq!(tail.lines(2), ["line 4998", "line 4999"]);
        assert!(tail.bytes.len() <= KEPT);
    }
}
