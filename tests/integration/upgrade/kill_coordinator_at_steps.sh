#!/usr/bin/env bash
# SIGKILL to the coordinator before and after each record of each step of a rolling upgrade, under
# load; each time the upgrade is resumed from another node. At the end it is finished and nothing lost.
#
# Each run passes N-1 failpoints and is killed at the Nth. With N=2 that is after each INTENT and after
# each DONE, with N=3 before each of them: together all four places of every step. A resumed run proves
# some steps anew (the barrier), and passes their failpoints again: where a run came no further than
# the one before, the next may pass two more.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

last_step() {
    "$locum" upgrade status --json --root "$trial/node-1" |
        python3 -c 'import json, sys; o = json.load(sys.stdin); print(o and [(s["id"], s["state"]) for s in o["steps"]])'
}

for nth in 2 3; do
    begin_cluster postgresql
    trial_load --rate 150
    kills=0 node=2 verb=run code=137 more=0 before=
    while ((code == 137)); do
        LOCUM_FAILPOINTS="step/*=kill@$((nth + more))" \
            try upgrade "$verb" "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-$node"
        ((code == 137)) || break
        ((++kills < 300)) || fail "no end after $kills kills"
        verb=resume
        node=$((node % 3 + 1))
        now=$(last_step)
        if [[ $now == "$before" ]]; then more=2; else more=0; fi
        before=$now
    done
    expect_code 0 "the last resume, after $kills kills"
    ((kills >= 40)) || fail "only $kills kills: the failpoints were not passed"
    echo "killed $kills times (each time at failpoint $nth), resumed from each node in turn:"
    expect_clean_load
    expect_all_at 2.0
    trial_end
done
