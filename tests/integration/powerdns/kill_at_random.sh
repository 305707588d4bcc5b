#!/usr/bin/env bash
# SIGKILL to one pdns_server and to the coordinator at random times of rolling upgrades, twenty times, under load; each
# time the upgrade is resumed from another node. Queries to a killed server may be lost, but no answer is ever wrong.
# The seed is printed; LOCUM_SEED repeats it.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

wanted=${KILLS:-20}
RANDOM=${LOCUM_SEED:=$((RANDOM * 32768 + RANDOM))}
echo "seed: LOCUM_SEED=$LOCUM_SEED"
random_seconds() { python3 -c "print(round($1 + $RANDOM / 32768 * ($2 - $1), 3))"; } # FROM TO
operation() {
    "$locum" upgrade status --json --root "$trial/node-1" | python3 -c '
import json, sys
operation = json.load(sys.stdin)["operation"]
print("none" if operation is None else "open" if operation["open"] else operation["state"])'
}

kills=0
while ((kills < wanted)); do
    begin_cluster
    trial_load --rate 200
    node=2 verb=run
    while :; do
        code=0
        # Long enough to take the lease over from the coordinator that was killed, and to get somewhere; the last
        # resume is left alone, and may pause where a server died.
        limit=$(random_seconds 2 16)
        killer=
        if ((kills < wanted)); then
            victim=$((RANDOM % 3 + 1)) delay=$(random_seconds 0 "$limit")
            (sleep "$delay" && pids=$(pids_of pdns_server "$victim") && [[ -n $pids ]] && kill -KILL $pids) &
            killer=$!
        else
            limit=180
        fi
        arguments=(upgrade "$verb" "$trial/powerdns-4.7.bundle" --root "$trial/node-$node")
        [[ $verb != run ]] || arguments+=(--mode rolling)
        timeout -s KILL "$limit" "$locum" "${arguments[@]}" >"$trial/last.log" 2>&1 || code=$?
        # Counted only where both were there to be killed.
        killed=no
        if [[ -n $killer ]] && wait "$killer" && ((code == 137)); then killed=yes; fi
        ((code == 0 || code == 137 || code == 11 || code == 3 || code == 4)) || fail "upgrade $verb from node-$node: exit code $code"
        case $(operation) in
            open)
                verb=resume
                [[ $killed == no ]] || { ((++kills)) && echo "    $kills: node-$victim's server after $delay s, coordinator after $limit s, at: $(tail -n 1 "$trial/last.log")"; }
                ;;
            none) ;; # killed before it began
            done) break ;;
            *) fail "the operation is neither open nor done: $(operation)" ;;
        esac
        node=$((node % 3 + 1))
    done
    trial_load_end || true
    (($(figure requests) > 1000)) || fail "hardly a query was asked: $(cat "$trial/load.json")"
    [[ $(figure wrong) == 0 ]] || { cat "$trial/load.log" >&2 && fail "wrong answers: $(cat "$trial/load.json")"; }
    echo "    load: $(cat "$trial/load.json")"
    expect_all_at 4.7
    expect_same_answers
    trial_end
done
echo "killed $kills times"
