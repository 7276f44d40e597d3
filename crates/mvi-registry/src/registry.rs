//! A registry: what it has, what a name stands for, images to be read. Artifacts are in `artifact`.

use std::collections::HashSet;
use std::io::Read;
use std::sync::Arc;

use mvi_image::{Algorithm, BlobStore, Digest, Image, ImageError, Object, OpenOptions, Top, open_stored};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::http::Method;

use crate::auth::{Access, Scope, Session};
use crate::error::RegistryError;
use crate::http::{Answer, Client, Request, Url};
use crate::images::{Place, Repository};
use crate::options::{Mirror, RegistryOptions};
use crate::reference::Reference;

/// Media types of manifests and indexes that can be read, OCI's first.
pub(crate) const MANIFEST_TYPES: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json";
/// Bytes of one manifest: what registries take at most (distribution-spec, "Pushing Manifests").
pub(crate) const MANIFEST_BYTES: u64 = 4 << 20;
/// Bytes of one page of a list.
const PAGE_BYTES: u64 = 8 << 20;
/// Pages of one list, and names in all of them.
const PAGES: usize = 10_000;
const NAMES: usize = 1_000_000;

/// Speaks the OCI distribution API (distribution-spec 1.1) to any registry; keeps tokens and connections. To be shared
/// between threads.
#[derive(Clone)]
pub struct Registry {
    pub(crate) session: Arc<Session>,
}

/// A manifest or index as it was found.
pub(crate) struct FoundManifest {
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: Digest,
    pub(crate) media_type: String,
}

#[derive(Deserialize)]
struct Catalogue {
    #[serde(default)]
    repositories: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Tags {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Version {
    #[serde(rename = "schemaVersion", default)]
    schema: u32,
}

impl Registry {
    /// A client with these options. Nothing is asked yet.
    #[must_use]
    pub fn new(options: RegistryOptions) -> Self {
        Self { session: Arc::new(Session::new(Client::new(options))) }
    }

    /// The repositories of a registry, in its order; all pages of the list.
    ///
    /// # Errors
    /// A host that does not answer, does not let us in, or keeps no catalogue.
    pub fn catalogue(&self, host: &str) -> Result<Vec<String>, RegistryError> {
        // Only the host is of interest; the repository stands for none.
        let name = Reference { host: host.to_owned(), ..Reference::repository(&format!("{host}/x"))? };
        let scope = Scope { name: &name, access: Access::Catalogue };
        let url = self.root(host).with_path("/v2/_catalog?n=1000");
        let what = format!("the catalogue of `{host}`");
        self.pages(scope, url, &what, |page: Catalogue| page.repositories.unwrap_or_default())
    }

    /// The tags of a repository, in the registry's order; all pages of the list.
    ///
    /// # Errors
    /// A repository that is not there, or cannot be had.
    pub fn tags(&self, repository: &Reference) -> Result<Vec<String>, RegistryError> {
        let scope = Scope { name: repository, access: Access::Pull };
        let url = self.url(repository, "tags/list?n=1000");
        let what = format!("the list of tags of `{}`", repository.name());
        self.pages(scope, url, &what, |page: Tags| page.tags.unwrap_or_default())
    }

    /// The digest that a name stands for now: of the manifest, or of the index of several platforms.
    ///
    /// # Errors
    /// `E-NOT-FOUND` when there is none; everything that keeps a registry from answering.
    pub fn head(&self, reference: &Reference) -> Result<Digest, RegistryError> {
        self.first_of(reference, |place| {
            let what = format!("image `{}`", place.name);
            let url = self.url(&place.name, &format!("manifests/{}", place.name.selector()));
            let request = Request::new(Method::HEAD, url, &what).header("accept", MANIFEST_TYPES);
            let answer = self.session.send(place.pull(), request)?;
            if !answer.status().is_success() {
                return Err(answer.into_error(&what));
            }
            let stated = answer.header("docker-content-digest").and_then(|text| text.parse().ok());
            match (stated, &place.name.digest) {
                (Some(digest), _) => Ok(digest),
                (None, Some(digest)) => Ok(digest.clone()),
                // A registry need not say it; then the bytes do.
                (None, None) => self.manifest(place, MANIFEST_BYTES).map(|found| found.digest),
            }
        })
    }

    /// Opens the image or images of a reference: manifest and config are fetched and checked, layers are not. Mirrors
    /// are asked first.
    ///
    /// # Errors
    /// Everything that keeps a registry from answering, and images that are not sound.
    pub fn open_image(&self, reference: &Reference, options: &OpenOptions<'_>) -> Result<Vec<Image>, RegistryError> {
        let places = self.places(reference);
        let (chosen, found) = self.first_with(&places, |place| self.manifest(place, options.limits.document_bytes))?;
        let top =
            Top { digest: found.digest.clone(), size: found.bytes.len() as u64, name: Some(reference.to_string()) };
        let store: Arc<dyn BlobStore> = Arc::new(Repository::new(self.clone(), reference, places, chosen, found));
        Ok(open_stored(&store, &top, options)?)
    }

    /// The manifest of a reference at one place; its digest is checked where the reference has one.
    pub(crate) fn manifest(&self, place: &Place, limit: u64) -> Result<FoundManifest, RegistryError> {
        let what = format!("image `{}`", place.name);
        let url = self.url(&place.name, &format!("manifests/{}", place.name.selector()));
        let request = Request::new(Method::GET, url, &what).header("accept", MANIFEST_TYPES).limit(limit);
        let answer = self.session.send(place.pull(), request)?;
        if !answer.status().is_success() {
            return Err(answer.into_error(&what));
        }
        let media_type = answer.media_type().to_owned();
        let bytes = answer.document();
        if media_type.contains("docker.distribution.manifest.v1+")
            || (media_type.contains("json") && is_schema1(&bytes))
        {
            return Err(RegistryError::Schema1 { what });
        }
        let algorithm = place.name.digest.as_ref().map_or(Algorithm::Sha256, Digest::algorithm);
        let digest = Digest::of(algorithm, &bytes);
        check_digest(place.name.digest.as_ref(), &digest, Object::Manifest)?;
        Ok(FoundManifest { bytes, digest, media_type })
    }

    /// A blob at one place as a stream, from byte `from` on.
    pub(crate) fn blob(&self, place: &Place, digest: &Digest, from: u64) -> Result<Answer, RegistryError> {
        self.ask_blob(place, digest, |request| match from {
            0 => request.stream(),
            from => request.stream().header("range", format!("bytes={from}-")),
        })
    }

    /// A small blob at one place, whole and checked.
    pub(crate) fn small_blob(&self, place: &Place, digest: &Digest, limit: u64) -> Result<Vec<u8>, RegistryError> {
        let bytes = self.ask_blob(place, digest, |request| request.limit(limit))?.document();
        check_digest(Some(digest), &Digest::of(digest.algorithm(), &bytes), Object::Blob)?;
        Ok(bytes)
    }

    fn ask_blob(
        &self,
        place: &Place,
        digest: &Digest,
        with: impl FnOnce(Request<'_>) -> Request<'_>,
    ) -> Result<Answer, RegistryError> {
        let what = format!("blob {} of `{}`", digest.short(), place.name.name());
        let request = Request::new(Method::GET, self.url(&place.name, &format!("blobs/{digest}")), &what);
        let answer = self.session.send(place.pull(), with(request))?;
        if answer.status().is_success() { Ok(answer) } else { Err(answer.into_error(&what)) }
    }

    /// Where a reference may be had: mirrors first, the registry itself last.
    pub(crate) fn places(&self, reference: &Reference) -> Vec<Place> {
        let mirrors = &self.session.client.options.mirrors;
        let mirrored = mirrors.iter().filter_map(|mirror| mirrored(mirror, reference));
        mirrored.chain([reference.clone()]).map(|name| Place { name }).collect()
    }

    /// What the first place gives that has it.
    pub(crate) fn first_of<T>(
        &self,
        reference: &Reference,
        ask: impl Fn(&Place) -> Result<T, RegistryError>,
    ) -> Result<T, RegistryError> {
        self.first_with(&self.places(reference), ask).map(|(_, found)| found)
    }

    /// The same with the number of the place. The last place's error is the one that is told.
    fn first_with<T>(
        &self,
        places: &[Place],
        ask: impl Fn(&Place) -> Result<T, RegistryError>,
    ) -> Result<(usize, T), RegistryError> {
        let mut number = 0;
        loop {
            let Some(place) = places.get(number) else {
                let why = "there is no place to look".into();
                return Err(RegistryError::Answer { what: "a request".into(), why });
            };
            match ask(place) {
                Err(error) if number + 1 < places.len() && error.is_of_endpoint() => number += 1,
                other => return other.map(|found| (number, found)),
            }
        }
    }

    fn root(&self, host: &str) -> Url {
        self.session.client.root(Reference::api_host(host))
    }

    /// An address of a repository's API.
    pub(crate) fn url(&self, name: &Reference, path: &str) -> Url {
        self.root(&name.host).with_path(&format!("/v2/{}/{path}", name.repository))
    }

    /// All pages of a list (distribution-spec, "Listing Tags"); pages of another host are not followed.
    pub(crate) fn pages<P: DeserializeOwned, T>(
        &self,
        scope: Scope<'_>,
        first: Url,
        what: &str,
        items: impl Fn(P) -> Vec<T>,
    ) -> Result<Vec<T>, RegistryError> {
        let senseless = |why: &str| RegistryError::Answer { what: what.to_owned(), why: why.to_owned() };
        let mut all = Vec::new();
        let mut seen = HashSet::new();
        let mut url = first;
        for _ in 0..PAGES {
            seen.insert(url.text().to_owned());
            let request =
                Request::new(Method::GET, url.clone(), what).header("accept", "application/json").limit(PAGE_BYTES);
            let answer = self.session.send(scope, request)?;
            if !answer.status().is_success() {
                return Err(answer.into_error(what));
            }
            let next = answer.headers("link").find_map(next_page).map(str::to_owned);
            let bytes = answer.document();
            let page = serde_json::from_slice(&bytes).map_err(|error| senseless(&error.to_string()))?;
            all.extend(items(page));
            let Some(next) = next else { return Ok(all) };
            let next = url.join(&next).ok_or_else(|| senseless("the address of its next page is none"))?;
            if !next.is_same_origin(&url) {
                return Err(senseless("its next page is at another host"));
            }
            if all.len() > NAMES || seen.contains(next.text()) {
                return Err(senseless("it does not end"));
            }
            url = next;
        }
        Err(senseless("it does not end"))
    }
}

/// What a mirror calls the same thing.
fn mirrored(mirror: &Mirror, reference: &Reference) -> Option<Reference> {
    let name = reference.name();
    let rest = name.strip_prefix(&mirror.from).filter(|rest| rest.starts_with('/'))?;
    let (host, prefix) = mirror.to.split_once('/').unwrap_or((&mirror.to, ""));
    let repository = format!("{prefix}{rest}").trim_start_matches('/').to_owned();
    Some(Reference { host: host.to_owned(), repository, ..reference.clone() })
}

/// The target of a `Link` to the next page (RFC 8288).
fn next_page(link: &str) -> Option<&str> {
    let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
    let is_next = parameters.split(';').any(|part| matches!(part.trim(), "rel=\"next\"" | "rel=next"));
    is_next.then_some(target)
}

fn is_schema1(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Version>(bytes).is_ok_and(|version| version.schema == 1)
}

pub(crate) fn check_digest(expected: Option<&Digest>, found: &Digest, object: Object) -> Result<(), RegistryError> {
    match expected {
        Some(expected) if expected != found => {
            let what = expected.short().to_owned();
            let (expected, found) = (Box::new(expected.clone()), Box::new(found.clone()));
            Err(ImageError::Mismatch { object, what, expected, found }.into())
        }
        _ => Ok(()),
    }
}

/// Streams that a layer may come from.
pub(crate) type Stream = Box<dyn Read + Send>;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, to: &str, name: &str, expected: Option<&str>) {
        let mirror = Mirror { from: from.into(), to: to.into() };
        let found = mirrored(&mirror, &name.parse().unwrap()).map(|found| found.to_string());
        assert_eq!(found.as_deref(), expected, "{from}={to} for {name}");
    }

    #[test]
    fn mirrors_stand_for_hosts_and_folders() {
        check("docker.io", "m.corp", "alpine:3", Some("m.corp/library/alpine:3"));
        check("docker.io", "m.corp/hub", "alpine:3", Some("m.corp/hub/library/alpine:3"));
        check("docker.io/library", "m.corp/hub", "alpine:3", Some("m.corp/hub/alpine:3"));
        check("docker.io/lib", "m.corp", "alpine:3", None);
        check("r.corp", "m.corp", "alpine:3", None);
    }

    #[test]
    fn the_next_page_is_the_link_that_says_so() {
        assert_eq!(next_page(r#"</v2/_catalog?last=a&n=2>; rel="next""#), Some("/v2/_catalog?last=a&n=2"));
        assert_eq!(next_page("</x>; rel=prev"), None);
        assert_eq!(next_page("nonsense"), None);
    }
}
