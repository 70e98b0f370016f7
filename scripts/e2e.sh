#!/usr/bin/env bash
# Browser tests of web/e2e against a server of their own with an empty data folder and a scripted model provider.
# The tests find in their environment: TRANSOM_URL, FRESH_URL, UPSTREAM_URL, CHROMIUM. All arguments go to Playwright.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

scripts/setup-python.sh
scripts/setup-web.sh
CHROMIUM=$(scripts/setup-browser.sh); export CHROMIUM
scripts/build-web.sh
build_server

free_port() { "$VENV/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# wait_for NAME URL PID   until the address answers, at most 30 s
wait_for() {
  local i
  for ((i = 0; i < 150; i++)); do
    kill -0 "$3" 2>/dev/null || die "the $1 ended"
    "$VENV/bin/python" -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=2)' "$2" 2>/dev/null && return 0
    sleep 0.2
  done
  die "the $1 does not answer at $2"
}

# stop PID   asks it to end, and makes it end after 15 s
stop() {
  local i
  kill "$1" 2>/dev/null || return 0
  for ((i = 0; i < 75; i++)); do kill -0 "$1" 2>/dev/null || return 0; sleep 0.2; done
  kill -KILL "$1" 2>/dev/null || true
}

# What the servers said, and at the very end, where it is seen first, what failed: few lines, since some logs show few.
show_failure() {
  tail -n 15 "$scratch"/*.log 2>/dev/null
  tail -n 60 "$scratch/playwright.txt" 2>/dev/null
  printf '\n=== What failed\n'
  grep -hE '✘|^ +(Error|TimeoutError|Test timeout)\b' "$scratch/playwright.txt" 2>/dev/null | sort | uniq | cut -c1-200 | tail -n 6 || true
}

scratch=$(mktemp -d)
pids=()
finish() {
  local status=$? pid
  for pid in "${pids[@]}"; do stop "$pid"; done
  [ "$status" -eq 0 ] || show_failure >&2
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM

upstream_port=$(free_port)
"$VENV/bin/python" tests/conformance/fake_upstream.py --port "$upstream_port" >"$scratch/upstream.log" 2>&1 &
pids+=($!)
export UPSTREAM_URL=http://127.0.0.1:$upstream_port
wait_for upstream "$UPSTREAM_URL/v1/models" "${pids[0]}"

port=$(free_port)
export TRANSOM_URL=http://127.0.0.1:$port
# No model server is configured: the tests begin with the first-run page and connect the fake upstream themselves.
env WEBUI_SECRET_KEY=browser-tests-secret OFFLINE_MODE=true ENABLE_VERSION_UPDATE_CHECK=false \
  ENABLE_OLLAMA_API=false ENABLE_OPENAI_API=true OPENAI_API_BASE_URLS="$UPSTREAM_URL/none" \
  "$CARGO_TARGET_DIR/debug/transom" serve --host 127.0.0.1 --port "$port" --data-dir "$scratch/data" >"$scratch/server.log" 2>&1 &
pids+=($!)
wait_for server "$TRANSOM_URL/health" "${pids[1]}"

# A second one, as a person finds it who has nothing else: a small model comes from the package index.
fresh_port=$(free_port)
export FRESH_URL=http://127.0.0.1:$fresh_port
env WEBUI_SECRET_KEY=browser-tests-secret ENABLE_VERSION_UPDATE_CHECK=false ENABLE_OLLAMA_API=false ENABLE_OPENAI_API=false \
  "$CARGO_TARGET_DIR/debug/transom" serve --host 127.0.0.1 --port "$fresh_port" --data-dir "$scratch/fresh" >"$scratch/fresh.log" 2>&1 &
pids+=($!)
wait_for "fresh server" "$FRESH_URL/health" "${pids[2]}"

BASE_URL=$TRANSOM_URL FAKE_UPSTREAM_URL=$UPSTREAM_URL CHROMIUM_PATH=${CHROMIUM:-/usr/bin/chromium} \
  npm --prefix web run --silent e2e -- "$@" | tee "$scratch/playwright.txt"
