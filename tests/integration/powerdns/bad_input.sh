#!/usr/bin/env bash
# What a vendor or a host can get wrong, under load: a configuration that dnsdist refuses, a migration that fails half-way on
# either engine, a probe that never gets well, a copy that the server cannot open. The node goes back to what it was, the
# rest serves, the operation pauses and says what to do; then rollback works.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

begin_cluster
trial_load --rate 300

# pauses BUNDLE WORDS…: the upgrade stops with these words, and can be taken back.
pauses() {
    local bundle=$1 words
    shift
    echo "-- $bundle"
    try upgrade run "$trial/$bundle.bundle" --mode rolling --root "$trial/node-2"
    expect_code 11 "upgrade with $bundle"
    for words; do expect_said "$words"; done
    expect_said '^  try: .*locum upgrade resume'
    try status --root "$trial/node-1"
    expect_said 'next: locum upgrade resume; back: locum upgrade rollback'
    try upgrade rollback --root "$trial/node-3"
    expect_code 0 "rollback of $bundle"
    expect_all_at 4.2
    expect_same_answers
}

# Found while the version is staged, so before anything is stopped.
variant unreadable sed -i 's/^setServerPolicy/setServerPolcy/' templates/dnsdist.conf.in
echo "-- unreadable"
try upgrade run "$trial/unreadable.bundle" --mode rolling --root "$trial/node-2"
expect_code 1 "upgrade with a configuration that dnsdist refuses"
expect_said "is refused by '/usr/bin/dnsdist --check-config .*setServerPolcy"
expect_said 'everything was undone'
expect_all_at 4.2

variant broken-sqlite broken_migration sqlite lite-4-3-1-to-4-7
pauses broken-sqlite 'node-1' 'no_such_column' 'the steps of this group were undone'

variant broken-postgresql broken_migration postgresql pg-4-3-to-4-7
pauses broken-postgresql 'node-3' 'no_such_column' 'the steps of this group were undone'
PGPASSWORD=quickstart-locum psql -h 127.0.0.1 -p "$postgresql_port" -U locum -Atc \
    "SELECT count(*) FROM information_schema.columns WHERE column_name IN ('half', 'catalog')" powerdns >"$trial/last.log"
expect_said '^0$'

variant never-well sed -i 's/"version": "4.7.3"/"version": "9.9"/' suite.toml
pauses never-well 'node-1' 'does not get well' 'the steps of this group were undone'

variant unopened sed -i 's|^gsqlite3-database=.*|gsqlite3-database={data}/not-there.sqlite|' templates/pdns.conf.in
pauses unopened 'node-1' 'does not get well|does not stay' 'the steps of this group were undone'

expect_clean_load
