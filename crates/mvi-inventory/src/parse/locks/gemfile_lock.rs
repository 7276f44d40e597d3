//! Gems that Bundler locked: `Gemfile.lock`.

use super::LockedPackage;
use crate::parse::problem::Problem;

/// The gems under `GEM`, `GIT` and `PATH`: lines of four blanks, `name (version[-platform])`, each gem once. Lines that are
/// indented further are what a gem needs.
pub fn parse_gemfile_lock(bytes: &[u8]) -> (Vec<LockedPackage>, Vec<Problem>) {
    let text = String::from_utf8_lossy(bytes);
    let mut section = "";
    let mut gems: Vec<LockedPackage> = Vec::new();
    for line in text.lines() {
        if !line.starts_with(' ') {
            section = line.trim_end();
            continue;
        }
        let Some(spec) = line.strip_prefix("    ").filter(|spec| !spec.starts_with(' ')) else { continue };
        let parts = spec.split_once(" (").and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)));
        let Some((name, version)) = parts.filter(|_| matches!(section, "GEM" | "GIT" | "PATH")) else { continue };
        let version = version.split('-').next().unwrap_or_default();
        gems.extend(LockedPackage::new(name, version));
    }
    gems.sort();
    gems.dedup();
    (gems, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    #[test]
    fn a_gem_of_several_platforms_is_one_gem() {
        let lock = "GEM\n  remote: https://rubygems.org/\n  specs:\n    nokogiri (1.15.4-aarch64-linux)\n      racc (~> 1.4)\n    \
            nokogiri (1.15.4-x86_64-linux)\n    racc (1.7.1)\n\nPLATFORMS\n  x86_64-linux\n\nDEPENDENCIES\n  nokogiri\n\n\
            CHECKSUMS\n    a (1)\n";
        assert_eq!(lines(&parse_gemfile_lock(lock.as_bytes())), ["nokogiri 1.15.4 Unknown", "racc 1.7.1 Unknown"]);
    }
}
