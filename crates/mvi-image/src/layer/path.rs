//! Cleaning of paths from archives: they stay inside the image whatever they say.

/// A path made safe.
pub(crate) struct Cleaned {
    /// True when it climbed above the root and was held there.
    pub(crate) climbed: bool,
}

/// Cleans paths one after the other, and remembers the folder of the last: archives walk folder by folder, so that
/// mostly only the last name is new.
#[derive(Debug, Default)]
pub(crate) struct Cleaner {
    /// A folder as written, with the slash behind it: the last path, or the one the last path is in.
    written: Vec<u8>,
    /// The last path, clean, of which so many bytes are that folder.
    path: Vec<u8>,
    folder: usize,
    climbed: bool,
}

impl Cleaner {
    /// Cleans `path` as [`clean`] does.
    pub(crate) fn take(&mut self, path: &[u8]) -> Cleaned {
        let stem = path.strip_suffix(b"/").unwrap_or(path);
        let (folder, name) = stem.split_at(memchr::memrchr(b'/', stem).map_or(0, |slash| slash + 1));
        let is_plain = !matches!(name, b"" | b"." | b"..");
        let is_known = is_plain && folder == self.written;
        if is_known {
            self.path.truncate(self.folder);
            if self.folder > 0 {
                self.path.push(b'/');
            }
            self.path.extend_from_slice(name);
        } else {
            self.climbed = clean(path, &mut self.path).climbed;
        }
        let climbed = self.climbed;
        if stem.len() < path.len() {
            self.remember(path, self.path.len());
        } else if is_plain && !is_known {
            self.remember(folder, self.path.len().saturating_sub(name.len() + 1));
        } else if !is_plain {
            // What folder the last path is in cannot be told from here: the root is remembered, where nobody climbed.
            self.remember(b"", 0);
            self.climbed = false;
        }
        Cleaned { climbed }
    }

    fn remember(&mut self, written: &[u8], folder: usize) {
        self.written.clear();
        self.written.extend_from_slice(written);
        self.folder = folder;
    }

    /// The last path, clean.
    pub(crate) fn path(&self) -> &[u8] {
        &self.path
    }
}

/// Writes into `clean` the path with `/` once between names, no `.`, no `..`, no slash at either end; empty for the
/// root. `..` takes back the name before it and stays at the root: `filepath.Clean("/" + path)` of Go, as containerd
/// and umoci use it.
pub(crate) fn clean(path: &[u8], clean: &mut Vec<u8>) -> Cleaned {
    clean.clear();
    if let Some(path) = almost_clean(path) {
        clean.extend_from_slice(path);
        return Cleaned { climbed: false };
    }
    let mut climbed = false;
    for name in path.split(|byte| *byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." => {
                climbed |= clean.is_empty();
                let end = memchr::memrchr(b'/', clean).unwrap_or(0);
                clean.truncate(end);
            }
            _ => {
                if !clean.is_empty() {
                    clean.push(b'/');
                }
                clean.extend_from_slice(name);
            }
        }
    }
    Cleaned { climbed }
}

/// What is left of nearly every real path without a `./` before it and a slash behind it; `None` where that is not all.
fn almost_clean(path: &[u8]) -> Option<&[u8]> {
    let path = path.strip_prefix(b"./").unwrap_or(path);
    let path = path.strip_suffix(b"/").unwrap_or(path);
    let is_clean = !matches!(path.first(), None | Some(b'.' | b'/')) && !path.ends_with(b"/");
    // Looking at all pairs, without a branch, is what a compiler can do many at a time.
    let pairs = path.iter().zip(path.iter().skip(1));
    let suspicious = |(first, second): (&u8, &u8)| (*first == b'/') & ((*second == b'/') | (*second == b'.'));
    let any = pairs.fold(0, |any, pair| any | u8::from(suspicious(pair))) != 0;
    (is_clean && !any).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(path: &str, expected: &str, expected_climb: bool) {
        let mut out = Vec::new();
        let cleaned = clean(path.as_bytes(), &mut out);
        assert_eq!((String::from_utf8_lossy(&out).as_ref(), cleaned.climbed), (expected, expected_climb), "{path}");
    }

    #[test]
    fn paths_lose_what_leads_nowhere_and_cannot_leave_the_root() {
        check("./a//b/", "a/b", false);
        check("/abs", "abs", false);
        check("a/../../b", "b", true);
        check("x/..", "", false);
        check("../../etc/passwd", "etc/passwd", true);
        check("..\\..\\windows", "..\\..\\windows", false);
    }

    #[test]
    fn the_short_way_and_the_long_way_give_the_same_path() {
        for path in
            ["./usr/lib/", "usr/.hidden", "a//", "./a/./b", ".", "./", "/", "a/..", ".wh.a", "a/.wh..wh..opq", "..a/b"]
        {
            let long: Vec<&str> = path.split('/').filter(|name| !matches!(*name, "" | "." | "..")).collect();
            let long = if path == "a/.." { String::new() } else { long.join("/") };
            check(path, &long, false);
        }
    }

    #[test]
    fn the_folder_of_the_path_before_changes_nothing() {
        let mut cleaner = Cleaner::default();
        let paths = [
            "./a/b", "./a/c", "./a/", "./a/e", "./a/f/", "./a/f/g", "./a/..", "a/d", "..//", "..//h", "../x", "../y",
            "..", "z", "/z", "/q", "a//b", "a//c", ".", "q",
        ];
        for path in paths {
            let mut expected = Vec::new();
            let climbed = clean(path.as_bytes(), &mut expected).climbed;
            assert_eq!(
                (cleaner.take(path.as_bytes()).climbed, cleaner.path()),
                (climbed, expected.as_slice()),
                "{path}"
            );
        }
    }

    proptest! {
        #[test]
        fn paths_are_cleaned_alike_one_after_the_other_and_alone(paths in proptest::collection::vec("[./ab]{0,6}", 1..30)) {
            let mut cleaner = Cleaner::default();
            for path in paths {
                let mut expected = Vec::new();
                let climbed = clean(path.as_bytes(), &mut expected).climbed;
                prop_assert_eq!(cleaner.take(path.as_bytes()).climbed, climbed);
                prop_assert_eq!(cleaner.path(), expected.as_slice());
            }
        }

        #[test]
        fn a_clean_path_is_its_own_cleaning(path in proptest::collection::vec(prop_oneof![Just(b'/'), Just(b'.'), any::<u8>()], 0..40)) {
            let (mut once, mut twice) = (Vec::new(), Vec::new());
            clean(&path, &mut once);
            clean(&once, &mut twice);
            prop_assert_eq!(&once, &twice);
            prop_assert!(once.split(|byte| *byte == b'/').all(|name| name != b"..") );
        }
    }
}
