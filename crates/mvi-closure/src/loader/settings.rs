//! Settings of loaders: `ld.so.conf` with what it includes, and musl's path file.

use std::collections::HashSet;

use crate::objects::Objects;

/// Files included in files, at most.
const DEEPEST: usize = 8;
/// Folders that are taken from settings, at most.
const MOST_FOLDERS: usize = 1_000;

/// Folders that `/etc/ld.so.conf` names, in order: ldconfig(8). Its `hwcap` lines say nothing about folders.
pub(super) fn configured_folders(objects: &dyn Objects) -> Vec<String> {
    let mut reading = Reading { objects, seen: HashSet::new(), folders: Vec::new() };
    reading.read("/etc/ld.so.conf", 0);
    reading.folders
}

struct Reading<'o> {
    objects: &'o dyn Objects,
    /// Files that were read; none is read twice.
    seen: HashSet<String>,
    folders: Vec<String>,
}

impl Reading<'_> {
    fn read(&mut self, path: &str, depth: usize) {
        if depth > DEEPEST || self.seen.len() > MOST_FOLDERS || !self.seen.insert(path.to_owned()) {
            return;
        }
        let Some(bytes) = self.objects.text(path) else { return };
        for line in String::from_utf8_lossy(&bytes).lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            let mut words = line.split_whitespace();
            match words.next() {
                _ if self.folders.len() >= MOST_FOLDERS => return,
                None | Some("hwcap") => {}
                Some("include") => {
                    for included in words.flat_map(|pattern| matches(self.objects, pattern)) {
                        self.read(&included, depth + 1);
                    }
                }
                Some(_) => {
                    let listed = line.split([':', ',', ' ', '\t']);
                    let folders = listed.map(|folder| folder.split('=').next().unwrap_or(folder));
                    self.folders.extend(folders.filter(|folder| folder.starts_with('/')).map(str::to_owned));
                }
            }
        }
    }
}

/// The files a pattern stands for, sorted; only its last name may have stars.
fn matches(objects: &dyn Objects, pattern: &str) -> Vec<String> {
    let pattern = if pattern.starts_with('/') { pattern.to_owned() } else { format!("/etc/{pattern}") };
    let Some((folder, name)) = pattern.rsplit_once('/') else { return Vec::new() };
    let Some((front, back)) = name.split_once('*') else { return vec![pattern] };
    let fits =
        |name: &String| name.len() >= front.len() + back.len() && name.starts_with(front) && name.ends_with(back);
    let names = objects.names(folder).into_iter();
    names.filter(fits).take(MOST_FOLDERS).map(|name| format!("{folder}/{name}")).collect()
}

/// Folders that musl looks in: those of its path file, otherwise `/lib:/usr/local/lib:/usr/lib`. Source: musl 1.2.5,
/// `ldso/dynlink.c`, `load_library`.
pub(super) fn musl_folders(objects: &dyn Objects, interpreter: &str) -> Vec<String> {
    let name = interpreter.rsplit('/').next().unwrap_or_default();
    let architecture = name.strip_prefix("ld-musl-").and_then(|rest| rest.split('.').next()).unwrap_or_default();
    match objects.text(&format!("/etc/ld-musl-{architecture}.path")) {
        Some(bytes) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            text.split([':', '\n']).map(str::trim).filter(|folder| !folder.is_empty()).map(str::to_owned).collect()
        }
        None => ["/lib", "/usr/local/lib", "/usr/lib"].map(str::to_owned).to_vec(),
    }
}
