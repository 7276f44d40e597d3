//! `mvi key`, and reading keys and passwords for every verb that seals or verifies.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use mvi_seal::{Algorithm, Entropy, Password, PublicKey, SealError, SigningKey, looks_encrypted};
use tempfile::NamedTempFile;

use super::args::ShowFormat;
use super::args::seal::{AlgorithmArg, KeyArgs, KeyFormat, KeyVerb, PasswordArgs};
use super::output::{Exit, Failure};
use crate::settings;

/// Longest key file that is read, bytes.
const LONGEST: u64 = 64 << 10;

pub(super) fn run(args: &KeyArgs) -> Result<Exit, Failure> {
    match &args.verb {
        KeyVerb::New { file, algorithm, format, no_password, password } => {
            let default = if *format == KeyFormat::Cosign { AlgorithmArg::EcdsaP256 } else { AlgorithmArg::Ed25519 };
            let algorithm = match algorithm.unwrap_or(default) {
                AlgorithmArg::Ed25519 => Algorithm::Ed25519,
                AlgorithmArg::EcdsaP256 => Algorithm::EcdsaP256,
            };
            let password = if *no_password { None } else { Some(new_password(password)?) };
            new(file, algorithm, *format, password.as_ref())
        }
        KeyVerb::Show { file, format, password } => show(file, *format, password),
    }
}

fn new(file: &Path, algorithm: Algorithm, format: KeyFormat, password: Option<&Password>) -> Result<Exit, Failure> {
    let (key, entropy) = generate(algorithm)?;
    let password = password.map(|password| password.as_slice());
    let text = match (format, password) {
        (KeyFormat::Pkcs8, password) => key.to_pem(password, &entropy)?,
        (KeyFormat::Cosign, Some(password)) => key.to_cosign_pem(password, &entropy)?.into(),
        (KeyFormat::Cosign, None) => {
            return Err(Failure::usage("cosign's format is always encrypted: leave out --no-password"));
        }
    };
    let public = public_path(file);
    if public.exists() {
        return Err(Failure::usage(format!("`{}` exists; nothing is overwritten", public.display())));
    }
    // Both are on the disk before either has its name: half a pair of keys is none.
    let private = draft(file, text.as_bytes(), 0o600)?;
    put(draft(&public, key.public().to_pem().as_bytes(), 0o644)?, &public)?;
    put(private, file).inspect_err(|_| {
        // The half that is there is of no use, and the failure that is told is the first.
        let _ = fs::remove_file(&public);
    })?;
    let mut out = anstream::stdout();
    writeln!(out, "{} private key, keep it secret", file.display())?;
    writeln!(out, "{} public key, {} {}", public.display(), algorithm.name(), key.public().id())?;
    Ok(Exit::Fine)
}

fn generate(algorithm: Algorithm) -> Result<(SigningKey, Entropy), Failure> {
    loop {
        let entropy = settings::entropy()?;
        match SigningKey::generate(algorithm, &entropy) {
            Ok(key) => return Ok((key, entropy)),
            Err(SealError::Entropy) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn public_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

/// A file beside its place, whole.
fn draft(path: &Path, bytes: &[u8], mode: u32) -> Result<NamedTempFile, Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = tempfile::Builder::new().permissions(fs::Permissions::from_mode(mode)).tempfile_in(folder);
    let written = written.and_then(|mut file| {
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(file)
    });
    Ok(written.with_context(|| format!("cannot write `{}`", path.display()))?)
}

/// Gives a file its name, unless something has it.
fn put(file: NamedTempFile, path: &Path) -> Result<(), Failure> {
    let put = file.persist_noclobber(path).map_err(|failed| failed.error);
    put.map(drop).with_context(|| format!("cannot write `{}`; nothing is overwritten", path.display()))?;
    Ok(())
}

fn show(file: &Path, format: ShowFormat, password: &PasswordArgs) -> Result<Exit, Failure> {
    let text = read(file)?;
    let key = if text.contains("-----BEGIN PUBLIC KEY-----") {
        PublicKey::from_pem(&text)?
    } else {
        open(file, &text, password)?.public()
    };
    let mut out = anstream::stdout();
    match format {
        ShowFormat::Text => write!(out, "{} {}\n{}", key.algorithm().name(), key.id(), key.to_pem())?,
        ShowFormat::Json => {
            let value = serde_json::json!({
                "schema": "mvi-key/1", "algorithm": key.algorithm().name(), "id": key.id(), "pem": key.to_pem(),
            });
            writeln!(out, "{value:#}")?;
        }
    }
    Ok(Exit::Fine)
}

/// Reads a private key; asks for its password where it has one.
pub(super) fn signing_key(file: &Path, password: &PasswordArgs) -> Result<SigningKey, Failure> {
    open(file, &read(file)?, password)
}

/// Reads public keys.
pub(super) fn public_keys(files: &[PathBuf]) -> Result<Vec<PublicKey>, Failure> {
    let read = |file: &PathBuf| {
        let key = PublicKey::from_pem(&read(file)?).with_context(|| format!("`{}`", file.display()))?;
        Ok(key)
    };
    files.iter().map(read).collect()
}

fn open(file: &Path, text: &str, password: &PasswordArgs) -> Result<SigningKey, Failure> {
    let password = if looks_encrypted(text) { Some(known_password(file, password)?) } else { None };
    let key = SigningKey::from_pem(text, password.as_ref().map(|password| password.as_slice()));
    Ok(key.with_context(|| format!("`{}`", file.display()))?)
}

fn read(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = fs::File::open(file).and_then(|opened| opened.take(LONGEST).read_to_string(&mut text));
    read.with_context(|| format!("cannot read the key `{}`", file.display()))?;
    Ok(text)
}

/// A password for a new key.
fn new_password(args: &PasswordArgs) -> Result<Password, Failure> {
    let password = match stated_password(args)? {
        Some(password) => password,
        None => {
            let first = settings::ask_password("Password for the new key: ")?;
            let again = settings::ask_password("The same once more: ")?;
            if first != again {
                return Err(Failure::usage("the two passwords differ; nothing was written"));
            }
            first
        }
    };
    if password.is_empty() {
        return Err(Failure::usage("the password is empty; --no-password leaves the key unencrypted"));
    }
    Ok(password)
}

fn known_password(file: &Path, args: &PasswordArgs) -> Result<Password, Failure> {
    match stated_password(args)? {
        Some(password) => Ok(password),
        None => Ok(settings::ask_password(&format!("Password of {}: ", file.display()))?),
    }
}

fn stated_password(args: &PasswordArgs) -> Result<Option<Password>, Failure> {
    let Some(file) = &args.password_file else { return Ok(settings::key_password()) };
    let bytes = fs::read(file).with_context(|| format!("cannot read the password in `{}`", file.display()))?;
    let line = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    Ok(Some(line.to_vec().into()))
}
