#!/usr/bin/env bash
# Builds the server (debug) and sends it requests made from its own OpenAPI document; all arguments go to tests/fuzz/run.py.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

scripts/setup-python.sh
scripts/build-web.sh
build_server
exec "$VENV/bin/python" tests/fuzz/run.py --binary "$CARGO_TARGET_DIR/debug/transom" "$@"
