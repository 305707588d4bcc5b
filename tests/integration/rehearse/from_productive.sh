#!/usr/bin/env bash
# An upgrade is rehearsed on a copy of the productive database, which is read only; the plan of the real one shows what was
# measured, and only that one.
# usage: from_productive.sh embedded|postgresql
set -euo pipefail
source "$(dirname "$0")/../upgrade/lib.sh"

begin_cluster "${1/embedded/}"
mkdir -m 711 "$trial/rehearsals"
rows() { "$locum" status --json --root "$trial/node-1" | python3 -c 'import json, sys; s = json.load(sys.stdin); print(s["version"], s["operation"])'; }
before=$(rows)
try rehearse "$trial/endpoint-manager-1.0.bundle" "$trial/endpoint-manager-2.0.bundle" --key "$trial/vendor.pub" --nodes 2 \
    --datasource "$1" --from-productive "$trial/node-2" --address 127.0.0.12 --root "$trial/rehearsals"
expect_code 0 "a rehearsal on a copy"
expect_said 'a copy of the productive database, [0-9]+ MB'
expect_said 'device 2000'
expect_said '^ yes  forecast .*'
[[ -z $(ls -A "$trial/rehearsals") ]] || fail "left of the rehearsal: $(ls "$trial/rehearsals")"
[[ $(rows) == "$before" ]] || fail "the productive cluster has changed: $(rows), before $before"

try upgrade plan "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
expect_code 0 "the plan"
expect_said '^rehearsed: held on [0-9-]+T[0-9:]+Z, rolling: [0-9.]+ s, of these the longest copy [0-9.]+ s, the backup [0-9.]+ s, the migration and its locks [0-9.]+ s; a database of [0-9]+ MB$'
told 0 upgrade-plan upgrade plan "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))["rehearsed"]
sys.exit(0 if r["passed"] and r["upgrade-ms"] > r["migration-ms"] > 0 and r["database-bytes"] > 0 else str(r))' "$trial/told.json" ||
    fail "what was rehearsed"
tests/support/documents.py "$trial/node-2/var/lib/locum/endpoint-manager/rehearsed.json" rehearsed || fail "what is kept of it"
# A node where nothing was rehearsed says nothing of it.
try upgrade plan "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-1"
expect_code 0 "the plan of another node"
! grep -q '^rehearsed:' "$trial/last.log" || fail "a rehearsal that was none"
# The productive cluster is upgraded as ever.
try upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
expect_code 0 "the upgrade"
expect_all_at 2.0
