#!/usr/bin/env bash
# npm packages of web/, installed only when the lock file changed.
. "$(dirname "$0")/lib.sh"

cd "$ROOT/web"
stamp=$(stamp_of package.json package-lock.json)
[ "$(cat node_modules/.stamp 2>/dev/null || true)" = "$stamp" ] && exit 0
say "installing the npm packages of web/"
npm ci --no-audit --no-fund --loglevel=error || die "npm ci failed in web/"
echo "$stamp" >node_modules/.stamp
