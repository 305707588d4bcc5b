#!/usr/bin/env bash
# The database is restarted while the cluster is upgraded: the coordinator bears it, or pauses and says
# so; it never says that all was undone when it was not.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

postgresql() {
    (cd / && as_postgres "$postgresql_bin/pg_ctl" -D "$trial/postgresql/db" -w -m fast \
        -l "$trial/postgresql/log" -o "-p $postgresql_port -h 127.0.0.1 -k $trial/postgresql" "$@" >>"$trial/pg_ctl.log")
}
# Starts the upgrade and waits until it stands at the failpoint.
begin_upgrade() {
    LOCUM_FAILPOINTS="$1=delay:${2}" "$locum" upgrade "${3:-run}" "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2" >"$trial/last.log" 2>&1 &
    upgrade=$!
    timeout 60 bash -c "until grep -q 'copy the productive' '$trial/last.log'; do kill -0 $upgrade; done" || fail "no upgrade"
}
end_upgrade() {
    code=0
    wait "$upgrade" || code=$?
}

begin_cluster postgresql
# Away for a moment: borne.
begin_upgrade step/node-1/drain/intent/after 3000
timeout 60 bash -c "until grep -q 'done  node-1/copy' '$trial/last.log'; do kill -0 $upgrade; done" || fail "no copy"
postgresql restart
end_upgrade
expect_code 0 "an upgrade during which the database was restarted"
expect_all_at 2.0
trial_end

# Away for longer than the coordinator waits: paused, and what was not undone is said.
begin_cluster postgresql
begin_upgrade step/node-1/drain/intent/after 3000
timeout 60 bash -c "until grep -q 'done  node-1/copy' '$trial/last.log'; do kill -0 $upgrade; done" || fail "no copy"
postgresql stop
end_upgrade
expect_code 11 "an upgrade whose database went away"
expect_said 'journal cannot be read'
postgresql start
try upgrade resume --root "$trial/node-1"
expect_code 0 "resume"
expect_all_at 2.0
