//! URLs: `URI` of RFC 3986, appendix A, as far as labels need it.

/// Whether a text is a URL: a scheme, and after its `:` only characters that URLs have.
pub(crate) fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|one: char| one.is_ascii_alphabetic())
        && scheme.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '+' | '-' | '.'));
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match rest.strip_prefix("//") {
        None => ("", rest),
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
    };
    is_scheme && is_authority(authority) && is_of(path, "/") && is_of(query, "/?") && is_of(fragment, "/?")
}

/// Whether all is characters of paths, these, or escapes of two digits.
fn is_of(text: &str, more: &str) -> bool {
    let mut rest = text.chars();
    while let Some(one) = rest.next() {
        let is_digit = |one: Option<char>| one.is_some_and(|one| one.is_ascii_hexdigit());
        let is_right = match one {
            '%' => is_digit(rest.next()) && is_digit(rest.next()),
            _ => one.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@".contains(one) || more.contains(one),
        };
        if !is_right {
            return false;
        }
    }
    true
}

/// `user@host:port`
fn is_authority(text: &str) -> bool {
    let (user, place) = text.rsplit_once('@').unwrap_or(("", text));
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let Some((address, port)) = rest.split_once(']') else { return false };
            if !address.chars().all(|one| one.is_ascii_hexdigit() || matches!(one, ':' | '.')) {
                return false;
            }
            ("", port.strip_prefix(':').unwrap_or(port))
        }
        None => place.split_once(':').unwrap_or((place, "")),
    };
    is_of(user, "")
        && !user.contains('@')
        && is_of(host, "")
        && !host.contains([':', '@'])
        && port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: bool) {
        assert_eq!(is_url(text), expected, "{text}");
    }

    #[test]
    fn urls_have_a_scheme_and_no_blanks() {
        check("https://example.org", true);
        check("https://ada@example.org:8443/a/b%20c?d=e&f#g", true);
        check("http://[2001:db8::1]:80/", true);
        check("mailto:ada@example.org", true);
        for wrong in
            ["", "example.org", "/a", "https://a b", "https://a/%2", "https://a:b/", "1https://a", "https://[::1/"]
        {
            check(wrong, false);
        }
    }
}
