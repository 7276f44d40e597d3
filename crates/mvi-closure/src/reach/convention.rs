//! Files that nobody names and programs read: accounts, certificates, time zones, settings of servers.

use mvi_image::{FileKind, NodeId};

use super::Reach;
use crate::closure::{Link, Strength, Thing};

/// Small files that C libraries read: nsswitch.conf(5), passwd(5), resolver(5), tzset(3), os-release(5), ld.so(8).
const SYSTEM: &[&str] = &[
    "etc/passwd",
    "etc/group",
    "etc/nsswitch.conf",
    "etc/hosts",
    "etc/host.conf",
    "etc/resolv.conf",
    "etc/protocols",
    "etc/services",
    "etc/os-release",
    "etc/ld.so.cache",
    "etc/ld.so.conf",
    "etc/localtime",
    "etc/timezone",
];

/// Databases of package managers, which those who look for vulnerabilities read.
const DATABASES: &[&str] =
    &["lib/apk/db", "usr/lib/apk/db", "var/lib/dpkg", "var/lib/rpm", "usr/lib/sysimage/rpm", "var/lib/pacman/local"];

/// Certificates and time zones: whether a program reads them shows only when it runs.
const SHARED: &[&str] = &["etc/ssl", "etc/pki", "usr/share/ca-certificates", "usr/share/zoneinfo", "usr/lib/locale"];

/// Folders of settings, modules and pages, by the name of the program that reads them; what it reads for sure comes first,
/// then what its settings may name.
const SERVERS: &[(&str, &[&str], &[&str])] = &[
    ("nginx", &["etc/nginx"], &["usr/lib/nginx", "usr/share/nginx", "var/www", "srv/www", "usr/local/nginx"]),
    ("openresty", &["usr/local/openresty"], &["var/www"]),
    ("apache2", &["etc/apache2"], &["usr/lib/apache2", "usr/share/apache2", "var/www"]),
    ("httpd", &["etc/httpd", "usr/local/apache2/conf"], &["usr/lib64/httpd", "usr/local/apache2", "var/www"]),
    ("lighttpd", &["etc/lighttpd"], &["usr/lib/lighttpd", "usr/share/lighttpd", "var/www"]),
    ("caddy", &["etc/caddy"], &["usr/share/caddy", "var/www", "srv"]),
    (
        "postgres",
        &["etc/postgresql"],
        &["usr/share/postgresql", "usr/lib/postgresql", "usr/local/share/postgresql", "usr/local/lib/postgresql"],
    ),
    ("redis-server", &["etc/redis", "usr/local/etc/redis"], &[]),
    ("mariadbd", &["etc/mysql"], &["usr/share/mysql", "usr/lib/mysql"]),
    ("mysqld", &["etc/mysql"], &["usr/share/mysql", "usr/lib/mysql"]),
    ("perl", &[], &["usr/share/perl", "usr/share/perl5", "usr/lib/perl5", "usr/local/lib/perl5"]),
    ("ruby", &[], &["usr/lib/ruby", "usr/local/lib/ruby", "var/lib/gems", "usr/local/bundle"]),
    ("php", &["etc/php", "usr/local/etc/php"], &["usr/lib/php", "usr/share/php", "usr/local/lib/php"]),
    ("php-fpm", &["etc/php", "usr/local/etc"], &["usr/lib/php", "usr/share/php", "usr/local/lib/php"]),
];

impl Reach<'_> {
    pub(super) fn convention(&mut self) {
        for path in SYSTEM {
            self.mark_path(path, Strength::Included, None, Link::System);
        }
        for path in DATABASES {
            if let Some(folder) = self.folder(path) {
                self.mark_below(folder, (Strength::Included, None, Link::System), &|_| false);
            }
        }
        for path in SHARED {
            if let Some(folder) = self.folder(path) {
                self.mark_below(folder, (Strength::Possible, None, Link::System), &|_| false);
            }
        }
        let steps: Vec<NodeId> = self.ground.runtime.entry.iter().filter_map(|step| self.node_of(step)).collect();
        for node in steps {
            let name = String::from_utf8_lossy(self.ground.tree.node(node).name()).into_owned();
            let from = Some(Thing::File(node));
            if let Some(folder) = self.folder(&format!("etc/{name}")) {
                self.mark_below(folder, (Strength::Included, from, Link::Opens), &|_| false);
            }
            let is_version =
                |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
            let reads = SERVERS.iter().find(|(server, _, _)| name.strip_prefix(server).is_some_and(is_version));
            let Some((_, surely, maybe)) = reads else { continue };
            for (paths, strength) in [(surely, Strength::Included), (maybe, Strength::Possible)] {
                for folder in paths.iter().filter_map(|path| self.folder(path)).collect::<Vec<_>>() {
                    self.mark_below(folder, (strength, from, Link::Opens), &|_| false);
                }
            }
            self.follow_settings(&name, self.settings_of(surely), Thing::File(node));
        }
    }

    /// Files of settings in these folders, as far as their texts were kept.
    fn settings_of(&self, folders: &[&str]) -> Vec<NodeId> {
        let mut left: Vec<NodeId> = folders.iter().filter_map(|path| self.folder(path)).collect();
        let mut files = Vec::new();
        while let Some(folder) = left.pop() {
            for child in self.ground.tree.children(folder) {
                let node = self.ground.tree.node(child);
                match node.kind() {
                    FileKind::Directory => left.push(child),
                    FileKind::File if node.place().is_some_and(|place| self.bodies.get(place).is_some()) => {
                        files.push(child);
                    }
                    _ => {}
                }
            }
        }
        files
    }

    /// Files and folders that the program is given: `-c FILE`, `--config=FILE`, `-D FOLDER`, a script.
    pub(super) fn given(&mut self) {
        let from = self.host.map(Thing::File);
        let words = self.ground.runtime.arguments.clone();
        let mut files = Vec::new();
        for word in words {
            let value = match word.strip_prefix('-').and_then(|option| option.split_once('=')) {
                Some((_, value)) => value,
                None if word.starts_with('-') => continue,
                None => word.as_str(),
            };
            let path = self.absolute(value);
            let link = Link::Given { word: word.clone() };
            match self.folder(&path) {
                // What it does with a folder shows only when it runs.
                Some(folder) if !super::is_shared_folder(&path) => {
                    self.mark_below(folder, (Strength::Possible, from, link), &|_| false);
                }
                Some(_) => {}
                None => files.extend(self.mark_path(&path, Strength::Included, from, link)),
            }
        }
        if let (Some(host), false) = (self.host, files.is_empty()) {
            let name = String::from_utf8_lossy(self.ground.tree.node(host).name()).into_owned();
            self.follow_settings(&name, files, Thing::File(host));
        }
    }
}
