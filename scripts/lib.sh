# Shared by the scripts of this folder; source it. Needs bash.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Everything that survives a `git clean`: compiled crates, the Python environment, service binaries.
TRANSOM_CACHE=${TRANSOM_CACHE:-$HOME/.cache/transom}
export CARGO_TARGET_DIR=${TRANSOM_TARGET_DIR:-$TRANSOM_CACHE/target}
VENV=$TRANSOM_CACHE/venv

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# need COMMAND HOW-TO-GET-IT
need() { command -v "$1" >/dev/null 2>&1 || die "'$1' is missing. $2"; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
can_be_root() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }

# apt_install WHAT-FOR PACKAGE...   installs Debian packages, or says which are missing
apt_install() {
  local purpose=$1; shift
  if ! command -v apt-get >/dev/null 2>&1 || ! can_be_root; then
    die "$purpose needs: $*. Install it with your package manager, on Debian or Ubuntu: sudo apt-get install $*"
  fi
  say "installing $* ($purpose)"
  local log; log=$(mktemp)
  { as_root apt-get update -qq &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      -o DPkg::Lock::Timeout=300 "$@"; } >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; die "apt-get install $* failed"; }
  rm -f "$log"
}

# stamp_of FILE...   one hash over the contents of the files
stamp_of() { cat "$@" | sha256sum | cut -d' ' -f1; }

# build_server   the debug build that tests run: the whole workspace, so that features, and with them llama.cpp, are those of the
# other stages
build_server() { cargo build --locked --quiet --workspace --bins || die "the server does not build"; }
