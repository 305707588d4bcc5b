#!/usr/bin/env bash
# Where the manifest says that a binary works on the other schema, or the schema stays, servers go one
# after the other on the productive database, under load: no write is refused. What the facts forbid is
# refused with the reason. A server that dies between schema and upgrade starts again.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# variant VERSION SCHEMA OLD_ON_NEW NEW_ON_OLD: the suite 1.0, whose binary does not know what the schemas above
# 1.0 add; its version is in a table of its own, since the binary insists on schema 1.0.
variant() {
    local folder=$trial/variant-$1 engine schema before=1.0
    cp -r "$suites/1.0" "$folder"
    sed -i "s/^version = .*/version = \"$1\"/; s/^schema = .*/schema = \"$2\"/
        s/^upgrades-from = .*/upgrades-from = [\"1.0\", \"1.1\", \"1.2\"]/
        s/^old-binary-on-new-schema = .*/old-binary-on-new-schema = \"$3\"/
        s/^new-binary-on-old-schema = .*/new-binary-on-old-schema = \"$4\"/
        s/schema_version/suite_schema/" "$folder/suite.toml"
    for engine in postgresql sqlite; do
        echo "CREATE TABLE suite_schema (version text PRIMARY KEY); INSERT INTO suite_schema VALUES ('1.0');" \
            >>"$folder/migrations/$engine/1.0.sql"
        for schema in 1.1 1.2; do
            echo "ALTER TABLE device ADD COLUMN ${engine}_${schema/./_} text;" >"$folder/migrations/$engine/$schema.sql"
        done
    done
    python3 - "$folder/suite.toml" "$2" <<'PYTHON'
import sys
file, schema = sys.argv[1:]
text = open(file).read()
for engine in "postgresql", "sqlite":
    first = '    { to = "1.0", file = "migrations/%s/1.0.sql" },\n' % engine
    assert first in text
    steps = [("1.0", "1.1"), ("1.1", "1.2"), ("1.2", "1.3")]
    text = text.replace(first, first + "".join(
        '    { from = "%s", to = "%s", file = "migrations/%s/%s.sql" },\n' % (a, b, engine, b)
        for a, b in steps if b <= schema))
text = text.replace('upgrades-from = ["1.0", "1.1", "1.2"]',
                    "upgrades-from = [%s]" % ", ".join('"%s"' % s for s in ("1.0", "1.1", "1.2") if s < schema))
open(file, "w").write(text)
PYTHON
    "$locum" bundle build "$folder" --key "$trial/vendor.key" -o "$trial/endpoint-manager-$1.bundle" >/dev/null
}

trial_begin
trial_bundles >/dev/null
trial_postgresql
variant 1.0 1.0 breaks breaks
for n in 1 2 3; do
    trial_answers "$n"
    trial_install "$n" >"$trial/last.log" 2>&1 || fail "install of node-$n"
done
variant 1.1 1.1 breaks works  # servers first
variant 1.2 1.2 works breaks  # schema first
variant 1.3 1.2 breaks breaks # the schema stays

try upgrade run "$trial/endpoint-manager-2.0.bundle" --mode in-place --root "$trial/node-1"
expect_code 4 "in place where both break"
expect_said 'no order is safe: servers of schema 1.0 break on 2.0 \(old-binary-on-new-schema\)'

trial_load --rate 150
try upgrade plan "$trial/endpoint-manager-1.1.bundle" --root "$trial/node-1"
expect_code 0 "plan on copies"
expect_said 'order: servers on copies of schema 1.1'
expect_said 'in place: servers first, then the schema: version 1.1 works on schema 1.0'
LOCUM_FAILPOINTS='step/schema/migrate/intent/before=kill' \
    try upgrade run "$trial/endpoint-manager-1.1.bundle" --mode in-place --root "$trial/node-1"
expect_code 137 "servers first, killed before the schema"
try upgrade rollback --root "$trial/node-2"
expect_code 0 "all servers back, since nothing irreversible has happened"
expect_all_at 1.0
try upgrade run "$trial/endpoint-manager-1.1.bundle" --mode in-place --root "$trial/node-1"
expect_code 0 "servers first"
expect_all_at 1.1

LOCUM_FAILPOINTS='step/node-1/drain/intent/before=kill' \
    try upgrade run "$trial/endpoint-manager-1.2.bundle" --mode in-place --root "$trial/node-1"
expect_code 137 "schema first, killed before the servers"
expect_clean_load # a server that is killed takes its requests with it
[[ $(figure writes_refused) == 0 ]] || fail "writes were refused: $(figure writes_refused)"
record=$(echo "$trial"/node-3/var/lib/locum/*/services/server.record)
old=$(awk '{ print $1; exit }' "$record")
kill -9 "$old"
timeout 20 bash -c "until curl -sf http://127.0.0.4:30001/probe; do :; done" >"$trial/last.log" ||
    fail "the server of 1.1 does not start again on schema 1.2"
trial_load --rate 150
try upgrade rollback --root "$trial/node-2"
expect_code 0 "back to 1.1, which works on schema 1.2"
expect_all_at 1.1
try upgrade run "$trial/endpoint-manager-1.2.bundle" --root "$trial/node-3"
expect_code 0 "1.2 again: the schema is there already, so auto goes in place"
expect_said 'in place, servers only'
expect_all_at 1.2
try upgrade run "$trial/endpoint-manager-1.3.bundle" --root "$trial/node-3"
expect_code 0 "a version with the same schema"
expect_said 'in place, servers only'
expect_all_at 1.3
expect_clean_load
[[ $(figure writes_refused) == 0 ]] || fail "writes were refused: $(figure writes_refused)"
