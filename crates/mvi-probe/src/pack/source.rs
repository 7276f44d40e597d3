//! What is packed, as the user writes it: `SRC`, or `SRC:DST[:MODE[:UID:GID]]`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

use super::error::PackError;

/// One file or folder, where it goes, and what it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file or folder here. A link that is named itself is followed.
    pub from: PathBuf,
    /// Where it goes.
    pub to: Destination,
    /// Permission bits; those it has where none are given. For a folder, of the files in it.
    pub mode: Option<u32>,
    /// User and group.
    pub owner: Option<(u32, u32)>,
}

/// Where a source goes; paths have no slash at their ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A folder's content to the root, a file into it under its own name.
    Root,
    /// A folder's content into this one, a file into it under its own name.
    Into(Vec<u8>),
    /// A folder's content into this one, a file as this one.
    As(Vec<u8>),
}

impl Source {
    /// A source whose place follows from what it is.
    #[must_use]
    pub fn whole(from: PathBuf) -> Self {
        Self { from, to: Destination::Root, mode: None, owner: None }
    }

    /// Reads what the user wrote. The destination starts at the first `:/`; what has none goes to the root.
    ///
    /// # Errors
    /// [`PackError::Written`].
    pub fn parse(text: &OsStr) -> Result<Self, PackError> {
        let bytes = text.as_bytes();
        let bad = |why: &str| PackError::written(text.to_string_lossy(), "SRC:DST[:MODE[:UID:GID]]", why);
        if bytes.is_empty() {
            return Err(bad("it is empty"));
        }
        let Some(at) = bytes.windows(2).position(|pair| pair == b":/") else {
            return Ok(Self::whole(PathBuf::from(text)));
        };
        let (from, rest) = (&bytes[..at], &bytes[at + 1..]);
        if from.is_empty() {
            return Err(bad("nothing stands before the colon"));
        }
        let mut parts = rest.split(|byte| *byte == b':');
        let to = destination(parts.next().unwrap_or_default()).map_err(bad)?;
        let mode = parts.next().map(mode).transpose().map_err(bad)?;
        let owner = match (parts.next(), parts.next(), parts.next()) {
            (None, _, _) => None,
            (Some(user), Some(group), None) => Some((number(user).map_err(bad)?, number(group).map_err(bad)?)),
            _ => return Err(bad("an owner is UID:GID, and nothing follows it")),
        };
        Ok(Self { from: OsString::from_vec(from.to_vec()).into(), to, mode, owner })
    }
}

fn destination(path: &[u8]) -> Result<Destination, &'static str> {
    let clean = clean(path).ok_or("the destination must not go up with `..`")?;
    Ok(match (clean.is_empty(), path.ends_with(b"/")) {
        (true, _) => Destination::Root,
        (false, true) => Destination::Into(clean),
        (false, false) => Destination::As(clean),
    })
}

/// A path without `.`, empty names and slashes at its ends; nothing for one that goes up or holds a zero.
fn clean(path: &[u8]) -> Option<Vec<u8>> {
    let names: Vec<&[u8]> = path.split(|byte| *byte == b'/').filter(|name| !name.is_empty() && *name != b".").collect();
    let legal = !names.contains(&b"..".as_slice()) && !path.contains(&0);
    legal.then(|| names.join(&b'/'))
}

fn mode(text: &[u8]) -> Result<u32, &'static str> {
    let mode = std::str::from_utf8(text).ok().and_then(|text| u32::from_str_radix(text, 8).ok());
    mode.filter(|mode| *mode <= 0o7777).ok_or("a mode is octal, such as 0755")
}

fn number(text: &[u8]) -> Result<u32, &'static str> {
    let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    number.ok_or("users and groups are numbers: names mean nothing outside their image")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&Source>) {
        assert_eq!(Source::parse(OsStr::new(text)).ok().as_ref(), expected, "{text}");
    }

    fn source(from: &str, to: Destination, mode: Option<u32>, owner: Option<(u32, u32)>) -> Option<Source> {
        Some(Source { from: from.into(), to, mode, owner })
    }

    #[test]
    fn sources_are_read_as_they_are_written() {
        let into = |path: &str| Destination::Into(path.into());
        let to = |path: &str| Destination::As(path.into());
        check("app", source("app", Destination::Root, None, None).as_ref());
        check("a:b", source("a:b", Destination::Root, None, None).as_ref());
        check("app:/", source("app", Destination::Root, None, None).as_ref());
        check("c:x:/etc/./c", source("c:x", to("etc/c"), None, None).as_ref());
        check("app:/opt/", source("app", into("opt"), None, None).as_ref());
        check("app:/opt/app:0755", source("app", to("opt/app"), Some(0o755), None).as_ref());
        check("app:/app:4755:0:7", source("app", to("app"), Some(0o4755), Some((0, 7))).as_ref());
        for bad in ["", ":/x", "a:/x:9", "a:/x:0755:1", "a:/x:0755:u:g", "a:/../x", "a:/x:17777", "a:/x:0:1:2:3"] {
            check(bad, None);
        }
    }
}
