//! The arguments about images that are not files, and how they become options.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use mvi_registry::{CredentialSources, Insecure, Mirror, RegistryOptions, Trust};

use super::output::Failure;
use crate::settings;

/// How registries and services are reached; the same for every verb that reads an image.
#[derive(Debug, Args)]
#[command(next_help_heading = "Registries and services")]
pub(super) struct RemoteArgs {
    /// Speak plain HTTP with this registry, or with all; may repeat
    #[arg(long, value_name = "HOST[:PORT]", num_args = 0..=1, require_equals = true, default_missing_value = "*")]
    insecure: Vec<String>,
    /// Trust the certificates in this file beside the system's; may repeat
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    ca_file: Vec<PathBuf>,
    /// Take credentials from this file only [default: podman's auth.json, docker's config.json]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    auth_file: Option<PathBuf>,
    /// Look for images of FROM at TO first, each HOST or HOST/PREFIX; may repeat
    #[arg(long, value_name = "FROM=TO")]
    mirror: Vec<Mirror>,
    /// Socket of the Docker or Podman service [default: $DOCKER_HOST, then the usual places]
    #[arg(long, value_name = "unix://PATH", value_hint = ValueHint::FilePath)]
    host: Option<String>,
}

/// Options from arguments and environment.
///
/// # Errors
/// A service that is not on a socket of this machine.
pub(super) fn registry_options(args: &RemoteArgs) -> Result<RegistryOptions, Failure> {
    let insecure = plain_hosts(&args.insecure);
    let found = settings::places();
    let stated = args.host.clone().or(found.docker_host);
    let sockets = match stated.as_deref() {
        None => found.sockets,
        Some(host) => vec![socket(host)?],
    };
    Ok(RegistryOptions {
        insecure,
        trust: Trust {
            ca_files: args.ca_file.clone(),
            system_bundle: found.ca_bundle,
            certificate_folders: found.certificate_folders,
        },
        credentials: CredentialSources {
            file: args.auth_file.clone(),
            files: found.credential_files,
            helper_path: None,
        },
        mirrors: args.mirror.clone(),
        proxy: found.proxy,
        patience: mvi_registry::Patience { seed: settings::chance(), ..Default::default() },
        sockets,
        storages: found.storages,
    })
}

/// Options for documents on the web, which ask for no credentials.
pub(super) fn web_options(insecure: &[String], ca_files: &[PathBuf]) -> RegistryOptions {
    let found = settings::places();
    RegistryOptions {
        insecure: plain_hosts(insecure),
        trust: Trust {
            ca_files: ca_files.to_vec(),
            system_bundle: found.ca_bundle,
            certificate_folders: found.certificate_folders,
        },
        proxy: found.proxy,
        patience: mvi_registry::Patience { seed: settings::chance(), ..Default::default() },
        ..RegistryOptions::default()
    }
}

fn plain_hosts(stated: &[String]) -> Insecure {
    match stated {
        [] => Insecure::None,
        hosts if hosts.iter().any(|host| host == "*") => Insecure::All,
        hosts => Insecure::Hosts(hosts.to_vec()),
    }
}

fn socket(host: &str) -> Result<PathBuf, Failure> {
    let path = host.strip_prefix("unix://").unwrap_or(host);
    if path.contains("://") || !path.starts_with('/') {
        let text = format!("`{host}` is no socket of this machine; services are reached at unix:///PATH only");
        return Err(Failure::usage(text));
    }
    Ok(PathBuf::from(path))
}
