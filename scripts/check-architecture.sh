#!/usr/bin/env bash
# The rules of docs/architecture.md, one line each. A broken rule prints the rule and the places.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

broken=0; checked=0
facts=$(mktemp -d); trap 'rm -rf "$facts"' EXIT

# report RULE PLACES   counts the rule, and prints it when there are places that break it
report() {
  checked=$((checked + 1))
  [ -z "$2" ] && return 0
  broken=$((broken + 1))
  printf 'broken rule: %s\n' "$1"
  printf '%s\n' "$2" | head -n 20 | sed 's/^/    /'
}

# no_text RULE REGEX PATHSPEC...   the regex stands in no tracked file of the pathspecs (comments of Rust files do not count)
no_text() {
  local rule=$1 regex=$2; shift 2
  report "$rule" "$(git grep -InE --untracked -e "$regex" -- "$@" | grep -vE '^[^:]+\.rs:[0-9]+:\s*//' || true)"
}

# no_edge RULE REGEX   no line "crate dependency kind" of a manifest matches (kind: normal, build or dev)
no_edge() { report "$1" "$(grep -E "$2" "$facts/direct" || true)"; }

# no_reach RULE REGEX  no line "crate dependency" of the resolved graph matches, dev-dependencies left out
no_reach() { report "$1" "$(grep -E "$2" "$facts/reach" || true)"; }

cargo metadata --format-version 1 --locked >"$facts/metadata.json" || die "cargo metadata failed: is Cargo.lock up to date?"
python3 scripts/layers.py "$facts/metadata.json" "$facts" || broken=$((broken + 1))
checked=$((checked + 1))

sources=(':(glob)crates/*/src/**/*.rs')
not_in() { printf ':(exclude,glob)crates/%s/**\n' "$1"; }

# --- who may know what: manifests -----------------------------------------------------------------------------------
no_edge "only api and realtime know axum, besides the binary that serves the router and tests that need a server" \
  '^transom-(config|telemetry|store|net|identity|providers|chat|engine|encoder|kernels|retrieval|plugins|media) axum (normal|build)'
no_edge "only realtime knows Socket.IO" '^transom-?(config|telemetry|store|net|identity|providers|chat|engine|encoder|kernels|retrieval|plugins|media|api|testkit)? (socketioxide|engineioxide)[a-z-]* (normal|build)'
no_edge "only store knows SQL" '^transom-?(config|telemetry|net|identity|providers|chat|engine|encoder|kernels|retrieval|plugins|media|realtime|api|testkit|bench)? (sea-orm|sea-query|sqlx|rusqlite|libsqlite3-sys|diesel|tokio-postgres)[a-z-]* '
no_edge "only net and providers name the HTTP client's types" '^transom-?(config|telemetry|store|identity|chat|engine|encoder|kernels|retrieval|plugins|media|realtime|api)? (reqwest|ureq|isahc|awc) (normal|build)'
no_edge "only the binary, which serves the connections, names the HTTP library below axum" '^transom-(config|telemetry|store|identity|chat|engine|encoder|kernels|retrieval|plugins|media|realtime|api) (hyper|hyper-util) (normal|build)'
no_edge "only engine links model runtimes" '^transom-?(config|telemetry|store|net|identity|providers|chat|retrieval|plugins|media|realtime|api|testkit|bench)? (llama-cpp[a-z0-9-]*|candle-[a-z]+|ort|ct2rs|whisper-rs|tokenizers|fastembed) '
no_edge "chat knows neither HTTP nor sockets: it is given an Emitter" '^transom-chat (axum|http|http-body[a-z-]*|hyper|tower|tower-http|reqwest|socketioxide|transom-net) (normal|build)'
no_edge "testkit is a dev-dependency only" ' transom-testkit (normal|build)'
no_edge "the load tool speaks to a server from outside: it depends on no crate of ours" '^transom-bench transom-'
no_reach "nothing below realtime and api may reach axum" '^transom-(config|telemetry|store|net|identity|providers|chat|engine|encoder|kernels|retrieval|plugins|media) axum$'
no_reach "one TLS stack: rustls with ring, no OpenSSL" '^transom (openssl|openssl-sys|native-tls|aws-lc-rs|aws-lc-sys)$'

# --- who may know what: sources -------------------------------------------------------------------------------------
no_text "only config reads the environment" \
  '\benv::(vars?|vars?_os|set_var|remove_var)\b|\benv = "|#\[(arg|clap)\([^]]*\benv\b' "${sources[@]}" "$(not_in config)" "$(not_in testkit)"
no_text "only net builds HTTP clients" \
  '\bClient::(new|builder|default)\(|\bClientBuilder\b|\breqwest::(get|blocking)\b' "${sources[@]}" "$(not_in net)" "$(not_in testkit)"
no_text "only store writes SQL" \
  '"(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE (TABLE|INDEX)|ALTER TABLE) [^"]*"' "${sources[@]}" "$(not_in store)"
no_text "a route of the API comes with its rule: only router.rs adds routes" \
  '\brouting::|\bRouter::new\(|\.nest(_service)?\(|\.route_service\(' ':(glob)crates/api/src/**/*.rs' ':(exclude)crates/api/src/router.rs'
no_text "the conformance suite depends on no crate of ours" 'transom_(host|config|api|store)' 'tests/conformance/*.py'

# --- web ------------------------------------------------------------------------------------------------------------
no_text "{@html} stands in the one sanitising component only (more rules: web/scripts/check-source.mjs)" \
  '\{@html' 'web/src/*.svelte' ':(exclude)web/src/lib/markdown/SafeHtml.svelte'

# --- what a clone must not hold -------------------------------------------------------------------------------------
no_text "no path of one person's machine" '(^|[^A-Za-z0-9_.:/-])/(root|home|Users|work)/[a-zA-Z.]' \
  . ':(exclude)web/src' ':(exclude)tests/conformance/test_*' ':(exclude)tests/fixtures' ':(exclude)*.snap'
report "npm packages come from the public registry" "$(git grep -InE --untracked -e '"resolved": "' -- '*package-lock.json' | grep -v '"resolved": "https://registry.npmjs.org/' || true)"
report "no private key in the repository" "$(git grep -IlE --untracked -e '-----BEGIN ([A-Z]+ )?PRIVATE KEY-----' -- . ':(exclude)scripts/check-architecture.sh' || true)"

if [ "$broken" -gt 0 ]; then
  say "$broken of $checked architecture rules are broken (docs/architecture.md says why they exist)"
  exit 1
fi
printf '%s architecture rules hold\n' "$checked"
