//! Reads what matters of a repository: the paths of all its files, and the content of some. Bounded whatever is there.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use ignore::WalkBuilder;
use mvi_dockerfile::inventory::SourceFile;

use crate::report::lint::UnreadFile;

/// Most files of a repository that are looked at.
const MOST_FILES: usize = 500_000;
/// Longest file that is read, bytes: what people write by hand is far shorter.
const LONGEST: u64 = 2 << 20;
/// Most that is read of a repository, bytes.
const MOST_BYTES: u64 = 512 << 20;

/// What there is of a repository.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// All files that git does not ignore, from the repository's folder, in order.
    pub paths: Vec<String>,
    /// The content of those that were asked for.
    pub files: Vec<SourceFile>,
    /// What cannot be read, or is too much.
    pub unread: Vec<UnreadFile>,
}

impl Gathered {
    /// Whether everything was seen, so that what is not here is not there.
    #[must_use]
    pub(crate) fn is_whole(&self) -> bool {
        self.unread.is_empty()
    }

    fn lacks(&mut self, path: &str, message: impl Into<String>) {
        self.unread.push(UnreadFile { path: path.to_owned(), message: message.into() });
    }
}

/// Reads a repository; `reads` says by path whose content is wanted. Symbolic links are not followed.
pub(crate) fn gather(root: &Path, reads: impl Fn(&str) -> bool) -> Gathered {
    let mut builder = WalkBuilder::new(root);
    builder.hidden(false).require_git(false).follow_links(false);
    builder.filter_entry(|entry| entry.file_name() != ".git");
    let mut gathered = Gathered::default();
    for entry in builder.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                gathered.lacks(&root.display().to_string(), error.to_string());
                continue;
            }
        };
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        // Names that are no text are of nothing that is looked for here.
        let Some(path) = entry.path().strip_prefix(root).ok().and_then(Path::to_str) else { continue };
        if gathered.paths.len() == MOST_FILES {
            gathered.lacks(&root.display().to_string(), format!("more than {MOST_FILES} files"));
            break;
        }
        gathered.paths.push(path.to_owned());
    }
    gathered.paths.sort();
    let mut left = MOST_BYTES;
    for path in gathered.paths.clone().into_iter().filter(|path| reads(path)) {
        match read(&root.join(&path), left) {
            Ok(bytes) => {
                left -= bytes.len() as u64;
                gathered.files.push(SourceFile { path, bytes });
            }
            Err(error) => gathered.lacks(&path, format!("{error:#}")),
        }
    }
    gathered
}

fn read(path: &Path, left: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // The length may be another one by now, so that it is what is read that counts.
    File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    anyhow::ensure!(bytes.len() as u64 <= LONGEST, "larger than {LONGEST} bytes");
    anyhow::ensure!(bytes.len() as u64 <= left, "the repository holds more than {MOST_BYTES} bytes of such files");
    Ok(bytes)
}
