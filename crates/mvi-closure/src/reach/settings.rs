//! What the settings of servers name: modules they load, files they include, folders they serve.

use std::collections::HashSet;

use mvi_image::NodeId;

use super::Reach;
use crate::closure::{Link, Strength, Thing};

/// Files of settings that are read for one server, at most.
const MOST_FILES: usize = 1_000;
/// Files of a folder that a pattern is held against, at most.
const MOST_CHILDREN: usize = 10_000;

/// Where a server looks for paths that do not start at the root, by the beginning of its name.
const PREFIXES: &[(&str, &[&str])] = &[
    ("nginx", &["etc/nginx", "usr/share/nginx", "usr/lib/nginx", "usr/local/nginx"]),
    ("openresty", &["usr/local/openresty/nginx"]),
    ("httpd", &["etc/httpd", "usr/local/apache2", "usr/lib64/httpd"]),
    ("apache2", &["etc/apache2", "usr/lib/apache2"]),
];

/// What a line of settings does with the path behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// It loads it: nginx `load_module`, redis `loadmodule`, Apache `LoadModule`.
    Module,
    /// It reads it as settings.
    Settings,
    /// It serves what lies below: nginx `root` and `alias`, Apache `DocumentRoot`.
    Documents,
    /// PHP loads the library of this name from its folder of extensions.
    Extension,
}

impl Reach<'_> {
    /// Follows settings of the server `name`, all files of which are reached from `from`.
    pub(super) fn follow_settings(&mut self, name: &str, files: Vec<NodeId>, from: Thing) {
        let prefixes = PREFIXES.iter().find(|(server, _)| name.starts_with(server));
        let prefixes = prefixes.map_or(&[][..], |(_, prefixes)| prefixes);
        let mut seen: HashSet<NodeId> = files.iter().copied().collect();
        let mut left = files;
        let mut read = 0;
        while let Some(file) = left.pop().filter(|_| read < MOST_FILES) {
            read += 1;
            let bytes = self.ground.tree.node(file).place().and_then(|place| self.bodies.get(place));
            let Some(text) = bytes.map(String::from_utf8_lossy) else { continue };
            for (names, value) in text.lines().filter_map(named) {
                for node in self.found(names, &value, prefixes) {
                    let how = (Strength::Included, Some(Thing::File(file)), Link::Listed);
                    match names {
                        Names::Documents => self.mark_below(node, how, &|_| false),
                        Names::Module | Names::Extension => self.mark(Thing::File(node), how.0, how.1, how.2),
                        Names::Settings => {
                            self.mark(Thing::File(node), how.0, Some(from), how.2);
                            if seen.insert(node) {
                                left.push(node);
                            }
                        }
                    }
                }
            }
        }
    }

    /// The files, or the folder of documents, that a value leads to.
    fn found(&self, names: Names, value: &str, prefixes: &[&str]) -> Vec<NodeId> {
        if names == Names::Extension {
            return self.extension(value);
        }
        let places: Vec<String> = match value.starts_with('/') {
            true => vec![value.to_owned()],
            false => prefixes.iter().map(|prefix| format!("{prefix}/{value}")).collect(),
        };
        for place in places {
            let found = match names {
                // A whole file system is served by nobody.
                Names::Documents if super::is_shared_folder(&place) => Vec::new(),
                Names::Documents => self.folder(&place).into_iter().collect(),
                _ if place.contains('*') => self.matching(&place),
                _ => self.file(&place).into_iter().collect(),
            };
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// The files of a folder that fit a pattern with one star in its last name.
    fn matching(&self, pattern: &str) -> Vec<NodeId> {
        let (folder, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
        let Some((front, back)) = name.split_once('*') else { return Vec::new() };
        let Some(folder) = self.folder(folder) else { return Vec::new() };
        let children = self.ground.tree.children(folder).take(MOST_CHILDREN);
        let fits = |child: &NodeId| {
            let name = self.ground.tree.node(*child).name();
            name.len() >= front.len() + back.len()
                && name.starts_with(front.as_bytes())
                && name.ends_with(back.as_bytes())
        };
        let paths = children.filter(fits).map(|child| self.path(child));
        paths.filter_map(|path| self.file(&path)).collect()
    }

    /// Libraries of that name in PHP's folders of extensions.
    fn extension(&self, value: &str) -> Vec<NodeId> {
        let last = value.rsplit('/').next().unwrap_or_default();
        let last = last.strip_suffix(".so").unwrap_or(last);
        let name = format!("/{last}.so");
        let objects = self.ground.inventory.objects.iter();
        let is_extension =
            |path: &str| path.ends_with(&name) && (path.contains("/php/") || path.contains("/extensions/"));
        objects.filter(|object| is_extension(&object.path)).filter_map(|object| self.file(&object.path)).collect()
    }
}

/// What a line of settings names, if anything.
fn named(line: &str) -> Option<(Names, String)> {
    let line = line.split(['#', ';']).next().unwrap_or_default().trim();
    let bare = |word: &str| word.trim_matches(['"', '\'']).to_owned();
    if let Some((key, value)) = line.split_once('=') {
        let is_extension = matches!(key.trim(), "extension" | "zend_extension");
        return is_extension.then(|| (Names::Extension, bare(value.trim())));
    }
    let mut words = line.split_whitespace();
    let names = match words.next()?.to_ascii_lowercase().as_str() {
        "load_module" | "loadmodule" => Names::Module,
        "include" | "includeoptional" => Names::Settings,
        "root" | "alias" | "documentroot" => Names::Documents,
        _ => return None,
    };
    // Apache's `LoadModule` has the name of the module before the path; redis's takes words behind it.
    let words: Vec<&str> = words.collect();
    let path = words.iter().find(|word| word.contains('/')).or(words.last())?;
    let value = bare(path);
    (!value.is_empty() && !value.contains('$')).then_some((names, value))
}

#[cfg(test)]
mod tests {
    use super::{Names, named};

    fn check(line: &str, expected: Option<(Names, &str)>) {
        assert_eq!(named(line), expected.map(|(names, value)| (names, value.to_owned())), "{line}");
    }

    #[test]
    fn a_line_names_a_module_settings_or_documents() {
        check(
            "load_module modules/ngx_http_geoip_module.so;",
            Some((Names::Module, "modules/ngx_http_geoip_module.so")),
        );
        check("  include /etc/nginx/conf.d/*.conf;", Some((Names::Settings, "/etc/nginx/conf.d/*.conf")));
        check("loadmodule /opt/redisearch.so MAXSEARCH 10", Some((Names::Module, "/opt/redisearch.so")));
        check(
            "LoadModule mpm_event_module modules/mod_mpm_event.so",
            Some((Names::Module, "modules/mod_mpm_event.so")),
        );
        check("DocumentRoot \"/srv/www\"", Some((Names::Documents, "/srv/www")));
        check("extension=pdo_pgsql.so", Some((Names::Extension, "pdo_pgsql.so")));
        check("zend_extension = opcache", Some((Names::Extension, "opcache")));
    }

    #[test]
    fn comments_variables_and_other_lines_name_nothing() {
        check("# load_module modules/a.so;", None);
        check(";extension=gd", None);
        check("root $document_root;", None);
        check("worker_processes auto;", None);
        check("memory_limit=128M", None);
        check("", None);
    }
}
