//! MVI5008: bases that are none unless the build is given an argument.

use crate::finding::Finding;
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::stages::Variable;
use crate::syntax::lexer::{Lookup, Quotes, expand};
use crate::syntax::{Body, Dockerfile, Instruction};
use crate::words::references;

pub(crate) struct InvalidDefaultArgInFrom;

static META: RuleMeta = RuleMeta {
    code: "MVI5008",
    name: "invalid-default-arg-in-from",
    twins: &["InvalidDefaultArgInFrom"],
    group: Group::Build,
    why: "With no `--build-arg`, the name of the base is empty or has a hole, as `alpine:`. The file then builds only for \
          those who know which argument to give; everybody else gets an error about a name that stands nowhere.",
    bad: "ARG TAG\nFROM busybox:${TAG}\nRUN echo hello\n",
    good: "ARG TAG=1.37.0\nFROM busybox:${TAG}\nRUN echo hello\n",
    ..RuleMeta::PLAIN
};

impl Rule for InvalidDefaultArgInFrom {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        file.instructions().iter().filter_map(|instruction| finding(file, instruction)).collect()
    }
}

/// Variables as they are when the build is given nothing.
struct Defaults<'a>(crate::stages::Scope<'a>);

impl Lookup for Defaults<'_> {
    fn variable(&self, name: &str) -> Variable<'_> {
        match self.0.variable(name) {
            // The platform is always known to the build; any name will do here.
            Variable::Unknown => Variable::Known("linux"),
            Variable::Given => Variable::Known(""),
            Variable::Undeclared => Variable::Known(""),
            known @ Variable::Known(_) => known,
        }
    }
}

fn finding(file: &Dockerfile, instruction: &Instruction) -> Option<Finding> {
    let Body::From { image, .. } = &instruction.body else { return None };
    if references(&image.raw, file.escape()).is_empty() {
        return None;
    }
    let defaults = Defaults(file.scope_at(instruction.index));
    let name = expand(&image.raw, file.escape(), Quotes::Remove, &defaults);
    if name.malformed.is_some() || is_image(&name.text) {
        return None;
    }
    let message = match name.text.as_str() {
        "" => "without build arguments this base has no name".to_owned(),
        text => format!("without build arguments this base is `{text}`, which is no image"),
    };
    Some(Finding::new(&META, image.span, message))
}

/// Whether a text is a name of an image (the grammar of `distribution/reference`, sets in `path` taken together).
fn is_image(text: &str) -> bool {
    let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    let (path, tag) = match name[last..].split_once(':') {
        Some((part, tag)) => (&name[..last + part.len()], Some(tag)),
        None => (name, None),
    };
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_tag = |tag: &str| {
        tag.len() <= 128
            && tag.bytes().next().is_some_and(is_word)
            && tag.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
    };
    let is_digest =
        |digest: &str| digest.split_once(':').is_some_and(|(kind, hex)| !kind.is_empty() && hex.len() >= 32);
    let mut parts = path.split('/').enumerate();
    parts.all(|(index, part)| is_part(part, index == 0 && path.contains('/')))
        && tag.is_none_or(is_tag)
        && digest.is_none_or(is_digest)
}

/// A part of a path; the first of several may be a host with a port.
fn is_part(part: &str, may_be_host: bool) -> bool {
    let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-');
    if may_be_host && (part.contains(['.', ':']) || part == "localhost") {
        let host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
        return part.bytes().all(host) && !part.starts_with(['.', '-', ':']) && !part.ends_with(['.', '-', ':']);
    }
    ends(part.bytes().next()) && ends(part.bytes().last()) && part.bytes().all(inside)
}
