//! Small files that say how programs find what they load: claimed for whoever works out what an image needs.

use crate::cataloger::{RECORD_BYTES, RecordPath};

/// Ceiling for settings of loaders, in bytes.
const SETTINGS_BYTES: u64 = 64 << 10;
/// Ceiling for the loader's cache, in bytes.
const CACHE_BYTES: u64 = 4 << 20;

/// How many bytes at most are wanted of the file at `path`: settings and cache of loaders (ld.so(8), ldconfig(8); musl's
/// `ldso/dynlink.c`), manifests of Node applications, and settings of servers that load modules.
pub(crate) fn claims(path: &RecordPath<'_>) -> Option<u64> {
    match (path.folder, path.name) {
        (b"etc", b"ld.so.cache") => Some(CACHE_BYTES),
        (b"etc", b"ld.so.conf" | b"ld.so.preload") | (b"etc/ld.so.conf.d", _) => Some(SETTINGS_BYTES),
        (b"etc", name) if name.starts_with(b"ld-musl-") && name.ends_with(b".path") => Some(SETTINGS_BYTES),
        (_, b"package.json") => Some(RECORD_BYTES),
        (folder, name) if is_settings_of_server(folder, name) => Some(SETTINGS_BYTES),
        _ => None,
    }
}

/// Folders of servers' settings, which name modules and further files.
const SERVERS: &[&[u8]] = &[
    b"etc/nginx",
    b"etc/redis",
    b"etc/php",
    b"etc/apache2",
    b"etc/httpd",
    b"usr/local/etc/php",
    b"usr/local/etc/redis",
    b"usr/local/nginx/conf",
    b"usr/local/openresty/nginx/conf",
    b"usr/local/apache2/conf",
];

/// True for settings of nginx, redis, PHP and Apache in their usual folders.
fn is_settings_of_server(folder: &[u8], name: &[u8]) -> bool {
    let is_named = [&b".conf"[..], b".ini", b".load"].iter().any(|ending| name.ends_with(ending));
    let below = |place: &[u8]| folder.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"));
    is_named && (SERVERS.iter().any(|place| below(place)) || (folder == b"etc" && name == b"redis.conf"))
}

/// True for a Python file that is neither of the standard library nor of an installed distribution: one of an application.
pub(crate) fn is_application_python(path: &[u8]) -> bool {
    let path = path.strip_suffix(b".py").unwrap_or_default();
    !path.is_empty()
        && !path.split(|byte| *byte == b'/').any(|name| {
            matches!(name, b"site-packages" | b"dist-packages" | b"node_modules") || name.starts_with(b"python3")
        })
}
