//! What a statement is about: a package, an image, or packages of an image.

use std::str::FromStr as _;

use packageurl::PackageUrl;

/// What an image is called by those who may make statements about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SubjectNames<'a> {
    /// Its name with its registry, and its tag: `registry.example/team/app:1.0`.
    pub reference: Option<&'a str>,
    /// Digests of its manifest and its config.
    pub digests: [Option<&'a str>; 2],
}

/// A product of a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Product {
    /// Names of it: package URLs, references of images, digests.
    pub names: Vec<String>,
    /// Package URLs of the parts that are meant; empty for all of it.
    pub parts: Vec<String>,
}

impl Product {
    /// True when it covers this package, given by its package URL, of this image.
    #[must_use]
    pub fn covers(&self, package: &str, subject: &SubjectNames<'_>) -> bool {
        let Ok(found) = PackageUrl::from_str(package) else { return false };
        let is_subject = self.names.iter().any(|name| subject.is_called(name));
        if is_subject {
            return self.parts.is_empty() || self.parts.iter().any(|part| is_meant(part, &found));
        }
        // A package as the product itself; its parts would be inside of it, where nobody looks.
        self.parts.is_empty() && self.names.iter().any(|name| is_meant(name, &found))
    }
}

/// True when everything that a package URL tells is so in the other one: version and qualifiers it does not name may be
/// any, as in the matching of OpenVEX's own tools.
fn is_meant(told: &str, found: &PackageUrl<'_>) -> bool {
    let Ok(told) = PackageUrl::from_str(told) else { return false };
    let has = |(name, value): (&std::borrow::Cow<'_, str>, &std::borrow::Cow<'_, str>)| {
        found.qualifiers().get(name.as_ref()).is_some_and(|known| known == value)
    };
    told.ty() == found.ty()
        && told.namespace() == found.namespace()
        && told.name() == found.name()
        && told.version().is_none_or(|version| found.version() == Some(version))
        && told.qualifiers().iter().all(has)
}

impl SubjectNames<'_> {
    /// True when `name` names the image: a reference, a digest, or a package URL of type `oci` or `docker`.
    fn is_called(&self, name: &str) -> bool {
        if let Ok(url) = PackageUrl::from_str(name) {
            return matches!(url.ty(), "oci" | "docker") && self.is_named_by(&url);
        }
        let (plain, digest) = name.split_once('@').map_or((name, None), |(plain, digest)| (plain, Some(digest)));
        let is_digest = |digest: &str| self.digests.contains(&Some(digest));
        match digest {
            Some(digest) => is_digest(digest),
            None if is_digest(plain) => true,
            None => self.reference.is_some_and(|reference| {
                reference == plain || (reference.strip_prefix(plain).is_some_and(|rest| rest.starts_with(':')))
            }),
        }
    }

    fn is_named_by(&self, url: &PackageUrl<'_>) -> bool {
        let qualifier = |name: &str| url.qualifiers().get(name).map(AsRef::as_ref);
        let reference = self.reference.map(|reference| reference.split('@').next().unwrap_or(reference));
        let (repository, tag) = match reference.map(|reference| (reference, reference.rsplit_once(':'))) {
            Some((_, Some((repository, tag)))) if !tag.contains('/') => (Some(repository), Some(tag)),
            Some((reference, _)) => (Some(reference), None),
            None => (None, None),
        };
        let digest = url.version().filter(|version| version.starts_with("sha256:") || version.starts_with("sha512:"));
        if let Some(digest) = digest {
            return self.digests.contains(&Some(digest));
        }
        let is_name =
            repository.is_some_and(|repository| repository.rsplit('/').next().is_some_and(|last| last == url.name()));
        let told_tag: Option<&str> = qualifier("tag").or(url.version());
        is_name
            && told_tag.is_none_or(|told| tag == Some(told))
            && qualifier("repository_url").is_none_or(|told: &str| repository == Some(told))
    }
}
