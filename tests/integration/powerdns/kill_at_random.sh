#!/usr/bin/env bash
# SIGKILL to one pdns_server and to the coordinator at random times of rolling upgrades, twenty times, under load; each
# time the upgrade is resumed from another node. Queries to a killed server may be lost, but no answer is ever wrong.
# The seed is printed; LOCUM_SEED repeats it.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

wanted=${KILLS:-20}
RANDOM=${LOCUM_SEED:=$((RANDOM * 32768 + RANDOM))}
echo "seed: LOCUM_SEED=$LOCUM_SEED"
random_seconds() { python3 -c "print(0.2 + $RANDOM / 32768 * $1)"; }
operation() {
    "$locum" upgrade status --json --root "$trial/node-1" | python3 -c '
import json, sys
operation = json.load(sys.stdin)
print("none" if operation is None else "open" if operation["open"] else operation["state"])'
}

kills=0
while ((kills < wanted)); do
    begin_cluster
    trial_load --rate 200
    node=2 verb=run
    while :; do
        code=0
        # One kill within the next two seconds; the last resume is left alone, and may pause where a server died.
        limit=$(random_seconds 1.8)
        killer=
        if ((kills < wanted)); then
            victim=$((RANDOM % 3 + 1)) delay=$(random_seconds 1.8)
            # The server is killed before the coordinator, or soon after it.
            (sleep "$delay" && for pid in $(pids_of pdns_server "$victim"); do kill -KILL "$pid"; done) 2>/dev/null &
            killer=$!
        else
            limit=180
        fi
        arguments=(upgrade "$verb" "$trial/powerdns-4.7.bundle" --root "$trial/node-$node")
        [[ $verb != run ]] || arguments+=(--mode rolling)
        timeout -s KILL "$limit" "$locum" "${arguments[@]}" >"$trial/last.log" 2>&1 || code=$?
        [[ -z $killer ]] || wait "$killer" || true
        ((code == 0 || code == 137 || code == 11 || code == 3 || code == 4)) || fail "upgrade $verb from node-$node: exit code $code"
        case $(operation) in
            open)
                verb=resume
                ((kills >= wanted)) || { ((++kills)) && echo "    $kills: node-$victim's server after $delay s, coordinator after $limit s (exit code $code)"; }
                ;;
            none) ;; # killed before it began
            done) break ;;
            *) fail "the operation is neither open nor done: $(operation)" ;;
        esac
        node=$((node % 3 + 1))
    done
    trial_load_end || true
    [[ $(figure wrong) == 0 ]] || { cat "$trial/load.log" >&2 && fail "wrong answers: $(cat "$trial/load.json")"; }
    echo "    load: $(cat "$trial/load.json")"
    expect_all_at 4.7
    expect_same_answers
    trial_end
done
echo "killed $kills times"
