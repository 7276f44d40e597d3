//! What talking to registries needs to know. All of it is given: no environment, clock or chance is looked up here.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Everything that decides how registries, services and storages are reached. The default trusts the system's
/// certificates, knows no credentials, and speaks plain HTTP with nobody.
#[derive(Clone, Default)]
pub struct RegistryOptions {
    /// Hosts that are spoken to in plain HTTP. No host is by default, not even this machine's own names, which docker
    /// would try in plain HTTP by itself.
    pub insecure: Insecure,
    /// Whose certificates are trusted.
    pub trust: Trust,
    /// Where credentials are.
    pub credentials: CredentialSources,
    /// Where to look before the registry itself, in order.
    pub mirrors: Vec<Mirror>,
    /// A forward proxy.
    pub proxy: Option<Proxy>,
    /// Patience.
    pub patience: Patience,
    /// The sockets of Docker and Podman services, in order; the first that exists is used.
    pub sockets: Vec<PathBuf>,
    /// The roots of container storages, in order; the first that exists is used.
    pub storages: Vec<PathBuf>,
}

/// Which hosts are spoken to in plain HTTP.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Insecure {
    /// None.
    #[default]
    None,
    /// These, each `HOST[:PORT]`.
    Hosts(Vec<String>),
    /// Every one.
    All,
}

impl Insecure {
    /// True when `host` is spoken to in plain HTTP.
    pub(crate) fn holds(&self, host: &str) -> bool {
        match self {
            Self::None => false,
            Self::Hosts(hosts) => hosts.iter().any(|listed| listed == host),
            Self::All => true,
        }
    }
}

/// Certificates that servers may show, and ours.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Files with certificates in PEM form, trusted beside the system's.
    pub ca_files: Vec<PathBuf>,
    /// The system's bundle; without one, the places where distributions keep it are tried.
    pub system_bundle: Option<PathBuf>,
    /// Folders laid out as docker's `/etc/docker/certs.d`: one folder a host, `*.crt` are trusted for that host, and
    /// `NAME.cert` with `NAME.key` is the certificate we show (docker and podman read the same layout).
    pub certificate_folders: Vec<PathBuf>,
}

/// Where credentials are kept.
#[derive(Debug, Clone, Default)]
pub struct CredentialSources {
    /// The file the user named: it alone counts then, and it has to be there.
    pub file: Option<PathBuf>,
    /// Files in the format of docker's `config.json` and podman's `auth.json`, in order; those that are not there are
    /// passed over.
    pub files: Vec<PathBuf>,
    /// The search path for `docker-credential-…` programs; without one, this process's.
    pub helper_path: Option<std::ffi::OsString>,
}

/// A place that holds the same images as another: `FROM=TO`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirror {
    /// `HOST[/PREFIX]` of the images.
    pub from: String,
    /// `HOST[/PREFIX]` that stands in its place.
    pub to: String,
}

impl std::str::FromStr for Mirror {
    type Err = crate::RegistryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || crate::RegistryError::Reference {
            text: text.chars().take(300).collect(),
            why: "a mirror is FROM=TO, each HOST or HOST/PREFIX",
        };
        let (from, to) = text.split_once('=').ok_or_else(bad)?;
        let clean = |side: &str| {
            let side = side.trim_end_matches('/');
            let legal = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]/".contains(&byte);
            (!side.is_empty() && side.bytes().all(legal)).then(|| side.to_owned())
        };
        Ok(Self { from: clean(from).ok_or_else(bad)?, to: clean(to).ok_or_else(bad)? })
    }
}

/// A forward proxy for HTTP and HTTPS.
#[derive(Clone)]
pub struct Proxy {
    /// `http://[USER:PASSWORD@]HOST[:PORT]`.
    pub url: String,
    /// Hosts that are reached without it, separated by commas, as in `NO_PROXY`.
    pub except: String,
}

/// How long to wait and how often to try. Waits between attempts double, with up to half of each left to chance.
#[derive(Clone)]
pub struct Patience {
    /// Attempts of one request, at least 1.
    pub attempts: u32,
    /// The first wait between attempts.
    pub first_wait: Duration,
    /// The longest wait, also where the server asks for more; then the request fails instead.
    pub longest_wait: Duration,
    /// For a connection to stand.
    pub connect: Duration,
    /// For the next bytes to come.
    pub idle: Duration,
    /// For a whole document; layers may take as long as bytes keep coming.
    pub document: Duration,
    /// Where the share of chance in waits begins; the same seed gives the same waits.
    pub seed: u64,
    /// Waits; a test may only take notes.
    pub pause: Arc<dyn Fn(Duration) + Send + Sync>,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(60),
            connect: Duration::from_secs(15),
            idle: Duration::from_secs(60),
            document: Duration::from_secs(300),
            seed: 0,
            pause: Arc::new(std::thread::sleep),
        }
    }
}
