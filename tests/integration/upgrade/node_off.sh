#!/usr/bin/env bash
# A node that goes off while the cluster is upgraded does not start its old server on the new schema
# when it comes back; the others are brought to the end, and `resume` brings it up.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

agent_pid() { awk '{ print $1; exit }' "$trial/node-3"/var/lib/locum/*/agent.record; }

begin_cluster postgresql
# node-3 goes off when all servers are stopped and the database is migrated, as with a power cut.
LOCUM_FAILPOINTS='step/outage/unfence/intent/before=kill' \
    try upgrade run "$trial/endpoint-manager-2.0.bundle" --mode short-downtime --root "$trial/node-1"
expect_code 137 "upgrade killed after the migration"
kill -9 "$(agent_pid)"
# Its supervisor wanted the server running when the power went.
sed -i 's/"wanted": false/"wanted": true/' "$trial/node-3"/var/lib/locum/*/services/server.json
try upgrade resume --root "$trial/node-1"
expect_code 11 "resume without node-3"
expect_said 'node-3'
curl -sf http://127.0.0.2:30001/probe >/dev/null || fail "node-1 does not serve"

try agent start --root "$trial/node-3"
expect_code 0 "agent start"
held() { "$locum" status --json --root "$trial/node-1" | grep -q '"status": "held"'; }
deadline=$((SECONDS + 20))
until held; do
    ((SECONDS < deadline)) || fail "the old server of node-3 is not held back"
done
"$locum" status --root "$trial/node-1" | grep -q 'the productive database has schema 2.0, version 1.0 needs 1.0' || fail "status does not say why"
try upgrade resume --root "$trial/node-2"
expect_code 0 "resume with node-3"
expect_all_at 2.0
