#!/usr/bin/env bash
# npm run test:act: the README's workflow in a real workflow runner (nektos/act) on this machine, without containers.
# The runner is built once with the ordinary Go client into .cache/act (some 90 s; later runs start at once).
set -euo pipefail
cd "$(dirname "$0")/.."
version=v0.2.89
prefix=$PWD/.cache/act
binary=$prefix/bin/act

if [ ! -x "$binary" ]; then
  command -v go >/dev/null || { echo 'test:act needs Go to build the workflow runner nektos/act; install Go or leave this test to CI' >&2; exit 1; }
  GOPATH=$prefix/gopath GOBIN=$prefix/bin GOCACHE=$prefix/gocache CGO_ENABLED=0 GOFLAGS=-modcacherw \
    go install -trimpath -ldflags='-s -w' "github.com/nektos/act@$version"
  rm -rf "$prefix/gocache" "$prefix/gopath"
fi
[ -f dist/index.js ] || npm run build

NOREGRET_SUITE=act ACT_BINARY=$binary exec npm test -- __tests__/peers/act "$@"
