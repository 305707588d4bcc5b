#!/usr/bin/env bash
# The server that migrated the database is lost for good, before it lifted its fence: the upgrade goes on without it, also where that is
# cut off while the others come back from their copies.
# Host by host, where one server is left, nothing stops it unasked.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

begin_cluster postgresql
bundle=$trial/endpoint-manager-2.0.bundle
LOCUM_FAILPOINTS='step/node-3.last/unfence/intent/before=kill' try upgrade run "$bundle" --mode rolling --root "$trial/node-1"
expect_code 137 "upgrade killed when the database was migrated"
lost 3 1
try upgrade rollback --root "$trial/node-1"
expect_code 4 "rollback without the server that migrated the database"
expect_said 'has schema 2.0 already'
LOCUM_FAILPOINTS='step/node-2.return/drain/intent/before=kill' try upgrade resume --root "$trial/node-1"
expect_code 137 "resume killed with one server back from its copy"
expect_said '^done  return/unfence'
try upgrade resume --root "$trial/node-2"
expect_code 0 "resume without the server that migrated the database"
"$locum" status --json --root "$trial/node-1" >"$trial/status.json"
python3 tests/support/all_at.py "$trial/status.json" 2.0 2 || fail "not all are at 2.0: $(<"$trial/status.json")"
for n in 1 2; do
    try verify --root "$trial/node-$n"
    expect_code 0 "verify of node-$n"
done
trial_end

echo "-- host by host, and one is left"
begin_cluster postgresql
bundle=$trial/endpoint-manager-2.0.bundle
try install "$bundle" --answers "$trial/answers-1.toml" --root "$trial/node-1"
expect_code 0 "node-1's part"
expect_said '1 of 3 servers updated'
lost 2 1
lost 3 1
server=$(ls "$trial/node-1"/var/lib/locum/*/services/server.record)
running=$(<"$server")
for words in "upgrade resume" "install $bundle --answers $trial/answers-1.toml"; do
    # shellcheck disable=SC2086 # words
    try $words --root "$trial/node-1"
    expect_code 9 "$words, which would stop the only server"
    expect_said 'node-1 is the only server left'
    [[ $(<"$server") == "$running" ]] || fail "the only server is another process: $(<"$server")"
done
try upgrade resume --mode short-downtime --root "$trial/node-1"
expect_code 0 "resume with the downtime that is wanted"
"$locum" status --json --root "$trial/node-1" >"$trial/status.json"
python3 tests/support/all_at.py "$trial/status.json" 2.0 1 || fail "not all are at 2.0: $(<"$trial/status.json")"
