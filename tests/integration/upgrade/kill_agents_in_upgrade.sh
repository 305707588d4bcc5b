#!/usr/bin/env bash
# SIGKILL to each agent in the middle of what it does in a rolling upgrade, under load: while it copies,
# after it stopped its server and before it said so, and the same with a start. The operation stops
# there and keeps what it has; with the agent started again it is resumed, and no request fails.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

agent_pid() { awk '{ print $1; exit }' "$trial/node-$1"/var/lib/locum/*/agent.record; }

runs() { readlink "/proc/$1/exe" >/dev/null; } # a zombie has no program any more

# In the order in which the upgrade comes to them. An embedded database is copied in one go.
declare -A copying=([embedded]=copy/rename/before [postgresql]=copy/load)
steps=([1]=node-1/copy [2]=node-2/stop [3]=node-3.last/start)

for datasource_kind in embedded postgresql; do
    begin_cluster "$datasource_kind"
    failpoints=([1]=${copying[$datasource_kind]} [2]=agent/stop/after [3]=agent/start/after)
    declare -A agents=()
    for n in 1 2 3; do
        try agent stop --root "$trial/node-$n"
        expect_code 0 "agent stop on node-$n"
        LOCUM_AGENT_FAILPOINTS="${failpoints[n]}=kill" try agent start --root "$trial/node-$n"
        expect_code 0 "agent start on node-$n"
        agents[$n]=$(agent_pid "$n")
    done
    trial_load --rate 200
    verb=run
    for n in 1 2 3; do
        runs "${agents[$n]}" || fail "the agent of node-$n died before its time"
        try upgrade "$verb" "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
        ((code == 11 || code == 3)) || fail "an upgrade whose agent on node-$n dies: exit code $code, expected 11 or 3"
        expect_said "${steps[n]}"
        deadline=$((SECONDS + 20)) # its connections end a little before it does
        while runs "${agents[$n]}"; do
            ((SECONDS < deadline)) || fail "the agent of node-$n was not killed"
        done
        "$locum" upgrade status --json --root "$trial/node-2" | grep -q '"open": true' || fail "no operation is open"
        try agent start --root "$trial/node-$n"
        expect_code 0 "agent start on node-$n"
        verb=resume
    done
    try upgrade resume --root "$trial/node-2"
    expect_code 0 "resume with all agents"
    echo "$datasource_kind, each agent killed once in the upgrade:"
    expect_clean_load
    expect_all_at 2.0
    trial_end
done
