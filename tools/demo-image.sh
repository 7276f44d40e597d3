#!/usr/bin/env bash
# Makes a small real image out of Debian packages, as an OCI layout: demo-image.sh DIR   (the image is DIR:latest)
# It needs apt-get, dpkg-deb and coreutils, no root and no container tool, and gives the same bytes for the same packages.
# The image is built the way many are: an apt layer that keeps the downloaded packages, which a later layer deletes,
# a secret that is deleted too late, and a folder whose owner is changed in a layer of its own.
set -euo pipefail
export LC_ALL=C TZ=UTC
umask 022
((BASH_VERSINFO[0] >= 4)) || { echo "demo-image: bash 4 or later is needed" >&2; exit 1; }
out=${1:?usage: demo-image.sh DIR}
for tool in apt-get dpkg-deb gzip sha256sum; do
  command -v "$tool" >/dev/null || { echo "demo-image: $tool is needed (a Debian or Ubuntu machine has it)" >&2; exit 1; }
done

# The folders of this run; packages that were downloaded before are used again.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages=$out.packages
rm -rf "$out"
mkdir -p "$packages" "$out/blobs/sha256" "$work"/{root,apt/lists/partial,apt/archives/partial}

base=(base-files netbase media-types busybox-static)
service=(libc6 libgcc-s1 libstdc++6 zlib1g libonig5 libjq1 jq sqlite3 libsqlite3-0 libreadline8 libtinfo6 readline-common)

# Package lists of our own when the system's are missing or too old, so that no root is needed.
own=(-o "Dir::State::lists=$work/apt/lists" -o "Dir::Cache=$work/apt" -o "APT::Sandbox::User=$(id -un)")
download() { (cd "$packages" && apt-get -qq "${@:2}" download "$1" >/dev/null 2>&1); }
updated=0
for package in "${base[@]}" "${service[@]}"; do
  compgen -G "$packages/${package}_*.deb" >/dev/null && continue
  if ((updated)) || ! download "$package"; then
    ((updated)) || apt-get -qq "${own[@]}" update 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
    updated=1
    download "$package" "${own[@]}" || { echo "demo-image: $package cannot be downloaded" >&2; exit 1; }
  fi
done

# ------------------------------------------------------------------------------------------------------------ layers
diff_ids=() descriptors=() history=()

# layer TEXT ENTRY…: the named entries of $work/root as the next layer; a folder comes with all that is in it
layer() {
  local text=$1 tar=$work/layer.tar gz=$work/layer.tar.gz diff digest
  shift
  tar -C "$work/root" --sort=name --format=gnu --mtime=@1700000000 --numeric-owner --owner="${owner:-0}" --group="${owner:-0}" -cf "$tar" "$@"
  diff=$(sha256sum <"$tar"); diff=${diff%% *}
  gzip -6 -n -c "$tar" >"$gz"
  digest=$(sha256sum <"$gz"); digest=${digest%% *}
  descriptors+=("{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"sha256:$digest\",\"size\":$(stat -c %s "$gz")}")
  diff_ids+=("\"sha256:$diff\"")
  history+=("{\"created\":\"2023-11-14T22:13:20Z\",\"created_by\":\"$text\"}")
  mv "$gz" "$out/blobs/sha256/$digest"
}

# unpack PACKAGE…: into the root, with the records dpkg keeps
unpack() {
  local package deb info=$work/root/var/lib/dpkg/info
  mkdir -p "$info" "$work/root/var/cache/apt/archives"
  for package in "$@"; do
    deb=$(compgen -G "$packages/${package}_*.deb" | tail -1)
    dpkg-deb -x "$deb" "$work/root"
    dpkg-deb -c "$deb" | awk '{ path = substr($6, 2); sub(/\/$/, "", path); print path == "" ? "/." : path }' >"$info/$package.list"
    dpkg-deb -I "$deb" md5sums >"$info/$package.md5sums" 2>/dev/null || rm -f "$info/$package.md5sums"
    dpkg-deb -f "$deb" | sed '/^Package:/a Status: install ok installed' >>"$work/root/var/lib/dpkg/status"
    echo >>"$work/root/var/lib/dpkg/status"
  done
}

unpack "${base[@]}"
layer "FROM scratch; COPY root / # buildkit" .

# The second layer is what has come since this mark; a tick apart, so that no file is as old as the mark.
sleep 0.1; touch "$work/mark"; sleep 0.1
unpack "${service[@]}"
for package in "${service[@]}"; do cp "$packages/${package}"_*.deb "$work/root/var/cache/apt/archives/"; done
mapfile -t changed < <(cd "$work/root" && find . ! -type d -newercm "$work/mark" | sort)
layer "RUN apt-get update && apt-get install -y jq sqlite3 # buildkit" "${changed[@]}"

mkdir -p "$work/root/srv/shop/site"
printf '#!/bin/sh\nexec /bin/busybox httpd -f -p 8080 -h /srv/shop/site\n' >"$work/root/srv/shop/start"
chmod 755 "$work/root/srv/shop/start"
printf 'DATABASE_PASSWORD=an-example-that-opens-nothing\n' >"$work/root/srv/shop/.env"
printf '<!doctype html><title>Shop</title><h1>Open</h1>\n' >"$work/root/srv/shop/site/index.html"
cp "$work/root/usr/bin/sqlite3" "$work/root/srv/shop/sqlite3"
layer "COPY shop /srv/shop # buildkit" ./srv/shop

rm "$work/root/srv/shop/.env"
owner=1000 layer "RUN chown -R 1000:1000 /srv/shop # buildkit" ./srv/shop
: >"$work/root/srv/shop/.wh..env"
mkdir -p "$work/root/var/cache/apt/archives"
rm -f "$work/root"/var/cache/apt/archives/*.deb
: >"$work/root/var/cache/apt/.wh.archives"
layer "RUN rm -rf /srv/shop/.env /var/cache/apt/archives # buildkit" ./srv/shop/.wh..env ./var/cache/apt/.wh.archives

# --------------------------------------------------------------------------------------------------------- documents
join() { local IFS=,; printf '%s' "$*"; }
# blob TYPE: standard input as a blob; prints its descriptor, without the closing brace
blob() {
  local digest
  cat >"$work/blob"
  digest=$(sha256sum <"$work/blob"); digest=${digest%% *}
  printf '{"mediaType":"%s","digest":"sha256:%s","size":%s' "$1" "$digest" "$(stat -c %s "$work/blob")"
  mv "$work/blob" "$out/blobs/sha256/$digest"
}
architecture=$(dpkg --print-architecture)
config=$(printf '{"created":"2023-11-14T22:13:20Z","architecture":"%s","os":"linux","config":{"Env":["PATH=/usr/local/bin:/usr/bin:/bin"],"Entrypoint":["/srv/shop/start"],"WorkingDir":"/srv/shop","ExposedPorts":{"8080/tcp":{}},"Labels":{"org.opencontainers.image.title":"shop","org.opencontainers.image.version":"1.4.2"}},"rootfs":{"type":"layers","diff_ids":[%s]},"history":[%s]}' \
  "$architecture" "$(join "${diff_ids[@]}")" "$(join "${history[@]}")" | blob application/vnd.oci.image.config.v1+json)
manifest=$(printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s},"layers":[%s]}' \
  "$config" "$(join "${descriptors[@]}")" | blob application/vnd.oci.image.manifest.v1+json)
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s,"annotations":{"org.opencontainers.image.ref.name":"latest"}}]}' \
  "$manifest" >"$out/index.json"
printf '{"imageLayoutVersion":"1.0.0"}' >"$out/oci-layout"
