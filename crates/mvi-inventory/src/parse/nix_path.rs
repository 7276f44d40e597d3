//! Names of Nix store paths: `HASH-NAME-VERSION[-OUTPUT]`.

/// What a store path is called. Rules: Nix manual, "Store Path"; `parseDrvName` for where the version starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NixPath<'a> {
    /// 32 digits that tell this build from any other.
    pub hash: &'a str,
    /// All before the first hyphen that no letter follows.
    pub name: &'a str,
    /// What follows it.
    pub version: &'a str,
    /// Which part of the build it is, when not the whole: `bin`, `dev`, `lib`.
    pub output: Option<&'a str>,
}

const OUTPUTS: [&str; 11] = ["bin", "data", "debug", "dev", "devdoc", "doc", "info", "lib", "man", "out", "static"];

/// The parts of a name; none for what is no store path, has no version, or is an order to build (`.drv`).
pub fn parse_nix_path(name: &[u8]) -> Option<NixPath<'_>> {
    let name = std::str::from_utf8(name).ok()?;
    let (hash, rest) = name.split_at_checked(32)?;
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'z') && !b"eotu".contains(&byte);
    if !hash.bytes().all(is_digit) || name.ends_with(".drv") {
        return None;
    }
    let rest = rest.strip_prefix('-')?;
    let starts = |(at, _): &(usize, &str)| rest[at + 1..].starts_with(|first: char| first.is_ascii_digit());
    let (at, _) = rest.match_indices('-').find(starts)?;
    let (name, version) = (&rest[..at], &rest[at + 1..]);
    let parts = version.rsplit_once('-').filter(|(_, output)| OUTPUTS.contains(output));
    let (version, output) = parts.map_or((version, None), |(version, output)| (version, Some(output)));
    (!name.is_empty()).then_some(NixPath { hash, name, version, output })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "0c0zr5a2rmqsy8w4hk6ak7s3bx0m7x2r";

    fn check(rest: &str, expected: &str) {
        let name = format!("{HASH}{rest}");
        let path = parse_nix_path(name.as_bytes()).map(|it| format!("{} {} {:?}", it.name, it.version, it.output));
        assert_eq!(path.unwrap_or_default(), expected);
    }

    #[test]
    fn the_version_starts_at_the_first_number() {
        check("-openssl-3.0.12", "openssl 3.0.12 None");
        check("-gcc-wrapper-12.3.0", "gcc-wrapper 12.3.0 None");
        check("-openssl-3.0.12-bin", "openssl 3.0.12 Some(\"bin\")");
        check("-python3.11-pip-23.2-r1", "python3.11-pip 23.2-r1 None");
    }

    #[test]
    fn what_has_no_version_is_left_out() {
        check("-source", "");
        check("-hello-1.0.drv", "");
        check("", "");
        assert_eq!(parse_nix_path(b"short-1.0"), None);
    }
}
