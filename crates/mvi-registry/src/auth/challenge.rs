//! `WWW-Authenticate`: schemes with their parameters, several in one header (RFC 9110, section 11.6.1).

/// One way in that a server offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Challenge {
    /// In lower case, such as `bearer`.
    pub(super) scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// A parameter by its lower-case name.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The challenges of one header. What cannot be read ends the list.
pub(super) fn challenges(header: &str) -> Vec<Challenge> {
    let mut found: Vec<Challenge> = Vec::new();
    let mut rest = header.trim_start_matches([' ', ',', '\t']);
    while !rest.is_empty() {
        let end = rest.find(|character: char| !is_token(character)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        if word.is_empty() {
            break;
        }
        let after = behind.trim_start();
        rest = match after.strip_prefix('=') {
            Some(value) => {
                let Some(challenge) = found.last_mut() else { break };
                let Some((value, left)) = value_of(value.trim_start()) else { break };
                challenge.parameters.push((word.to_ascii_lowercase(), value));
                left
            }
            None => {
                found.push(Challenge { scheme: word.to_ascii_lowercase(), parameters: Vec::new() });
                after
            }
        };
        rest = rest.trim_start_matches([' ', ',', '\t']);
    }
    found
}

/// A parameter's value, bare or quoted, and what follows it.
fn value_of(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

/// `token` of RFC 9110, section 5.6.2.
fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expected: &str) {
        let shown: Vec<_> = challenges(header)
            .iter()
            .map(|challenge| {
                let parameters = challenge.parameters.iter().map(|(name, value)| format!(" {name}={value}"));
                format!("{}{}", challenge.scheme, parameters.collect::<String>())
            })
            .collect();
        assert_eq!(shown.join(" | "), expected, "{header}");
    }

    #[test]
    fn challenges_of_real_registries_are_understood() {
        check(
            r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#,
            "bearer realm=https://auth.docker.io/token service=registry.docker.io scope=repository:a/b:pull,push",
        );
        check(r#"Basic realm="Registry Realm""#, "basic realm=Registry Realm");
        check(
            r#"BASIC realm=x, Bearer realm="y\"z", error=invalid"#,
            r#"basic realm=x | bearer realm=y"z error=invalid"#,
        );
        check("Negotiate", "negotiate");
    }

    proptest::proptest! {
        #[test]
        fn no_header_is_too_strange(header in ".{0,80}") {
            for challenge in challenges(&header) {
                proptest::prop_assert!(challenge.scheme.chars().all(is_token));
            }
        }
    }

    #[test]
    fn broken_challenges_end_without_harm() {
        check(r#"Bearer realm="never closed"#, "bearer");
        check("=x", "");
        check(r#"Bearer realm="a\"#, "bearer");
        check("", "");
    }
}
