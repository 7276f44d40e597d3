#!/usr/bin/env bash
# Makes local images under the names of the bases that templates stand on, so that templates can be built and run where
# no registry is. Debian in place of Alpine: enough to build with and to run on, not for packages of apk.
#
#   template-bases.sh DIR     afterwards: a buildah storage in DIR/store with the images listed at the end
#
# Needs root, mmdebstrap and buildah. What is there already is kept; DIR/done tells that all is there.
set -euo pipefail
dir=${1:?usage: template-bases.sh DIR}
suite=bookworm
mkdir -p "$dir/store" "$dir/run"
dir=$(cd "$dir" && pwd)
exec 9>"$dir/lock"
flock 9
[[ ! -e $dir/done ]] || exit 0
step() { printf 'template-bases: %s\n' "$*" >&2; }
# Certificates of this machine, where a proxy has its own, are mounted and in no layer.
ba() { buildah --root "$dir/store" --runroot "$dir/run" "$@"; }
build() { # NAME, a Dockerfile on standard input
  ba bud --layers --isolation chroot -q -v /etc/ssl/certs:/etc/ssl/certs:ro -t "$1" -f - "$dir/context" >/dev/null
}

step "a small Debian"
if ! ba inspect --type image localhost/mvi-template/slim >/dev/null 2>&1; then
if [[ ! -e $dir/root.tar ]]; then
  mmdebstrap --quiet --format=tar --variant=minbase --include=ca-certificates,busybox "$suite" "$dir/root.tar.part"
  mv "$dir/root.tar.part" "$dir/root.tar"
fi
container=$(ba from scratch)
ba add -q "$container" "$dir/root.tar" / >/dev/null
ba run --isolation chroot "$container" -- ln -s busybox /usr/bin/wget
ba commit -q "$container" localhost/mvi-template/slim >/dev/null
ba rm "$container" >/dev/null
fi

step "a proxy of Go modules with one module"
python3 - "$dir/context/go-proxy/example.com/answer/@v" <<'P'
import os, sys, zipfile
folder, name = sys.argv[1], "example.com/answer@v1.0.0"
os.makedirs(folder, exist_ok=True)
module = "module example.com/answer\n\ngo 1.19\n"
def write(name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)
write("list", "v1.0.0\n")
write("v1.0.0.info", '{"Version": "v1.0.0", "Time": "2026-01-01T00:00:00Z"}')
write("v1.0.0.mod", module)
with zipfile.ZipFile(os.path.join(folder, "v1.0.0.zip"), "w") as archive:
    archive.writestr(name + "/go.mod", module)
    archive.writestr(name + "/answer.go", 'package answer\n\nconst Text = "42"\n')
P
step "what templates build with"
build localhost/mvi-template/tools <<'D'
FROM localhost/mvi-template/slim
RUN apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      cargo erlang-base erlang-dev golang-go libc6-dev nginx-light nodejs npm python3-pip python3-venv rebar3 && \
    rm -rf /var/lib/apt/lists/* /etc/nginx/sites-enabled
# Fetching modules can so be seen without a proxy on the network.
COPY go-proxy /usr/share/go-proxy
ENV GOPROXY=file:///usr/share/go-proxy
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
D

tag() { ba tag "localhost/mvi-template/$1" "docker.io/$2"; }
tag slim library/alpine:3.21.8
tag tools library/golang:1.22-alpine
tag tools library/python:3.12.14-alpine
tag tools library/python:3.12.13-slim-trixie
tag tools library/node:22-alpine
tag tools library/nginx:1.27-alpine
tag tools library/rust:1.83-alpine3.21
ba tag localhost/mvi-template/tools ghcr.io/emqx/erlang:28.3.1-alpine
# The same again by names that say what they are: templates on Debian, with packages of apt.
ba tag localhost/mvi-template/slim localhost/mvi-template/debian:12.0.0-slim
ba tag localhost/mvi-template/tools localhost/mvi-template/tools:12.0.0-slim
rm -rf "$dir/root.tar" "$dir/context"
touch "$dir/done"
ba images >&2
