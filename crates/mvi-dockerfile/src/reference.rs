//! Names of images, cut into registry, name, tag and digest, variables left as they are written.

/// An image as `FROM` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    /// `ghcr.io`; `None` for the one that is meant when none is written.
    pub(crate) registry: Option<&'a str>,
    /// What follows the registry, without tag and digest.
    pub(crate) name: &'a str,
    /// Behind the `:`.
    pub(crate) tag: Option<&'a str>,
    /// Behind the `@`.
    pub(crate) digest: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// Cuts a text; anything has a name.
    pub(crate) fn of(text: &'a str) -> Self {
        let (text, digest) = cut(text, '@').map_or((text, None), |(rest, digest)| (rest, Some(digest)));
        // The first part is a registry when it looks like a host (distribution, `reference/normalize.go`).
        let (registry, rest) = match outer(text, '/').next().map(|at| (&text[..at], &text[at + 1..])) {
            Some((first, rest)) if first.contains(['.', ':']) && !first.starts_with('$') || first == "localhost" => {
                (Some(first), rest)
            }
            _ => (None, text),
        };
        let (name, tag) = cut(rest, ':').map_or((rest, None), |(name, tag)| (name, Some(tag)));
        Self { registry, name, tag, digest }
    }
}

/// Both sides of the last separator that stands in no `${…}`, unless a slash follows it.
fn cut(text: &str, separator: char) -> Option<(&str, &str)> {
    let at = outer(text, separator).last()?;
    let behind = &text[at + 1..];
    (outer(behind, '/').next().is_none()).then_some((&text[..at], behind))
}

/// Where a character stands outside `${…}`.
fn outer(text: &str, wanted: char) -> impl Iterator<Item = usize> {
    let mut depth = 0_u32;
    text.char_indices().filter_map(move |(at, character)| {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth == 0 && character == wanted).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, registry: Option<&str>, name: &str, tag: Option<&str>, digest: Option<&str>) {
        assert_eq!(Reference::of(text), Reference { registry, name, tag, digest }, "{text}");
    }

    #[test]
    fn names_of_images_are_cut() {
        check("alpine", None, "alpine", None, None);
        check("alpine:3.21", None, "alpine", Some("3.21"), None);
        check("library/alpine@sha256:00", None, "library/alpine", None, Some("sha256:00"));
        check("ghcr.io/a/b:1@sha256:00", Some("ghcr.io"), "a/b", Some("1"), Some("sha256:00"));
        check("localhost:5000/a", Some("localhost:5000"), "a", None, None);
        check("localhost/a:1", Some("localhost"), "a", Some("1"), None);
        check("$REGISTRY/a:$TAG", None, "$REGISTRY/a", Some("$TAG"), None);
        check("${A:-b:c}/d:${E:-f}", None, "${A:-b:c}/d", Some("${E:-f}"), None);
        check("${IMAGE}", None, "${IMAGE}", None, None);
    }
}
