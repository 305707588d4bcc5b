#!/usr/bin/env bash
# Without a load the suite's own probe is polled through the balancers, and failures count; in a downtime that was asked for
# they may last as long as it does. Sources need no key, and a dump of the old version's database is upgraded as any other.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

rehearse "$suites/1.0" "$suites/2.0" --datasource embedded --nodes 2
expect_code 0
expect_found load/start '^polled: GET http://127.0.0.2:30001/probe, GET http://127.0.0.3:30001/probe$'
expect_found load '^[0-9]+ polls, 0 failed'
(($(value 'r["clients"]["asked"]') > 50)) || fail "polls"

# A dump with one profile more than the seed has.
sqlite3 "$scratch/dump.sqlite" <"$suites/1.0/migrations/sqlite/1.0.sql"
sqlite3 "$scratch/dump.sqlite" "DELETE FROM device WHERE rowid IN (SELECT rowid FROM device ORDER BY rowid DESC LIMIT 100)"
rehearse "$suites/1.0" "$suites/2.0" --datasource embedded --nodes 1 --mode short-downtime --database "$scratch/dump.sqlite"
expect_code 0
expect_found fill 'device 1900'
expect_found load '^[0-9]+ polls, [1-9][0-9]* failed'
[[ $(value 'r["mode"]') == short-downtime && $(value 'r["outage-ms"] > 0') == True ]] || fail "the outage"
