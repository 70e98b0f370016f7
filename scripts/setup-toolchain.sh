#!/usr/bin/env bash
# Says what is missing for a build: Rust, a C toolchain, Node. Installs the C toolchain where it may.
. "$(dirname "$0")/lib.sh"

have_libclang() {
  [ -n "${LIBCLANG_PATH:-}" ] || compgen -G '/usr/lib*/llvm*/lib*/libclang*.so*' || compgen -G '/usr/lib*/libclang*.so*' ||
    compgen -G '/usr/lib/*/libclang*.so*' || compgen -G '/Library/Developer/CommandLineTools/usr/lib/libclang.dylib' ||
    compgen -G '/opt/homebrew/opt/llvm/lib/libclang.dylib'
} >/dev/null

need cargo "Install Rust with rustup: https://rustup.rs"
need node "Install Node 20 or newer: https://nodejs.org"
need npm "It comes with Node: https://nodejs.org"
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || die "Node $major is too old: the web UI is built with Node 20 or newer"
# SQLite and the TLS library are compiled from C
command -v cc >/dev/null 2>&1 || apt_install "compiling SQLite and the TLS library" gcc libc6-dev
# llama.cpp is compiled from C++, and its interface is read by libclang
if ! command -v cmake >/dev/null 2>&1 || ! command -v c++ >/dev/null 2>&1 || ! have_libclang; then
  apt_install "compiling llama.cpp" cmake make g++ libclang-dev
fi
