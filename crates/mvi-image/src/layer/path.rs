//! Cleaning of paths from archives: they stay inside the image whatever they say.

/// A path made safe.
pub(crate) struct Cleaned {
    /// True when it climbed above the root and was held there.
    pub(crate) climbed: bool,
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

    proptest! {
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
