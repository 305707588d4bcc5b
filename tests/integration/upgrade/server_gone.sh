#!/usr/bin/env bash
# Servers that go on copies, and the last one is lost for good behind its fence: removed by name, the upgrade is taken back, and
# every server that is left is on its old version and on the productive database. With one server left nothing stops it unasked.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# all_at VERSION NODES: in normal mode, with nothing open, and each writes to the productive database.
all_at() {
    "$locum" status --json --root "$trial/node-1" >"$trial/status.json"
    python3 tests/support/all_at.py "$trial/status.json" "$1" "$2" || fail "not all are at $1: $(<"$trial/status.json")"
    try upgrade resume --root "$trial/node-1"
    expect_code 2 "resume with nothing open"
    expect_said 'no operation is open'
}
last_of() { # the server that the plan makes the last
    "$locum" upgrade plan "$bundle" --mode rolling --json --root "$trial/node-1" |
        python3 -c 'import json, sys; print(*[s["id"].split(".")[0] for s in json.load(sys.stdin)["steps"] if s["id"].endswith(".last/drain")])'
}

begin_cluster postgresql
bundle=$trial/endpoint-manager-2.0.bundle
[[ $(last_of) == node-3 ]] || fail "the last server is $(last_of)"
LOCUM_FAILPOINTS='step/node-3.last/migrate/intent/before=kill' try upgrade run "$bundle" --mode rolling --root "$trial/node-1"
expect_code 137 "upgrade killed behind the fence, with two servers on copies"
lost 3 1

echo "-- taken back: the fence falls, and both servers leave their copies"
try upgrade rollback --root "$trial/node-1"
expect_code 0 "rollback without node-3"
expect_said '^undo  node-3.last/fence'
expect_said '^undo  node-1/copy'
expect_said '^undo  node-2/copy'
all_at 1.0 2
for n in 1 2; do
    try verify --root "$trial/node-$n"
    expect_code 0 "verify of node-$n"
done

echo "-- one server is left, on its copy: forward only where its stop is wanted, back always"
[[ $(last_of) == node-2 ]] || fail "the last server is $(last_of)"
LOCUM_FAILPOINTS='step/node-2.last/drain/intent/before=kill' try upgrade run "$bundle" --mode rolling --root "$trial/node-1"
expect_code 137 "upgrade killed with one server on its copy"
lost 2 1
server=$(ls "$trial/node-1"/var/lib/locum/*/services/server.record)
running=$(<"$server")
try upgrade resume --root "$trial/node-1"
expect_code 9 "resume that needs a downtime nobody asked for"
expect_said 'node-1 is the only server left, and is stopped while the upgrade goes on'
expect_said 'try: plan a short downtime, then: locum upgrade resume --mode short-downtime; back'
[[ $(<"$server") == "$running" ]] || fail "the only server is another process: $(<"$server")"
curl -sf http://127.0.0.2:30001/probe >/dev/null || fail "the only server does not serve"
LOCUM_FAILPOINTS='step/node-1.last/fence/done/before=error' try upgrade resume --mode short-downtime --root "$trial/node-1"
expect_code 11 "resume that fails while the server is stopped"
curl -sf http://127.0.0.2:30001/probe >/dev/null || fail "the only server does not serve after its part was undone"
try upgrade rollback --root "$trial/node-1"
expect_code 0 "rollback with one server"
all_at 1.0 1

echo "-- and forward"
try upgrade run "$bundle" --mode short-downtime --root "$trial/node-1"
expect_code 0 "upgrade of what is left"
all_at 2.0 1
