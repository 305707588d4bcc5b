#!/usr/bin/env bash
# SIGKILL to the coordinator at ten random times of a rolling upgrade, under load; each time the upgrade
# is resumed from another node. The seed is printed; LOCUM_SEED repeats it.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

RANDOM=${LOCUM_SEED:=$((RANDOM * 32768 + RANDOM))}
echo "seed: LOCUM_SEED=$LOCUM_SEED"
kills=0
while ((kills < 10)); do
    begin_cluster postgresql
    trial_load --rate 150
    node=2 verb=run code=1
    while ((code != 0)); do
        code=0
        # One kill within the next second and a half; the last resume is left alone.
        limit=$(python3 -c "print(0.2 + $RANDOM / 32768 * 1.3)")
        ((kills < 10)) || limit=120
        timeout -s KILL "$limit" "$locum" upgrade "$verb" "$trial/endpoint-manager-2.0.bundle" \
            --root "$trial/node-$node" >"$trial/last.log" 2>&1 || code=$?
        ((code == 0)) || { ((code == 137)) && ((++kills)); } || fail "upgrade $verb from node-$node: exit code $code"
        # Before it began nothing is open: then it begins again.
        "$locum" upgrade status --json --root "$trial/node-1" | grep -q '"open": true' && verb=resume || verb=run
        node=$((node % 3 + 1))
    done
    expect_clean_load
    expect_all_at 2.0
    trial_end
done
echo "killed $kills times"
