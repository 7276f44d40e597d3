//! Java archives: which artifacts they hold, themselves, inside each other, and shaded into one.

mod names;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;

use mvi_image::OpenBody;
use serde::{Deserialize, Serialize};

use self::names::{FileName, Manifest, parse_manifest, parse_pom_properties};
use super::zip_directory::{Flaw, Member, Unpacker, wanted_members};

/// Archives inside each other that are looked into: real ones are enterprise archives in two steps.
const DEEPEST: u32 = 4;
/// Bytes of a manifest, or of a list of properties.
const MOST_OF_TEXT: u64 = 1 << 20;
/// Bytes of unpacked archives that are held at once, inside each other.
const MOST_HELD: u64 = 64 << 20;
/// Bytes unpacked of one file.
const MOST_OF_ALL: u64 = 512 << 20;
/// How many times larger than its packed bytes an archive inside an archive may get; bytecode gets three times.
const MOST_RATIO: u64 = 200;
/// Artifacts and flaws of one file that are listed.
const MOST_ARTIFACTS: usize = 5_000;
const MOST_FLAWS: usize = 20;
/// Entries of a class path that are kept.
const MOST_ENTRIES: usize = 2_000;

const EXTENSIONS: [&str; 10] = ["jar", "war", "ear", "par", "sar", "kar", "nar", "jpi", "hpi", "lpkg"];

/// What an archive holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JavaArchive {
    /// Artifacts, those of an archive before those inside it.
    pub artifacts: Vec<JavaArtifact>,
    /// What could not be read.
    pub flaws: Vec<String>,
    /// `Class-Path` of its own manifest: where further archives and folders are, from the folder that it lies in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub class_path: Vec<String>,
}

/// A Java artifact.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct JavaArtifact {
    /// Group, as Maven has it; none where nothing tells.
    pub group: Option<String>,
    /// Name.
    pub artifact: String,
    /// Version; empty where nothing tells.
    pub version: String,
    /// Path inside the archive of the archive it is; empty for the outermost.
    pub within: String,
    /// True for an archive of its own, false where it was shaded into another's.
    pub own: bool,
}

/// True for names of Java archives.
pub(crate) fn is_java_archive(name: &str) -> bool {
    has_extension(name.as_bytes())
}

fn has_extension(name: &[u8]) -> bool {
    // None is longer than four letters: nothing further from the end is looked at.
    let Some(length) = name.iter().rev().take(5).position(|byte| *byte == b'.') else { return false };
    let extension = &name[name.len() - length..];
    EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known.as_bytes()))
}

/// The artifacts of the archive `name`. At most four archives inside each other are looked into, 512 MiB are unpacked, and
/// 64 MiB of it held at once.
///
/// # Errors
/// Those of the body.
pub(crate) fn read_java_archive(name: &str, body: &dyn OpenBody) -> io::Result<JavaArchive> {
    UNPACKER.with_borrow_mut(|unpacker| {
        let mut reader = Reader { found: JavaArchive::default(), unpacker, held: 0, unpacked: 0 };
        reader.archive(&Place { name, within: "", depth: 0 }, body)?;
        reader.found.artifacts.truncate(MOST_ARTIFACTS);
        Ok(reader.found)
    })
}

/// The artifacts of an archive in memory.
#[must_use]
pub fn parse_java_archive(name: &str, bytes: &[u8]) -> JavaArchive {
    read_java_archive(name, &bytes).unwrap_or_default()
}

/// Which archive is being read.
struct Place<'a> {
    name: &'a str,
    within: &'a str,
    depth: u32,
}

thread_local! {
    /// An image has hundreds of archives, and making this anew takes longer than what most of them have to unpack.
    static UNPACKER: RefCell<Unpacker> = RefCell::default();
}

struct Reader<'u> {
    found: JavaArchive,
    unpacker: &'u mut Unpacker,
    held: u64,
    unpacked: u64,
}

impl Reader<'_> {
    fn archive(&mut self, place: &Place<'_>, body: &dyn OpenBody) -> io::Result<()> {
        let is_wanted = |name: &[u8]| {
            name == b"META-INF/MANIFEST.MF" || name.starts_with(b"META-INF/maven/") || has_extension(name)
        };
        let members = match wanted_members(body, is_wanted)? {
            Ok(members) => members,
            Err(flaw) => {
                self.flaw(place, flaw);
                return Ok(());
            }
        };
        self.identify(place, body, &members)?;
        for member in members.iter().filter(|member| is_java_archive(&member.name)) {
            if self.found.artifacts.len() >= MOST_ARTIFACTS {
                self.flaw(place, format!("holds more than {MOST_ARTIFACTS} artifacts"));
                return Ok(());
            }
            let within = match place.within {
                "" => member.name.clone(),
                outer => format!("{outer}!{}", member.name),
            };
            let name = member.name.rsplit('/').next().unwrap_or_default();
            let inner = Place { name, within: &within, depth: place.depth + 1 };
            if inner.depth >= DEEPEST {
                self.flaw(&inner, format!("lies inside {DEEPEST} archives; not looked into"));
            } else if let Err(flaw) = self.inner(&inner, body, member)? {
                self.flaw(&inner, flaw);
            }
        }
        Ok(())
    }

    /// An archive inside another: where it lies if it was stored as it is, or unpacked.
    fn inner(&mut self, place: &Place<'_>, body: &dyn OpenBody, member: &Member) -> io::Result<Result<(), Flaw>> {
        let slice = match member.place(body)? {
            Ok(slice) => slice,
            Err(flaw) => return Ok(Err(flaw)),
        };
        if member.is_stored() {
            return self.archive(place, &slice).map(Ok);
        }
        let most = (MOST_HELD - self.held).min(MOST_OF_ALL - self.unpacked);
        let most = most.min(slice.size().saturating_mul(MOST_RATIO).max(MOST_OF_TEXT));
        if member.size > most {
            return Ok(Err(format!("claims {} bytes, more than the {most} that are unpacked of it", member.size)));
        }
        let bytes = match member.read(body, most, self.unpacker)? {
            Ok(bytes) => bytes,
            Err(flaw) => return Ok(Err(flaw)),
        };
        let length = bytes.len() as u64;
        (self.held, self.unpacked) = (self.held + length, self.unpacked + length);
        let read = self.archive(place, &bytes.as_slice());
        self.held -= length;
        self.unpacker.give_back(bytes);
        read.map(Ok)
    }

    /// Lists what an archive is, and what was shaded into it.
    fn identify(&mut self, place: &Place<'_>, body: &dyn OpenBody, members: &[Member]) -> io::Result<()> {
        let file_name = FileName::new(place.name);
        let mut poms = Vec::new();
        let mut manifest = Manifest::default();
        // Groups and names that only folders tell.
        let mut told = BTreeSet::new();
        for member in members {
            let is_properties = member.name.ends_with("/pom.properties");
            if member.name == "META-INF/MANIFEST.MF" || is_properties {
                match self.text(place, body, member)? {
                    Some(text) if is_properties => poms.extend(parse_pom_properties(&text)),
                    Some(text) => manifest = parse_manifest(&text),
                    None => {}
                }
            }
            let folders = member.name.strip_prefix("META-INF/maven/").and_then(|rest| rest.strip_suffix("/pom.xml"));
            told.extend(folders.and_then(|folders| folders.split_once('/')));
        }
        if place.depth == 0 {
            self.found.class_path = manifest.class_path().take(MOST_ENTRIES).map(str::to_owned).collect();
        }
        let artifact = |group: &str, artifact: &str, version: &str, own| JavaArtifact {
            group: Some(group.to_owned()),
            artifact: artifact.to_owned(),
            version: version.to_owned(),
            within: place.within.to_owned(),
            own,
        };
        let only = poms.len() == 1 && !manifest.names_other(&poms[0].artifact);
        let is_own = |name: &str| only || file_name.is_of(name);
        let own = poms.iter().find(|pom| is_own(&pom.artifact)).cloned();
        match &own {
            Some(pom) => self.found.artifacts.push(artifact(&pom.group, &pom.artifact, &pom.version, true)),
            None => {
                let version = file_name.version_beside(&manifest).unwrap_or_default().to_owned();
                if let Some((group, name)) = told.iter().find(|(_, name)| file_name.is_of(name)) {
                    self.found.artifacts.push(artifact(group, name, &version, true));
                } else if !version.is_empty() || manifest.group(file_name.artifact).is_some() {
                    let group = manifest.group(file_name.artifact);
                    let own = artifact("", file_name.artifact, &version, true);
                    self.found.artifacts.push(JavaArtifact { group, ..own });
                }
            }
        }
        let shaded = poms.iter().filter(|pom| own.as_ref() != Some(pom));
        let shaded = shaded.map(|pom| artifact(&pom.group, &pom.artifact, &pom.version, false));
        self.found.artifacts.extend(shaded);
        Ok(())
    }

    fn text(&mut self, place: &Place<'_>, body: &dyn OpenBody, member: &Member) -> io::Result<Option<String>> {
        match member.read(body, MOST_OF_TEXT.min(MOST_OF_ALL - self.unpacked), self.unpacker)? {
            Ok(bytes) => {
                self.unpacked += bytes.len() as u64;
                Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
            }
            Err(flaw) => {
                self.flaw(place, flaw);
                Ok(None)
            }
        }
    }

    fn flaw(&mut self, place: &Place<'_>, flaw: Flaw) {
        if self.found.flaws.len() < MOST_FLAWS {
            let text = match place.within {
                "" => flaw,
                within => format!("its member `{}` {flaw}", mvi_image::printable(within.as_bytes())),
            };
            self.found.flaws.push(text);
        }
    }
}

#[cfg(test)]
mod tests;
