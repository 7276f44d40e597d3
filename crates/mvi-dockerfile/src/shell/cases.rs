//! Patterns of `case` inside `$(`: the parser takes the `)` behind one for the end of the substitution, unless a `(` opens it.

/// The script with a `(` before every pattern, in the place of the blank there, so that all places stay what they are.
///
/// `None` where there is no such pattern, or no blank before one. What it makes of quoted text may be wrong: it is for
/// scripts that the parser refused, and counts only when the parser takes it.
pub(super) fn opened(text: &str) -> Option<String> {
    if !text.contains("$(") || !text.contains("case") {
        return None;
    }
    let mut bytes = text.as_bytes().to_vec();
    let mut open: Vec<Part> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let word = word_at(&bytes, at);
        at += match (open.last_mut(), word) {
            (Some(part @ Part::Subject), b"in") => {
                *part = Part::Pattern;
                2
            }
            (Some(Part::Pattern | Part::Commands), b"esac") => {
                open.pop();
                4
            }
            (None | Some(Part::Commands), b"case") => {
                open.push(Part::Subject);
                4
            }
            (Some(part @ Part::Pattern), _) if !bytes[at].is_ascii_whitespace() => {
                if bytes[at] != b'(' {
                    *bytes[..at].last_mut().filter(|before| before.is_ascii_whitespace())? = b'(';
                }
                *part = Part::Commands;
                1
            }
            (Some(part @ Part::Commands), _) if bytes[at..].starts_with(b";;") || bytes[at..].starts_with(b";&") => {
                *part = Part::Pattern;
                bytes[at..].iter().take_while(|byte| matches!(byte, b';' | b'&')).count()
            }
            _ => 1,
        };
    }
    String::from_utf8(bytes).ok().filter(|opened| opened != text)
}

/// Where in a `case` it stands.
enum Part {
    Subject,
    Pattern,
    Commands,
}

/// The letters that begin here, when nothing but a blank or an operator is around them.
fn word_at(bytes: &[u8], at: usize) -> &[u8] {
    let is_edge = |byte: &u8| byte.is_ascii_whitespace() || b";&|()`\"{}".contains(byte);
    let begins = bytes[..at].last().is_none_or(is_edge);
    let length = if begins { bytes[at..].iter().take_while(|byte| byte.is_ascii_lowercase()).count() } else { 0 };
    let ends = bytes.get(at + length).is_none_or(is_edge);
    if ends { &bytes[at..at + length] } else { &[] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(opened(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn patterns_are_opened_in_the_place_of_a_blank() {
        check("x $(case $a in b) c;; *) d ;; esac)", Some("x $(case $a in(b) c;;(*) d ;; esac)"));
        check("$(case a in (b) c;; esac)", None);
        check("$(case a in b) c;;*) d;; esac)", None);
        check("case a in b) c;; esac", None);
        check("$(case a in b|c) case d in e) f;; esac;; esac)", Some("$(case a in(b|c) case d in(e) f;; esac;; esac)"));
        check("$(a) briefcase", None);
    }

    #[test]
    fn any_text_comes_back_as_long_as_it_was() {
        for text in
            ["$(case é in é) ü;; esac)", "$(case in in in) in;; esac)", "$(case", "$(case a in", "$(case a in b"]
        {
            assert!(opened(text).is_none_or(|opened| opened.len() == text.len()), "{text}");
        }
    }
}
