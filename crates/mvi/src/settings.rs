//! What the environment says: folders, processors, the clock. Read here and nowhere else.

use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::Context as _;
use jiff::Timestamp;
use mvi_seal::{Entropy, Password};
use zeroize::Zeroizing;

/// The folder of the layer memory: `$XDG_CACHE_HOME/mvi`, else `~/.cache/mvi`; none without a home.
#[must_use]
pub(crate) fn cache_dir() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    base.map(|base| base.join("mvi"))
}

/// Random bytes of the system, for one key.
///
/// # Errors
/// A system that has none to give.
pub(crate) fn entropy() -> anyhow::Result<Entropy> {
    let mut entropy = Entropy { key: Zeroizing::new([0; 32]), salt: [0; 32], nonce: [0; 24] };
    for bytes in [&mut entropy.key[..], &mut entropy.salt, &mut entropy.nonce] {
        getrandom::fill(bytes).context("the system gives no random bytes")?;
    }
    Ok(entropy)
}

/// The password of keys: `MVI_KEY_PASSWORD`, else cosign's `COSIGN_PASSWORD`.
#[must_use]
pub(crate) fn key_password() -> Option<Password> {
    let text = std::env::var_os("MVI_KEY_PASSWORD").or_else(|| std::env::var_os("COSIGN_PASSWORD"))?;
    Some(text.into_encoded_bytes().into())
}

/// Asks for a password on the terminal, unseen.
///
/// # Errors
/// No terminal to ask on.
pub(crate) fn ask_password(prompt: &str) -> anyhow::Result<Password> {
    let typed = rpassword::prompt_password(prompt)
        .context("there is no terminal to ask for the password on; use --password-file or MVI_KEY_PASSWORD")?;
    Ok(typed.into_bytes().into())
}

/// Processors this process may use.
#[must_use]
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Now.
#[must_use]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Now, for comparing with the times of files.
#[must_use]
pub(crate) fn file_time() -> SystemTime {
    SystemTime::now()
}

/// Columns of the terminal that standard output is; 100 where it is none.
#[must_use]
pub(crate) fn width() -> usize {
    let stated = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    stated.or_else(measured).unwrap_or(100)
}

/// True when nobody pipes anything into this process.
#[must_use]
pub(crate) fn stdin_is_terminal() -> bool {
    use std::io::IsTerminal as _;
    std::io::stdin().is_terminal()
}
