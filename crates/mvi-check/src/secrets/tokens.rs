//! Tokens of a rigid form: what they start with, what follows, and what proves them.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use memchr::memmem;

use super::{Certainty, Secret};

/// Tokens of one kind in one text that are looked at.
const MOST: usize = 4096;
/// Bytes around an id of AWS in which its secret is looked for.
const NEAR: usize = 400;
/// Seconds after which a web token lives long: a quarter of a year.
const LONG: i64 = 90 * 86_400;
/// Bytes of the longest web token that is read.
const LONGEST_CLAIMS: usize = 8192;

/// The form of one kind of token: one line, and nothing else has to know it.
#[derive(Debug, Clone, Copy)]
pub struct TokenForm {
    /// Its kind in reports.
    pub kind: &'static str,
    /// How it starts.
    pub prefix: &'static str,
    /// How many characters follow, least and most.
    pub length: (usize, usize),
    /// Which ones.
    pub letters: Letters,
    /// What proves it.
    pub proof: Proof,
}

/// Which characters a token consists of behind its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// `0-9A-Za-z`.
    Alphanumeric,
    /// These, `-` and `_`.
    UrlSafe,
    /// `A-Z2-7`.
    Base32,
    /// These, `-`, `_`, `/` and `.`.
    Path,
}

/// What proves a token beyond its prefix and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Its characters look drawn by lot.
    Drawn,
    /// Its last six characters are the CRC-32 of those before, in base 62: GitHub's blog, 2021-04-05, "Behind GitHub's new
    /// authentication token formats".
    Checksum,
    /// An underscore behind 22 characters, and 59 behind it: the form of GitHub's fine-grained tokens.
    FineGrained,
    /// The secret that belongs to it stands nearby.
    SecretNearby,
    /// Three parts, and claims that end late or never: RFC 7519.
    Claims,
    /// A path of three parts: a team, a hook, and 24 characters drawn by lot.
    Hook,
}

const fn form(
    (kind, prefix): (&'static str, &'static str),
    length: (usize, usize),
    letters: Letters,
    proof: Proof,
) -> TokenForm {
    TokenForm { kind, prefix, length, letters, proof }
}

/// All kinds that are known, from what their issuers publish.
pub const TOKENS: &[TokenForm] = &[
    form(("github-token", "ghp_"), (36, 36), Letters::Alphanumeric, Proof::Checksum),
    form(("github-token", "gho_"), (36, 36), Letters::Alphanumeric, Proof::Checksum),
    form(("github-token", "ghu_"), (36, 36), Letters::Alphanumeric, Proof::Checksum),
    form(("github-token", "ghs_"), (36, 36), Letters::Alphanumeric, Proof::Checksum),
    form(("github-token", "ghr_"), (36, 36), Letters::Alphanumeric, Proof::Checksum),
    form(("github-token", "github_pat_"), (82, 82), Letters::UrlSafe, Proof::FineGrained),
    form(("npm-token", "npm_"), (36, 36), Letters::Alphanumeric, Proof::Checksum),
    form(("gitlab-token", "glpat-"), (20, 64), Letters::UrlSafe, Proof::Drawn),
    form(("gitlab-token", "glrt-"), (20, 64), Letters::UrlSafe, Proof::Drawn),
    form(("gitlab-token", "gldt-"), (20, 64), Letters::UrlSafe, Proof::Drawn),
    form(("aws-key", "AKIA"), (16, 16), Letters::Base32, Proof::SecretNearby),
    form(("slack-token", "xoxb-"), (30, 120), Letters::UrlSafe, Proof::Drawn),
    form(("slack-token", "xoxp-"), (30, 120), Letters::UrlSafe, Proof::Drawn),
    form(("slack-token", "xapp-"), (30, 140), Letters::UrlSafe, Proof::Drawn),
    form(("slack-webhook", "https://hooks.slack.com/services/"), (40, 60), Letters::Path, Proof::Hook),
    form(("stripe-key", "sk_live_"), (24, 120), Letters::Alphanumeric, Proof::Drawn),
    form(("stripe-key", "rk_live_"), (24, 120), Letters::Alphanumeric, Proof::Drawn),
    form(("pypi-token", "pypi-AgEIcHlwaS5vcmc"), (60, 400), Letters::UrlSafe, Proof::Drawn),
    form(("web-token", "eyJ"), (40, LONGEST_CLAIMS), Letters::Path, Proof::Claims),
];

/// The tokens in a text.
pub(super) fn tokens(text: &[u8]) -> Vec<Secret> {
    let mut found = Vec::new();
    for form in TOKENS {
        for at in memmem::find_iter(text, form.prefix).take(MOST) {
            if at.checked_sub(1).and_then(|before| text.get(before)).is_some_and(|byte| is_word(*byte)) {
                continue;
            }
            let behind = text.get(at + form.prefix.len()..).unwrap_or_default();
            let length = behind.iter().take(form.length.1 + 1).take_while(|byte| form.letters.has(**byte)).count();
            let (least, most) = form.length;
            let body = behind.get(..length).filter(|_| (least..=most).contains(&length));
            if let Some(body) = body.filter(|body| form.proof.holds(body, (text, at))) {
                let token = text.get(at..at + form.prefix.len() + body.len()).unwrap_or_default();
                found.push(Secret::new(form.kind, Certainty::ByForm, (text, at), token));
            }
        }
    }
    found
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Letters {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Alphanumeric => byte.is_ascii_alphanumeric(),
            Self::UrlSafe => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Base32 => byte.is_ascii_uppercase() || matches!(byte, b'2'..=b'7'),
            Self::Path => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/' | b'.'),
        }
    }
}

impl Proof {
    fn holds(self, body: &[u8], (text, at): (&[u8], usize)) -> bool {
        match self {
            Self::Drawn => is_drawn(body),
            Self::Checksum => {
                let (random, sum) = body.split_at(body.len().saturating_sub(6));
                is_drawn(random) && base62(crc32(random)) == sum
            }
            Self::FineGrained => {
                body.get(22) == Some(&b'_') && memchr::memchr_iter(b'_', body).count() == 1 && is_drawn(body)
            }
            Self::SecretNearby => !body.ends_with(b"EXAMPLE") && has_aws_secret(text, at),
            Self::Claims => lives_long(body).unwrap_or(false),
            Self::Hook => is_hook(body),
        }
    }
}

/// True for what looks drawn by lot: many different characters, not in a row, and no word that stands for a secret.
pub(super) fn is_drawn(body: &[u8]) -> bool {
    let mut seen = [false; 256];
    let mut different = 0;
    for byte in body {
        if !std::mem::replace(&mut seen[usize::from(*byte)], true) {
            different += 1;
        }
    }
    let ascending = body.windows(2).filter(|pair| pair[1] == pair[0].wrapping_add(1) || pair[0] == pair[1]).count();
    let lower = body.to_ascii_lowercase();
    let words: [&[u8]; 6] = [b"example", b"placeholder", b"xxxx", b"your", b"abcdef", b"123456"];
    different >= 8.min(body.len() / 2)
        && ascending * 3 <= body.len()
        && !words.iter().any(|word| memmem::find(&lower, word).is_some())
}

/// CRC-32 as in ISO 3309, bit by bit: thirty bytes at a time are all there is.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    !sum
}

/// Six digits in base 62.
pub(super) fn base62(mut number: u32) -> [u8; 6] {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    digits
}

/// A word of forty characters of base 64 with both cases and digits, near `at`.
fn has_aws_secret(text: &[u8], at: usize) -> bool {
    let near = text.get(at.saturating_sub(NEAR)..text.len().min(at + NEAR)).unwrap_or_default();
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let mut words = near.split(|byte| !is_letter(byte)).filter(|word| word.len() == 40);
    words.any(|word| {
        let has = |kind: fn(&u8) -> bool| word.iter().any(kind);
        has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit) && is_drawn(word)
    })
}

fn is_hook(body: &[u8]) -> bool {
    let parts: Vec<&[u8]> = body.split(|byte| *byte == b'/').collect();
    let [team, hook, key] = parts.as_slice() else { return false };
    team.starts_with(b"T") && hook.starts_with(b"B") && key.len() == 24 && is_drawn(key)
}

/// Whether a web token ends late or never; none when it is none. `body` is all behind `eyJ`.
fn lives_long(body: &[u8]) -> Option<bool> {
    let mut parts = body.split(|byte| *byte == b'.');
    let (_, claims, seal) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || seal.len() < 20 || body.contains(&b'/') {
        return None;
    }
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    let claims = claims.as_object()?;
    // The token that every document about them shows.
    if claims.get("sub").is_some_and(|subject| subject == "1234567890") {
        return Some(false);
    }
    let time = |name: &str| claims.get(name).and_then(serde_json::Value::as_i64);
    Some(match (time("exp"), time("iat").or_else(|| time("nbf"))) {
        (None, _) => claims.contains_key("iss") || claims.contains_key("sub"),
        (Some(end), Some(start)) => end.saturating_sub(start) > LONG,
        (Some(_), None) => false,
    })
}
