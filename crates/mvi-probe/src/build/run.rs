//! Runs a builder's command under its guard: its words are passed on and kept, its time is limited.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader, PipeReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use super::builder::Builder;
use super::error::BuildError;
use super::guard::{Guarded, TOLD};
use super::request::Order;

/// Why a command was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Its time was over.
    Time,
    /// Something killed it.
    Killed,
}

/// The last of what a command wrote, line by line; standard output and errors in the order they came.
#[derive(Debug, Clone, Default)]
pub struct Log {
    lines: VecDeque<String>,
    held: usize,
    /// Lines that it wrote.
    pub total: u64,
    /// Bytes that it wrote.
    pub bytes: u64,
}

/// Bytes of a log that are kept; steps come early, so the first lines are kept as well as the last.
const KEPT: usize = 8 << 20;
/// Bytes of a line that are kept; the rest of it is passed over.
const LINE: u64 = 16 << 10;

impl Log {
    fn add(&mut self, line: String, bytes: u64) {
        self.total += 1;
        self.bytes += bytes;
        self.held += line.len();
        self.lines.push_back(line);
        while self.held > KEPT {
            self.held -= self.lines.pop_front().map_or(self.held, |line| line.len());
        }
    }

    /// The lines that were kept, oldest first.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// True where some were not.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        (self.lines.len() as u64) < self.total
    }
}

/// A command that ended.
#[derive(Debug, Clone)]
pub struct Ran {
    /// From its start to its end.
    pub took: Duration,
    /// Its exit code; none where it was killed.
    pub code: Option<i32>,
    /// Why it was stopped, if it was.
    pub stopped: Option<Stop>,
    /// What it wrote.
    pub log: Log,
    /// What its guard had to do.
    pub guarded: Guarded,
}

/// Runs commands.
pub struct Runner<'a> {
    /// The program that guards, and the words before the builder's name, the folder and the command.
    pub guard: (&'a Path, &'a [&'a str]),
    /// How long one command may take.
    pub limit: Duration,
    /// Is shown every line as it comes.
    pub watch: &'a mut dyn FnMut(&str),
}

/// How long a guard may take to clean up behind a command.
const CLEANING: Duration = Duration::from_secs(60);

impl Runner<'_> {
    /// Runs one command of a builder. `folder` is private to the build.
    ///
    /// # Errors
    /// A guard or a command that cannot be started.
    pub fn run(&mut self, builder: &dyn Builder, order: &Order, folder: &Path) -> Result<Ran, BuildError> {
        let start = |source| BuildError::Start { program: order.program.to_string_lossy().into_owned(), source };
        let (reader, writer) = std::io::pipe().map_err(start)?;
        // What the guard of the command before said is not this one's.
        let _ = fs::remove_file(folder.join(TOLD));
        let mut command = Command::new(self.guard.0);
        let own = std::process::id().to_string();
        command.args(self.guard.1).arg(builder.name()).arg(folder).arg(own).args(words(order));
        command.stdin(Stdio::piped()).stdout(writer.try_clone().map_err(start)?).stderr(writer);
        // A group of its own: a terminal's interrupt is for us, and the guard hears of it by our end.
        command.process_group(0);
        let mut child = command.spawn().map_err(start)?;
        drop(command);
        let began = Instant::now();
        let (log, in_time) = self.listen(reader, &mut child, began);
        let stopped = (!in_time).then_some(Stop::Time);
        if stopped.is_some() {
            drop(child.stdin.take());
        }
        await_guard(&mut child);
        let told = fs::read(folder.join(TOLD)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let Some(guarded) = told else {
            let said = log.lines().next_back().unwrap_or("its guard was killed").to_owned();
            return Err(start(std::io::Error::other(said)));
        };
        let guarded: Guarded = guarded;
        let stopped = stopped.or_else(|| guarded.code.is_none().then_some(Stop::Killed));
        let took = Duration::from_micros(guarded.micros);
        Ok(Ran { took, code: guarded.code, stopped, log, guarded })
    }

    /// Reads lines until the command's end or its time's; true where it was in time.
    fn listen(&mut self, reader: PipeReader, child: &mut Child, began: Instant) -> (Log, bool) {
        let lines = lines_of(reader);
        let mut log = Log::default();
        let mut ended: Option<Instant> = None;
        loop {
            match lines.recv_timeout(LOOK) {
                Ok((line, bytes)) => {
                    (self.watch)(&line);
                    log.add(line, bytes);
                }
                Err(RecvTimeoutError::Disconnected) => return (log, true),
                Err(RecvTimeoutError::Timeout) => {}
            }
            // What the command left running may hold the other end for ever.
            if ended.is_none() && !matches!(child.try_wait(), Ok(None)) {
                ended = Some(Instant::now());
            }
            if ended.is_some_and(|ended| ended.elapsed() > LATE) {
                return (log, true);
            }
            if ended.is_none() && began.elapsed() >= self.limit {
                return (log, false);
            }
        }
    }
}

/// How often it is looked whether the command has ended.
const LOOK: Duration = Duration::from_millis(50);
/// How long lines may come behind its end.
const LATE: Duration = Duration::from_secs(1);

/// The words behind the guard's folder: variables, `--`, and the command.
fn words(order: &Order) -> Vec<OsString> {
    let variables = order.variables.iter().map(|(name, value)| OsString::from(format!("{name}={value}")));
    let mut words: Vec<OsString> = variables.collect();
    words.push("--".into());
    words.push(order.program.clone());
    words.extend(order.words.iter().cloned());
    words
}

/// Lines as they come, with their bytes; what ends too late is cut.
fn lines_of(reader: PipeReader) -> Receiver<(String, u64)> {
    let (send, receive) = sync_channel(256);
    std::thread::spawn(move || {
        let mut reader = BufReader::new(reader);
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            match (&mut reader).take(LINE).read_until(b'\n', &mut bytes) {
                Ok(1..) => {}
                Ok(0) | Err(_) => return,
            }
            let line = String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned();
            if send.send((line, bytes.len() as u64)).is_err() {
                return;
            }
        }
    });
    receive
}

fn await_guard(child: &mut Child) {
    let began = Instant::now();
    while let Ok(None) = child.try_wait() {
        if began.elapsed() > CLEANING {
            let _ = child.kill();
            let _ = child.wait();
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
