#!/usr/bin/env bash
# The real services that tests use: PostgreSQL and Jupyter (more will follow; tests/services.sh knows many).
#   test-services.sh run COMMAND...   start them, run the command with their addresses in its environment, stop them
#   test-services.sh up | down        start them and print their addresses as exports | stop them
. "$(dirname "$0")/lib.sh"

SERVICES=${TRANSOM_TEST_SERVICES:-postgres jupyter}
# PostgreSQL refuses to run as root, so root gives it to an account of its own, which cannot look into root's home.
if [ "$(id -u)" = 0 ]; then base=/var/tmp/transom-services; else base=$TRANSOM_CACHE/services; fi
mkdir -p "$base"
[ -O "$base" ] || die "$base belongs to somebody else"
chmod 755 "$base"
export TOOLS=$base/tools

# The names that the tests read, out of those that tests/services.sh gives
export_for_tests() {
  sed -n -e "s/^export POSTGRES_URL=/export TRANSOM_TEST_POSTGRES_URL=/p" \
    -e "s/^export JUPYTER_\([A-Z]*\)=/export TRANSOM_TEST_JUPYTER_\1=/p" \
    -e "s/^export REDIS_URL=/export TRANSOM_TEST_REDIS_URL=/p" \
    -e "s/^export MARIADB_URL=/export TRANSOM_TEST_MYSQL_URL=/p" "$DIR/env"
}

start() {
  mkdir -p "$DIR" && chmod 755 "$DIR"
  # Downloads are shared by all runs: one at a time
  exec 8>"$base/lock"
  command -v flock >/dev/null 2>&1 && flock 8
  # shellcheck disable=SC2086
  "$ROOT/tests/services.sh" start $SERVICES >/dev/null 8>&- || die "the test services did not start (logs: $DIR/log)"
  exec 8>&-
}

case ${1:-} in
  run)
    shift
    DIR=$(mktemp -d "$base/run.XXXXXX"); export DIR
    trap '"$ROOT/tests/services.sh" stop >/dev/null 2>&1 || true; rm -rf "$DIR"' EXIT
    trap 'exit 130' INT TERM
    start
    eval "$(export_for_tests)"
    "$@"
    ;;
  up)
    DIR=$base/kept; export DIR
    if [ -n "$("$ROOT/tests/services.sh" status)" ]; then say "already running"; else start; fi
    export_for_tests
    ;;
  down)
    DIR=$base/kept; export DIR
    "$ROOT/tests/services.sh" stop
    ;;
  *) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
