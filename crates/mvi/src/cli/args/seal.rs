//! The arguments of `mvi key` and `mvi rom`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::ShowFormat;

#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    pub(crate) verb: KeyVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyVerb {
    /// Make a key pair: FILE and FILE.pub
    #[command(after_help = "Examples:\n  mvi key new ada.key\n  mvi key new --format cosign cosign.key\n  \
        mvi key new --no-password ci.key\n\n\
        The password is asked for, or taken from --password-file or MVI_KEY_PASSWORD.")]
    New {
        /// Where to write the private key; nothing is overwritten
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// The algorithm [default: ed25519; with --format cosign ecdsa-p256]
        #[arg(long, value_enum)]
        algorithm: Option<AlgorithmArg>,
        /// How to write the private key
        #[arg(long, value_enum, default_value_t = KeyFormat::Pkcs8)]
        format: KeyFormat,
        /// Leave the private key unencrypted
        #[arg(long, conflicts_with = "password_file")]
        no_password: bool,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Show a key's public half and its id
    #[command(after_help = "Examples:\n  mvi key show ada.key.pub\n  mvi key show cosign.key")]
    Show {
        /// A private or public key
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// How to show it
        #[arg(long, short, value_enum, default_value_t = ShowFormat::Text)]
        format: ShowFormat,
        #[command(flatten)]
        password: PasswordArgs,
    },
}

/// Where a key's password comes from.
#[derive(Debug, Args)]
pub(crate) struct PasswordArgs {
    /// Take the key's password from the first line of this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) password_file: Option<PathBuf>,
}

/// A signature algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AlgorithmArg {
    /// Ed25519
    Ed25519,
    /// ECDSA over P-256, what cosign makes
    EcdsaP256,
}

/// How private keys are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyFormat {
    /// PKCS#8 in PEM, which openssl reads
    Pkcs8,
    /// As `cosign generate-key-pair` writes it
    Cosign,
}
