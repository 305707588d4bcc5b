#!/usr/bin/env bash
# A dnsdist that does not answer, from three moments of a rolling upgrade on, under load: the node goes back to what it was (but for
# where its undrain was begun), is in rotation wherever a balancer answers, and the operation pauses; rollback or resume put all
# right when it answers again. First the whole process is stopped, then only its console hangs while it sends queries on.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# Ends what hang has begun, also where the test fails.
hanging='' console=''
answer_again() {
    [[ -z $hanging ]] || pkill -KILL -P "$hanging" -x sleep || true
    [[ -z $console ]] || wait "$console" || true
    hanging='' console=''
}
trap 'answer_again; trial_end' EXIT

begin_cluster
balancer=$(pids_of dnsdist 2)

stop_process() { kill -STOP "$balancer"; }
continue_process() { kill -CONT "$balancer"; }

# Its Lua is busy until the sleep ends; queries need none.
hang_console() {
    dnsdist -C "$trial/node-2/etc/opt/powerdns/dnsdist.conf" -c -e "os.execute('exec sleep 900')" >/dev/null 2>&1 &
    console=$! hanging=$balancer
    until pgrep -P "$balancer" -x sleep >/dev/null; do
        kill -0 "$console" || fail "the console did not take the command"
    done
}

# silent_at MOMENT HOW WORDS…: the upgrade is under way and at this moment of a step of node-1; node-2's dnsdist does not
# answer from then on. The upgrade stops with these words; the two others have node-1 in rotation.
silent_at() {
    local moment=$1 how=$2
    shift 2
    echo "-- a dnsdist that does not answer from $moment on ($how)"
    LOCUM_FAILPOINTS="step/node-1/$moment=kill" \
        try upgrade run "$trial/powerdns-4.7.bundle" --mode rolling --root "$trial/node-2"
    expect_code 137 "upgrade killed at $moment"
    "$how"
    paused "$@"
}

# paused WORDS…: resume stops with these words while node-2's dnsdist does not answer.
paused() {
    local words
    try upgrade resume --root "$trial/node-3"
    expect_code 11 "resume while a dnsdist does not answer"
    for words in 'dnsdist .* did not end within' 'try: bring the balancer on node-2 back' "$@"; do expect_said "$words"; done
    expect_seen 1 node-1 'in rotation'
    expect_seen 3 node-1 'in rotation'
}

# expect_seen N SERVER WORDS: what dnsdist on node N says of a server.
expect_seen() {
    local etc=$trial/node-$1/etc/opt/powerdns
    timeout 10 dnsdist -C "$etc/dnsdist.conf" -c -e "show('$2')" >"$trial/last.log" 2>&1 || true
    expect_said "^$3\$"
}

# node_1_runs VERSION: that is what its process was started from.
node_1_runs() {
    "$locum" status --json --root "$trial/node-1" >"$trial/status.json"
    python3 - "$trial/status.json" "$1" <<'PYTHON' || fail "node-1 does not run $1: $(cat "$trial/status.json")"
import json, sys
node = next(n for n in json.load(open(sys.argv[1]))["nodes"] if n["name"] == "node-1")
assert not node["out"]
assert [s["version"] for name, s in node["services"].items() if name != "dnsdist"] == [sys.argv[2]]
assert all(s["status"] == "running" for s in node["services"].values())
PYTHON
}

rolled_back() {
    try upgrade rollback --root "$trial/node-3"
    expect_code 0 "rollback with all balancers"
    expect_seen 2 node-1 'in rotation'
    expect_all_at 4.2
    expect_same_answers
}

echo "-- a dnsdist that does not answer while a short downtime is taken back: every server returns at the others"
variant broken broken_migration postgresql pg-4-3-to-4-7
LOCUM_FAILPOINTS="step/outage/fence/intent/before=kill" \
    try upgrade run "$trial/broken.bundle" --mode short-downtime --root "$trial/node-2"
expect_code 137 "upgrade killed before the fence"
stop_process
try upgrade resume --root "$trial/node-3"
expect_code 11 "resume with a migration that fails, while a dnsdist does not answer"
expect_said 'no_such_column'
for n in 1 2 3; do expect_said "outage/drain-node-$n was not undone: the balancer on node-2 does not confirm"; done
for n in 1 2 3; do
    expect_seen 1 "node-$n" 'in rotation'
    expect_seen 3 "node-$n" 'in rotation'
done
continue_process
rolled_back

# One that is stopped answers no query, so the load asks the two others.
trial_fronts=(127.0.0.2:10053 127.0.0.4:10053)
trial_load --rate 100
silent_at drain/intent/before stop_process 'node-1 is not drained' 'the steps of this group were undone'
node_1_runs 4.2
continue_process
rolled_back

silent_at start/done/after stop_process 'node-1 is not put into rotation again' 'undone: .*node-1/stop, node-1/copy' \
    'node-1/drain was not undone: the balancer on node-2 does not confirm that node-1 is in rotation again'
node_1_runs 4.2
paused 'node-1/drain was not undone'
node_1_runs 4.2
try upgrade rollback --root "$trial/node-3"
expect_code 11 "rollback while a dnsdist does not answer"
expect_said 'node-1/drain was not undone: the balancer on node-2 does not confirm that node-1 is in rotation again'
try status --root "$trial/node-1"
expect_said 'rolling-back: rolled back in part'
expect_said 'next: locum upgrade rollback'
continue_process
expect_seen 2 node-1 'out of rotation' # and so it would stay
rolled_back
expect_clean_load

# It may have been told already, so node-1 stays on its copy.
trial_fronts=(127.0.0.2:10053 127.0.0.3:10053 127.0.0.4:10053)
trial_load --rate 100
silent_at undrain/intent/after hang_console 'node-1/undrain was not undone: node-1 is left as it is'
node_1_runs 4.7
try upgrade rollback --root "$trial/node-3"
expect_code 11 "rollback while a dnsdist does not answer"
expect_said 'node-1/undrain was not undone: node-1 is left as it is'
node_1_runs 4.7
answer_again
rolled_back

silent_at start/done/after hang_console 'node-1 is not put into rotation again' 'node-1/drain was not undone'
node_1_runs 4.2
answer_again
try upgrade resume --root "$trial/node-1"
expect_code 0 "resume with all balancers"
expect_clean_load
expect_all_at 4.7
expect_same_answers
