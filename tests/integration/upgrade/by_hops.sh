#!/usr/bin/env bash
# A new version that upgrades from 1.5 only, over 1.0: its bundle carries 1.5, and the cluster goes through it under load, killed in each
# of the hops; or with a downtime, and without the bundle in between. What does not lead there, or is one host's turn, is refused.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source tests/support/hops.sh

trial_bundles() {
    bundles_by_hops "$trial"
    cp "$trial/1.0.bundle" "$trial/endpoint-manager-1.0.bundle"
}
expect_plan() { # EXPRESSION, of the JSON as p
    python3 -c 'import json, sys
p = json.JSONDecoder().raw_decode(open(sys.argv[1]).read())[0]
sys.exit(0 if eval(sys.argv[2]) else "not so: %s: %s" % (sys.argv[2], p))' "$trial/told.json" "$1" || fail "$1"
}

begin_cluster postgresql
new=$trial/2.0.bundle
try bundle verify "$new" --key "$trial/vendor.pub"
expect_code 0 "bundle verify"
expect_said '^carries 1.5 \(schema 1.5, from 1.0\)$'
told 0 bundle bundle inspect "$new"
expect_plan 'p["via"] == [{"version": "1.5", "schema": "1.5"}] and "via/1.5.locum" in [part["path"] for part in p["parts"]]'

told 13 upgrade-plan upgrade plan "$trial/bare.bundle" --root "$trial/node-1"
expect_plan 'p["verdict"] == "go-through" and p["through"] == ["1.5"] and p["hops"] == []'
expect_said 'locum bundle build … --via BUNDLE'
told 0 upgrade-plan upgrade plan "$new" --root "$trial/node-1"
expect_plan 'p["verdict"] == "rolling-possible" and p["mode"] is None and p["steps"] == []'
expect_plan '[(h["from"], h["to"], h["verdict"], h["mode"]) for h in p["hops"]] == [("1.0", "1.5", "rolling-possible", "rolling"), ("1.5", "2.0", "rolling-possible", "rolling")]'
expect_plan 'all([s["id"] for s in h["steps"] if "point-of-no-return" in s] for h in p["hops"])'
try upgrade plan "$new" --root "$trial/node-1"
expect_code 0 "upgrade plan"
expect_said '^2 upgrades, one after the other: 1.0 to 1.5, 1.5 to 2.0; behind each there is no way back before it$'
try install "$new" --answers "$trial/answers-1.toml" --root "$trial/node-1"
expect_code 13 "a host's turn, where there are to be two upgrades"
expect_said 'the way is through 1.5, which no host can go alone'
expect_said 'locum upgrade run BUNDLE'
expect_all_at 1.0

"$locum" agent stop --root "$trial/node-3" >/dev/null
told 4 findings upgrade run "$new" --root "$trial/node-2"
"$locum" agent start --root "$trial/node-3" >/dev/null

trial_load --rate 150 --time-limit 600
LOCUM_FAILPOINTS='step/stage/node-2/intent/before=kill' try upgrade run "$new" --root "$trial/node-1"
expect_code 137 "an upgrade that is killed in its first hop"
expect_said '^ +2 upgrades, one after the other: '
# From a node that has not got the hop's bundle: it is taken out of the one that carries it.
LOCUM_FAILPOINTS='step/node-2/drain/intent/before=kill' try upgrade resume --root "$trial/node-2"
expect_code 137 "a resume of the first hop, killed"
try upgrade rollback --root "$trial/node-2"
expect_code 0 "rollback of the first hop"
expect_said 'only the upgrade from 1.0 to 1.5 is taken back'
expect_all_at 1.0
LOCUM_FAILPOINTS='step/node-2/drain/intent/before=kill' try upgrade run "$new" --root "$trial/node-1"
expect_code 137 "the same again"
try upgrade run "$new" --root "$trial/node-2"
expect_code 7 "a run beside the open hop"
# Another host has the lease for two seconds once the first hop gives it back.
PGPASSWORD=quickstart-admin psql -qX -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$postgresql_port" -U admin -d endpoint <<'SQL'
CREATE SCHEMA locum_trial; -- a backup leaves it out
CREATE SEQUENCE locum_trial.times;
CREATE FUNCTION locum_trial.take() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.holder = '' AND nextval('locum_trial.times') = 1 THEN
        NEW.holder := '{"machine":"other","host":"far","pid":1,"started":1,"program":"p","purpose":"join of far"}';
        NEW.expires_ms := extract(epoch FROM now()) * 1000 + 2000;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER take BEFORE UPDATE ON locum_endpoint_manager.lease FOR EACH ROW EXECUTE FUNCTION locum_trial.take();
SQL
# The first hop is behind it, whatever becomes of the second one: no word of "nothing was changed" is the last one.
LOCUM_FAILPOINTS='step/stage/node-3/intent/before=error' try upgrade resume --root "$trial/node-2"
expect_code 11 "a resume whose second hop fails"
expect_said 'waits, since .*join of far'
expect_said 'the cluster runs 1.5 by now, and did not get further: '
expect_said "then: locum upgrade run $new"
expect_all_at 1.5
# Killed in the second hop, where what is waited for comes once more.
LOCUM_FAILPOINTS='step/node-1/drain/intent/before=kill' try upgrade run "$new" --root "$trial/node-2"
expect_code 137 "the rest, killed in the second hop"
"$locum" upgrade status --root "$trial/node-3" >"$trial/last.log"
expect_said ' node-1/copy$'
try upgrade resume --root "$trial/node-3"
expect_code 0 "resume of the second hop"
expect_clean_load
expect_all_at 2.0
try upgrade run "$new" --root "$trial/node-1"
expect_code 0 "the upgrade once more"
expect_said 'nothing to do'
trial_end

# One server: each hop has its downtime, and the worst verdict is that of all.
trial_begin
trial_bundles >/dev/null
new=$trial/2.0.bundle
trial_answers 1
sed -i 's/, "balancer"//' "$trial/answers-1.toml"
trial_install 1 >"$trial/last.log" 2>&1 || fail "install of node-1"
told 9 upgrade-plan upgrade plan "$new" --root "$trial/node-1"
expect_plan 'p["verdict"] == "downtime-needed" and [h["mode"] for h in p["hops"]] == [None, None]'
try upgrade run "$new" --root "$trial/node-1"
expect_code 9 "a downtime that nobody asked for"
LOCUM_FAILPOINTS='step/node-1/start/intent/before=kill' try upgrade run "$new" --mode short-downtime --root "$trial/node-1"
expect_code 137 "an upgrade that is killed in its first hop"
mv "$new" "$trial/away"
try upgrade resume --root "$trial/node-1"
expect_code 11 "the hop is done, and the bundle that carries the rest is not there"
expect_said "the cluster runs 1.5, and was to get to 2.0; the bundle is not here: $new"
try upgrade resume --root "$trial/node-1"
expect_code 2 "nothing is open"
expect_said "on to 2.0: locum upgrade run $new"
try upgrade status --root "$trial/node-1"
expect_said "^next: locum upgrade run $new: on to 2.0\$"
mv "$trial/away" "$new"
try upgrade run "$new" --mode short-downtime --root "$trial/node-1"
expect_code 0 "the rest"
"$locum" status --json --root "$trial/node-1" >"$trial/status.json"
python3 tests/support/all_at.py "$trial/status.json" 2.0 || fail "not at 2.0"
