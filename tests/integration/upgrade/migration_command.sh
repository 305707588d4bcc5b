#!/usr/bin/env bash
# A schema that a program of the vendor migrates, on copies and on the productive database, under load. Where it fails
# on a copy, that node goes back; where it fails half-way through the productive database, the upgrade pauses behind the
# point of no return and goes on from the schema version that it finds, also without the server that was the last.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

begin_cluster postgresql
suite=$trial/by-command
cp -r "$suites/2.0" "$suite"
# SQL brings the schema to 1.5, the program to 2.0.
sed -i -E 's|\{ from = "1.0", to = "2.0", file = ("migrations/[a-z]+/1.0-2.0.sql") \}|{ from = "1.0", to = "1.5", file = \1 },\n    { from = "1.5", to = "2.0", run = [{ command = ["{component.dir}/bin/migrate"], output = "migrated", timeout-s = 30 }] }|' "$suite/suite.toml"
[[ $(grep -c 'bin/migrate' "$suite/suite.toml") == 2 ]] || fail "the suite's migrations are not as this test expects them"
cat >"$suite/payload/server/bin/migrate" <<SCRIPT
#!/bin/sh
set -e
sql="CREATE TABLE IF NOT EXISTS by_program (place text PRIMARY KEY); INSERT INTO by_program VALUES ('\$LOCUM_DATASOURCE')"
case \$LOCUM_DATASOURCE in
sqlite) sqlite3 -bail "\$LOCUM_DATASOURCE_FILE" "\$sql" ;;
postgresql) psql -qX -v ON_ERROR_STOP=1 -c "\$sql" ;;
esac
[ ! -e "$trial/fails-on-\$LOCUM_DATASOURCE" ] || { echo "this was too much" >&2; exit 3; }
echo migrated
SCRIPT
chmod 755 "$suite/payload/server/bin/migrate"
"$locum" bundle build "$suite" --key "$trial/vendor.key" -o "$trial/by-command.bundle" >"$trial/last.log" 2>&1 || fail "building the bundle"

productive() { PGPASSWORD=quickstart-locum psql -h 127.0.0.1 -p "$postgresql_port" -U locum -Atc "$1" "$trial_database"; }

trial_load --rate 200
try upgrade plan "$trial/by-command.bundle" --mode rolling --root "$trial/node-2"
expect_code 0 "the plan"
expect_said 'command'

touch "$trial/fails-on-sqlite"
try upgrade run "$trial/by-command.bundle" --mode rolling --root "$trial/node-2"
expect_code 11 "an upgrade whose program fails on a copy"
expect_said 'ended with exit code 3; expected exit code 0; it said: this was too much'
expect_said 'the steps of this group were undone'
[[ $(productive 'SELECT version FROM schema_version') == 1.0 ]] || fail "the productive schema has changed"
rm "$trial/fails-on-sqlite"

touch "$trial/fails-on-postgresql"
try upgrade resume --root "$trial/node-1"
expect_code 11 "a program that fails on the productive database"
expect_said 'ended with exit code 3; expected exit code 0; it said: this was too much'
expect_said 'locum upgrade resume'
[[ $(productive 'SELECT version FROM schema_version') == 1.5 ]] || fail "the schema is at $(productive 'SELECT version FROM schema_version'), expected 1.5"
restore=$(sed -n 's/^  the database as it was before.*to restore it: //p' "$trial/last.log")
try upgrade rollback --root "$trial/node-3"
expect_code 4 "rollback with the productive schema half-way"
expect_said 'has schema 1.5, and its migration is begun \(.*\), so the upgrade cannot be undone: version 1.0 needs 1.0'

# What a command that is dead had asked the server for is ended before the database counts as restored.
PGAPPNAME=locum-migration productive 'SELECT pg_sleep(600)' >/dev/null 2>&1 &
of_commands="SELECT count(*) FROM pg_stat_activity WHERE application_name = 'locum-migration'"
for ((i = 0; i < 100; i++)); do
    [[ $(productive "$of_commands") == 1 ]] && break
    sleep 0.1
done
[[ $(productive "$of_commands") == 1 ]] || fail "the session of a command is not there"

# Back all the same, with the backup; that it was restored is proven by the version.
try upgrade rollback --database-restored --root "$trial/node-3"
expect_code 4 "a database that is said to be restored, and is not"
expect_said 'has schema version 1.5; expected 1.0'
[[ $(productive "$of_commands") == 0 ]] || fail "the session of a command is still there"
PGPASSWORD=quickstart-locum bash -c "$restore" >"$trial/last.log" 2>&1 || fail "the restore command: $restore"
try upgrade rollback --database-restored --root "$trial/node-3"
expect_code 0 "rollback with the database restored"
expect_all_at 1.0

# And forward: what has been done stays, and the rest is done.
try upgrade run "$trial/by-command.bundle" --mode rolling --root "$trial/node-2"
expect_code 11 "a program that fails on the productive database once more"
rm "$trial/fails-on-postgresql"
productive 'DELETE FROM by_program' >/dev/null # it was not made to be run twice

# Another server goes on from there where the last one is lost.
lost 3 1
try upgrade resume --root "$trial/node-1"
expect_code 0 "resume with the program mended, without the server that was the last"
expect_said '^done  node-2.last/migrate'
expect_said 'of the database with its migration begun, not as it was before: .*-.*\.dump on node-1'
[[ $(productive 'SELECT place FROM by_program') == postgresql ]] || fail "the program has not run on the productive database"
expect_clean_load
"$locum" status --json --root "$trial/node-1" >"$trial/status.json"
python3 tests/support/all_at.py "$trial/status.json" 2.0 2 || fail "not all are at 2.0: $(<"$trial/status.json")"
