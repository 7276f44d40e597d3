//! Whose certificates are trusted for a host, and which one we show: the system's bundle, files the user names, and
//! the `certs.d` folders of docker and podman.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig, TlsProvider};

use crate::error::RegistryError;
use crate::options::Trust;

/// Where distributions keep the certificates they trust: Debian, Fedora, SUSE, RHEL, Alpine.
const BUNDLES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];
/// Ceiling on a file of certificates or keys.
const FILE_BYTES: u64 = 8 << 20;

/// The TLS configuration for one host.
///
/// # Errors
/// `E-CERTIFICATE` for a file that cannot be used; `E-TLS` when nobody at all is trusted.
pub(crate) fn tls_config(trust: &Trust, host: &str) -> Result<TlsConfig, RegistryError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = Vec::new();
    let system = trust.system_bundle.clone().or_else(|| BUNDLES.iter().map(PathBuf::from).find(|path| path.exists()));
    let mut client = None;
    for path in trust.ca_files.iter().chain(&system) {
        roots.extend(certificates(path)?);
    }
    for folder in &trust.certificate_folders {
        let found = host_folder(&folder.join(host), &provider)?;
        roots.extend(found.0);
        client = client.or(found.1);
    }
    if roots.is_empty() {
        let why = "this system has no list of trusted certificates; --ca-file names one".to_owned();
        return Err(RegistryError::Tls { host: host.to_owned(), why });
    }
    Ok(TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(provider)
        .root_certs(RootCerts::from(roots.into_iter()))
        .client_cert(client)
        .build())
}

type HostFolder = (Vec<Certificate<'static>>, Option<ClientCert>);

/// What a host's folder holds; nothing when there is no folder.
fn host_folder(folder: &Path, provider: &CryptoProvider) -> Result<HostFolder, RegistryError> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok((Vec::new(), None)) };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let (mut roots, mut client) = (Vec::new(), None);
    for path in paths {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("crt") => roots.extend(certificates(&path)?),
            Some("cert") => client = client.or(Some(client_certificate(&path, provider)?)),
            _ => {}
        }
    }
    Ok((roots, client))
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, RegistryError> {
    let text = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let found = found.map_err(|error| unusable(path, error.to_string()))?;
    if found.is_empty() {
        return Err(unusable(path, "it holds no certificate in PEM form".into()));
    }
    Ok(found.iter().map(|der| Certificate::from_der(der).to_owned()).collect())
}

/// `NAME.cert` with `NAME.key` beside it.
fn client_certificate(path: &Path, provider: &CryptoProvider) -> Result<ClientCert, RegistryError> {
    let key_path = path.with_extension("key");
    let chain = certificates(path)?;
    let key_text = read(&key_path)?;
    let key = PrivateKeyDer::from_pem_slice(&key_text).map_err(|error| unusable(&key_path, error.to_string()))?;
    let ders = chain.iter().map(|certificate| CertificateDer::from(certificate.der().to_vec())).collect();
    CertifiedKey::from_der(ders, key, provider).map_err(|error| unusable(&key_path, error.to_string()))?;
    let key = PrivateKey::from_pem(&key_text).map_err(|error| unusable(&key_path, error.to_string()))?;
    Ok(ClientCert::new_with_certs(&chain, key))
}

fn read(path: &Path) -> Result<Vec<u8>, RegistryError> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(FILE_BYTES).read_to_end(&mut bytes))
        .map_err(|error| unusable(path, error.to_string()))?;
    Ok(bytes)
}

fn unusable(path: &Path, why: String) -> RegistryError {
    RegistryError::Certificate { path: path.to_owned(), why }
}
