//! Python distributions that a `requirements.txt` pins; ranges are no lock.

use super::LockedPackage;
use crate::parse::problem::Problem;

/// Lines `name[extra]==version`, with what may follow: a marker, hashes, a comment. Format: pip, "Requirements File Format".
pub fn parse_requirements(bytes: &[u8]) -> (Vec<LockedPackage>, Vec<Problem>) {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().map(str::trim_start).filter(|line| !line.starts_with(['#', '-']));
    let pins = lines.filter_map(|line| {
        let line = line.split([';', '#', '\\']).next()?.split(" --").next()?;
        let (name, version) = line.split_once("==")?;
        let name = name.split('[').next()?.trim();
        let version = version.trim_start_matches('=').trim();
        let plain = !version.contains(['*', ',', ' '])
            && name.chars().all(|it| it.is_ascii_alphanumeric() || "-_.".contains(it));
        LockedPackage::new(name, version).filter(|_| plain)
    });
    (pins.collect(), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    #[test]
    fn only_pins_count() {
        let file = "# a==1\n-r other.txt\nFlask[async]==3.0.0 ; python_version > '3' \nclick == 8.1.7 \\\n    --hash=sha256:x\n\
            b>=2\nc==1.*\nd==1,<2\ne===4 # why\n";
        assert_eq!(
            lines(&parse_requirements(file.as_bytes())),
            ["Flask 3.0.0 Unknown", "click 8.1.7 Unknown", "e 4 Unknown"]
        );
    }
}
