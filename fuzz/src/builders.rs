//! What builders write, and the headers of programs that are packed.

use std::io::Write as _;

use mvi_probe::build::{Words, cached_share, read_steps};
use mvi_probe::pack::read_header;

/// The bytes as what a builder said, of each kind.
pub fn builder_log(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for words in [Words::Buildah, Words::Classic, Words::Buildkit] {
        let steps = read_steps(words, text.lines());
        assert!(steps.len() <= text.lines().count().min(10_000), "no step without a line of its own");
        assert!(steps.iter().all(|step| text.contains(&step.text)), "an instruction is as it was written");
        let (hits, of) = cached_share(&steps);
        assert!(hits <= of && of <= steps.len());
    }
}

/// The bytes as a file that may be a program.
pub fn elf_header(bytes: &[u8]) {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("room for it");
    let Some(header) = read_header(&file) else { return };
    assert!(bytes.starts_with(b"\x7fELF"), "only objects have such a header");
    let loader = header.loader.unwrap_or_default();
    assert!(loader.len() <= 4096 && !loader.contains(&0), "a loader is a path");
    assert!(loader.is_empty() || bytes.windows(loader.len()).any(|piece| piece == loader), "and one of the file");
}
