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
expect_said "kept in $trial/node-2/var/lib/locum/endpoint-manager/rehearsed.json"
[[ -z $(ls -A "$trial/rehearsals") ]] || fail "left of the rehearsal: $(ls "$trial/rehearsals")"
[[ $(rows) == "$before" ]] || fail "the productive cluster has changed: $(rows), before $before"

try upgrade plan "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
expect_code 0 "the plan"
expect_said '^rehearsed: held on [0-9-]+T[0-9:]+Z, rolling: [0-9.]+ s, of these the longest copy [0-9.]+ s, the backup [0-9.]+ s, the migration [0-9.]+ s; a database of (under )?[0-9]+ MB$'
if [[ $1 == postgresql ]]; then
    expect_said '^  locks: a table could not be written for (under )?[0-9.]+ m?s.*, nor read for .*; looked at every [0-9]+ ms at least$'
else
    expect_said '^  locks: not measured apart; held no longer than the migration took$'
fi
expect_said '^  space: the database (under )?[0-9]+ MB before, (under )?[0-9]+ MB after; the backup (under )?[0-9]+ MB; the largest copy (under )?[0-9]+ MB$'
told 0 upgrade-plan upgrade plan "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))["rehearsed"]
sys.exit(0 if r["passed"] and r["upgrade-ms"] > r["migration-ms"] > 0 and r["database-bytes"] > 0 else str(r))' "$trial/told.json" ||
    fail "what was rehearsed"
kept=$trial/node-2/var/lib/locum/endpoint-manager/rehearsed.json
tests/support/documents.py "$kept" rehearsed || fail "what is kept of it"
# One that is cancelled in the upgrade says too little, and does not take its place.
cp "$kept" "$trial/whole.json"
"$locum" rehearse "$trial/endpoint-manager-1.0.bundle" "$trial/endpoint-manager-2.0.bundle" --key "$trial/vendor.pub" --nodes 2 \
    --datasource "$1" --from-productive "$trial/node-2" --address 127.0.0.12 --root "$trial/rehearsals" >"$trial/last.log" 2>&1 &
rehearsal=$!
until grep -qE 'done +[^ ]+/copy' "$trial/last.log"; do kill -0 "$rehearsal" || fail "the rehearsal ended"; sleep 0.05; done
kill -TERM "$rehearsal"
code=0
wait "$rehearsal" || code=$?
expect_code 6 "a rehearsal that is cancelled"
expect_said '^   -  forecast '
cmp "$kept" "$trial/whole.json" || fail "a rehearsal that was cancelled is kept"
# Nor one that there is no space for; PostgreSQL is not even made.
as_root=()
((EUID == 0)) || as_root=(--map-root-user)
code=0
mkdir "$trial/small"
unshare "${as_root[@]}" --mount sh -c 'mount -t tmpfs -o size=64k,mode=711 tmpfs "$1" && shift && exec "$@"' sh "$trial/small" \
    "$locum" rehearse "$trial/endpoint-manager-1.0.bundle" "$trial/endpoint-manager-2.0.bundle" --key "$trial/vendor.pub" --nodes 2 \
    --datasource "$1" --from-productive "$trial/node-2" --root "$trial/small" >"$trial/last.log" 2>&1 || code=$?
expect_code 4 "a rehearsal on a copy that there is no space for"
expect_said "backup-space: found [0-9]+ bytes free for $trial/small/.*; expected [0-9]+ bytes, 2 times the size of the database; .*--root DIR"
cmp "$kept" "$trial/whole.json" || fail "a rehearsal that did not begin is kept"
# Of another build of the same version nothing is known.
cp -r "$suites/2.0" "$trial/rebuilt"
for engine in sqlite postgresql; do printf "\nUPDATE device SET name = name;\n" >>"$trial/rebuilt/migrations/$engine/1.0-2.0.sql"; done
"$locum" bundle build "$trial/rebuilt" --key "$trial/vendor.key" -o "$trial/rebuilt.bundle" >/dev/null
try upgrade plan "$trial/rebuilt.bundle" --root "$trial/node-2"
expect_code 0 "the plan of another build"
! grep -q '^rehearsed:' "$trial/last.log" || fail "what was rehearsed is shown for another build"
expect_said "^warning: rehearsal-record: found what was rehearsed on [^ ]+ is another build of 2.0; .*--from-productive $trial/node-2"
# A damaged record is a warning, and no reason not to plan.
head -c 100 "$trial/whole.json" >"$kept"
try upgrade plan "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
expect_code 0 "the plan with a damaged record"
expect_said "^warning: rehearsal-record: found $kept cannot be used: .*; rehearse again: locum rehearse OLD NEW --from-productive $trial/node-2"
told 0 upgrade-plan upgrade plan "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
mv "$trial/whole.json" "$kept"
# A node where nothing was rehearsed says nothing of it.
try upgrade plan "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-1"
expect_code 0 "the plan of another node"
! grep -q '^rehearsed:' "$trial/last.log" || fail "a rehearsal that was none"
# The productive cluster is upgraded as ever.
try upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
expect_code 0 "the upgrade"
expect_all_at 2.0
