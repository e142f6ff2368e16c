#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The life of the package on a bare Debian 12: install, set up, serve, upgrade, remove, purge.
# Needs root and a mirror (WANGDI_MIRROR; WANGDI_DEBIAN names a debootstrap folder to copy instead).
# Usage: tests/package/install.sh BUILD_FOLDER
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/package/lib.sh

(($# == 1)) || fail "usage: tests/package/install.sh BUILD_FOLDER"
((EUID == 0)) || not_run "it needs root, for debootstrap and chroot"
need cpack dpkg-deb dpkg-shlibdeps debootstrap unshare python3
[[ -f web/dist/index.html ]] || not_run "web/dist is not built"
if [[ ${WANGDI_UNSHARED:-} != 1 ]]; then
  # Mounts of its own go with the process, however it ends.
  WANGDI_UNSHARED=1 exec unshare --mount "$0" "$@"
fi

work=$(mktemp -d /var/tmp/wangdi_package.XXXXXX)
debian=$work/debian
server=
end() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  umount "$debian/proc" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap end EXIT

step() { printf -- '-- %s\n' "$*"; }
inside() {
  chroot "$debian" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
}
as_wangdi() { inside runuser -u wangdi -- "$@"; }
# expect WHAT COMMAND...
expect() {
  local what=$1
  shift
  "$@" || fail "$what"
}
expect_not() {
  local what=$1
  shift
  if "$@"; then fail "$what"; fi
}

step "making the package and a higher version of itself"
package=$(make_package "$1" "$work/one" 0.1.0)
higher=$(make_package "$1" "$work/two" 0.1.0+1)

step "a bare Debian 12"
if [[ -n ${WANGDI_DEBIAN:-} ]]; then
  cp -a "$WANGDI_DEBIAN" "$debian"
elif ! debootstrap --variant=minbase bookworm "$debian" \
  "${WANGDI_MIRROR:-http://deb.debian.org/debian}" >"$work/debootstrap.log" 2>&1; then
  not_run "debootstrap: $(tail -n 1 "$work/debootstrap.log")"
fi
mount -t proc proc "$debian/proc"
cp /etc/resolv.conf "$debian/etc/"
printf '#!/bin/sh\nexit 101\n' >"$debian/usr/sbin/policy-rc.d" # no service starts in a folder
chmod 755 "$debian/usr/sbin/policy-rc.d"
cp "$package" "$debian/one.deb"
cp "$higher" "$debian/two.deb"
inside apt-get -q update >"$work/apt.log" 2>&1 || not_run "apt-get update: $(tail -n 1 "$work/apt.log")"

step "installing"
expect "its dependencies are not in Debian 12" \
  inside apt-get -q -y --no-install-recommends --simulate install /one.deb >"$work/apt.log"
inside apt-get -q -y --no-install-recommends --download-only install /one.deb >"$work/apt.log" 2>&1 ||
  not_run "the mirror: $(tail -n 1 "$work/apt.log")"
expect "it does not install" \
  inside apt-get -q -y --no-install-recommends install /one.deb >"$work/install.log" 2>&1
expect "it does not say what is next" grep -q 'wangdi init --config /etc/wangdi' "$work/install.log"
expect_not "it enabled a server that has no data" \
  test -e "$debian/etc/systemd/system/multi-user.target.wants/wangdi.service"
for folder in wangdi wangdi-keys wangdi-root; do
  [[ $(inside stat -c '%a %U %G' "/var/lib/$folder") == '700 wangdi wangdi' ]] ||
    fail "/var/lib/$folder is not the server's own"
done
[[ $(inside getent passwd wangdi) == */usr/sbin/nologin ]] || fail "the user wangdi can log in"
inside dpkg --listfiles wangdi >"$work/shipped.txt"

# serve OPTIONS...: starts the server in the folder and sets url
serve() {
  : >"$work/serve.log"
  chroot "$debian" /usr/sbin/runuser -u wangdi -- \
    /usr/bin/wangdi serve "$@" --listen 127.0.0.1:0 >"$work/serve.log" 2>"$work/serve.err" &
  server=$!
  # The address is printed when it is served; tail ends with the line or with the server.
  url=$(timeout 60 tail -n +1 -F --pid="$server" "$work/serve.log" 2>/dev/null | grep -m 1 '^http' || true)
  [[ -n $url ]] || fail "it does not serve: $(cat "$work/serve.err")"
}
stop() {
  kill -TERM "$server"
  wait "$server" || true
  server=
}
fetch() { python3 -c 'import sys, urllib.request; sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1], timeout=10).read())' "$1"; }
answers() {
  [[ $(fetch "$url/health") == '{"status":"ok"}' ]] || fail "/health is not ok"
  fetch "$url/" | cmp -s - "$debian/usr/share/wangdi/web/index.html" ||
    fail "the front page is not the packed one"
}

step "a demo, served"
as_wangdi wangdi demo --data /tmp/demo >/dev/null || fail "wangdi demo"
serve --data /tmp/demo
answers
stop

step "set up as the package says, served with its configuration"
as_wangdi wangdi init --config /etc/wangdi/wangdi.toml >"$work/init.log" || fail "wangdi init"
expect "no first secret is shown" grep -q 'first secret' "$work/init.log"
# The unit gives the server a copy of the root key: 0400, its own.
inside install -d -m 0700 -o wangdi /tmp/credentials
inside install -m 0400 -o wangdi /var/lib/wangdi-root/root /tmp/credentials/root
serve --config /etc/wangdi/wangdi.toml --root /tmp/credentials/root
answers
stop

step "an upgrade keeps data and edits"
printf '\n[log]\nlevel = "warning"  # edited here\n' >>"$debian/etc/wangdi/wangdi.toml"
digest() { (cd "$debian/var/lib" && find wangdi wangdi-keys wangdi-root -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum); }
before=$(digest)
expect "it does not upgrade" inside dpkg --install /two.deb >"$work/upgrade.log" 2>&1
[[ $(inside dpkg-query -W wangdi | cut -f 2) == 0.1.0+1 ]] || fail "the version is not the higher one"
expect "an edit of the configuration is lost" grep -q 'edited here' "$debian/etc/wangdi/wangdi.toml"
expect_not "an upgrade tells to begin anew" grep -q 'wangdi init' "$work/upgrade.log"
[[ $(digest) == "$before" ]] || fail "the upgrade touched data, keys or root"
serve --config /etc/wangdi/wangdi.toml
answers
stop

# boot: the packaged unit under a real systemd, in a container without network
boot() {
  local log=$debian/booted.log
  if ! command -v systemd-nspawn >/dev/null; then
    printf 'not run: booting, because systemd-nspawn is not installed\n'
    return
  fi
  inside apt-get -q -y --no-install-recommends install systemd systemd-sysv dbus >"$work/apt.log" 2>&1 ||
    not_run "the mirror: $(tail -n 1 "$work/apt.log")"
  rm "$debian/usr/sbin/policy-rc.d"
  cp tests/package/booted.sh "$debian/booted.sh"
  printf '[Unit]\nAfter=multi-user.target\n[Service]\nExecStart=/booted.sh\n[Install]\nWantedBy=default.target\n' \
    >"$debian/etc/systemd/system/booted.service"
  inside systemctl --quiet enable booted.service
  umount "$debian/proc"
  timeout 180 systemd-nspawn --quiet --directory="$debian" --register=no --keep-unit \
    --private-network --machine=package --boot >"$work/boot.log" 2>&1 </dev/null || true
  mount -t proc proc "$debian/proc"
  if [[ ! -s $log ]]; then
    printf 'not run: booting; systemd-nspawn says: %s\n' "$(tail -n 1 "$work/boot.log")"
    return
  fi
  [[ $(tail -n 1 "$log") == 'all well' ]] || fail "under systemd: $(cat "$log")"
  expect "it does not install again" inside dpkg --install /two.deb >"$work/again.log" 2>&1
}
step "booted: the unit starts, recovers, reloads, takes an upgrade and goes"
boot

step "removing keeps configuration and data"
before=$(digest)
expect "it does not remove" inside apt-get -q -y remove wangdi >"$work/remove.log" 2>&1
expect_not "the program is still there" test -e "$debian/usr/bin/wangdi"
expect "the configuration went" grep -q 'edited here' "$debian/etc/wangdi/wangdi.toml"
[[ $(digest) == "$before" ]] || fail "removing touched data, keys or root"

# What the package brought or made, besides the three folders and what dpkg keeps of its own.
leftovers() {
  while read -r path; do
    # A folder that other packages use as well stays.
    [[ ! -f $debian$path && ! -L $debian$path ]] || printf '%s\n' "$path"
  done <"$work/shipped.txt"
  (cd "$debian" && find . -xdev \( -path ./proc -o -path ./tmp -o -path './var/lib/wangdi*' \) -prune \
    -o -iname '*wangdi*' -print)
}
step "purging asks nothing, leaves the data and says where they lie"
expect "it does not purge" inside apt-get -q -y purge wangdi </dev/null >"$work/purge.log" 2>&1
for folder in wangdi wangdi-keys wangdi-root; do
  expect "purge does not name /var/lib/$folder" grep -q "/var/lib/$folder\b" "$work/purge.log"
done
[[ $(digest) == "$before" ]] || fail "purging touched data, keys or root"
expect "the user went while its data are there" inside getent passwd wangdi >/dev/null
[[ -z $(leftovers) ]] || fail "left behind: $(leftovers)"

step "installed again, it finds them; without data nothing at all is left"
expect "it does not install again" inside dpkg --install /two.deb >"$work/again.log" 2>&1
expect_not "it tells to begin anew over data" grep -q 'wangdi init' "$work/again.log"
serve --config /etc/wangdi/wangdi.toml
answers
stop
rm -rf "$debian"/var/lib/wangdi{,-keys,-root}/*
inside apt-get -q -y purge wangdi >"$work/purge.log" 2>&1
[[ -z $(leftovers) ]] || fail "left behind: $(leftovers)"
expect_not "folders are left" compgen -G "$debian/var/lib/wangdi*"
expect_not "the user is left" inside getent passwd wangdi
printf 'the package installs, serves, upgrades and goes\n'
