//! Addresses for mail: `addr-spec` of RFC 5322, section 3.4.1, without comments and folding.

/// Whether a text is an address: `ada@example.org`, `"a b"@example.org`, `ada@[192.0.2.1]`.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    // RFC 5321, section 4.5.3.1.
    local.len() <= 64 && domain.len() <= 255 && (is_dotted(local) || is_quoted(local)) && is_domain(domain)
}

fn is_dotted(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.chars().all(is_atom);
    text.split('.').all(is_part)
}

fn is_atom(one: char) -> bool {
    one.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(one)
}

fn is_quoted(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else { return false };
    let mut escaped = false;
    for one in inner.chars() {
        match one {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return false,
            ' '..='~' => {}
            _ => return false,
        }
    }
    !escaped
}

fn is_domain(text: &str) -> bool {
    if let Some(literal) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        return literal.chars().all(|one| matches!(one, '!'..='Z' | '^'..='~'));
    }
    is_dotted(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: bool) {
        assert_eq!(is_email(text), expected, "{text}");
    }

    #[test]
    fn addresses_are_told_from_other_texts() {
        check("ada@example.org", true);
        check("ada.lovelace+x@mail.example.org", true);
        check("\"a \\\" b\"@example.org", true);
        check("ada@[192.0.2.1]", true);
        for wrong in
            ["", "@", "ada", "ada@", "@example.org", "a..b@c", "a b@c", "ada@example..org", "\"@c", "\"a\\\"@c"]
        {
            check(wrong, false);
        }
        check("Ada <ada@example.org>", false);
    }
}
