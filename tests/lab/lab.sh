#!/usr/bin/env bash
# The lab is what the tests on it take it for: hosts with a systemd of their own, that reach each other over the network
# until they are cut off, powered off or booted again, and whose clocks can be put off.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 2

# listen HOST: a service that answers on port 7000 with the host's name, by either family.
listen() {
    lab exec "$1" systemd-run -q --collect --unit=answer socat 'TCP6-LISTEN:7000,fork,reuseaddr,ipv6only=0' SYSTEM:hostname
}

# answers FROM ADDRESS NAME
answers() {
    [[ $(lab exec "$1" socat -T 3 - "TCP:$2:7000,connect-timeout=2" </dev/null) == "$3" ]]
}

silent() {
    ! answers "$@"
}

echo "-- hosts of their own"
for host in db node-1 node-2; do
    [[ $(lab exec "$host" hostname) == "$host" ]] || fail "$host has another name"
    [[ $(lab exec "$host" cat /proc/1/comm) == systemd ]] || fail "$host does not run systemd"
    listen "$host"
done
for host in db node-1; do
    within 5 answers node-2 "$host" "$host"
done
within 5 answers node-1 '[2001:db8::12]' node-2
within 5 answers node-1 198.51.100.12 node-2
lab run socat -T 3 - TCP:198.51.100.11:7000 </dev/null | grep -qx node-1 || fail "node-1 is not reached from outside the hosts"

# A service that stops takes its own processes along, and none of another host.
lab exec node-1 systemctl stop answer
within 5 silent node-2 node-1 node-1
answers node-1 node-2 node-2 || fail "stopping a service of node-1 stopped that of node-2"
listen node-1
within 5 answers node-2 node-1 node-1

echo "-- cut and heal"
lab cut node-1 node-2
for address in 198.51.100.12 '[2001:db8::12]'; do
    silent node-1 "$address" node-2 || fail "node-1 reaches $address although they are cut off"
done
silent node-2 198.51.100.11 node-1 || fail "node-2 reaches node-1 although they are cut off"
answers node-1 db db || fail "the cut took db along"
lab heal
within 5 answers node-1 198.51.100.12 node-2
within 5 answers node-2 '[2001:db8::11]' node-1

echo "-- power off and boot"
lab exec node-2 sh -c 'echo kept >/root/kept'
started() { lab exec node-2 awk '{ print $22 }' /proc/1/stat; }
before=$(started)
lab power-off node-2
code=0
lab exec node-2 true 2>"$scratch/last.log" || code=$?
[[ $code == 3 ]] || fail "a command on a host that is off: exit code $code, expected 3"
silent node-1 198.51.100.12 node-2 || fail "a host that is off answers"
lab boot node-2
[[ $(lab exec node-2 cat /root/kept) == kept ]] || fail "the file tree did not survive"
[[ $(started) != "$before" ]] || fail "it is the same process 1"
listen node-2
within 5 answers node-1 node-2 node-2

echo "-- clocks"
lab clock node-1 +61
for by in "lab exec node-1" "lab exec node-1 systemd-run -q --pipe"; do
    off=$(($($by date +%s) - $(date +%s)))
    ((off >= 60 && off <= 62)) || fail "$by: the clock is off by $off s, expected 61"
done
lab clock node-1 +0
off=$(($(lab exec node-1 date +%s) - $(date +%s)))
((off >= -1 && off <= 1)) || fail "the clock is off by $off s, expected 0"

echo "-- down"
lab down
[[ ! -e $LOCUM_LAB ]] || fail "$LOCUM_LAB is still there"
! grep -qF "$LOCUM_LAB/" /proc/mounts || fail "a file tree is still mounted"
! pgrep -f "systemd-nspawn .*$LOCUM_LAB/" >/dev/null || fail "a host still runs"
