//! What a builder is, which ones are known, and which of them is here.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::buildah::Buildah;
use super::docker::{Buildkit, Buildx, Classic};
use super::error::BuildError;
use super::podman::Podman;
use super::request::{Order, Request};
use super::steps::Words;
use crate::program::search;

/// A program that builds Dockerfiles.
pub trait Builder: Sync {
    /// What `--builder` calls it.
    fn name(&self) -> &'static str;
    /// Commands that only succeed where it works, and write its version; each has to.
    fn ask(&self) -> Vec<Order>;
    /// What it can do, from what the last of the commands wrote; why not, where it cannot.
    ///
    /// # Errors
    /// Why it cannot be used.
    fn version(&self, written: &str) -> Result<String, String>;
    /// The command line of a build that writes the image's id to a file.
    fn build(&self, request: &Request<'_>, id_file: &Path) -> Order;
    /// The command line that saves an image, and the scheme of what it writes.
    fn export(&self, id: &str, file: &Path) -> (Order, &'static str);
    /// The command line that removes an image.
    fn remove(&self, id: &str) -> Order;
    /// The command line that lists containers, one id a line.
    fn containers(&self) -> Order;
    /// The command line that removes a container.
    fn discard(&self, container: &str) -> Order;
    /// The command line that lists images that nothing names, one id a line.
    fn unnamed(&self) -> Order;
    /// Options that give everything the time of an epoch; none where the build argument `SOURCE_DATE_EPOCH` is all it
    /// knows.
    fn dated(&self, epoch: u64) -> Vec<String>;
    /// How `FROM name` starts from the image in an archive; nothing where the archive's path is no text.
    fn base_of_archive(&self, name: &str, archive: &Path) -> Option<Base>;
    /// How it tells of its steps.
    fn words(&self) -> Words;
}

/// How a builder gets an image that lies in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// By options of a build, under the name that `FROM` has; the archive is an OCI layout.
    Options(Vec<String>),
    /// Loaded into its storage before, under the name that it has in the archive, which is as `docker save` writes it.
    Loaded(Order),
}

/// The builders: one a line, those that need no service first.
pub const BUILDERS: &[&dyn Builder] = &[&Buildah, &Podman, &Buildx, &Buildkit, &Classic];

/// A builder that is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Its name.
    pub name: &'static str,
    /// Its version, as it says.
    pub version: String,
}

/// How long a builder may think about what it is.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes of an answer that are read.
const ANSWER: u64 = 64 << 10;

/// Asks a builder whether it works here; runs nothing but its questions about itself.
///
/// # Errors
/// Why it does not, in a sentence.
pub fn detect(builder: &dyn Builder) -> Result<Found, String> {
    let mut written = String::new();
    for order in builder.ask() {
        written = answer(&order)?;
    }
    Ok(Found { name: builder.name(), version: builder.version(written.trim())? })
}

/// The program that a builder is asked through, in `path`, a list of folders, or the usual ones.
pub fn program(builder: &dyn Builder, path: &OsStr) -> Option<PathBuf> {
    builder.ask().first().and_then(|order| search(&order.program, path))
}

/// The builder of that name, or for `auto` the first that works.
///
/// # Errors
/// [`BuildError::Unknown`], [`BuildError::Missing`], [`BuildError::None`].
pub fn choose(name: &str) -> Result<(&'static dyn Builder, Found), BuildError> {
    if name != "auto" {
        let known = || BUILDERS.iter().map(|builder| builder.name()).collect::<Vec<_>>().join(", ");
        let builder = BUILDERS.iter().find(|builder| builder.name() == name);
        let builder = builder.ok_or_else(|| BuildError::Unknown { name: name.to_owned(), known: known() })?;
        let found = detect(*builder).map_err(|why| BuildError::Missing { name: name.to_owned(), why })?;
        return Ok((*builder, found));
    }
    let mut tried = Vec::new();
    for builder in BUILDERS {
        match detect(*builder) {
            Ok(found) => return Ok((*builder, found)),
            Err(why) => tried.push(format!("{} ({why})", builder.name())),
        }
    }
    Err(BuildError::None { tried: tried.join("; ") })
}

/// A command of an order; its input is empty.
pub(super) fn command(order: &Order) -> Command {
    let mut command = Command::new(&order.program);
    command.args(&order.words).envs(order.variables.iter().copied()).stdin(Stdio::null());
    command
}

/// What a short command writes; its last words where it fails.
pub(super) fn answer(order: &Order) -> Result<String, String> {
    use std::io::Read as _;
    let program = order.program.to_string_lossy().into_owned();
    let mut asked = command(order);
    asked.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = asked.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("`{program}` is not installed"),
        _ => format!("`{program}` cannot be started: {error}"),
    })?;
    let read = |stream: Option<Box<dyn std::io::Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut stream) = stream {
                // What cannot be read is not there; the exit code says whether that matters.
                let _ = stream.by_ref().take(ANSWER).read_to_end(&mut bytes);
                let _ = std::io::copy(&mut stream, &mut std::io::sink());
            }
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let out = read(child.stdout.take().map(|stream| Box::new(stream) as _));
    let err = read(child.stderr.take().map(|stream| Box::new(stream) as _));
    let began = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if began.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(10)),
            Ok(None) | Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("`{program}` gave no answer in {} s", PATIENCE.as_secs()));
            }
        }
    };
    let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
    if status.success() {
        return Ok(out);
    }
    // Where docker's client tells how to get help, it said before what is wrong.
    let says = |line: &&str| !line.is_empty() && !line.starts_with("Run '") && !line.starts_with("See '");
    let last = out.lines().chain(err.lines()).map(str::trim).rfind(says);
    Err(last.map_or_else(|| format!("`{program}` failed"), |line| line.chars().take(200).collect()))
}

/// The last word of a line such as `buildah version 1.28.2 (…)`: what follows `version`.
pub(super) fn after_version(written: &str) -> Result<String, String> {
    let mut words = written.split_whitespace().skip_while(|word| *word != "version").skip(1);
    let version = words.next().map(|word| word.trim_end_matches(',').to_owned());
    version.ok_or_else(|| format!("it says `{}` and no version", written.chars().take(80).collect::<String>()))
}
