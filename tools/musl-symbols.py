#!/usr/bin/env python3
"""Writes the table of functions that glibc exports and musl lacks, with what to do about each.

    apt-get install libc6 musl binutils
    tools/musl-symbols.py [--gcompat LIBGCOMPAT.so] > crates/mvi-inventory/data/glibc-only.tsv

What is compared are the dynamic symbols of the installed libraries (`nm -D`), so the first lines of the table name their
versions. A name that glibc exports for itself alone (GLIBC_PRIVATE) is left out: no other object may import it.
Kinds are given by the rules below, in their order; the last one is `absent`.
"""
import argparse
import re
import subprocess
import sys

LIBRARIES = "libc.so.6 libm.so.6 libmvec.so.1 libpthread.so.0 libdl.so.2 librt.so.1 libresolv.so.2 libutil.so.1 libanl.so.1".split()

# Libraries that bring to musl what glibc has built in; all are packages of Alpine.
COMPANIONS = [
    ("musl-fts", r"fts(64)?_(open|read|close|children|set)"),
    ("musl-obstack", r"_?obstack(_.*)?"),
    ("argp-standalone", r"argp_.*"),
    ("libexecinfo", r"backtrace(_symbols(_fd)?)?"),
    ("libucontext", r"(get|set|make|swap)context"),
    ("libtirpc", r"(xdr|xdrmem|xdrrec|xdrstdio|svc|svcerr|clnt|clntraw|clnttcp|clntudp|clntunix|pmap|auth|authnone|authunix|authdes|svcraw|svctcp|svcudp|svcunix|svcfd|svcunixfd|svcauthdes|xprt|rpc|key|getrpc.*|setrpc.*|endrpc.*|get_myaddress|getnetname|host2netname|netname2host|netname2user|user2netname|rtime|callrpc|registerrpc|bindresvport|rexec|passwd2des|cbc_crypt|ecb_crypt|des_setparity|xencrypt|xdecrypt)(_.*)?"),
]
# Only headers of glibc, its inline functions, its compiler flags and its own libraries spell these; what is compiled
# against musl's headers does not.
HEADERS = r"_.*|.*[^f]64|.*64v2|gnu_dev_(major|minor|makedev)|(isnan|isinf|finite)[fl]?"
# New in a version of musl after the one that was compared: its release notes (WHATSNEW).
NEWER = {"statx": "1.2.5", "preadv2": "1.2.5", "pwritev2": "1.2.5"}
# What Debian adds to musl and musl itself lacks.
DEBIANS = {"fts_children", "fts_close", "fts_open", "fts_read", "fts_set"}
# In both, and not the same; musl's wiki, "Functional differences from glibc".
DIFFERS = {
    "iconv": "iconv_open",
    "nss": "getpwnam getpwnam_r getpwuid getpwuid_r getgrnam getgrnam_r getgrgid getgrgid_r getgrouplist initgroups getservbyname gethostbyname gethostbyname_r getaddrinfo",
    "locale": "setlocale newlocale strcoll strcoll_l strxfrm nl_langinfo_l localeconv wcscoll",
}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def exported(path):
    """Names and versions of what a library exports."""
    for line in run("nm", "-D", "--defined-only", "--with-symbol-versions", path).splitlines():
        _, kind, name = line.split(maxsplit=2)
        name, _, version = name.partition("@")
        if kind != "A":
            yield name, version.lstrip("@")


def package(name):
    return run("dpkg-query", "-W", "-f", "${Version}", name)


def kind_of(name):
    if name in NEWER:
        return f"since:{NEWER[name]}"
    for library, pattern in COMPANIONS:
        if re.fullmatch(pattern, name):
            return f"with:{library}"
    return "header" if re.fullmatch(HEADERS, name) else "absent"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--glibc", default="/lib/x86_64-linux-gnu", help="folder of glibc's libraries")
    arguments.add_argument("--musl", default="/lib/x86_64-linux-musl/libc.so", help="musl's library")
    arguments.add_argument("--gcompat", help="libgcompat, to note what it brings")
    arguments = arguments.parse_args()
    musl = {name for name, _ in exported(arguments.musl)} - DEBIANS
    covered = {name for name, _ in exported(arguments.gcompat)} if arguments.gcompat else set()
    rows = {}
    for library in LIBRARIES:
        for name, version in exported(f"{arguments.glibc}/{library}"):
            if name not in musl and version != "GLIBC_PRIVATE":
                rows.setdefault(name, (library.split(".")[0], kind_of(name), "gcompat" if name in covered else "-"))
    for what, names in DIFFERS.items():
        for name in names.split():
            if name not in musl:
                sys.exit(f"{name} is not in musl, so it cannot differ there")
            rows[name] = ("libc", f"differs:{what}", "-")
    print(f"# glibc: Debian libc6 {package('libc6')}; musl: Debian musl {package('musl')}; made by tools/musl-symbols.py")
    print("# gcompat: exports of libgcompat 0.4.0 with its change log up to 2019-06-02" if covered else "# gcompat: not looked at")
    print("# symbol\tlibrary\tkind\tgcompat")
    for name in sorted(rows):
        print("\t".join((name, *rows[name])))


if __name__ == "__main__":
    main()
