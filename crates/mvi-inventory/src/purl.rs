//! Package URLs: ECMA-427, and the type definitions of the purl specification.

use packageurl::PackageUrl;

use crate::package::Ecosystem;
use crate::parse::os_release::OsRelease;

/// What a package URL is made of; `architecture` may be empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PurlParts<'a> {
    pub(crate) ecosystem: Ecosystem,
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
    pub(crate) architecture: &'a str,
    /// Qualifiers of its own, each with a value.
    pub(crate) qualifiers: &'a [(&'static str, String)],
}

/// The URL of a package of an image with this operating system.
///
/// Packages of a distribution have its id as namespace and `arch` and `distro` as qualifiers; without an id, `debian`,
/// `alpine` and `arch` stand in as the specification's defaults would have it, and rpm's have no namespace. rpm's epoch is a
/// qualifier and no part of the version. None when the name makes no URL at all.
pub(crate) fn purl(parts: PurlParts<'_>, os: Option<&OsRelease>) -> Option<String> {
    let (namespace, name) = match parts.ecosystem {
        Ecosystem::Npm | Ecosystem::Composer | Ecosystem::Golang => split_name(parts.name, '/'),
        Ecosystem::Maven => split_name(parts.name, ':'),
        Ecosystem::Brew
        | Ecosystem::Cargo
        | Ecosystem::Conda
        | Ecosystem::Cpan
        | Ecosystem::Cran
        | Ecosystem::Gem
        | Ecosystem::Generic
        | Ecosystem::Hex
        | Ecosystem::Luarocks
        | Ecosystem::Nix
        | Ecosystem::Nuget
        | Ecosystem::Otp
        | Ecosystem::Pypi => (None, parts.name),
        Ecosystem::Alpm => (Some(os.and_then(|os| os.id.as_deref()).unwrap_or("arch")), parts.name),
        Ecosystem::Deb => (Some(os.and_then(|os| os.id.as_deref()).unwrap_or("debian")), parts.name),
        Ecosystem::Rpm => (os.and_then(rpm_vendor), parts.name),
        Ecosystem::Apk => (Some(os.and_then(|os| os.id.as_deref()).unwrap_or("alpine")), parts.name),
    };
    let mut url = PackageUrl::new(parts.ecosystem.as_str(), name).ok()?;
    let epoch = parts.version.split_once(':').filter(|_| parts.ecosystem == Ecosystem::Rpm);
    let version = epoch.map_or(parts.version, |(_, version)| version);
    url.with_version(version).ok()?;
    if let Some(namespace) = namespace {
        url.with_namespace(namespace).ok()?;
    }
    if parts.ecosystem.is_system() {
        if !parts.architecture.is_empty() {
            url.add_qualifier("arch", parts.architecture).ok()?;
        }
        if let Some(distro) = os.and_then(OsRelease::distro) {
            url.add_qualifier("distro", distro).ok()?;
        }
    }
    for (key, value) in parts.qualifiers {
        url.add_qualifier(*key, value.as_str()).ok()?;
    }
    Some(url.to_string())
}

/// The URL of an image: type `oci`, with its digest as version, and those of the qualifiers that have a value. None when
/// the name makes no URL.
#[must_use]
pub fn image_purl(name: &str, digest: &str, qualifiers: &[(&'static str, Option<&str>)]) -> Option<String> {
    let mut url = PackageUrl::new("oci", name.to_lowercase()).ok()?;
    url.with_version(digest).ok()?;
    for (key, value) in qualifiers {
        if let Some(value) = value {
            url.add_qualifier(*key, *value).ok()?;
        }
    }
    Some(url.to_string())
}

/// Namespace and name of `namespace/name`.
fn split_name(name: &str, separator: char) -> (Option<&str>, &str) {
    match name.rsplit_once(separator) {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, name),
    }
}

/// The vendor as the specification's examples name it, where that is not the system's own id.
fn rpm_vendor(os: &OsRelease) -> Option<&str> {
    let id = os.id.as_deref()?;
    Some(match id {
        "rhel" => "redhat",
        id if id.starts_with("opensuse") => "opensuse",
        id => id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ecosystem: Ecosystem, name: &str, version: &str, expected: &str) {
        let os = OsRelease { id: Some("debian".to_owned()), version_id: Some("12".to_owned()), ..OsRelease::default() };
        let parts = PurlParts { ecosystem, name, version, architecture: "amd64", qualifiers: &[] };
        assert_eq!(purl(parts, Some(&os)).as_deref(), Some(expected));
    }

    #[test]
    fn debian_packages_name_their_distribution() {
        check(
            Ecosystem::Deb,
            "libstdc++6",
            "1:12.2-1+b1",
            "pkg:deb/debian/libstdc%2B%2B6@1:12.2-1%2Bb1?arch=amd64&distro=debian-12",
        );
    }

    #[test]
    fn an_epoch_of_rpm_is_a_qualifier() {
        let os = OsRelease { id: Some("rhel".to_owned()), version_id: Some("9.3".to_owned()), ..OsRelease::default() };
        let qualifiers = [("epoch", "2".to_owned()), ("upstream", "vim-8.2-20.el9.src.rpm".to_owned())];
        let (name, version) = ("vim-minimal", "2:8.2-20.el9");
        let parts =
            PurlParts { ecosystem: Ecosystem::Rpm, name, version, architecture: "x86_64", qualifiers: &qualifiers };
        let expected = "pkg:rpm/redhat/vim-minimal@8.2-20.el9\
            ?arch=x86_64&distro=rhel-9.3&epoch=2&upstream=vim-8.2-20.el9.src.rpm";
        assert_eq!(purl(parts, Some(&os)).as_deref(), Some(expected));
    }

    #[test]
    fn a_scope_is_a_namespace() {
        check(Ecosystem::Npm, "@types/node", "22.1.0", "pkg:npm/%40types/node@22.1.0");
    }

    #[test]
    fn python_names_stand_alone() {
        check(Ecosystem::Pypi, "typing-extensions", "4.12", "pkg:pypi/typing-extensions@4.12");
    }

    #[test]
    fn a_build_of_conda_is_told_from_others() {
        let qualifiers = [("build", "py36h06a4308_0".to_owned()), ("subdir", "linux-64".to_owned())];
        let ecosystem = Ecosystem::Conda;
        let parts =
            PurlParts { ecosystem, name: "absl-py", version: "0.4.1", architecture: "", qualifiers: &qualifiers };
        let expected = "pkg:conda/absl-py@0.4.1?build=py36h06a4308_0&subdir=linux-64";
        assert_eq!(purl(parts, None).as_deref(), Some(expected));
    }

    #[test]
    fn without_an_operating_system_the_usual_one_is_named() {
        let parts =
            PurlParts { ecosystem: Ecosystem::Apk, name: "musl", version: "1", architecture: "", qualifiers: &[] };
        assert_eq!(purl(parts, None).as_deref(), Some("pkg:apk/alpine/musl@1"));
    }
}
