#!/usr/bin/env bash
# Builds the server (debug) and runs tests/conformance/run.py against it; all arguments go there.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

scripts/setup-python.sh
scripts/build-web.sh
build_server
# The server finds the formatter of Python where the suite's own tools are.
export PATH="$VENV/bin:$PATH"
exec "$VENV/bin/python" tests/conformance/run.py --binary "$CARGO_TARGET_DIR/debug/transom" "$@"
