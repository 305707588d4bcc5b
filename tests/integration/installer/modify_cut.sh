#!/usr/bin/env bash
# Modifications that were cut off while the cluster became another one: the last server stays, an upgrade is told of them before
# it begins, and a host that was removed meanwhile is uninstalled. They are taken back with the bundle that they had, and
# without an agent.
set -euo pipefail
source "$(dirname "$0")/../upgrade/lib.sh"

modify() { # N ARGS…
    local n=$1
    shift
    try modify --root "$trial/node-$n" "$@"
}
cut() { # N PLACE ARGS…
    LOCUM_FAILPOINTS="step/$2=kill" modify "$1" "${@:3}"
    expect_code 137 "killed at $2"
}
servers() {
    "$locum" node list --root "$trial/node-$1" --json | python3 -c '
import json, sys
print(*sorted(n["name"] for n in json.load(sys.stdin)["nodes"] if "server" in n["roles"]))'
}
serves() { # N
    curl -sf "http://127.0.0.$(($1 + 1)):30001/probe" >/dev/null || fail "nobody serves on node-$1"
}

begin_cluster postgresql
bundles=$trial/node-3/var/lib/locum/endpoint-manager/bundles

echo "-- with a bundle that is not kept"
mv "$bundles" "$trial/kept"
mkdir "$bundles"
cut 3 files/unpack-balancer/done/before "$trial/endpoint-manager-1.0.bundle" --add balancer
modify 3 --rollback
expect_code 0 "rollback without the bundle named"
cut 3 files/unpack-balancer/done/before "$trial/endpoint-manager-1.0.bundle" --add balancer
mv "$trial/endpoint-manager-1.0.bundle" "$trial/away"
modify 3 --rollback
expect_code 4 "rollback without any bundle"
expect_said 'locum modify BUNDLE --rollback'
modify 3 "$trial/away" --rollback
expect_code 0 "rollback with the bundle named"
mv "$trial/away" "$trial/endpoint-manager-1.0.bundle"
rm -r "$bundles"
mv "$trial/kept" "$bundles"

echo "-- without an agent, and before an upgrade"
cut 3 agent/certificate/intent/after --add balancer
try upgrade plan "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-1"
expect_code 4 "an upgrade's preflight"
expect_said 'unfinished: found node-3: a modification was begun there'
expect_said 'locum modify --rollback'
try agent stop --root "$trial/node-3"
modify 3 --rollback
expect_code 0 "rollback without an agent"
serves 3
try verify --root "$trial/node-3"
expect_code 0 "verify"

echo "-- the others left"
cut 2 cluster/drain/intent/after --remove server
try uninstall --root "$trial/node-3" --purge --confirm node-3
expect_code 0 "uninstall of node-3"
modify 1 --remove server
expect_code 0 "removal of the last but one"
modify 2 --remove server
expect_code 4 "it has become the last one"
expect_said 'node-2 is the last server'
expect_said 'locum modify --rollback'
modify 2 --rollback
expect_code 0 "rollback of the last server"
[[ $(servers 2) == node-2 ]] || fail "servers: $(servers 2)"
serves 2
serves 1

echo "-- both that are left, at once"
try token write "$trial/fresh.token" --root "$trial/node-2"
modify 1 --add server --token "$trial/fresh.token"
expect_code 0 "the server comes back"
LOCUM_FAILPOINTS='modify/looked=delay:20000' "$locum" modify --root "$trial/node-2" --remove server >"$trial/first.log" 2>&1 &
first=$!
modify 1 --remove server
expect_code 0 "removal on node-1"
kill -0 "$first" || fail "node-2 did not wait: $(<"$trial/first.log")"
code=0
wait "$first" || code=$?
cp "$trial/first.log" "$trial/last.log"
expect_code 4 "removal of a server that has become the last one meanwhile"
expect_said 'node-2 is the last server'
[[ $(servers 2) == node-2 ]] || fail "servers: $(servers 2)"
serves 2

echo "-- a host that was removed meanwhile"
cut 1 service/server/done/before --add server --token "$trial/fresh.token"
try agent stop --root "$trial/node-1"
try node remove node-1 --confirm node-1 --root "$trial/node-2"
expect_code 4 "removal of node-1, whose services run"
expect_said 'node-alive: found node-1 is reached from node-2: its port '
stop_service 1 server
stop_service 1 balancer
remove_node 1 2
expect_code 4 "removal of a server that the balancer has not been told of yet"
expect_said 'node-unproven: found the balancer on node-2 cannot be asked whether it sends to node-1: .* knows no server'
remove_node 1 2 --ignore node-unproven
expect_code 0 "removal of node-1"
try uninstall --root "$trial/node-1" --purge --confirm node-1
expect_code 0 "uninstall of half a modification"
[[ ! -e $trial/node-1 ]] || fail "left on node-1: $(find "$trial/node-1")"
! pgrep -f "$trial/node-1/" >/dev/null || fail "processes of node-1 run"
serves 2
