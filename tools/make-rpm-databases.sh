#!/bin/sh
# Makes the databases of rpm that the tests of mvi-inventory read: sqlite by rpm itself, Berkeley DB's hash, which rpm no
# longer writes, by db_load from the same headers, and ndb, which Debian's rpm is built without, by the lines below.
# Needs rpm, rpmbuild, db_load (Debian: rpm, db-util), sqlite3, python3, gzip. Usage: tools/make-rpm-databases.sh [FOLDER]
set -eu
mkdir -p "${1:-crates/mvi-inventory/tests/fixtures/rpm}"
out=$(realpath "${1:-crates/mvi-inventory/tests/fixtures/rpm}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/rpms"

cat > "$work/mvi.spec" <<'SPEC'
Name: mvi-tool
Epoch: 2
Version: 1.4.0
Release: 3.el9
Summary: A package with an epoch, a scriptlet and many files
License: Apache-2.0 AND MIT
Vendor: Example Vendor
URL: https://example.org
BuildArch: noarch
ModularityLabel: tool:1:920:abc
Requires: mvi-tool-libs = 2:1.4.0, /bin/sh, mvi-virtual(x) >= 1, absent-thing
Provides: tool(mvi) = 5
%description
Made for tests.
%package libs
Summary: A package that others need
License: LGPL-2.1-or-later
Provides: mvi-virtual(x) = 2
%description libs
Made for tests.
%package data
Summary: A package whose header fills many pages
License: CC0-1.0
%description data
Made for tests.
SPEC
for number in 1 2 3 4 5 6 7 8 9 10 11 12; do
    printf '%%package part%s\nSummary: Part %s\nLicense: MIT\n%%description part%s\nPart %s of many.\n%%files part%s\n/usr/share/mvi/part%s\n' \
        $number $number $number $number $number $number >> "$work/mvi.spec"
done
cat >> "$work/mvi.spec" <<'SPEC'
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/lib %{buildroot}/usr/share/mvi/data %{buildroot}/etc
echo tool > %{buildroot}/usr/bin/mvi-tool
echo conf > %{buildroot}/etc/mvi-tool.conf
echo lib > %{buildroot}/usr/lib/libmvi.so.1
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do echo $n > %{buildroot}/usr/share/mvi/part$n; done
for n in $(seq 100 399); do echo $n > %{buildroot}/usr/share/mvi/data/file$n; done
%files
/usr/bin/mvi-tool
%config /etc/mvi-tool.conf
%files libs
/usr/lib/libmvi.so.1
%files data
/usr/share/mvi/data
SPEC
SOURCE_DATE_EPOCH=1700000000 rpmbuild -bb --quiet --define "_topdir $work/build" --define "_rpmdir $work/rpms" \
    --define '_buildhost build.example.org' --define '_build_id_links none' --define 'use_source_date_epoch_as_buildtime 1' \
    "$work/mvi.spec"

mkdir "$work/sqlite"
rpm --dbpath "$work/sqlite" --initdb
# One order a package, and one taken away again: a database that has lived has free pages.
for package in $(find "$work/rpms" -name '*.rpm' | sort); do
    rpm --dbpath "$work/sqlite" -i --justdb --nodeps --noscripts "$package" 2>> "$work/log"
done
rpm --dbpath "$work/sqlite" -e --justdb --nodeps --noscripts mvi-tool-part7 2>> "$work/log"
rpm --dbpath "$work/sqlite" -qa --qf '%{NAME} %{EPOCHNUM}:%{VERSION}-%{RELEASE} %{ARCH}\n' | sort > "$out/packages.txt"
sqlite3 "$work/sqlite/rpmdb.sqlite" 'PRAGMA wal_checkpoint(TRUNCATE);' > "$work/log"
# What the tests do not read makes up most of the file.
sqlite3 "$work/sqlite/rpmdb.sqlite" "SELECT 'DROP TABLE \"' || name || '\";' FROM sqlite_schema
    WHERE type = 'table' AND name NOT IN ('Packages', 'Name') AND name NOT LIKE 'sqlite%';" > "$work/drop.sql"
sqlite3 "$work/sqlite/rpmdb.sqlite" < "$work/drop.sql"
# Keys are four bytes of the machine's order; key 0 holds the last number given out.
{
    printf 'VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\nHEADER=END\n 00000000\n 64000000\n'
    sqlite3 "$work/sqlite/rpmdb.sqlite" \
        "SELECT ' ' || printf('%02x000000', hnum) || char(10) || ' ' || lower(hex(blob)) FROM Packages;"
    printf 'DATA=END\n'
} | db_load "$work/Packages"

python3 - "$work" <<'NDB'
# Packages.db: a page of slots (RpmP, then 16 bytes each), then blobs in blocks of 16 bytes between a head and a tail.
import sqlite3, struct, sys, zlib

work = sys.argv[1]
rows = sqlite3.connect(f"{work}/sqlite/rpmdb.sqlite").execute("SELECT hnum, blob FROM Packages").fetchall()
slots, blobs, block = [], b"", 4096 // 16
for number, blob in rows:
    head = struct.pack("<4sIII", b"BlbS", number, 1, len(blob))
    body = head + blob + b"\0" * (-(len(blob) + 12) % 16)
    body += struct.pack("<II4s", zlib.adler32(body), len(blob), b"BlbE")
    slots.append(struct.pack("<4sIII", b"Slot", number, block, len(body) // 16))
    if number % 5 == 0:  # a hole, as an erased package leaves it
        body += b"\0" * 64
    blobs, block = blobs + body, block + len(body) // 16
slots.insert(3, struct.pack("<4sIII", b"Slot", 0, 0, 0))
page = struct.pack("<4sIIIIIII", b"RpmP", 0, 1, 1, len(rows) + 1, 0, 0, 0) + b"".join(slots)
page += struct.pack("<4sIII", b"Slot", 0, 0, 0) * ((4096 - len(page)) // 16)
open(f"{work}/Packages.db", "wb").write(page + blobs)
NDB

gzip -9nc "$work/sqlite/rpmdb.sqlite" > "$out/rpmdb.sqlite.gz"
gzip -9nc "$work/Packages.db" > "$out/Packages.db.gz"
gzip -9nc "$work/Packages" > "$out/Packages.gz"
