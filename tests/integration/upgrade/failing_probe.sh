#!/usr/bin/env bash
# A new version whose probe never passes: that node goes back to what it was, the rest serves, the
# operation pauses. Then rollback takes every node back, all under load. With the node mended, the
# upgrade can be resumed.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

begin_cluster postgresql
# The same suite, but the probe waits for a text that never comes.
cp -r "$suites/2.0" "$trial/broken"
sed -i 's/body = "ok 2.0"/body = "never said"/' "$trial/broken/suite.toml"
"$locum" bundle build "$trial/broken" --key "$trial/vendor.key" -o "$trial/broken.bundle" >/dev/null
trial_load --rate 200
try upgrade run "$trial/broken.bundle" --root "$trial/node-2"
expect_code 11 "upgrade to a version that does not get well"
expect_said 'does not get well'
expect_said 'the steps of this group were undone'
try upgrade rollback --root "$trial/node-3"
expect_code 0 "rollback"
expect_all_at 1.0

# Two nodes in update mode, then back: every node works on the productive database again.
# The mended bundle of the same version takes the place of the one that was left unpacked.
LOCUM_FAILPOINTS='step/node-3.last/drain/intent/before=kill' try upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
expect_code 137 "upgrade killed before the last server"
try upgrade rollback --root "$trial/node-1"
expect_code 0 "rollback of two nodes in update mode"
expect_all_at 1.0

# And forward, once more; after the point of no return there is no way back.
LOCUM_FAILPOINTS='step/node-3.last/unfence/intent/before=kill' try upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
expect_code 137 "upgrade killed after the migration"
# One that pauses here says how to get the database of before, beside how to go on.
LOCUM_FAILPOINTS='step/node-3.last/unfence/intent/before=error' try upgrade resume --root "$trial/node-1"
expect_code 11 "resume, with an error after the migration"
expect_said 'as it was before the migration: .*\.dump on node-2, .* to restore it: psql .*pg_restore'
restore=$(sed -n 's/^  the database as it was before.*to restore it: //p' "$trial/last.log")
try upgrade rollback --root "$trial/node-1"
expect_code 4 "rollback after the point of no return"
expect_said 'cannot be undone'

# But for whoever restores the backup. Then forward, for good.
PGPASSWORD=quickstart-locum bash -c "$restore" >"$trial/last.log" 2>&1 || fail "the restore command: $restore"
try upgrade rollback --database-restored --root "$trial/node-1"
expect_code 0 "rollback with the database restored"
expect_all_at 1.0
LOCUM_FAILPOINTS='step/node-3.last/unfence/intent/before=kill' try upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
expect_code 137 "upgrade killed after the migration"
try upgrade resume --root "$trial/node-1"
expect_code 0 "resume"
expect_clean_load
expect_all_at 2.0
