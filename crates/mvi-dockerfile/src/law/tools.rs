//! Packages by what they are for: tables of the standard's prohibited categories.

/// What a package is for, when a runtime should not have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Purpose {
    /// Compilers, headers and what drives them.
    Build,
    /// Looking into a service.
    Debug,
    /// Installing more packages.
    Packages,
    /// Reading about it.
    Documentation,
    /// Writing programs, without compiling them.
    Development,
}

const BUILD: &[&str] = &[
    "alpine-sdk",
    "autoconf",
    "automake",
    "base-devel",
    "binutils",
    "bison",
    "build-base",
    "build-essential",
    "cargo",
    "clang",
    "cmake",
    "cpp",
    "flex",
    "g++",
    "gcc",
    "gcc-c++",
    "gfortran",
    "go",
    "golang",
    "golang-go",
    "gradle",
    "libc-dev",
    "libtool",
    "linux-headers",
    "llvm",
    "m4",
    "make",
    "maven",
    "meson",
    "musl-dev",
    "nasm",
    "ninja",
    "ninja-build",
    "patch",
    "pkg-config",
    "pkgconf",
    "pkgconfig",
    "rpm-build",
    "rust",
    "rustc",
    "scons",
    "swig",
];

const DEBUG: &[&str] = &[
    "bind-tools",
    "bind-utils",
    "busybox-extras",
    "dnsutils",
    "emacs",
    "emacs-nox",
    "gdb",
    "gdbserver",
    "hping3",
    "htop",
    "iftop",
    "inetutils-telnet",
    "iotop",
    "iperf",
    "iperf3",
    "iputils",
    "iputils-ping",
    "ldnsutils",
    "linux-perf",
    "lsof",
    "ltrace",
    "mtr",
    "nano",
    "nc",
    "ncat",
    "net-tools",
    "netcat",
    "netcat-openbsd",
    "netcat-traditional",
    "ngrep",
    "nmap",
    "nmap-ncat",
    "perf",
    "procps",
    "procps-ng",
    "psmisc",
    "screen",
    "socat",
    "strace",
    "sysstat",
    "tcpdump",
    "telnet",
    "tmux",
    "traceroute",
    "tree",
    "tshark",
    "valgrind",
    "vim",
    "vim-enhanced",
    "vim-minimal",
    "vim-nox",
    "vim-tiny",
];

const PACKAGES: &[&str] = &[
    "aptitude",
    "composer",
    "gnupg-agent",
    "npm",
    "pipx",
    "pnpm",
    "py3-pip",
    "python-pip",
    "python3-pip",
    "ruby-bundler",
    "rubygems",
    "snapd",
    "software-properties-common",
    "yarn",
];

const DOCUMENTATION: &[&str] = &["info", "man", "man-db", "man-pages", "mandoc", "manpages", "texinfo"];

const DEVELOPMENT: &[&str] = &["elixir", "py3-setuptools", "python3-dev", "python3-devel", "ruby-dev", "ruby-devel"];

/// Ends of names of packages with headers, or with a compiler.
const BUILD_ENDS: &[&str] = &["-dev", "-devel", "-jdk"];
/// Beginnings of names that a version follows.
const VERSIONED: &[&str] = &["gcc-", "g++-", "clang-", "clang", "llvm"];

/// What a package is for; `None` for those that a runtime may have.
pub(crate) fn purpose(package: &str) -> Option<Purpose> {
    let among = |table: &[&str]| table.binary_search(&package).is_ok();
    let is_number = |rest: &str| rest.starts_with(|first: char| first.is_ascii_digit());
    let is_versioned = VERSIONED.iter().any(|start| package.strip_prefix(start).is_some_and(is_number));
    if among(DEVELOPMENT) {
        Some(Purpose::Development)
    } else if among(DEBUG) || package.starts_with("vim-") {
        Some(Purpose::Debug)
    } else if among(PACKAGES) {
        Some(Purpose::Packages)
    } else if among(DOCUMENTATION) || package.ends_with("-doc") || package.ends_with("-docs") {
        Some(Purpose::Documentation)
    } else if among(BUILD) || BUILD_ENDS.iter().any(|end| package.ends_with(end)) || is_versioned {
        Some(Purpose::Build)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order_so_that_names_are_found() {
        for table in [BUILD, DEBUG, PACKAGES, DOCUMENTATION, DEVELOPMENT] {
            assert!(table.is_sorted(), "{table:?}");
        }
    }

    #[test]
    fn packages_are_told_apart_by_what_they_are_for() {
        for (package, expected) in [
            ("gcc", Some(Purpose::Build)),
            ("gcc-12", Some(Purpose::Build)),
            ("openssl-dev", Some(Purpose::Build)),
            ("vim", Some(Purpose::Debug)),
            ("netcat-openbsd", Some(Purpose::Debug)),
            ("py3-pip", Some(Purpose::Packages)),
            ("nginx-doc", Some(Purpose::Documentation)),
            ("elixir", Some(Purpose::Development)),
            ("libgcc", None),
            ("libstdc++", None),
            ("ca-certificates", None),
            ("tzdata", None),
        ] {
            assert_eq!(purpose(package), expected, "{package}");
        }
    }
}
