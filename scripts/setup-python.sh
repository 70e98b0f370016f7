#!/usr/bin/env bash
# A Python environment with what the tests and checks need; rebuilt only when a requirements file changed.
. "$(dirname "$0")/lib.sh"

requirements=("$ROOT/tests/conformance/requirements.txt" "$ROOT/scripts/requirements.txt")
need python3 "Install Python 3.11 or newer"
stamp=$(stamp_of "${requirements[@]}")
[ "$(cat "$VENV/.stamp" 2>/dev/null || true)" = "$stamp" ] && exit 0

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "Python 3.11 or newer is needed for the tests"
# Debian ships the venv module apart
python3 -c 'import ensurepip' 2>/dev/null || apt_install "a Python environment" python3-venv
mkdir -p "$TRANSOM_CACHE"
# Two checkouts may set up at the same time
exec 9>"$TRANSOM_CACHE/venv.lock"
command -v flock >/dev/null 2>&1 && flock 9
[ "$(cat "$VENV/.stamp" 2>/dev/null || true)" = "$stamp" ] && exit 0
say "setting up the Python environment in $VENV"
python3 -m venv "$VENV"
"$VENV/bin/pip" install --quiet --disable-pip-version-check "${requirements[@]/#/-r}" || die "pip could not install the test requirements"
echo "$stamp" >"$VENV/.stamp"
