#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs as a service inside the system that install.sh boots: the packaged unit under a real systemd.
# Writes /booted.log, whose last line is 'all well', and switches the system off.
exec >/booted.log 2>&1
trap 'journalctl --no-pager -u wangdi | tail -n 40; systemctl --no-block poweroff' EXIT

fail() {
  echo "FAILED: $*"
  exit 1
}
get() {
  { exec 3<>/dev/tcp/127.0.0.1/8080; } 2>/dev/null || return 1
  printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$1" >&3
  cat <&3
  exec 3>&-
}
main_pid() { systemctl show --property MainPID --value wangdi; }
# within MILLISECONDS COMMAND...: until the command holds, looking every 20 ms
within() {
  local end=$((${EPOCHREALTIME/./} / 1000 + $1))
  shift
  until "$@"; do
    ((${EPOCHREALTIME/./} / 1000 < end)) || return 1
    read -r -t 0.02 <> <(:) || true
  done
}
healthy() { get /health | grep -q '"status":"ok"'; }
has_failed() { [[ $(systemctl show --property ActiveState --value wangdi) == failed ]]; }
healthy_as_another_than() { [[ $(main_pid) != "$1" ]] && healthy; }

systemctl start wangdi || fail "it does not start"
within 20000 healthy || fail "it does not answer"
process=/proc/$(main_pid)
grep -qE '^Uid:\s+0' "$process/status" && fail "it runs as root"
grep -qE '^NoNewPrivs:\s+1' "$process/status" || fail "it could gain privileges"
grep -qE '^Seccomp:\s+2' "$process/status" || fail "its system calls are not filtered"
grep -qE '^CapEff:\s+0000000000000400' "$process/status" || fail "its capabilities are others"
grep -qE '^Max core file size\s+0\s+0' "$process/limits" || fail "it could leave a core"

# Once of five times is enough: whatever else the machine does must not count.
is_back_in_time() {
  local before
  for _ in 1 2 3 4 5; do
    before=$(main_pid)
    kill -ABRT "$before"
    within 3000 healthy_as_another_than "$before" && return
    within 60000 healthy_as_another_than "$before" || return
  done
  return 1
}
is_back_in_time || fail "it is not back 3 s after an abort"

before=$(main_pid)
systemctl reload wangdi || fail "it does not reload"
[[ $(main_pid) == "$before" ]] || fail "a reload restarts it"
healthy || fail "it does not answer after a reload"

systemctl restart wangdi || fail "it does not restart"
within 20000 healthy || fail "it does not answer after a restart"
[[ $(systemctl show --property NRestarts --value wangdi) == 0 ]] || fail "it failed on the way"

cp -a /etc/wangdi/wangdi.toml /right.toml
printf '\n[write]\nqueue_max = 1\n' >>/etc/wangdi/wangdi.toml
systemctl restart wangdi || true
within 10000 has_failed || fail "a wrong configuration is tried again and again"
[[ $(systemctl show --property ExecMainStatus --value wangdi) == 2 ]] || fail "it does not end with 2"
journalctl --no-pager -u wangdi | grep -q 'wangdi\.toml:[0-9]*: write\.queue_max' || fail "the line is not named"
cp -a /right.toml /etc/wangdi/wangdi.toml
systemctl start wangdi || fail "it does not start again"
within 20000 healthy || fail "it does not answer with the right configuration"

before=$(main_pid)
dpkg --install /two.deb || fail "it does not upgrade while it runs"
within 20000 healthy_as_another_than "$before" || fail "an upgrade does not bring the new program"

systemctl --quiet enable wangdi
dpkg --remove wangdi || fail "it does not remove while it runs"
systemctl --quiet is-active wangdi && fail "it runs although it is removed"
compgen -G '/etc/systemd/system/*.wants/wangdi.service' >/dev/null && fail "it is still enabled"
journalctl --no-pager -u wangdi | grep -i 'not permitted' && fail "something was denied"
trap - EXIT
echo 'all well'
systemctl --no-block poweroff
