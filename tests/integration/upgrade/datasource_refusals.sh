#!/usr/bin/env bash
# What can be wrong with the database of a new cluster: each is found before anything is changed.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

trial_begin
trial_bundles >/dev/null
trial_postgresql
trial_answers 1
admin() { PGPASSWORD=quickstart-admin psql -q -h 127.0.0.1 -p "$postgresql_port" -U admin -d "${2:-endpoint}" -c "$1"; }
refused() { # sed on the answers, text that must be said
    sed "$1" "$trial/answers-1.toml" >"$trial/answers-x.toml"
    try install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-x.toml" --root "$trial/node-1"
    expect_code 4 "install with $1"
    expect_said "$2"
    [[ ! -e $trial/node-1 && ! -e $trial/network.token ]] || fail "$1: something was left behind"
}
refused "s/port = $postgresql_port/port = 1/" 'datasource'
refused 's/database = "endpoint"/database = "absent"/' 'absent'
printf wrong >"$trial/wrong.password"
refused 's#user = "locum", password = { file = "locum.password" }#user = "locum", password = { file = "wrong.password" }#' 'password'
admin 'REVOKE pg_signal_backend FROM locum'
refused 's/x/x/' 'GRANT pg_signal_backend TO'
admin 'GRANT pg_signal_backend TO locum'
admin 'CREATE TABLE somebody_elses (id int)'
refused 's/x/x/' 'somebody_elses'
admin 'DROP TABLE somebody_elses'

# --plan says what would be done and changes nothing.
try install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-1.toml" --root "$trial/node-1" --plan
expect_code 0 "install --plan"
expect_said 'datasource/schema'
[[ ! -e $trial/node-1 && ! -e $trial/network.token ]] || fail "--plan left something behind"
[[ -z $(admin "COPY (SELECT nspname FROM pg_namespace WHERE nspname LIKE 'locum%') TO STDOUT") ]] || fail "--plan changed the database"

# A second cluster on the same database.
try install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-1.toml" --root "$trial/node-1"
expect_code 0 "install"
sed -e 's/127.0.0.2/127.0.0.5/; s/node-1/node-4/; s/network.token/other.token/; s#/1"#/4"#' "$trial/answers-1.toml" >"$trial/answers-4.toml"
try install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-4.toml" --root "$trial/node-4"
expect_code 4 "a second cluster on the same database"
expect_said 'belongs to a cluster already'
try install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-1.toml" --root "$trial/node-1"
expect_code 0 "the same answers again"
expect_said 'nothing to do'
# No secret in any log, journal or listing.
if grep -rlE 'quickstart-(app|locum)' "$trial/node-1/var/log" "$trial/node-1"/var/lib/locum/*/{journal,commands,services} "$trial/last.log"; then
    fail "a password is in a log or journal"
fi
