#!/usr/bin/env bash
# A dnsdist that does not answer, from four moments of an upgrade on, under load: the node goes back to what it was, is in
# rotation wherever a balancer answers, and the operation pauses; rollback or resume put all right when it answers again.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

begin_cluster
# node-2's is to be silent, so the load asks the two others.
trial_fronts=(127.0.0.2:10053 127.0.0.4:10053)
trial_load --rate 300

# silent_at MOMENT WORDS…: the upgrade is under way and at this moment of a step of node-1; node-2's dnsdist does not
# answer from then on. The upgrade stops with these words; the two others have node-1 in rotation.
silent_at() {
    local moment=$1
    shift
    echo "-- a dnsdist that does not answer from $moment on"
    LOCUM_FAILPOINTS="step/node-1/$moment=kill" \
        try upgrade run "$trial/powerdns-4.7.bundle" --mode rolling --root "$trial/node-2"
    expect_code 137 "upgrade killed at $moment"
    kill -STOP "$(pids_of dnsdist 2)"
    paused "$@"
}

# paused WORDS…: resume stops with these words while node-2's dnsdist does not answer.
paused() {
    local words
    try upgrade resume --root "$trial/node-3"
    expect_code 11 "resume while a dnsdist does not answer"
    for words in 'dnsdist .* did not end within' 'try: bring the balancer on node-2 back' "$@"; do expect_said "$words"; done
    expect_node_1 1 'in rotation'
    expect_node_1 3 'in rotation'
}

# expect_node_1 N WORDS: what dnsdist on node N says of node-1.
expect_node_1() {
    local etc=$trial/node-$1/etc/opt/powerdns
    timeout 10 dnsdist -C "$etc/dnsdist.conf" -c -e "show('node-1')" >"$trial/last.log" 2>&1 || true
    expect_said "^$2\$"
}

# node_1_runs VERSION: that, and no other.
node_1_runs() {
    try status --root "$trial/node-1"
    expect_said "^ *node-1 .*server $1"
}

back() {
    kill -CONT "$(pids_of dnsdist 2)"
    try upgrade rollback --root "$trial/node-3"
    expect_code 0 "rollback with all balancers"
    expect_node_1 2 'in rotation'
    expect_all_at 4.2
    expect_same_answers
}

silent_at drain/intent/before 'node-1 is left in rotation' 'the steps of this group were undone'
node_1_runs 4.2
back

# It may have been told already, so node-1 stays where it is: on its copy.
silent_at undrain/intent/after 'node-1/undrain was not undone: node-1 is left in rotation'
node_1_runs 4.7
try upgrade rollback --root "$trial/node-3"
expect_code 11 "rollback while a dnsdist does not answer"
expect_said 'node-1/undrain was not undone: node-1 is left in rotation'
back

silent_at start/done/after 'node-1 is left out of rotation' 'node-1/drain was not undone: the balancer on node-2 was not told'
node_1_runs 4.2
paused 'node-1/drain was not undone'
try upgrade rollback --root "$trial/node-3"
expect_code 11 "rollback while a dnsdist does not answer"
expect_said 'node-1/drain was not undone: the balancer on node-2 was not told that node-1 is in rotation again'
back

silent_at start/done/after 'node-1 is left out of rotation'
kill -CONT "$(pids_of dnsdist 2)"
expect_node_1 2 'out of rotation' # which it would stay
try upgrade resume --root "$trial/node-1"
expect_code 0 "resume with all balancers"
expect_clean_load
expect_all_at 4.7
expect_same_answers
