#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Debian package holds what it should and nothing else: dpkg-deb's list against contents.txt.
# Usage: tests/package/contents.sh BUILD_FOLDER; with --write it makes contents.txt anew.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/package/lib.sh

(($# >= 1)) || fail "usage: tests/package/contents.sh BUILD_FOLDER [--write]"
expected=tests/package/contents.txt
need cpack dpkg-deb dpkg-shlibdeps
[[ -f web/dist/index.html ]] || not_run "web/dist is not built"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
package=$(make_package "$1" "$work/out" 0.1.0)

# Mode, owner and path of each file. The bundler's names carry a hash and come and go with pages, as
# do the operators' pages.
listing() {
  dpkg-deb --contents "$package" | awk '{ print $1, $2, $6 }' |
    sed -E 's,(web/assets/|operating/)[^/]+(\.[a-z]+)$,\1*\2,' | LC_ALL=C sort -k3 | uniq
}
# The control file without what changes with version and size; the libraries' least versions come
# from the machine that builds.
control() {
  dpkg-deb --field "$package" | grep -vE '^(Version|Architecture|Installed-Size):' |
    sed -E '/^Depends:/s/ \([^)]*\)//g'
  printf 'Scripts:'
  dpkg-deb --info "$package" | awk '/\*/ { printf " %s", $6 }'
  printf '\nConffiles: %s\n' "$(dpkg-deb --info "$package" conffiles)"
}
{
  control
  printf '\n'
  listing
} >"$work/found.txt"

if [[ ${2:-} == --write ]]; then
  cp "$work/found.txt" "$expected"
fi
diff -u "$expected" "$work/found.txt" ||
  fail "the package differs; where that is right: tests/package/contents.sh BUILD_FOLDER --write"

# A package without debug information, and with the protections of the build.
dpkg-deb --extract "$package" "$work/tree"
size=$(stat -c %s "$work/tree/usr/bin/wangdi")
((size < 16 * 1024 * 1024)) || fail "the program has $size bytes: is it stripped?"
"$work/tree/usr/bin/wangdi" version >/dev/null || fail "the packed program does not run"
if command -v lintian >/dev/null; then
  lintian --fail-on error "$package" || fail "lintian found errors"
fi
printf 'the package is as expected\n'
