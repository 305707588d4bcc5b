#!/usr/bin/env bash
# SIGKILL to the coordinator at ten random times of rolling upgrades, under load; each time the upgrade
# is resumed from another node. Only kills with the operation open count: before it began and after it
# ended there was nothing to resume. The seed is printed; LOCUM_SEED repeats it.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

RANDOM=${LOCUM_SEED:=$((RANDOM * 32768 + RANDOM))}
echo "seed: LOCUM_SEED=$LOCUM_SEED"
# open, none, or the state of the one that ended.
operation() {
    "$locum" upgrade status --json --root "$trial/node-1" | python3 -c '
import json, sys
operation = json.load(sys.stdin)["operation"]
print("none" if operation is None else "open" if operation["open"] else operation["state"])'
}

kills=0
while ((kills < 10)); do
    begin_cluster postgresql
    trial_load --rate 150
    node=2 verb=run
    while :; do
        code=0
        # One kill within the next second and a half; the last resume is left alone.
        limit=$(python3 -c "print(0.2 + $RANDOM / 32768 * 1.3)")
        ((kills < 10)) || limit=120
        timeout -s KILL "$limit" "$locum" upgrade "$verb" "$trial/endpoint-manager-2.0.bundle" \
            --root "$trial/node-$node" >"$trial/last.log" 2>&1 || code=$?
        ((code == 0 || code == 137)) || fail "upgrade $verb from node-$node: exit code $code"
        case $(operation) in
            open)
                ((code == 137)) || fail "upgrade $verb ended with the operation open"
                ((++kills))
                verb=resume
                ;;
            none) ;; # killed before it began
            done) break ;; # by itself, or killed right after
            *) fail "the operation is neither open nor done: $(operation)" ;;
        esac
        node=$((node % 3 + 1))
    done
    expect_clean_load
    expect_all_at 2.0
    trial_end
done
echo "killed $kills times"
