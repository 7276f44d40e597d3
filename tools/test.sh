#!/usr/bin/env bash
# Everything that must hold before a change goes in: format, lints, documentation, tests; on real and hostile images too.
# The images are made on the first run (about 3 minutes and 3 GB; root needed) and found by MVI_CORPUS and MVI_HOSTILE.
set -euo pipefail
cd "$(dirname "$0")/.."
# Everything is compiled once: what would speed up a second time only fills the disk.
export CARGO_INCREMENTAL=0
step() { printf '\n[%4ds] %s\n' "$SECONDS" "$*"; }

step "tools"
bash tools/set-up.sh
step "format"
cargo fmt --all --check
step "lints"
cargo clippy --locked --workspace --all-targets -- -D warnings
step "documentation"
RUSTDOCFLAGS='-D warnings' cargo doc --locked --workspace --no-deps
step "the program, for the tests that run it"
cargo build --locked --release -p mvi
MVI_BIN=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/release/mvi
export MVI_BIN
step "tests"
cargo test --locked --workspace --no-fail-fast
step "all passed"
