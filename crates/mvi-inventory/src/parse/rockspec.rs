//! What a rockspec says beside name and version, which are those of its folders. It is Lua; nothing is run.

/// A rock. Fields: LuaRocks, "Rockspec format".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rock {
    /// `description.license`.
    pub licence: Option<String>,
    /// `description.maintainer`.
    pub maintainer: Option<String>,
    /// Names in `dependencies`; Lua itself is left out.
    pub depends: Vec<String>,
}

/// What the rockspec says in plain texts; what it computes is not known.
pub fn parse_rockspec(bytes: &[u8]) -> Rock {
    let text = String::from_utf8_lossy(bytes);
    let dependencies = field(&text, "dependencies").and_then(|rest| rest.strip_prefix('{')?.split('}').next());
    let names = quoted(dependencies.unwrap_or_default()).filter_map(|need| need.split_whitespace().next());
    Rock {
        licence: field(&text, "license").and_then(|rest| quoted(rest.lines().next()?).next()).map(str::to_owned),
        maintainer: field(&text, "maintainer").and_then(|rest| quoted(rest.lines().next()?).next()).map(str::to_owned),
        depends: names.filter(|name| *name != "lua").map(str::to_owned).collect(),
    }
}

/// What follows `name =` where a line or an item of a table starts with it.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let starts = text
        .match_indices(name)
        .filter(|(at, _)| text[..*at].trim_end_matches([' ', '\t']).ends_with(['\n', '{', ',']));
    let mut values = starts.filter_map(|(at, _)| text[at + name.len()..].trim_start().strip_prefix('='));
    values.next().map(str::trim_start)
}

/// The texts between quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(['"', '\''])?;
        let inside = &rest[start + 1..];
        let end = inside.find(char::from(rest.as_bytes()[start]))?;
        rest = &inside[end + 1..];
        Some(&inside[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_texts_are_read() {
        let rock = parse_rockspec(
            b"package = \"LuaSocket\"\nversion = \"3.1.0-1\"\ndescription = {\n  summary = 'license = x',\n  \
              license = \"MIT\",\n  maintainer = 'C <c@x>'\n}\ndependencies = {\n  \"lua >= 5.1\", 'lpeg ~> 1.0'\n}\n",
        );
        let (licence, maintainer) = (Some("MIT".to_owned()), Some("C <c@x>".to_owned()));
        assert_eq!(rock, Rock { licence, maintainer, depends: vec!["lpeg".to_owned()] });
    }

    #[test]
    fn what_is_computed_is_not_known() {
        assert_eq!(parse_rockspec(b"license = name()\ndependencies = deps\n"), Rock::default());
        assert_eq!(parse_rockspec(b"\xff\n dependencies = {\""), Rock::default());
    }
}
