#!/usr/bin/env bash
# Writes shell completions and the manual page to target/share/, from the built program itself.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
cargo build --release --locked -p mvi
mvi=$target/release/mvi share=$target/share
mkdir -p "$share"/{bash-completion/completions,zsh/site-functions,fish/vendor_completions.d,man/man1}
"$mvi" completions bash >"$share/bash-completion/completions/mvi"
"$mvi" completions zsh >"$share/zsh/site-functions/_mvi"
"$mvi" completions fish >"$share/fish/vendor_completions.d/mvi.fish"
"$mvi" man >"$share/man/man1/mvi.1"
find "$share" -type f
