#!/usr/bin/env bash
# What the order of servers must bear: the last one is gone for good and another becomes the last; a
# host-by-host upgrade is cut off on its way back and goes on, by `upgrade resume` or by `install`.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# node-3 would be the last; it dies before its part, and is removed.
begin_cluster postgresql
trial_load --rate 150
LOCUM_FAILPOINTS='step/node-3.last/drain/intent/before=kill' \
    try upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-1"
expect_code 137 "upgrade killed before the last server"
expect_clean_load # a node that dies takes its requests with it, so the load ends before
"$locum" agent stop --root "$trial/node-3" >/dev/null
stop_service 3 server
# A balancer that does not hear of it is told when the command is repeated.
"$locum" agent stop --root "$trial/node-2" >/dev/null
remove_node 3 1
expect_code 4 "node remove with a silent balancer"
expect_said 'node-unproven: found node-2 cannot be asked whether it reaches node-3'
try node remove node-3 --confirm node-3 --ignore node-unproven --root "$trial/node-1"
expect_code 11 "node remove with a silent balancer, ignored"
expect_said 'node-3 is removed, but balancers that do not know the change'
expect_said 'node-2'
"$locum" agent start --root "$trial/node-2" >/dev/null
told 0 event node remove node-3 --confirm node-3 --root "$trial/node-1"
grep -q 'server node-3' "$trial"/node-2/etc/opt/*/haproxy.cfg && fail "node-2's balancer still knows node-3"
try node remove node-9 --confirm node-9 --root "$trial/node-1"
expect_code 2 "node remove of a node that never was"
try upgrade resume --root "$trial/node-1"
expect_code 0 "resume with two servers"
"$locum" status --json --root "$trial/node-1" >"$trial/status.json"
for n in 1 2; do
    grep -q '^database = postgresql' "$trial/node-$n"/etc/opt/*/server.conf || fail "node-$n works on its copy still"
    curl -sf "http://127.0.0.$((n + 1)):30002/probe" | grep -q 'ok 2.0' || fail "node-$n does not serve 2.0"
done
grep -q '"mode": "update"' "$trial/status.json" && fail "a node is in update mode still"
trial_end

# Host by host in the order 3 1 2, killed while the first comes back.
begin_cluster postgresql
trial_load --rate 150
for n in 3 1; do
    try install "$trial/endpoint-manager-2.0.bundle" --answers "$trial/answers-$n.toml" --root "$trial/node-$n"
    expect_code 0 "install on node-$n"
done
LOCUM_FAILPOINTS='step/node-1.return/stop/intent/before=kill' \
    try install "$trial/endpoint-manager-2.0.bundle" --answers "$trial/answers-2.toml" --root "$trial/node-2"
expect_code 137 "install on node-2, killed on the way back"
try upgrade rollback --root "$trial/node-1"
expect_code 4 "rollback after the migration"
expect_said 'cannot be undone'
# A host whose part is over cannot change what the last one is about.
try install "$trial/endpoint-manager-2.0.bundle" --answers "$trial/answers-3.toml" --root "$trial/node-3"
expect_code 8 "install on node-3 again"
expect_said 'locum upgrade resume'
try install "$trial/endpoint-manager-2.0.bundle" --answers "$trial/answers-2.toml" --root "$trial/node-2"
expect_code 0 "install on node-2 again"
expect_clean_load
expect_all_at 2.0
