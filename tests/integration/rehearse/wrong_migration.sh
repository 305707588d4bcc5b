#!/usr/bin/env bash
# Migrations that are wrong on purpose, each in another way: the claim that does not hold says so, and the exit code is no.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# Fails half-way, on the productive database alone: the copies have been migrated by then.
half_way() { printf '\nALTER TABLE device ADD half text;\nSELECT no_such_column FROM device;\n' >>migrations/postgresql/1.0-2.0.sql; }
variant half-way half_way
rehearse "$suites/1.0" "$scratch/half-way" --datasource postgresql --load "$endpoint_load"
expect_code 1
expect_claims failed upgrade
expect_claims skipped schema rows node-1 node-2 node-3
expect_found upgrade 'no_such_column'
expect_found load '^ended with exit code 0$' # nobody was hurt
[[ $(value 'r["verdict"]') == rolling-possible ]] || fail "the verdict before"
grep -q '<failure type="failed" message="[^"]*no_such_column' "$scratch/report.xml" || fail "the failure in the JUnit XML"

# Drops rows.
drops() { for engine in sqlite postgresql; do printf "\nDELETE FROM device WHERE id LIKE '%%7';\n" >>"migrations/$engine/1.0-2.0.sql"; done; }
variant drops drops
rehearse "$suites/1.0" "$scratch/drops" --datasource embedded --nodes 2
expect_code 1
expect_claims failed rows
expect_found rows '^rows are lost: device: 2000 rows before, 1800 after$'
rehearse "$suites/1.0" "$scratch/drops" --datasource embedded --nodes 2 --may-lose-rows device
expect_code 0

# Makes another schema than a new installation has.
other() {
    sed 's/^-- Schema.*//' migrations/sqlite/1.0-2.0.sql >upgrade.sql
    { cat migrations/sqlite/1.0.sql upgrade.sql && printf "\nALTER TABLE device ADD COLUMN label TEXT;\nUPDATE schema_version SET version = '2.0';\n"; } \
        >migrations/sqlite/2.0.sql
    rm upgrade.sql
    sed -i 's|    { to = "1.0", file = "migrations/sqlite/1.0.sql" },|&\n    { to = "2.0", file = "migrations/sqlite/2.0.sql" },|' suite.toml
}
variant other other
rehearse "$suites/1.0" "$scratch/other" --datasource embedded --nodes 2
expect_code 1
expect_claims failed schema
expect_found schema 'differs from one that version 2.0 makes new: column device.label is missing; expected TEXT$'
