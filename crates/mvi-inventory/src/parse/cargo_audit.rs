//! What a Rust program was built from, as `cargo auditable` leaves it behind: section `.dep-v0`, JSON packed by zlib.

use std::io::{self, Read as _};

use flate2::read::ZlibDecoder;
use mvi_image::OpenBody;
use serde::{Deserialize, Serialize};

use super::elf::ElfLayout;

/// Bytes of the section and of what it unpacks to: what the format's own reader takes by default is 8 MiB.
const MOST: usize = 8 << 20;

/// The crates of a Rust program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CargoAudit {
    /// The crates, as listed.
    pub packages: Vec<CargoPackage>,
}

/// A crate that a program was built from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CargoPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `crates.io`, `git`, `local`, `registry`, or what else the builder calls it.
    pub source: String,
    /// `build` where it only had a part in building.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Crates that it depends on, as indices into the list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<usize>,
    /// The program itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub root: bool,
}

/// The crates of a program; `Ok(None)` where it has no such section, a text where the section makes no sense.
///
/// # Errors
/// Those of the body.
pub(crate) fn read_cargo_audit(
    body: &dyn OpenBody,
    layout: &ElfLayout,
) -> io::Result<Option<Result<CargoAudit, String>>> {
    let Some(section) = layout.section(".dep-v0") else { return Ok(None) };
    if section.bytes > MOST as u64 {
        return Ok(Some(Err(format!("section .dep-v0 has {} bytes, more than {MOST}", section.bytes))));
    }
    Ok(Some(parse_cargo_audit(&layout.section_bytes(body, ".dep-v0", MOST)?)))
}

/// Reads the section's bytes.
///
/// # Errors
/// What is wrong with them.
pub fn parse_cargo_audit(bytes: &[u8]) -> Result<CargoAudit, String> {
    let mut json = Vec::new();
    let unpacked = ZlibDecoder::new(bytes).take(MOST as u64 + 1).read_to_end(&mut json);
    unpacked.map_err(|error| format!("section .dep-v0 cannot be unpacked: {error}"))?;
    if json.len() > MOST {
        return Err(format!("section .dep-v0 unpacks to more than {MOST} bytes"));
    }
    serde_json::from_slice(&json).map_err(|error| format!("section .dep-v0 holds no list of crates: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn packed(json: &str) -> Vec<u8> {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(json.as_bytes()).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn crates_are_read() {
        let json = r#"{"packages":[{"name":"a","version":"1.0.0","source":"local","root":true,"dependencies":[1]},
            {"name":"b","version":"0.2.1","source":"crates.io","kind":"build"}],"format":1}"#;
        let found = parse_cargo_audit(&packed(json)).unwrap();
        let lines: Vec<_> = found.packages.iter().map(|it| format!("{} {} {}", it.name, it.version, it.root)).collect();
        assert_eq!(lines, ["a 1.0.0 true", "b 0.2.1 false"]);
        assert_eq!(found.packages[1].kind.as_deref(), Some("build"));
    }

    #[test]
    fn what_is_no_list_is_said() {
        assert!(parse_cargo_audit(b"no zlib").unwrap_err().contains("cannot be unpacked"));
        assert!(parse_cargo_audit(&packed("[]")).unwrap_err().contains("holds no list of crates"));
    }

    #[test]
    fn a_bomb_is_not_unpacked_to_its_end() {
        let bomb = packed(&" ".repeat(MOST + 2));
        assert!(bomb.len() < 1 << 20);
        assert!(parse_cargo_audit(&bomb).unwrap_err().contains("unpacks to more than"));
    }
}
