//! What a Go program was built from: the build information that the linker leaves in its data.
//!
//! Format: `debug/buildinfo` of Go, pointers before Go 1.18 and the texts themselves since.

use std::io;

use memchr::memmem;
use mvi_image::OpenBody;
use object::elf;
use serde::{Deserialize, Serialize};

use super::body::{read_at_most, read_exactly};
use super::elf::ElfLayout;

/// How build information starts.
const MAGIC: &[u8] = b"\xff Go buildinf:";
/// It starts at a multiple of this.
const ALIGN: usize = 16;
/// Bytes before the texts.
const HEADER: usize = 32;
/// Bytes of data that are searched where sections were stripped: the linker puts it at the beginning.
const MOST_SEARCHED: usize = 1 << 20;
/// Bytes of the texts: large programs have a hundredth of it.
const MOST_TEXT: usize = 4 << 20;
/// Modules that are listed.
const MOST_MODULES: usize = 20_000;

/// What a Go program was built from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoBuild {
    /// Go's version as it calls itself: `go1.22.3`.
    pub go: String,
    /// Import path of the main package; empty where it is not told.
    pub path: String,
    /// The module of the main package.
    pub main: Option<GoModule>,
    /// All other modules that have a part in it, as listed.
    pub dependencies: Vec<GoModule>,
    /// `vcs.revision`, `vcs.time`, `GOOS`, …, as listed.
    pub settings: Vec<(String, String)>,
}

/// A Go module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GoModule {
    /// Its path; where another module takes its place, that one's.
    pub path: String,
    /// Its version with the `v`; empty where it was built from a working copy, or from a folder that took its place.
    pub version: String,
    /// The path it is imported under, where another module takes its place.
    pub replaces: Option<String>,
}

/// The build information of a program; none where it has none. Its texts are at most 4 MiB each.
///
/// # Errors
/// Those of the body.
pub(crate) fn read_go_build(body: &dyn OpenBody, layout: &ElfLayout) -> io::Result<Option<GoBuild>> {
    let Some(at) = find(body, layout)? else { return Ok(None) };
    let Some(header) = read_exactly(body, at, HEADER)? else { return Ok(None) };
    let texts = if header[15] & 2 != 0 {
        inline_texts(&read_at_most(body, at + HEADER as u64, u64::MAX, MOST_TEXT)?)
    } else {
        pointed_texts(body, layout, &header)?
    };
    Ok(texts.map(|(go, modules)| parse_go_build(&go, &modules)))
}

/// Where build information starts.
fn find(body: &dyn OpenBody, layout: &ElfLayout) -> io::Result<Option<u64>> {
    let (offset, bytes) = match layout.section(".go.buildinfo") {
        Some(section) => (section.offset, section.bytes),
        None if !layout.sections.is_empty() => return Ok(None),
        None => {
            let is_data = |flags: u32| flags & (elf::PF_X | elf::PF_W) == elf::PF_W;
            let mut segments = layout.segments.iter();
            match segments.find(|segment| segment.kind == elf::PT_LOAD && is_data(segment.flags)) {
                Some(segment) => (segment.offset, segment.bytes),
                None => return Ok(None),
            }
        }
    };
    let data = read_at_most(body, offset, bytes, MOST_SEARCHED)?;
    let found = memmem::find_iter(&data, MAGIC).find(|at| at % ALIGN == 0);
    Ok(found.map(|at| offset + at as u64))
}

/// Both texts one behind the other, each with its length before it.
fn inline_texts(bytes: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (go, rest) = counted_text(bytes)?;
    let (modules, _) = counted_text(rest)?;
    Some((go.to_vec(), modules.to_vec()))
}

fn counted_text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0_u64;
    for (index, byte) in bytes.iter().enumerate().take(9) {
        length |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return bytes[index + 1..].split_at_checked(usize::try_from(length).ok()?);
        }
    }
    None
}

/// Both texts by pointers to Go's strings, which are a pointer and a length.
fn pointed_texts(body: &dyn OpenBody, layout: &ElfLayout, header: &[u8]) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let (word, big_endian) = (usize::from(header[14]), header[15] & 1 != 0);
    if word != 4 && word != 8 {
        return Ok(None);
    }
    let number = |bytes: &[u8]| {
        let add = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
        if big_endian { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) }
    };
    let mut texts = [Vec::new(), Vec::new()];
    for (index, text) in texts.iter_mut().enumerate() {
        let pointer = number(&header[16 + index * word..][..word]);
        let Some((offset, _)) = layout.offset_of(pointer) else { return Ok(None) };
        let Some(string) = read_exactly(body, offset, 2 * word)? else { return Ok(None) };
        let length = number(&string[word..]);
        if let Some((offset, _)) = layout.offset_of(number(&string[..word])).filter(|_| length <= MOST_TEXT as u64) {
            *text = read_at_most(body, offset, length, MOST_TEXT)?;
        }
    }
    let [go, modules] = texts;
    Ok(Some((go, modules)))
}

/// Both texts of build information: Go's version, and the modules with 16 bytes before and behind them.
#[must_use]
pub fn parse_go_build(go: &[u8], modules: &[u8]) -> GoBuild {
    let mut build = GoBuild { go: String::from_utf8_lossy(go).trim().to_owned(), ..GoBuild::default() };
    let framed = modules.len() >= 33 && modules[modules.len() - 17] == b'\n';
    let text = if framed { &modules[16..modules.len() - 16] } else { &[][..] };
    let text = String::from_utf8_lossy(text);
    // Which list the last module went to.
    let mut last_is_main = false;
    for line in text.lines() {
        let mut words = line.split('\t');
        let module = |words: &mut std::str::Split<'_, char>| GoModule {
            path: words.next().unwrap_or_default().to_owned(),
            version: version(words.next().unwrap_or_default()),
            replaces: None,
        };
        match words.next() {
            Some("path") => build.path = words.next().unwrap_or_default().to_owned(),
            Some("mod") => {
                build.main = Some(module(&mut words));
                last_is_main = true;
            }
            Some("dep") if build.dependencies.len() < MOST_MODULES => {
                build.dependencies.push(module(&mut words));
                last_is_main = false;
            }
            Some("=>") => {
                let last = if last_is_main { build.main.as_mut() } else { build.dependencies.last_mut() };
                if let Some(last) = last {
                    replace(last, module(&mut words));
                }
            }
            Some("build") => {
                let setting = words.next().and_then(|setting| setting.split_once('='));
                build.settings.extend(setting.map(|(key, value)| (key.to_owned(), value.to_owned())));
            }
            _ => {}
        }
    }
    if let Some(main) = &mut build.main
        && main.version.is_empty()
    {
        let version = linked_version(&build.settings).or_else(|| pseudo_version(&build.settings));
        main.version = version.unwrap_or_default();
    }
    build
}

fn version(word: &str) -> String {
    if word == "(devel)" { String::new() } else { word.to_owned() }
}

/// A folder that takes a module's place has no version, and its path says nothing elsewhere.
fn replace(module: &mut GoModule, by: GoModule) {
    let is_folder = by.version.is_empty() || by.path.starts_with("./") || by.path.starts_with("../");
    if is_folder {
        module.version = String::new();
    } else {
        let replaces = std::mem::take(&mut module.path);
        *module = GoModule { replaces: Some(replaces), ..by };
    }
}

/// The version that the builder had the linker write into a variable of that name: `-ldflags "-X main.version=1.2.3"`.
fn linked_version(settings: &[(String, String)]) -> Option<String> {
    let flags = settings.iter().find(|(key, _)| key == "-ldflags").map(|(_, value)| value.as_str())?;
    let words = flags.split(|letter: char| letter.is_whitespace() || letter == '"' || letter == '\'');
    let mut versions = words.filter_map(|word| {
        let (variable, value) = word.strip_prefix("-X=").unwrap_or(word).split_once('=')?;
        let is_version = variable.rsplit_once('.').is_some_and(|(_, name)| name.eq_ignore_ascii_case("version"));
        let number = value.strip_prefix('v').unwrap_or(value);
        (is_version && number.starts_with(|first: char| first.is_ascii_digit())).then(|| format!("v{number}"))
    });
    versions.next()
}

/// The version that Go would give a commit without a tag: <https://go.dev/ref/mod#pseudo-versions>.
fn pseudo_version(settings: &[(String, String)]) -> Option<String> {
    let setting = |wanted: &str| settings.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
    let revision = setting("vcs.revision")?.get(..12)?;
    let digits: String = setting("vcs.time")?.chars().filter(char::is_ascii_digit).take(14).collect();
    (digits.len() == 14).then(|| format!("v0.0.0-{digits}-{revision}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: &str = "0123456789abcdef";

    fn check(lines: &str, expected: &str) {
        let build = parse_go_build(b"go1.22.3", format!("{FRAME}{lines}\n{FRAME}").as_bytes());
        let of = |module: &GoModule| match &module.replaces {
            Some(replaces) => format!("{}@{} for {replaces}", module.path, module.version),
            None => format!("{}@{}", module.path, module.version),
        };
        let mut found = vec![build.go.clone(), build.path.clone()];
        found.extend(build.main.iter().chain(&build.dependencies).map(of));
        assert_eq!(found.join(", "), expected);
    }

    #[test]
    fn modules_are_read_with_what_took_their_place() {
        check(
            "path\ta.org/x/cmd\nmod\ta.org/x\tv1.2.0\th1:=\ndep\tb.org/y\tv0.1.0\th1:=\n\
             dep\tc.org/z\tv1.0.0\n=>\td.org/z\tv1.0.1\th1:=\ndep\te.org/w\tv2.0.0\n=>\t../w\t(devel)\t",
            "go1.22.3, a.org/x/cmd, a.org/x@v1.2.0, b.org/y@v0.1.0, d.org/z@v1.0.1 for c.org/z, e.org/w@",
        );
    }

    #[test]
    fn a_working_copy_has_the_version_of_its_commit() {
        check("mod\ta.org/x\t(devel)\t", "go1.22.3, , a.org/x@");
        check(
            "mod\ta.org/x\t(devel)\t\nbuild\tvcs.revision=0123456789abcdef0123\nbuild\tvcs.time=2024-05-06T07:08:09Z",
            "go1.22.3, , a.org/x@v0.0.0-20240506070809-0123456789ab",
        );
    }

    #[test]
    fn a_version_that_the_linker_wrote_counts_before_the_commit() {
        let flags = "build\t-ldflags=\"-s -w -X main.commit=12 -X 'a.org/x/build.Version=1.4.2'\"";
        check(&format!("mod\ta.org/x\t(devel)\t\n{flags}"), "go1.22.3, , a.org/x@v1.4.2");
        check("mod\ta.org/x\t(devel)\t\nbuild\t-ldflags=-X=main.version=dev", "go1.22.3, , a.org/x@");
    }

    #[test]
    fn texts_with_their_length_before_them_are_read_and_cut_ones_are_not() {
        let mut bytes = vec![3];
        bytes.extend_from_slice(b"go1\xc8\x01");
        bytes.extend_from_slice(&[b'x'; 200]);
        let (go, modules) = inline_texts(&bytes).unwrap();
        assert_eq!((go.as_slice(), modules.len()), (b"go1".as_slice(), 200));
        assert_eq!(inline_texts(&bytes[..bytes.len() - 1]), None);
        assert_eq!(inline_texts(&[0xff; 40]), None);
    }
}
