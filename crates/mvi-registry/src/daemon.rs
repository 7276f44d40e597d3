//! Images of a Docker or Podman service, through the Engine API over its socket.
//!
//! Docker Engine API 1.41, `ImageList` and `ImageGet`; Podman answers the same requests. The version is left out of the
//! addresses, so that services of any age answer in theirs.

use std::io::BufReader;
use std::path::{Path, PathBuf};

use mvi_image::{Image, OpenOptions, open_stream};
use serde::{Deserialize, Serialize};
use ureq::http::Method;

use crate::error::RegistryError;
use crate::http::{Answer, Url, encode, failure};
use crate::open::wanted;
use crate::options::RegistryOptions;
use crate::socket::{Unconnected, agent};

/// Bytes of the list of images.
const LIST_BYTES: u64 = 64 << 20;
/// Bytes of an image's export that are read at once.
const BUFFER: usize = 256 << 10;

/// A Docker or Podman service.
pub struct Daemon {
    socket: PathBuf,
    agent: ureq::Agent,
}

/// An image that a service has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalImage {
    /// Digest of its config.
    #[serde(rename(deserialize = "Id", serialize = "id"))]
    pub id: String,
    /// Names with tags; none for images that lost theirs.
    #[serde(rename(deserialize = "RepoTags", serialize = "names"), default, deserialize_with = "or_empty")]
    pub names: Vec<String>,
    /// Names with manifest digests.
    #[serde(rename(deserialize = "RepoDigests", serialize = "digests"), default, deserialize_with = "or_empty")]
    pub digests: Vec<String>,
    /// Unpacked bytes, as the service counts them.
    #[serde(rename(deserialize = "Size", serialize = "bytes"), default)]
    pub bytes: u64,
}

impl Daemon {
    /// The service at the first of the options' sockets that is there. Nothing is asked yet.
    ///
    /// # Errors
    /// `E-NO-SERVICE` when no socket is there.
    pub fn new(options: &RegistryOptions) -> Result<Self, RegistryError> {
        let Some(socket) = options.sockets.iter().find(|socket| socket.exists()).or(options.sockets.first()) else {
            let source = std::io::Error::new(std::io::ErrorKind::NotFound, "no socket was named");
            return Err(RegistryError::Socket { socket: PathBuf::new(), source });
        };
        Ok(Self { socket: socket.clone(), agent: agent(socket.clone(), &options.patience) })
    }

    /// The socket.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// All images, in the service's order.
    ///
    /// # Errors
    /// A service that cannot be reached or does not answer with a list.
    pub fn images(&self) -> Result<Vec<LocalImage>, RegistryError> {
        let what = "the list of images";
        let answer = self.ask("/images/json", what)?;
        let bytes = answer.held(LIST_BYTES, what)?.document();
        serde_json::from_slice(&bytes)
            .map_err(|error| RegistryError::Answer { what: what.into(), why: error.to_string() })
    }

    /// Opens the image of a name, id or digest. It is streamed through and its layers are scanned on the way; nothing
    /// is written.
    ///
    /// # Errors
    /// A service that cannot be reached, `E-NOT-FOUND`, `E-PLATFORM` where another platform is wanted, and everything that is wrong with an archive.
    pub fn open(&self, name: &str, options: &OpenOptions<'_>) -> Result<Vec<Image>, RegistryError> {
        let name = one_image(name);
        let what = format!("image `{name}`");
        let answer = self.ask(&format!("/images/{}/get", encode_name(&name)), &what)?;
        let input = BufReader::with_capacity(BUFFER, answer.stream());
        let images = open_stream(input, &format!("docker-daemon:{name}"), None, options)?;
        images.iter().try_for_each(|image| wanted(image, options))?;
        Ok(images)
    }

    fn ask(&self, path: &str, what: &str) -> Result<Answer, RegistryError> {
        let url = Url::root(true, "localhost").with_path(path);
        let bad = |why: String| RegistryError::Answer { what: what.to_owned(), why };
        let request = ureq::http::Request::builder().method(Method::GET).uri(url.text()).body(());
        let request = request.map_err(|error| bad(error.to_string()))?;
        let answer = self.agent.run(request).map_err(|error| self.failure(error))?;
        let answer = Answer::new(answer, url);
        if answer.status().is_success() { Ok(answer) } else { Err(answer.into_error(what)) }
    }

    fn failure(&self, error: ureq::Error) -> RegistryError {
        match error {
            ureq::Error::Other(cause) => match cause.downcast::<Unconnected>() {
                Ok(unconnected) => RegistryError::Socket { socket: self.socket.clone(), source: unconnected.0 },
                Err(cause) => failure(&self.socket.display().to_string(), ureq::Error::Other(cause)),
            },
            other => failure(&self.socket.display().to_string(), other),
        }
    }
}

/// A name that means one image: a repository alone would be all its tags (Engine API, `ImageGet`).
fn one_image(name: &str) -> String {
    let is_id = name.len() >= 12 && name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let last = name.rsplit('/').next().unwrap_or(name);
    if is_id || last.contains([':', '@']) || name.contains('@') { name.to_owned() } else { format!("{name}:latest") }
}

/// A name as a path: its slashes stay, as services read them.
fn encode_name(name: &str) -> String {
    name.split('/').map(encode).collect::<Vec<_>>().join("/").replace("%3A", ":").replace("%40", "@")
}

fn or_empty<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::deserialize(input)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &str) {
        assert_eq!(one_image(name), expected);
    }

    #[test]
    fn a_name_means_one_image() {
        check("app", "app:latest");
        check("localhost:5000/app", "localhost:5000/app:latest");
        check("r.corp/app:1", "r.corp/app:1");
        check("0123456789ab", "0123456789ab");
        check("app@sha256:00", "app@sha256:00");
    }

    #[test]
    fn names_cannot_leave_their_path() {
        assert_eq!(encode_name("r.corp:1/a/b:c@d"), "r.corp:1/a/b:c@d");
        assert_eq!(encode_name("a?b#c d%"), "a%3Fb%23c%20d%25");
    }
}
