//! What the environment says: folders, processors, the clock. Read here and nowhere else.

use std::path::PathBuf;
use std::time::SystemTime;

use jiff::Timestamp;

/// The folder of the layer memory: `$XDG_CACHE_HOME/mvi`, else `~/.cache/mvi`; none without a home.
#[must_use]
pub(crate) fn cache_dir() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    base.map(|base| base.join("mvi"))
}

/// Processors this process may use.
#[must_use]
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Now.
#[must_use]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Now, for comparing with the times of files.
#[must_use]
pub(crate) fn file_time() -> SystemTime {
    SystemTime::now()
}

/// Columns of the terminal that standard output is; 100 where it is none.
#[must_use]
pub(crate) fn width() -> usize {
    let stated = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    stated.or_else(measured).unwrap_or(100)
}

/// True when nobody pipes anything into this process.
#[must_use]
pub(crate) fn stdin_is_terminal() -> bool {
    use std::io::IsTerminal as _;
    std::io::stdin().is_terminal()
}
