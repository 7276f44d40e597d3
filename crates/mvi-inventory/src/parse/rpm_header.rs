//! One package of an rpm database: the header, an index of tagged values. Where headers lie is not looked at here.

use std::hash::{DefaultHasher, Hasher as _};

use super::problem::ProblemKind;

/// What is read of a package's header. Tags and types: rpm's "Header format" and `rpmtag.h`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RpmRecord {
    /// `NAME`.
    pub name: String,
    /// `VERSION`.
    pub version: String,
    /// `RELEASE`.
    pub release: String,
    /// `EPOCH`; none, which orders as 0, for most packages.
    pub epoch: Option<u32>,
    /// `ARCH`; none for the keys that rpm keeps among the packages.
    pub architecture: Option<String>,
    /// `SOURCERPM`: the file name of what it was built from.
    pub source_rpm: Option<String>,
    /// `VENDOR`.
    pub vendor: Option<String>,
    /// `LICENSE`.
    pub licence: Option<String>,
    /// `LONGSIZE` or `SIZE`: bytes when installed.
    pub installed_bytes: Option<u64>,
    /// `MODULARITYLABEL`: the module stream it belongs to.
    pub module: Option<String>,
    /// `REQUIRENAME`: names, sonames, paths; what rpm itself must be able to do is left out.
    pub requires: Vec<String>,
    /// `PROVIDENAME`.
    pub provides: Vec<String>,
    /// Paths of its files and folders without a leading slash.
    pub files: Vec<Vec<u8>>,
    /// Tells this header from any other, to see whether it changed.
    pub stamp: [u8; 8],
}

impl RpmRecord {
    /// `[EPOCH:]VERSION-RELEASE`, as versions of rpm are written where they are compared.
    #[must_use]
    pub fn full_version(&self) -> String {
        let epoch = self.epoch.filter(|epoch| *epoch > 0).map(|epoch| format!("{epoch}:"));
        format!("{}{}-{}", epoch.unwrap_or_default(), self.version, self.release)
    }

    /// Name and `VERSION-RELEASE` of the source package, out of the file name `NAME-VERSION-RELEASE.src.rpm`.
    #[must_use]
    pub fn source(&self) -> Option<(String, String)> {
        let file = self.source_rpm.as_deref()?;
        let stem = file.strip_suffix(".src.rpm").or_else(|| file.strip_suffix(".nosrc.rpm"))?;
        let (rest, release) = stem.rsplit_once('-')?;
        let (name, version) = rest.rsplit_once('-')?;
        Some((name.to_owned(), format!("{version}-{release}")))
    }
}

const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const EPOCH: u32 = 1003;
const SIZE: u32 = 1009;
const VENDOR: u32 = 1011;
const LICENSE: u32 = 1014;
const ARCH: u32 = 1022;
const OLD_FILE_NAMES: u32 = 1027;
const SOURCE_RPM: u32 = 1044;
const PROVIDE_NAME: u32 = 1047;
const REQUIRE_NAME: u32 = 1049;
const DIR_INDEXES: u32 = 1116;
const BASE_NAMES: u32 = 1117;
const DIR_NAMES: u32 = 1118;
const LONG_SIZE: u32 = 5009;
const MODULARITY_LABEL: u32 = 5096;

/// Bytes of an entry of the index: tag, type, offset and count.
const ENTRY: usize = 16;

/// The package of a header as databases keep it, without the magic bytes of package files.
///
/// # Errors
/// When the header is not whole, or name, version or release is missing.
pub fn parse_rpm_header(blob: &[u8]) -> Result<RpmRecord, ProblemKind> {
    let header =
        Header::new(blob).ok_or_else(|| ProblemKind::Damaged { what: "a header that is cut off".to_owned() })?;
    let name = header.text(NAME).ok_or(ProblemKind::NoName)?;
    let (Some(version), Some(release)) = (header.text(VERSION), header.text(RELEASE)) else {
        return Err(ProblemKind::NoVersion { name: super::problem::quote(name.as_bytes()) });
    };
    let mut hasher = DefaultHasher::new();
    hasher.write(blob);
    Ok(RpmRecord {
        name,
        version,
        release,
        epoch: header.numbers(EPOCH).next().and_then(|epoch| u32::try_from(epoch).ok()),
        architecture: header.text(ARCH),
        source_rpm: header.text(SOURCE_RPM).filter(|file| file != "(none)"),
        vendor: header.text(VENDOR).filter(|vendor| vendor != "(none)"),
        licence: header.text(LICENSE),
        installed_bytes: header.numbers(LONG_SIZE).next().or_else(|| header.numbers(SIZE).next()),
        module: header.text(MODULARITY_LABEL),
        requires: header.names(REQUIRE_NAME).filter(|name| !name.starts_with("rpmlib(")).collect(),
        provides: header.names(PROVIDE_NAME).collect(),
        files: header.files(),
        stamp: hasher.finish().to_be_bytes(),
    })
}

struct Header<'a> {
    index: &'a [u8],
    data: &'a [u8],
}

impl<'a> Header<'a> {
    fn new(blob: &'a [u8]) -> Option<Self> {
        let (entries, data) = (number(blob, 0, 4)?, number(blob, 4, 4)?);
        let index_end = usize::try_from(entries).ok()?.checked_mul(ENTRY)?.checked_add(8)?;
        let data_end = index_end.checked_add(usize::try_from(data).ok()?)?;
        Some(Self { index: blob.get(8..index_end)?, data: blob.get(index_end..data_end)? })
    }

    /// Type, count and the bytes from the start of a tag's value.
    fn value(&self, tag: u32) -> Option<(u64, usize, &'a [u8])> {
        let entry = self.index.chunks_exact(ENTRY).find(|entry| number(entry, 0, 4) == Some(u64::from(tag)))?;
        let offset = usize::try_from(number(entry, 8, 4)?).ok()?;
        Some((number(entry, 4, 4)?, usize::try_from(number(entry, 12, 4)?).ok()?, self.data.get(offset..)?))
    }

    /// The texts of a tag, each ended by a zero byte.
    fn strings(&self, tag: u32) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        const STRINGS: std::ops::RangeInclusive<u64> = 6..=9; // STRING, (BIN), STRING_ARRAY, I18NSTRING
        let (kind, count, mut rest) = self.value(tag).unwrap_or((0, 0, b""));
        let count = if STRINGS.contains(&kind) && kind != 7 { count } else { 0 };
        (0..count).map_while(move |_| {
            let end = memchr::memchr(0, rest)?;
            let text = &rest[..end];
            rest = &rest[end + 1..];
            Some(text)
        })
    }

    fn text(&self, tag: u32) -> Option<String> {
        self.names(tag).next().filter(|text| !text.is_empty())
    }

    /// Names of a tag; more of them than a header of its size ever had are left out.
    fn names(&self, tag: u32) -> impl Iterator<Item = String> + use<'a> {
        self.strings(tag).take(self.data.len() / 8 + 16).map(|name| String::from_utf8_lossy(name).into_owned())
    }

    /// The numbers of a tag: INT16, INT32 or INT64, big-endian.
    fn numbers(&self, tag: u32) -> impl Iterator<Item = u64> + use<'a> {
        let (kind, count, bytes) = self.value(tag).unwrap_or((0, 0, b""));
        let (count, width) = match kind {
            3 => (count, 2),
            4 => (count, 4),
            5 => (count, 8),
            _ => (0, 1),
        };
        bytes.chunks_exact(width).take(count).filter_map(move |bytes| number(bytes, 0, width))
    }

    /// The paths of the files: folders once, each file with its folder's index and its last name. Old packages list paths.
    ///
    /// Together they are no longer than four headers: names of folders could be repeated without end otherwise.
    fn files(&self) -> Vec<Vec<u8>> {
        let mut room = (self.index.len() + self.data.len()).saturating_mul(4);
        let mut fits = |path: &Vec<u8>| {
            room = room.saturating_sub(path.len() + size_of::<Vec<u8>>());
            room > 0
        };
        let from_root = |path: &[u8]| path.strip_prefix(b"/").unwrap_or(path).to_vec();
        let folders: Vec<&[u8]> = self.strings(DIR_NAMES).collect();
        let split = self.strings(BASE_NAMES).zip(self.numbers(DIR_INDEXES)).filter_map(|(name, index)| {
            let folder = folders.get(usize::try_from(index).ok()?)?;
            Some([from_root(folder).as_slice(), name].concat())
        });
        let whole = self.strings(OLD_FILE_NAMES).map(from_root);
        split.chain(whole).take_while(|path| fits(path)).filter(|path| !path.is_empty()).collect()
    }
}

/// The big-endian number of `length` bytes at `at`.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    Some(bytes.get(at..at.checked_add(length)?)?.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header with these tags: type, count, value.
    fn header(tags: &[(u32, u32, u32, &[u8])]) -> Vec<u8> {
        let (mut index, mut data) = (Vec::new(), Vec::new());
        for (tag, kind, count, value) in tags {
            for word in [*tag, *kind, data.len() as u32, *count] {
                index.extend_from_slice(&word.to_be_bytes());
            }
            data.extend_from_slice(value);
        }
        let sizes = [(tags.len() as u32).to_be_bytes(), (data.len() as u32).to_be_bytes()].concat();
        [sizes, index, data].concat()
    }

    fn check(blob: &[u8], expected: &str) {
        let found = match parse_rpm_header(blob) {
            Ok(r) => {
                let files: Vec<_> = r.files.iter().map(|path| String::from_utf8_lossy(path)).collect();
                format!("{} {} {:?} {:?} {files:?}", r.name, r.full_version(), r.source(), r.requires)
            }
            Err(kind) => kind.to_string(),
        };
        assert_eq!(found, expected);
    }

    const WHO: [(u32, u32, u32, &[u8]); 3] =
        [(NAME, 6, 1, b"bash\0"), (VERSION, 6, 1, b"5.1.8\0"), (RELEASE, 6, 1, b"9.el9\0")];

    #[test]
    fn paths_are_put_together_from_folders_and_names() {
        let blob = header(&[
            WHO[0],
            WHO[1],
            WHO[2],
            (EPOCH, 4, 1, &[0, 0, 0, 2]),
            (SOURCE_RPM, 6, 1, b"bash-devel-5.1.8-9.el9.src.rpm\0"),
            (REQUIRE_NAME, 8, 3, b"rpmlib(X)\0/bin/sh\0libc.so.6()(64bit)\0"),
            (BASE_NAMES, 8, 3, b"bash\0sh\0odd\0"),
            (DIR_NAMES, 8, 1, b"/usr/bin/\0"),
            (DIR_INDEXES, 4, 3, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]),
        ]);
        check(
            &blob,
            "bash 2:5.1.8-9.el9 Some((\"bash-devel\", \"5.1.8-9.el9\")) [\"/bin/sh\", \"libc.so.6()(64bit)\"] \
             [\"usr/bin/bash\", \"usr/bin/sh\"]",
        );
    }

    #[test]
    fn headers_that_are_cut_off_or_name_nothing_are_problems() {
        check(&header(&WHO)[..30], "damaged database: a header that is cut off");
        check(&header(&WHO[1..]), "record without a name");
        check(&header(&WHO[..2]), "record of `bash` without a version");
        check(&[0xff; 40], "damaged database: a header that is cut off");
    }

    #[test]
    fn values_of_another_type_are_left_out() {
        let blob = header(&[WHO[0], WHO[1], WHO[2], (EPOCH, 6, 1, b"2\0"), (REQUIRE_NAME, 4, 1, &[0; 4])]);
        check(&blob, "bash 5.1.8-9.el9 None [] []");
    }

    #[test]
    fn a_folder_named_over_and_over_ends_in_time() {
        let folder = [&[b'a'; 1000][..], b"\0"].concat();
        let (names, zeros) = (b"b\0".repeat(1000), vec![0; 4000]);
        let blob = header(&[
            WHO[0],
            WHO[1],
            WHO[2],
            (BASE_NAMES, 8, 1000, &names),
            (DIR_NAMES, 8, 1, &folder),
            (DIR_INDEXES, 4, 1000, &zeros),
        ]);
        let files = parse_rpm_header(&blob).map(|record| record.files.len());
        assert_eq!(files.ok(), Some(blob.len() * 4 / 1025));
    }
}
