//! Variables of Compose files: `$NAME`, `${NAME}`, `${NAME:-default}` and the like, `$$`. compose-spec, 12.

/// A text with what is known of its variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interpolated {
    /// With defaults filled in; a variable without one stays as it is written.
    pub text: String,
    /// Names of the variables that stayed.
    pub unknown: Vec<String>,
}

/// Longest variable with its default, bytes.
const LONGEST: usize = 4096;
/// Deepest default within a default.
const DEEPEST: u32 = 8;

/// Fills in defaults. The environment of whoever starts the services is not known, so a default is taken for the value.
#[must_use]
pub fn interpolate(text: &str) -> Interpolated {
    let mut out = Interpolated::default();
    fill(text, &mut out, DEEPEST);
    out
}

fn fill(text: &str, out: &mut Interpolated, depth: u32) {
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.text.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        if let Some(after) = behind.strip_prefix('$') {
            out.text.push('$');
            rest = after;
        } else if let Some((inside, after)) = braces(behind) {
            variable(inside, &rest[at..rest.len() - after.len()], out, depth);
            rest = after;
        } else {
            let name = name(behind);
            if name.is_empty() {
                out.text.push('$');
            } else {
                stay(name, &rest[at..=at + name.len()], out);
            }
            rest = &behind[name.len()..];
        }
    }
    out.text.push_str(rest);
}

/// One `${…}`: `whole` with its braces.
fn variable(inside: &str, whole: &str, out: &mut Interpolated, depth: u32) {
    let name = name(inside);
    let operator = &inside[name.len()..];
    let default = operator.strip_prefix(":-").or_else(|| operator.strip_prefix('-'));
    match default {
        Some(default) if depth > 0 && !name.is_empty() => fill(default, out, depth - 1),
        // `${NAME:+x}` is empty as long as nobody sets NAME.
        None if operator.starts_with(":+") || operator.starts_with('+') => {}
        Some(_) | None => stay(name, whole, out),
    }
}

fn stay(name: &str, written: &str, out: &mut Interpolated) {
    out.text.push_str(written);
    if !out.unknown.iter().any(|known| known == name) {
        out.unknown.push(name.to_owned());
    }
}

fn name(text: &str) -> &str {
    let ordinary = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = text.find(|c| !ordinary(c)).unwrap_or(text.len());
    if text.starts_with(|c: char| c.is_ascii_digit()) { "" } else { &text[..end] }
}

/// What is in the braces that the text begins with, and what comes after them.
fn braces(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('{')?;
    let mut depth = 1_u32;
    let bytes = inner.as_bytes();
    for (at, byte) in bytes.iter().enumerate().take(LONGEST) {
        match byte {
            b'{' if at > 0 && bytes[at - 1] == b'$' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&inner[..at], &inner[at + 1..]));
        }
    }
    None
}
