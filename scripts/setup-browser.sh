#!/usr/bin/env bash
# A Chromium for the browser tests; prints its path. CHROMIUM=/path/to/it chooses another one.
. "$(dirname "$0")/lib.sh"

find_browser() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
    [ -n "$name" ] && command -v "$name" && return 0
  done
  return 1
}
find_browser && exit 0
[ -z "${CHROMIUM:-}" ] || die "CHROMIUM=$CHROMIUM is not a program"
apt_install "the browser tests" chromium fonts-dejavu-core >&2
find_browser || die "Chromium was installed but is not on the PATH"
