#!/usr/bin/env bash
# Measures mvi beside syft, dive and the plain tools on the medium corpus; writes docs/benchmarks.md. All arguments go to
# bench.py (--help lists them). The corpus, the benchmark images and the peers are made when they are missing:
# MVI_CORPUS, MVI_BENCH and MVI_PEERS say where, the temporary folder otherwise. MVI_DB names an index of advisories
# (mvi db import), so that the table of full evidence has them. About an hour on two quiet cores.
set -euo pipefail
cd "$(dirname "$0")/.."
temporary=${TMPDIR:-/tmp}
export MVI_CORPUS=${MVI_CORPUS:-$temporary/mvi-corpus} MVI_BENCH=${MVI_BENCH:-$temporary/mvi-bench} MVI_PEERS=${MVI_PEERS:-$temporary/mvi-peers}
bash tools/set-up.sh bench
[[ -s $MVI_CORPUS/oci/node-portal/index.json && -s $MVI_CORPUS/corpus.tsv ]] || bash tools/build-corpus.sh --tier medium "$MVI_CORPUS"
python3 tools/bench-images.py "$MVI_CORPUS" "$MVI_BENCH"
[[ -x $MVI_PEERS/bin/syft && -x $MVI_PEERS/bin/dive ]] || bash tools/peers.sh "$MVI_PEERS"
cargo build --release --locked -p mvi
MVI_BIN=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/release/mvi
export MVI_BIN
mkdir -p docs
python3 tools/bench.py --out docs/benchmarks.md "$@"
