//! Which files are looked into for secrets: decided by path, size and first bytes, before anything is read.

use mvi_image::{EntryHeader, FileKind};

use super::named::{Kind, kind_of};

/// Bytes of the largest text that is searched.
const LARGEST: u64 = 1 << 20;
/// Bytes of the largest text whose name says nothing.
const LARGEST_OTHER: u64 = 256 << 10;
/// Bytes of the smallest text that can hold a secret.
const SMALLEST: u64 = 16;

/// Folders whose files distributions and toolchains bring: everybody has them.
const BROUGHT: &[&[u8]] = &[
    b"usr/lib/",
    b"usr/lib32/",
    b"usr/lib64/",
    b"usr/libexec/",
    b"usr/share/",
    b"usr/include/",
    b"usr/src/",
    b"usr/bin/",
    b"usr/sbin/",
    b"usr/local/go/",
    b"usr/local/lib/",
    b"usr/local/share/",
    b"usr/local/include/",
    b"lib/",
    b"lib64/",
    b"bin/",
    b"sbin/",
    b"var/lib/dpkg/",
    b"var/lib/apt/",
    b"var/lib/rpm/",
    b"var/cache/",
    b"var/log/",
    b"boot/",
    b"proc/",
    b"sys/",
    b"etc/ssl/certs/",
    b"etc/pki/ca-trust/",
    b"etc/ca-certificates/",
    b"nix/store/",
    b"home/linuxbrew/",
];
/// Folders that package managers of languages fill from public registries, and tests of what is public.
const PUBLIC: &[&[u8]] = &[
    b"node_modules",
    b"site-packages",
    b"dist-packages",
    b"gems",
    b"testdata",
    b"__pycache__",
    b".cargo/registry",
    b"pkg/mod",
    b"vendor/bundle",
    b".m2/repository",
];
/// Ends of names of files that are no text, or no text that anybody writes secrets into.
const OTHER: &[&[u8]] = &[
    b".so",
    b".a",
    b".o",
    b".pyc",
    b".pyo",
    b".class",
    b".jar",
    b".war",
    b".beam",
    b".wasm",
    b".node",
    b".exe",
    b".dll",
    b".gz",
    b".xz",
    b".bz2",
    b".zst",
    b".zip",
    b".tgz",
    b".tar",
    b".whl",
    b".png",
    b".jpg",
    b".jpeg",
    b".gif",
    b".ico",
    b".webp",
    b".svg",
    b".woff",
    b".woff2",
    b".ttf",
    b".otf",
    b".eot",
    b".mp3",
    b".mp4",
    b".pdf",
    b".css",
    b".scss",
    b".map",
    b".md",
    b".rst",
    b".html",
    b".mo",
    b".po",
    b".crt",
    b".cer",
    b".list",
    b".md5sums",
    b".h",
    b".hpp",
    b".lock",
    b".sum",
    b".npy",
    b".parquet",
    b".db",
    b".sqlite",
    b".d.ts",
];

/// Bytes of a file at `path` that are searched at most.
pub(crate) fn most_bytes(path: &[u8]) -> u64 {
    match kind_of(path) {
        Some(Kind::ServiceAccount) | None => LARGEST_OTHER,
        Some(_) => LARGEST,
    }
}

/// True for files that may hold a secret, by header alone.
pub(crate) fn may_hold(entry: &EntryHeader<'_>) -> bool {
    if entry.kind != FileKind::File
        || entry.size < SMALLEST
        || entry.size > most_bytes(entry.path)
        || is_public(entry.path)
    {
        return false;
    }
    let is_special = !matches!(kind_of(entry.path), Some(Kind::ServiceAccount) | None) || is_key(entry.path);
    let name = entry.path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    is_special || !(is_brought(entry.path) || OTHER.iter().any(|end| name.ends_with(end)) || is_library(name))
}

/// True for what a package manager of a language, or a test of it, brought.
pub(crate) fn is_public(path: &[u8]) -> bool {
    PUBLIC.iter().any(|folder| {
        memchr::memmem::find_iter(path, folder).any(|at| {
            let before = at == 0 || path.get(at - 1) == Some(&b'/');
            before && path.get(at + folder.len()) == Some(&b'/')
        })
    })
}

fn is_brought(path: &[u8]) -> bool {
    BROUGHT.iter().any(|folder| path.starts_with(folder))
}

/// Names that keys go by.
fn is_key(path: &[u8]) -> bool {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let ends = [b".key".as_slice(), b".pem", b".p8", b".ppk", b"_rsa", b"_ed25519", b"_ecdsa", b"_dsa"];
    !is_brought(path) && ends.iter().any(|end| name.ends_with(end))
}

/// `libz.so.1.2.13`.
fn is_library(name: &[u8]) -> bool {
    name.starts_with(b"lib") && memchr::memmem::find(name, b".so.").is_some()
}

/// True for first bytes that text starts with.
pub(crate) fn looks_like_text(probe: &[u8]) -> bool {
    let is_text = |byte: &u8| *byte >= 0x20 && *byte != 0x7f || matches!(byte, b'\t' | b'\n' | b'\r');
    !probe.is_empty() && probe.iter().all(is_text) && !probe.starts_with(b"PK\x03\x04") && !probe.starts_with(b"%PDF")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, size: u64, expected: bool) {
        let entry = EntryHeader { path: path.as_bytes(), kind: FileKind::File, mode: 0o644, size };
        assert_eq!(may_hold(&entry), expected, "{path}");
    }

    #[test]
    fn what_people_write_is_looked_into_and_what_everybody_has_is_not() {
        for path in
            ["app/.env", "root/.aws/credentials", "app/config.yml", "etc/ssl/private/server.key", "srv/a.py", "id_rsa"]
        {
            check(path, 500, true);
        }
        for path in [
            "usr/share/doc/a/copyright",
            "usr/lib/python3/x.py",
            "app/node_modules/a/test/key.pem",
            "etc/ssl/certs/ca.pem",
            "usr/local/go/src/crypto/tls/testdata/a.key",
            "app/logo.png",
            "app/libz.so.1.2",
        ] {
            check(path, 500, false);
        }
        check("usr/local/lib/app/.env", 500, true);
        check("app/.env", 15, false);
        check("app/data.txt", 257 << 10, false);
        check("app/.env", 1 << 20, true);
        check("app/.env", u64::MAX, false);
    }
}
