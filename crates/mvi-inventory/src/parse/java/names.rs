//! What names a Java artifact: the properties Maven leaves in it, its manifest, and the name of its file.

/// Old builds name the foundation alone, to which no artifact belongs by itself.
const FOUNDATION: &str = "org.apache";

/// What `pom.properties` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pom {
    pub(super) group: String,
    pub(super) artifact: String,
    pub(super) version: String,
}

/// Reads `pom.properties`; none where one of the three is missing, or left to be filled in.
pub(super) fn parse_pom_properties(text: &str) -> Option<Pom> {
    let value = |wanted: &str| {
        let line = text.lines().find_map(|line| {
            let (key, value) = line.split_once(['=', ':'])?;
            (key.trim() == wanted).then(|| value.trim())
        });
        line.filter(|value| !value.is_empty() && !value.contains("${")).map(str::to_owned)
    };
    Some(Pom { group: value("groupId")?, artifact: value("artifactId")?, version: value("version")? })
}

/// What `MANIFEST.MF` says in its main section, as far as it names the archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    attributes: Vec<(String, String)>,
}

/// Reads a manifest: JAR File Specification, "Notes on Manifest and Signature Files".
pub(super) fn parse_manifest(text: &str) -> Manifest {
    let mut attributes: Vec<(String, String)> = Vec::new();
    for line in text.lines().take_while(|line| !line.is_empty()) {
        if let Some(more) = line.strip_prefix(' ') {
            if let Some((_, value)) = attributes.last_mut() {
                value.push_str(more);
            }
        } else if let Some((key, value)) = line.split_once(':') {
            attributes.push((key.trim().to_owned(), value.trim().to_owned()));
        }
    }
    Manifest { attributes }
}

impl Manifest {
    fn value(&self, wanted: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty() && !value.contains("${"))
    }

    /// Where else classes are: JAR File Specification, "Class-Path Attribute".
    pub(super) fn class_path(&self) -> impl Iterator<Item = &str> {
        self.value("Class-Path").unwrap_or_default().split_whitespace()
    }

    /// The version of what the archive is; of a specification's it is only the last resort.
    pub(super) fn version(&self) -> Option<&str> {
        let keys = ["Implementation-Version", "Bundle-Version", "Plugin-Version", "Specification-Version"];
        keys.iter().find_map(|key| self.value(key)).and_then(|value| value.split_whitespace().next())
    }

    /// The bundle's name without what OSGi has behind it.
    fn symbolic_name(&self) -> Option<&str> {
        self.value("Bundle-SymbolicName").and_then(|name| name.split(';').next()).map(str::trim)
    }

    /// The group of the artifact of this name: the vendor's id, or what stands before the name in the bundle's.
    pub(super) fn group(&self, artifact: &str) -> Option<String> {
        let is_group = |text: &&str| text.contains('.') && !text.contains(char::is_whitespace) && *text != FOUNDATION;
        let vendor = ["Group-Id", "Implementation-Vendor-Id"].iter().find_map(|key| self.value(key)).filter(is_group);
        let bundle = self.symbolic_name().and_then(|name| name.strip_suffix(artifact)?.strip_suffix(['.', '-']));
        vendor.or(bundle.filter(|group| !group.is_empty() && *group != FOUNDATION)).map(str::to_owned)
    }

    /// True when the archive calls itself something else than the artifact of this name.
    pub(super) fn names_other(&self, artifact: &str) -> bool {
        let title = self.value("Implementation-Title").or(self.symbolic_name());
        title.is_some_and(|title| {
            let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' ', '.'], "");
            !plain(title).contains(&plain(artifact)) && !plain(artifact).contains(&plain(title))
        })
    }
}

/// The name of an archive, taken apart as Maven puts it together: `ARTIFACT-VERSION.jar`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileName<'a> {
    pub(super) artifact: &'a str,
    pub(super) version: Option<&'a str>,
}

impl<'a> FileName<'a> {
    pub(super) fn new(name: &'a str) -> Self {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let starts_version = |(at, _): &(usize, &str)| *at > 0 && is_version(&stem[at + 1..]);
        match stem.match_indices('-').find(starts_version) {
            Some((at, _)) => Self { artifact: &stem[..at], version: Some(&stem[at + 1..]) },
            None => Self { artifact: stem, version: None },
        }
    }

    /// The version that the name or the manifest tells: the name's, unless the manifest's is its end, behind the name of a
    /// series: `log4j-1.2-1.2.17.jar`.
    pub(super) fn version_beside<'m>(&self, manifest: &'m Manifest) -> Option<&'m str>
    where
        'a: 'm,
    {
        let told = manifest.version();
        match (self.version, told) {
            (Some(name), Some(told)) if name.strip_suffix(told).is_some_and(|before| before.ends_with('-')) => {
                Some(told)
            }
            (Some(name), _) => Some(name),
            (None, told) => told,
        }
    }

    /// True when the archive bears the name of this artifact.
    pub(super) fn is_of(&self, artifact: &str) -> bool {
        self.artifact == artifact
    }
}

/// True for what starts with a digit and has no word with another number behind it, as the version in
/// `log4j-1.2-api-2.17.1` has, unless the word belongs to a version.
fn is_version(text: &str) -> bool {
    const WORDS: [&str; 9] = ["alpha", "beta", "rc", "cr", "m", "b", "ga", "sp", "snapshot"];
    let is_number = |part: &str| part.starts_with(|first: char| first.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    let is_name = |part: &str| !is_number(part) && !WORDS.contains(&part.to_lowercase().as_str());
    let name = parts.iter().position(|part| is_name(part)).unwrap_or(parts.len());
    is_number(text) && !parts[name..].iter().any(|part| is_number(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, artifact: &str, version: Option<&str>) {
        assert_eq!(FileName::new(name), FileName { artifact, version });
    }

    #[test]
    fn names_of_files_tell_artifact_and_version() {
        check("commons-lang3-3.12.0.jar", "commons-lang3", Some("3.12.0"));
        check("log4j-1.2-api-2.17.1.jar", "log4j-1.2-api", Some("2.17.1"));
        check("b-1.0-beta-2.jar", "b", Some("1.0-beta-2"));
        check("b-1.0-20240102.030405-1.jar", "b", Some("1.0-20240102.030405-1"));
        check("guava-31.1-jre.jar", "guava", Some("31.1-jre"));
        check("app.jar", "app", None);
        check("-1.jar", "-1", None);
    }

    #[test]
    fn properties_that_were_never_filled_in_say_nothing() {
        let pom = parse_pom_properties("#Created\nversion=1.2\ngroupId=org.a\nartifactId = b\n").unwrap();
        assert_eq!((pom.group.as_str(), pom.artifact.as_str(), pom.version.as_str()), ("org.a", "b", "1.2"));
        assert_eq!(parse_pom_properties("version=${project.version}\ngroupId=a\nartifactId=b\n"), None);
        assert_eq!(parse_pom_properties("version=1\n"), None);
    }

    #[test]
    fn long_lines_of_a_manifest_go_on_behind_a_space() {
        let text = "Manifest-Version: 1.0\r\nBundle-SymbolicName: org.apache.comm\r\n ons.lang3;singleton:=true\r\n\
            Bundle-Version: 3.12.0\r\n\r\nName: x\r\nImplementation-Version: 9\r\n";
        let manifest = parse_manifest(text);
        assert_eq!(manifest.version(), Some("3.12.0"));
        assert_eq!(manifest.group("lang3").as_deref(), Some("org.apache.commons"));
        assert_eq!(manifest.group("other"), None);
    }
}
