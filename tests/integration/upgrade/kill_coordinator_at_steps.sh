#!/usr/bin/env bash
# SIGKILL to the coordinator before and after each record of each step of a rolling upgrade, under
# load; each time the upgrade is resumed from another node. At the end it is finished and nothing lost.
#
# Each run passes N-1 failpoints and is killed at the Nth. With N=2 that is after each INTENT and after
# each DONE, with N=3 before each of them: together all four places of every step.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

for nth in 2 3; do
    begin_cluster postgresql
    trial_load --rate 150
    kills=0 node=1
    export LOCUM_FAILPOINTS="step/*=kill@$nth"
    try upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
    while ((code == 137)); do
        ((++kills))
        ((kills < 400)) || fail "no end after $kills kills"
        node=$((node % 3 + 1))
        try upgrade resume "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-$node"
    done
    unset LOCUM_FAILPOINTS
    expect_code 0 "the last resume, after $kills kills"
    ((kills >= 40)) || fail "only $kills kills: the failpoints were not passed"
    echo "killed $kills times (at every ${nth}nd or 3rd record), resumed from each node in turn:"
    expect_clean_load
    expect_all_at 2.0
    trial_end
done
