# SPDX-License-Identifier: Apache-2.0
# What the tests of the package share. Sourced, never run.
# shellcheck shell=bash

not_run() {
  printf 'not run: %s\n' "$*"
  exit 77 # ctest's SKIP_RETURN_CODE
}

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# need NAME...: programs without which the test cannot run
need() {
  local name
  for name in "$@"; do
    command -v "$name" >/dev/null || not_run "$name is not installed"
  done
}

# make_package BUILD_FOLDER TARGET_FOLDER VERSION: prints the path of the package, of the tree as it
# was built. Packed quickly: the form of the compression is not what is tested.
make_package() {
  local log=$2/cpack.log
  mkdir -p "$2"
  if ! (cd "$1" && cpack -G DEB -B "$2" -D "CPACK_PACKAGE_VERSION=$3" \
    -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip) >"$log" 2>&1; then
    cat "$log" >&2
    fail "cpack made no package"
  fi
  printf '%s\n' "$2"/wangdi_*.deb
}
