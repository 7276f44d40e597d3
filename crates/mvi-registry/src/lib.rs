//! Images that live elsewhere: registries that speak the OCI distribution API, Docker and Podman services, and the
//! storage that podman and buildah share. What an image is and how its layers are read stays in `mvi-image`.

mod artifact;
mod auth;
mod credentials;
mod daemon;
mod download;
mod error;
mod http;
mod images;
mod open;
mod options;
mod reference;
mod registry;
mod resume;
mod socket;
mod storage;
mod trust;

pub use artifact::{Artifact, ArtifactBlob, ListedBy, Pulled, Pushed, Referrer};
pub use daemon::{Daemon, LocalImage};
pub use download::{Download, Validators, download};
pub use error::RegistryError;
pub use open::open;
pub use options::{CredentialSources, Insecure, Mirror, Patience, Proxy, RegistryOptions, Trust};
pub use reference::Reference;
pub use registry::Registry;
pub use storage::Storage;
