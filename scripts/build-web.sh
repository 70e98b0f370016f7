#!/usr/bin/env bash
# Builds web/ to web/build, which the binary embeds; does nothing when no source changed since.
. "$(dirname "$0")/lib.sh"

cd "$ROOT/web"
# names and contents of all sources, so that a removed file counts too
stamp=$(find . \( -name node_modules -o -name build -o -name .svelte-kit -o -name test-results -o -name playwright-report \) -prune \
  -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
[ -e build/index.html ] && [ "$(cat node_modules/.built 2>/dev/null || true)" = "$stamp" ] && exit 0
"$ROOT/scripts/setup-web.sh"
say "building the web UI"
npm run --silent build || die "the web UI could not be built"
[ -e build/index.html ] || die "the build of the web UI left no build/index.html"
echo "$stamp" >node_modules/.built
