//! What is kept of a body that was looked into: parts, each for one who asks for it.

/// Who a part is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Part {
    /// The beginning of a script, as it is.
    Script = 1,
    /// Facts of an ELF object, as JSON.
    Object = 2,
    /// What a Go program was built from, as JSON.
    Go = 3,
    /// What a Rust program was built from, as JSON.
    Rust = 4,
    /// What a Java archive holds, as JSON.
    Java = 5,
    /// A well-known program, as JSON.
    Program = 6,
    /// What could not be understood of the body, one line each.
    Problems = 7,
    /// What a collector beside the inventory's keeps; the inventory passes over it.
    Noted = 8,
    /// Modules that a Python file of an application imports, one line each; a line `*` when it imports by name too.
    Imports = 9,
    /// Packages of a .NET program in one file, as JSON.
    Dotnet = 10,
}

/// Length of what stands before the bytes of a part: one byte for whom it is, four for its length.
const HEADER: usize = 5;

/// Adds a part to an extract.
pub fn add_part(extract: &mut Vec<u8>, part: Part, bytes: &[u8]) {
    // Extracts are far smaller than what such a length can say; a longer one would be refused by the pass.
    extract.push(part as u8);
    extract.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    extract.extend_from_slice(bytes);
}

/// The part of an extract for `wanted`; none where there is none, or where the extract is damaged before it.
#[must_use]
pub fn part(extract: &[u8], wanted: Part) -> Option<&[u8]> {
    let mut left = extract;
    while let Some((header, rest)) = left.split_at_checked(HEADER) {
        let length = u32::from_le_bytes([header[1], header[2], header[3], header[4]]) as usize;
        let (bytes, behind) = rest.split_at_checked(length)?;
        if header[0] == wanted as u8 {
            return Some(bytes);
        }
        left = behind;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_whatever_stands_before_it() {
        let mut extract = Vec::new();
        add_part(&mut extract, Part::Object, b"{}");
        add_part(&mut extract, Part::Go, b"");
        add_part(&mut extract, Part::Problems, b"text");
        assert_eq!(part(&extract, Part::Object), Some(b"{}".as_slice()));
        assert_eq!(part(&extract, Part::Go), Some(b"".as_slice()));
        assert_eq!(part(&extract, Part::Problems), Some(b"text".as_slice()));
        assert_eq!(part(&extract, Part::Java), None);
        assert_eq!(part(&extract[..extract.len() - 1], Part::Problems), None);
    }
}
