#!/usr/bin/env bash
# SIGKILL to the coordinator at the four places of each step of a rolling upgrade's plan (before and
# after its INTENT, before and after its DONE), under load; each time the upgrade is resumed from
# another node. A step that is true already has no INTENT and no such places; which ones are is known.
# Before that, SIGKILL in the middle of a rollback. At the end nothing is lost.
# usage: kill_coordinator_at_steps.sh [one]   (all four places of each step, or one of them, each place in turn)
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# The last old server was stopped just before, so nobody is connected; and it never left normal mode.
true_already="node-3.last/evict node-3.last/normal-mode"
places=(intent/before intent/after done/before done/after)
# A step's state after a kill there; what has no record yet has no state.
declare -A expected=([intent/before]='' [intent/after]=begun [done/before]=begun [done/after]="done")

state_of() {
    "$locum" upgrade status --json --root "$trial/node-1" | python3 -c '
import json, sys
operation = json.load(sys.stdin)["operation"]
print(next((step["state"] for step in operation["steps"] if step["id"] == sys.argv[1]), "") if operation else "")' "$1"
}

# A rollback that is killed goes on from any node, too.
begin_cluster postgresql
trial_load --rate 150
LOCUM_FAILPOINTS='step/node-2/undrain/done/after=kill' try upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
expect_code 137 "an upgrade that is killed with node-2 just in rotation again"
node=3
for place in node-2/start/undo/before node-2/stop/undo/after node-1/drain/undo/before; do
    LOCUM_FAILPOINTS="step/$place=kill" try upgrade rollback --root "$trial/node-$node"
    expect_code 137 "a rollback that is killed at $place"
    node=$((node % 3 + 1))
done
try upgrade rollback --root "$trial/node-$node"
expect_code 0 "the last rollback"
echo "rollback, killed 3 times:"
expect_clean_load
expect_all_at 1.0
trial_end

begin_cluster postgresql
mapfile -t steps < <("$locum" upgrade plan "$trial/endpoint-manager-2.0.bundle" --json --root "$trial/node-2" |
    python3 -c 'import json, sys; [print(step["id"]) for step in json.load(sys.stdin)["steps"]]')
((${#steps[@]} >= 30)) || fail "the plan has ${#steps[@]} steps only: ${steps[*]}"

trial_load --rate 150 --time-limit 1500
kills=0 node=2 verb=run missing='' skipped=''
for at in "${!steps[@]}"; do
    step=${steps[at]}
    chosen=("${places[@]}")
    if [[ ${1:-} == one ]]; then
        chosen=("${places[at % 4]}")
        [[ " $true_already " != *" $step "* ]] || chosen=(intent/before)
    fi
    for place in "${chosen[@]}"; do
        # The steps behind it too, so that a run that does not come to the place ends at the next.
        failpoints="step/$step/$place=kill$(printf ',step/%s/intent/before=kill' "${steps[@]:at+1}")"
        ((at + 1 < ${#steps[@]})) || failpoints="step/$step/$place=kill"
        LOCUM_FAILPOINTS=$failpoints try upgrade "$verb" "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-$node"
        ((code == 137)) || fail "$step/$place: exit code $code, expected that the coordinator is killed"
        ((++kills))
        verb=resume
        node=$((node % 3 + 1))
        state=$(state_of "$step")
        if [[ $place == intent/before && $state == "done" ]]; then
            skipped+=" $step"
            break
        fi
        [[ $state == "${expected[$place]}" ]] || missing+=" $step/$place($state)"
    done
done
[[ -z $missing ]] || fail "places that were not hit:$missing"
[[ $skipped == " $true_already" ]] || fail "steps that were true already:$skipped, expected: $true_already"
try upgrade resume --root "$trial/node-$node"
expect_code 0 "the last resume, after $kills kills"
echo "killed $kills times at the places of ${#steps[@]} steps, resumed from each node in turn:"
expect_clean_load
expect_all_at 2.0
