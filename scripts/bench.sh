#!/usr/bin/env bash
# Measures a release build. A small model lies ready for what is measured of local models, and llama.cpp's own server, from the
# Python environment of the tests, runs the same file to compare with. All arguments go to transom-bench.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

scripts/setup-python.sh
"$VENV/bin/python" -m pip install --quiet --requirement bench/requirements.txt
model=$(scripts/setup-model.sh)
cargo build --release --locked --workspace --bins
transom=$CARGO_TARGET_DIR/release/transom
export TRANSOM_MODELS_DIR=$TRANSOM_CACHE/models/library
"$transom" model pull "$model" >&2
name=$("$transom" model list | awk '/:/ { print $1; exit }')
threads=$(nproc)

exec "$CARGO_TARGET_DIR/release/transom-bench" run "$@" \
  --target-cmd "exec $transom serve --host 127.0.0.1 --port {port} --data-dir {data_dir}" \
  --target-env "TRANSOM_MODELS_DIR=$TRANSOM_MODELS_DIR" --local-model "$name" \
  --llama-server "exec $VENV/bin/python $ROOT/bench/llama_server.py --model $model --port {port} --threads $threads"
