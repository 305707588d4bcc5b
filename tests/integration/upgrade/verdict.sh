#!/usr/bin/env bash
# What `upgrade plan` answers, as text and as JSON, with its exit code: from the manifest's facts, the pair of versions, and
# what the cluster is like just then. It changes nothing.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

trial_begin
trial_bundles >/dev/null
# plan BUNDLE ARGUMENTS…: as text in $trial/last.log; as JSON in $trial/plan.json. Both end alike.
plan() {
    local text
    try upgrade plan "$trial/$1.bundle" --root "$trial/node-1" "${@:2}"
    text=$code code=0
    "$locum" upgrade plan "$trial/$1.bundle" --root "$trial/node-1" "${@:2}" --json >"$trial/plan.json" 2>"$trial/plan.err" || code=$?
    ((code == text)) || fail "exit code $text, with --json $code"
    # shellcheck disable=SC2046 # none where it ended well
    tests/support/documents.py "$trial/plan.json" upgrade-plan $( ((code == 0)) || echo event) >>"$trial/plan.err" || fail "not as docs/schemas has it: $(<"$trial/plan.err")"
}
expect_plan() { # EXPRESSION, of the JSON as p
    python3 -c 'import json, sys
p = json.JSONDecoder().raw_decode(open(sys.argv[1]).read())[0]
sys.exit(0 if eval(sys.argv[2]) else "not so: %s: %s" % (sys.argv[2], p))' "$trial/plan.json" "$1" || fail "$1"
}

trial_answers 1
sed -i 's/, "balancer"//' "$trial/answers-1.toml"
trial_install 1 >"$trial/last.log" 2>&1 || fail "install of node-1"

plan endpoint-manager-2.0
expect_code 9 "one server, and no downtime was asked for"
expect_said '^verdict: downtime needed$'
expect_said '^  there is one server only: while it is stopped nobody serves$'
expect_said 'try: plan a short downtime, then: locum upgrade run BUNDLE --mode short-downtime'
expect_plan 'p["verdict"] == "downtime-needed" and p["mode"] is None and p["steps"] == []'
expect_plan 'p["reasons"][:2] == ["there is one server only: while it is stopped nobody serves", "no balancer is registered, so no server can be drained"]'

plan endpoint-manager-2.0 --mode short-downtime
expect_code 0 "one server, and a downtime that was asked for"
expect_said '^verdict: downtime needed$'
expect_plan 'p["verdict"] == "downtime-needed" and p["mode"] == "short-downtime" and p["steps"] and p["reasons"]'

cp -r "$suites/2.0" "$trial/skipping"
sed -i 's/^upgrades-from = \["1.0"\]/upgrades-from = ["1.5", "1.6"]/; s/{ from = "1.0", to = "2.0"/{ from = "1.5", to = "1.6", file = "migrations\/ENGINE\/1.0.sql" },\n    { from = "1.6", to = "2.0"/; s/{ to = "1.0", /{ to = "1.5", /' \
    "$trial/skipping/suite.toml"
sed -i '/^\[database.postgresql\]/,/^\[database.sqlite\]/s/ENGINE/postgresql/; s/ENGINE/sqlite/' "$trial/skipping/suite.toml"
trial_bundle "$trial/skipping" skipping >/dev/null
plan endpoint-manager-skipping
expect_code 13 "no way from schema 1.0"
expect_said '^verdict: go through a version with schema 1.5 or 1.6 first$'
expect_said '^  the database has schema 1.0; version 2.0 can upgrade from 1.5, 1.6$'
expect_plan 'p["verdict"] == "go-through" and p["through"] == ["1.5", "1.6"] and p["mode"] is None'

trial_answers 2
trial_install 2 >"$trial/last.log" 2>&1 || fail "install of node-2"
plan endpoint-manager-2.0
expect_code 0 "two servers and a balancer"
expect_said '^verdict: rolling possible$'
expect_plan 'p["verdict"] == "rolling-possible" and p["reasons"] == [] and p["mode"] == "rolling"'

# The live state decides, not the registry.
"$locum" agent stop --root "$trial/node-2" >/dev/null
plan endpoint-manager-2.0
expect_code 4 "an agent that does not answer"
expect_said 'node-silent: .*node-2 does not answer'
expect_plan '[f["name"] for f in p["findings"] if f["severity"] == "error"] == ["node-silent"]'

plan endpoint-manager-1.0
expect_code 0 "the version that runs"
expect_said 'nothing to do'
expect_plan 'p["verdict"] == "nothing-to-do" and p["mode"] is None'
