//! `RUN --mount`: options between commas, quoted as CSV quotes.

use crate::syntax::context::Context;
use crate::syntax::flags::{Raw, place};
use crate::syntax::model::{Mount, MountOption, ProblemKind};

const KEYS: [&str; 19] = [
    "type",
    "from",
    "source",
    "src",
    "target",
    "dst",
    "destination",
    "readonly",
    "ro",
    "readwrite",
    "rw",
    "id",
    "sharing",
    "required",
    "size",
    "mode",
    "uid",
    "gid",
    "env",
];

/// Reads the value of a `--mount` flag.
pub(crate) fn mount(context: &mut Context<'_>, raw: &Raw) -> Mount {
    let value = raw.flag.value.as_deref().unwrap_or_default();
    let mut options = Vec::new();
    for (start, end, field) in fields(value) {
        let span = place(context, raw, start, end);
        let (key, value) = field.split_once('=').map_or((field.as_str(), None), |(key, value)| (key, Some(value)));
        let option = MountOption { key: key.to_ascii_lowercase(), value: value.map(str::to_owned), span };
        if let Some(why) = wrong(&option) {
            context.problem(span, ProblemKind::Flag, why);
        }
        options.push(option);
    }
    Mount { span: raw.flag.span, options }
}

fn wrong(option: &MountOption) -> Option<String> {
    let key = option.key.as_str();
    if !KEYS.contains(&key) {
        return Some(format!("a mount has no option `{key}`"));
    }
    match (key, option.value.as_deref()) {
        ("ro" | "readonly" | "rw" | "readwrite" | "required", None) => None,
        (_, None) => Some(format!("the option `{key}` of a mount needs a value")),
        (_, Some(value)) if value.contains('$') => None,
        ("type", Some(value)) => {
            let known = ["bind", "cache", "tmpfs", "secret", "ssh"].iter().any(|kind| value.eq_ignore_ascii_case(kind));
            (!known).then(|| format!("there are no mounts of type `{value}`"))
        }
        ("sharing", Some(value)) => {
            let known = ["shared", "private", "locked"].iter().any(|kind| value.eq_ignore_ascii_case(kind));
            (!known).then(|| format!("a mount is not shared as `{value}`"))
        }
        (_, Some(_)) => None,
    }
}

/// Fields between commas: where each begins and ends, and its text without quotes.
fn fields(value: &str) -> Vec<(usize, usize, String)> {
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let rest = &value[at..];
        let (text, length) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted),
            None => {
                let length = rest.find(',').unwrap_or(rest.len());
                (rest[..length].to_owned(), length)
            }
        };
        fields.push((at, at + length, text));
        at += length;
        if at >= value.len() {
            return fields;
        }
        at += 1; // the comma
    }
}

/// A field after its first quote: its text, where a double quote is a quote, and its length up to the comma.
fn quoted_field(quoted: &str) -> (String, usize) {
    let mut text = String::new();
    let mut rest = quoted;
    while let Some(end) = rest.find('"') {
        text.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                text.push('"');
                rest = after;
            }
            None => break,
        }
    }
    let tail = rest.find(',').unwrap_or(rest.len());
    text.push_str(&rest[..tail]);
    (text, 1 + quoted.len() - rest.len() + tail)
}
