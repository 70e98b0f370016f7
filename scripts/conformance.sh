#!/usr/bin/env bash
# Builds the server (debug) and runs tests/conformance/run.py against it; all arguments go there.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

scripts/setup-python.sh
scripts/build-web.sh
cargo build --locked --quiet -p transom || die "the server does not build"
exec "$VENV/bin/python" tests/conformance/run.py --binary "$CARGO_TARGET_DIR/debug/transom" "$@"
