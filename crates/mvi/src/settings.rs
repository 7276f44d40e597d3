//! What the environment says: folders, processors, the clock. Read here and nowhere else.

use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::Context as _;
use jiff::Timestamp;
use mvi_registry::Proxy;
use mvi_seal::{Entropy, Password};
use zeroize::Zeroizing;

/// The folder of the layer memory: `$XDG_CACHE_HOME/mvi`, else `~/.cache/mvi`; none without a home.
#[must_use]
pub(crate) fn cache_dir() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    base.map(|base| base.join("mvi"))
}

/// The folder of what the program remembers for good: `$XDG_DATA_HOME/mvi`, else `~/.local/share/mvi`; none without
/// a home.
#[must_use]
pub(crate) fn data_dir() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
    base.map(|base| base.join("mvi"))
}

/// The folder the program was started in.
///
/// # Errors
/// A folder that is gone.
pub(crate) fn working_dir() -> anyhow::Result<PathBuf> {
    std::env::current_dir().context("the working folder cannot be found")
}

/// Who runs the program, as the system calls them; nothing where it does not say.
#[must_use]
pub(crate) fn user_name() -> Option<String> {
    ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok()).filter(|name| !name.is_empty())
}

/// Random bytes of the system, for the ids of events.
///
/// # Errors
/// A system that has none to give.
pub(crate) fn seed() -> anyhow::Result<[u8; 32]> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).context("the system gives no random bytes")?;
    Ok(seed)
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

/// Where images, credentials and certificates outside of files may be.
pub(crate) struct Places {
    /// The service the user stated for container tools.
    pub docker_host: Option<String>,
    /// Sockets of services, the likeliest first.
    pub sockets: Vec<PathBuf>,
    /// Roots of container storages.
    pub storages: Vec<PathBuf>,
    /// Files of credentials, podman's first as podman reads docker's too.
    pub credential_files: Vec<PathBuf>,
    /// A bundle of certificates that is trusted in place of the system's.
    pub ca_bundle: Option<PathBuf>,
    /// Folders of certificates by host.
    pub certificate_folders: Vec<PathBuf>,
    /// The forward proxy.
    pub proxy: Option<Proxy>,
}

/// The places that docker, podman and skopeo know (containers-auth.json(5), containers-storage.conf(5),
/// containers-certs.d(5), docker's command line reference).
#[must_use]
pub(crate) fn places() -> Places {
    let path = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let text =
        |names: [&str; 2]| names.iter().find_map(|name| std::env::var(name).ok()).filter(|value| !value.is_empty());
    let below = |root: &Option<PathBuf>, rest: &str| root.as_ref().map(|root| root.join(rest));
    let home = path("HOME");
    let runtime =
        path("XDG_RUNTIME_DIR").or_else(|| user_id().map(|id| PathBuf::from(format!("/run/containers/{id}"))));
    let config = path("XDG_CONFIG_HOME").or_else(|| below(&home, ".config"));
    let data = path("XDG_DATA_HOME").or_else(|| below(&home, ".local/share"));
    let docker_config = path("DOCKER_CONFIG").or_else(|| below(&home, ".docker"));
    let present = |paths: &[Option<PathBuf>]| paths.iter().flatten().cloned().collect();
    // Podman's own place for root has no folder of its own between.
    let podman_auth = if path("XDG_RUNTIME_DIR").is_some() { "containers/auth.json" } else { "auth.json" };
    Places {
        docker_host: text(["DOCKER_HOST", "CONTAINER_HOST"]),
        sockets: present(&[
            Some("/var/run/docker.sock".into()),
            below(&runtime, "docker.sock"),
            Some("/run/podman/podman.sock".into()),
            below(&runtime, "podman/podman.sock"),
        ]),
        storages: present(&[Some("/var/lib/containers/storage".into()), below(&data, "containers/storage")]),
        credential_files: present(&[
            path("REGISTRY_AUTH_FILE"),
            below(&runtime, podman_auth),
            below(&config, "containers/auth.json"),
            below(&docker_config, "config.json"),
        ]),
        ca_bundle: path("SSL_CERT_FILE"),
        certificate_folders: present(&[
            below(&config, "containers/certs.d"),
            Some("/etc/containers/certs.d".into()),
            Some("/etc/docker/certs.d".into()),
        ]),
        proxy: text(["HTTPS_PROXY", "https_proxy"])
            .map(|url| Proxy { url, except: text(["NO_PROXY", "no_proxy"]).unwrap_or_default() }),
    }
}

/// A program that is installed.
#[must_use]
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt as _;
    let folders = std::env::var_os("PATH")?;
    let mut places =
        std::env::split_paths(&folders).filter(|folder| folder.is_absolute()).map(|folder| folder.join(name));
    places.find(|place| {
        std::fs::metadata(place).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    })
}

/// Folders of programs, as the system names them; empty where it does not.
#[must_use]
pub(crate) fn search_path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// The folder for what is needed for a while: `$TMPDIR`, else `/tmp`.
#[must_use]
pub(crate) fn temporary_dir() -> PathBuf {
    std::env::temp_dir()
}

/// This program, to be run again beside itself.
///
/// # Errors
/// A system that does not say where it is.
pub(crate) fn own_program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("the system does not say where this program is")
}

/// Where hadolint looks for its configuration, in its order (hadolint 2.15, README).
#[must_use]
pub(crate) fn hadolint_files() -> Vec<PathBuf> {
    let path = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = path("HOME");
    let config = path("XDG_CONFIG_HOME").or_else(|| home.as_ref().map(|home| home.join(".config")));
    let own = home.as_ref().map(|home| home.join(".hadolint"));
    let mut stems = vec![PathBuf::from(".hadolint")];
    stems.extend(config.map(|config| config.join("hadolint")));
    stems.extend(own.iter().flat_map(|own| [own.join("hadolint"), own.join("config")]));
    stems.extend(home.map(|home| home.join(".hadolint")));
    let name = |stem: &PathBuf, end: &str| PathBuf::from(format!("{}.{end}", stem.display()));
    stems.iter().flat_map(|stem| [name(stem, "yaml"), name(stem, "yml")]).collect()
}

/// A variable that hadolint reads, by what follows `HADOLINT_`.
#[must_use]
pub(crate) fn hadolint_variable(name: &str) -> Option<String> {
    std::env::var(format!("HADOLINT_{name}")).ok()
}

/// The user this process runs as.
fn user_id() -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").ok().map(|metadata| metadata.uid())
}

/// A number that differs from run to run; decides nothing but how long waits are.
#[must_use]
pub(crate) fn chance() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::from(now.subsec_nanos()) ^ (u64::from(std::process::id()) << 32)
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
