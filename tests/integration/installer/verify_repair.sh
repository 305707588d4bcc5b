#!/usr/bin/env bash
# Damage to an installed node: `locum verify` names each and changes nothing, `locum repair` heals all, also when it is
# killed in between; what runs is restarted only where it used what differed; nothing secret is printed.
set -euo pipefail
source "$(dirname "$0")/../upgrade/lib.sh"

begin_cluster
root=$trial/node-1
state=$root/var/lib/locum/endpoint-manager
etc=$root/etc/opt/endpoint-manager
product=$root/opt/endpoint-manager
server=$product/versions/1.0/server

pid_of() { awk '{ print $1; exit }' "$state/services/$1.record"; }
world() { (cd "$root" && find opt etc -printf '%M %u %p %l\n' | sort && find opt etc -type f -print0 | sort -z | xargs -0 sha256sum); }
expect_whole() {
    try verify --root "$root"
    expect_code 0 "verify $1"
}
# expect_drift NAME…: verify says exactly these resources, and changes nothing.
expect_drift() {
    local before
    before=$(world)
    code=0
    "$locum" verify --root "$root" --json >"$trial/differences" 2>"$trial/last.log" || code=$?
    expect_code 15 "verify of damage: $*"
    expect_said 'difference.* from what was installed'
    python3 - "$trial/differences" "$@" <<'PYTHON' || fail "other differences than $*"
import json, sys
told = json.JSONDecoder().raw_decode(open(sys.argv[1]).read())[0]  # then its error
assert told["kind"] == "verify" and told["node"] == "node-1", told
names = {d["resource"] for d in told["differences"] if d["severity"] == "error"}
assert names == set(sys.argv[2:]), names
assert all(d["found"] and d["expected"] and d["remedy"] for d in told["differences"])
PYTHON
    [[ $(world) == "$before" ]] || fail "verify changed something"
}
# A program that runs cannot be written to, but replaced.
damage() {
    cp -p "$1" "$1.new"
    printf x >>"$1.new"
    mv "$1.new" "$1"
}
repair() {
    try repair --root "$root"
    expect_code 0 "repair"
    expect_whole "after the repair"
}

expect_whole "of a fresh installation"
whole=$(world)

echo "-- what nothing runs with: no restart"
server_pid=$(pid_of server)
balancer_pid=$(pid_of balancer)
rm "$product/current/server"
chmod 777 "$server/bin/endpoint-server"
chmod 644 "$state/node.key"
expect_drift files/link-server files/server folder/state service/server # whose probes are found by the link
repair
[[ $(world) == "$whole" ]] || fail "the repair left something else"
[[ $(pid_of server) == "$server_pid" && $(pid_of balancer) == "$balancer_pid" ]] || fail "a service was restarted for nothing"

echo "-- a configuration: a reload where there is one, and its content is not shown"
echo "# canary-7719" >>"$etc/haproxy.cfg"
expect_drift config/balancer
! grep -q canary-7719 "$trial/differences" || fail "verify shows what is in a configuration"
try repair --plan --root "$root"
expect_code 0 "repair --plan"
expect_said 'take-up/balancer +let balancer take its configuration up, without a stop'
repair
! grep -q canary-7719 "$trial/last.log" || fail "repair shows what is in a configuration"
[[ $(pid_of balancer) == "$balancer_pid" ]] || fail "the balancer was restarted"
grep -q canary-7719 "$etc/haproxy.cfg.before-repair" || fail "what was there is not kept"
rm "$etc/haproxy.cfg.before-repair"

echo "-- files: killed at each of its steps, the server is restarted all the same"
for at in repair/files/server/intent/after repair/files/server/done/before take-up/server/intent/after; do
    server_pid=$(pid_of server)
    damage "$server/bin/endpoint-server"
    LOCUM_FAILPOINTS="step/$at=kill" try repair --root "$root"
    expect_code 137 "repair killed at $at"
    repair
    [[ $(pid_of server) != "$server_pid" ]] || fail "killed at $at, the server runs with what differed"
    [[ $(world) == "$whole" ]] || fail "killed at $at, the repair left something else"
done

echo "-- agent and services"
kill -9 "$(awk '{ print $1; exit }' "$state/agent.record")" "$(pid_of server)"
expect_drift agent
repair
curl -sf http://127.0.0.2:30002/probe >/dev/null || fail "the server does not serve"

echo "-- everything at once"
rm -r "$server" "$product/versions/1.0/.suite" "$product/current" "$etc"
repair
[[ $(world) == "$whole" ]] || fail "the repair left something else"

echo "-- without the kept bundle"
rm -r "$state/bundles" "$server/bin"
try repair --root "$root"
expect_code 11 "repair without a bundle"
expect_said 'try: name it: locum repair BUNDLE'
try repair "$trial/endpoint-manager-2.0.bundle" --root "$root"
expect_code 4 "repair with another version's bundle"
try repair "$trial/endpoint-manager-1.0.bundle" --root "$root"
expect_code 0 "repair with the bundle"
expect_whole "after that"

echo "-- while an upgrade is open"
LOCUM_FAILPOINTS='step/node-1/update-mode/done/after=kill' \
    try upgrade run "$trial/endpoint-manager-2.0.bundle" --mode rolling --root "$trial/node-2"
expect_code 137 "upgrade killed"
for command in "repair" "uninstall --confirm node-1"; do
    # shellcheck disable=SC2086 # a command and its arguments
    try $command --root "$root"
    expect_code 7 "$command while an upgrade is open"
    expect_said 'locum upgrade resume'
done
expect_whole "in the middle of an upgrade"
try upgrade resume --root "$trial/node-2"
expect_code 0 "resume"
expect_whole "after an upgrade"
damage "$product/versions/2.0/server/bin/endpoint-server"
repair
