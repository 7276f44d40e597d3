//! Which files of its image a container opens: a run beside those that count, on a layer of its own, with the kernel asked
//! to tell of everything opened on that layer (fanotify(7), a mark on a whole file system).

use std::collections::BTreeMap;
use std::fs::symlink_metadata;
use std::io::{PipeReader, PipeWriter};
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::fanotify::{EventFFlags, Fanotify, FanotifyEvent, InitFlags, MarkFlags, MaskFlags};
use rustix::fs::CWD;

use super::driver::Job;
use super::error::ProbeError;
use super::isolation::Level;
use super::keeper::Place;
use super::measure::{Moment, run_with};
use super::oci::Oci;
use super::record::Verdict;
use super::runtime::{Kind, Runtime};
use super::series::{Plan, Subject};
use super::spec::{TEMPORARY, volumes};
use crate::unpack::{Root, account};

/// Most paths that are kept of one run.
const MOST: usize = 1_000_000;
/// How long a listener sleeps when nothing comes.
const LONG: Duration = Duration::from_secs(3600);
/// What the kernel writes behind the path of a file that is gone.
const GONE: &[u8] = b" (deleted)";

/// A file of the image that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedFile {
    /// Its path, without a leading slash; links on the way to it were followed.
    pub path: Vec<u8>,
    /// Its length.
    pub bytes: u64,
    /// True where it was opened to be run, as a program, a script or a loader.
    pub executed: bool,
}

/// What a run opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// How that run went: it ends when it is ready and has settled.
    pub verdict: Verdict,
    /// By path. Files that the image has; what the container made itself is left out.
    pub files: Vec<OpenedFile>,
    /// False where the kernel had more to tell than it kept, or more paths came than are kept here.
    pub complete: bool,
    /// Folders that lie under file systems of the container's own, in which nothing is seen.
    pub unseen: Vec<String>,
}

/// True for runtimes with which [`watch`] works: those that start containers on a root of ours.
#[must_use]
pub fn can_watch(kind: Kind) -> bool {
    match kind {
        Kind::Runc | Kind::Crun => true,
        Kind::Podman | Kind::Docker => false,
    }
}

/// Runs every subject once more and tells which files it opened, from the start of its program until it was ready and had
/// settled, and by whatever process, health checks included. A file that is looked at (`stat`) and not opened is not told, nor
/// are links and folders.
///
/// # Errors
/// A runtime with which that does not work, a kernel without fanotify or overlays, and whatever [`super::measure`] says.
pub fn watch(
    place: &Place,
    runtime: &Runtime,
    subjects: &[Subject],
    level: Level,
    plan: &Plan,
) -> Result<Vec<Opened>, ProbeError> {
    let kind = runtime.program.kind;
    if !can_watch(kind) {
        return Err(ProbeError::Unwatched { runtime: kind.name() });
    }
    let driver = Oci::new(runtime.program.clone(), place.folder(), place.id());
    let watch = |(number, subject): (usize, &Subject)| {
        let root =
            Root::open(&subject.root).map_err(ProbeError::system(format!("open `{}`", subject.root.display())))?;
        let account = account(&root, &subject.command.user)?;
        let job = Job {
            id: format!("{}-watched-{number}", place.id()),
            command: &subject.command,
            account: &account,
            root: &subject.root,
            // A layer over the image is a file system of its own: nobody else opens anything there.
            borrowed: true,
            level,
            limits: &plan.limits,
        };
        let mut listener = None;
        let mut told = None;
        let run = run_with(&driver, &job, (&subject.ready, plan.settle), &mut |moment| {
            match moment {
                Moment::Created => listener = driver.layer(&job.id).map(|layer| Listener::start(&layer)).transpose()?,
                Moment::Ended => told = listener.take().map(Listener::finish),
            }
            Ok(())
        })?;
        let (paths, complete) = told.unwrap_or_default();
        let unseen = match level {
            Level::Strict => TEMPORARY.iter().copied().chain(volumes(&subject.command)).map(str::to_owned).collect(),
            Level::Relaxed => Vec::new(),
        };
        Ok(Opened { verdict: run.verdict, files: of_image(&subject.root, paths), complete, unseen })
    };
    subjects.iter().enumerate().map(watch).collect()
}

/// What was opened, and whether that was all.
type Told = (BTreeMap<Vec<u8>, bool>, bool);

/// Those that lie in the image.
fn of_image(root: &Path, paths: BTreeMap<Vec<u8>, bool>) -> Vec<OpenedFile> {
    let mut files: BTreeMap<Vec<u8>, OpenedFile> = BTreeMap::new();
    for (path, executed) in paths {
        let path = path.strip_prefix(b"/").unwrap_or(&path);
        let bare = path.strip_suffix(GONE).unwrap_or(path);
        // The kernel gives paths without links; one that lies is only asked for its length.
        let length = |path: &[u8]| {
            let found = symlink_metadata(root.join(std::ffi::OsStr::from_bytes(path))).ok()?;
            found.is_file().then_some(found.len())
        };
        let found = length(path).map(|bytes| (path, bytes)).or_else(|| length(bare).map(|bytes| (bare, bytes)));
        let Some((path, bytes)) = found else { continue };
        let known = files.entry(path.to_vec()).or_insert(OpenedFile { path: path.to_vec(), bytes, executed });
        known.executed |= executed;
    }
    files.into_values().collect()
}

/// Listens to what is opened on a file system, on a thread of its own.
struct Listener {
    thread: JoinHandle<Told>,
    /// Closed, it ends the listening.
    end: PipeWriter,
}

impl Listener {
    fn start(layer: &Path) -> Result<Self, ProbeError> {
        let failed = |error: nix::errno::Errno| {
            ProbeError::system("be told of opened files (fanotify)")(std::io::Error::from(error))
        };
        let flags = InitFlags::FAN_CLASS_NOTIF | InitFlags::FAN_CLOEXEC | InitFlags::FAN_NONBLOCK;
        // What is opened for us must not wait, as a pipe would, and must not change a time of access.
        let with = EventFFlags::O_RDONLY
            | EventFFlags::O_LARGEFILE
            | EventFFlags::O_CLOEXEC
            | EventFFlags::O_NONBLOCK
            | EventFFlags::O_NOATIME;
        let group = Fanotify::init(flags, with).map_err(failed)?;
        let mask = MaskFlags::FAN_OPEN | MaskFlags::FAN_OPEN_EXEC;
        let whole = MarkFlags::FAN_MARK_ADD | MarkFlags::FAN_MARK_FILESYSTEM;
        group.mark(whole, mask, CWD, Some(layer)).map_err(failed)?;
        let (ended, end) = std::io::pipe().map_err(ProbeError::system("make a pipe"))?;
        Ok(Self { thread: std::thread::spawn(move || listen(&group, &ended)), end })
    }

    fn finish(self) -> Told {
        drop(self.end);
        self.thread.join().unwrap_or_default()
    }
}

fn listen(group: &Fanotify, ended: &PipeReader) -> Told {
    let (mut paths, mut complete) = (BTreeMap::new(), true);
    loop {
        let seen = super::wait::any(&[group.as_fd(), ended.as_fd()], Instant::now() + LONG);
        // Looked at before the rest is read: what was opened until then is there.
        let is_over = seen.get(1) == Some(&true);
        loop {
            match group.read_events() {
                Ok(events) => events.iter().for_each(|event| complete &= note(event, &mut paths)),
                Err(nix::errno::Errno::EINTR) => {}
                Err(nix::errno::Errno::EAGAIN) => break,
                Err(_) => {
                    complete = false;
                    break;
                }
            }
        }
        if is_over {
            return (paths, complete);
        }
    }
}

/// Notes the path of an event; false where it cannot be had.
fn note(event: &FanotifyEvent, paths: &mut BTreeMap<Vec<u8>, bool>) -> bool {
    let Some(fd) = event.fd() else { return false };
    let link = Path::new("/proc/self/fd").join(fd.as_raw_fd().to_string());
    let Ok(path) = std::fs::read_link(link) else { return false };
    let path = path.into_os_string().into_vec();
    if paths.len() >= MOST && !paths.contains_key(&path) {
        return false;
    }
    *paths.entry(path).or_default() |= event.mask().contains(MaskFlags::FAN_OPEN_EXEC);
    true
}
