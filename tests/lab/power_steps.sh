#!/usr/bin/env bash
# The host that a step is done from loses its power at that step: of an installation, of a rolling upgrade, a modification and
# a removal under load. It boots, brings up by itself what it may, and the same command, or resume, goes on. Clients notice at
# most what was on its way to that host. (The command is killed first where the step's effect is there and not its record.)
# usage: power_steps.sh install|upgrade|modify|uninstall [EVERY]   (each step, or each EVERYth)
set -euo pipefail
source "$(dirname "$0")/lib.sh"
what=$1 every=${2:-1}
hosts=3
[[ $what != upgrade ]] || hosts=4
begin_lab "$hosts"
source "$(dirname "$0")/cluster.sh"
source tests/support/programs.sh

# steps_of HOST COMMAND…: the plan's, one a line.
steps_of() {
    lab exec "$1" locum "${@:2}" --json |
        python3 -c 'import json, sys; [print(step["id"]) for step in json.load(sys.stdin)["steps"]]'
}

# killed_at STEP LATER…: failpoints where the step's effect is there and not its record. A step that is true already has no such
# place: then it is before the next one's.
killed_at() {
    printf 'step/%s/done/before=kill' "$1"
    shift
    (($# == 0)) || printf ',step/%s/intent/before=kill' "$@"
}

# not_busy COMMAND…: its exit code is in $code. Fails while the run before, whose host is gone, holds the lease still.
not_busy() {
    code=0
    "$@" || code=$?
    ((code != 7))
}

# lose_power N: node N, which then boots; its agent is there again, where it has one.
lose_power() {
    times_off+=("$(date +%s%3N)")
    lab power-off "node-$1"
    [[ -z $load_pid ]] || within 20 known_to_be_off "$1" # a host that boots at once would refuse requests, too
    lab boot "node-$1"
    ! has_agent "$1" || within 60 listens "$1"
}

# known_to_be_off N: no balancer of the fronts sends it anything.
known_to_be_off() {
    local front said
    for front in "${trial_fronts[@]}"; do
        front=${front%:*}
        said=$(lab exec "node-$((${front##*.} - 10))" sh -c 'echo "show stat" | socat - /run/endpoint-manager/haproxy.sock') || return 1
        [[ $(awk -F, -v node="node-$1" '$1 == "servers" && $2 == node { print $18 }' <<<"$said") != UP* ]] || return 1
    done
}

has_agent() {
    lab exec "node-$1" systemctl is-enabled locum-agent-endpoint-manager.service >"$scratch/last.log" 2>&1
}

listens() {
    lab exec "node-$1" sh -c 'systemctl is-active locum-agent-endpoint-manager.service && ss -Hltn sport = :61616 | grep .'
}

# comes_back N: as the cluster sees it; one that is no member any more, or not yet, it does not see. A removal takes services away
# before the node leaves.
comes_back() {
    lab exec node-1 locum status --json | python3 -c '
import json, sys
node = next(n for n in json.load(sys.stdin)["nodes"] if n["name"] == sys.argv[1])
services = [s["status"] for s in (node.get("services") or {}).values()]
some = services or sys.argv[2] == "uninstall"
sys.exit(0 if node["reachable"] and some and set(services) <= {"running", "stopped"} else 1)' "node-$1" "$what"
}

is_member() {
    lab exec node-1 locum node list | grep "^node-$1 " >"$scratch/last.log"
}

install_at_each_step() {
    local steps step done_at=0
    database
    bundles
    set_up 1 '["server", "balancer"]'
    set_up 2 '["server", "balancer"]'
    for n in 1 2; do
        ((n == 1)) || install -m 600 "$(lab root node-1)/root/setup/network.token" "$(lab root node-2)/root/setup/network.token"
        mapfile -t steps < <(steps_of "node-$n" install /root/setup/1.0.bundle --answers /root/setup/answers.toml --plan)
        ((${#steps[@]} >= 12)) || fail "the plan has ${#steps[@]} steps only: ${steps[*]}"
        for ((at = 0; at < ${#steps[@]}; at += every)); do
            step=${steps[at]}
        echo "-- $step"
            code=0
            lab exec "node-$n" env LOCUM_FAILPOINTS="$(killed_at "${steps[@]:at}")" \
                locum install /root/setup/1.0.bundle --answers /root/setup/answers.toml >"$scratch/last.log" 2>&1 || code=$?
            expect_code 137 "an installation on node-$n that is killed at $step"
            lose_power "$n"
            ((++done_at))
        done
        locum_on "$n" install /root/setup/1.0.bundle --answers /root/setup/answers.toml
        expect_code 0 "the last installation on node-$n"
        locum_on "$n" verify
        expect_code 0 "verification of node-$n"
    done
    echo "power lost at $done_at steps"
    expect_all_at 1.0 2
}

# The agents are exchanged, too. All three servers lose their power in turn, also those with a balancer; so the front is that of a
# host that never does.
upgrade_at_each_step() {
    local steps step node=2 verb=run lost=0
    bundles() { bundles_with_programs; }
    begin_cluster
    set_up 4 '["balancer"]'
    install_on 4
    mapfile -t steps < <(steps_of node-2 upgrade plan /root/setup/2.0.bundle --mode rolling)
    ((${#steps[@]} >= 30)) || fail "the plan has ${#steps[@]} steps only: ${steps[*]}"
    trial_fronts=(198.51.100.14:30001)
    load_and_witness --rate 200 --time-limit 2300
    for ((at = 0; at < ${#steps[@]}; at += every)); do
        step=${steps[at]}
        echo "-- $step"
        within 30 not_busy lab exec "node-$node" env LOCUM_FAILPOINTS="$(killed_at "${steps[@]:at}")" \
            locum upgrade "$verb" /root/setup/2.0.bundle
        expect_code 137 "an upgrade that is killed at $step"
        verb=resume
        lose_power "$node"
        within 60 comes_back "$node"
        ((++lost))
        node=$((node % 3 + 1))
    done
    within 30 not_busy lab exec "node-$node" locum upgrade resume /root/setup/2.0.bundle
    expect_code 0 "the last resume"
    echo "power lost at $lost of ${#steps[@]} steps"
    expect_all_at 2.0 4
    expect_lost_only_at "${times_off[@]}"
}

# change_at_each_step COMMAND…: changes node-3 by it, in the end for good. at_last: the failpoint of the last step.
change_at_each_step() {
    local steps step failpoints
    mapfile -t steps < <(steps_of node-3 "$@" --plan)
    ((${#steps[@]} >= 12)) || fail "the plan has ${#steps[@]} steps only: ${steps[*]}"
    for ((at = 0; at < ${#steps[@]}; at += every)); do
        step=${steps[at]}
        echo "-- $step"
        failpoints=$(killed_at "${steps[@]:at}")
        ((at + 1 < ${#steps[@]})) || failpoints=${at_last:-$failpoints}
        within 30 not_busy lab exec node-3 env LOCUM_FAILPOINTS="$failpoints" locum "$@"
        expect_code 137 "locum $* that is killed at $step"
        lose_power 3
        ! is_member 3 || within 60 comes_back 3
        ((++lost))
    done
    within 30 not_busy lab exec node-3 locum "$@"
    expect_code 0 "the last locum $*"
}

modify_at_each_step() {
    local lost=0
    begin_cluster
    load_and_witness --rate 200 --time-limit 2300
    change_at_each_step modify --add balancer
    locum_on 3 verify
    expect_code 0 "verification with the balancer"
    change_at_each_step modify --remove balancer
    locum_on 3 verify
    expect_code 0 "verification without it"
    echo "power lost at $lost steps"
    expect_all_at 1.0
    expect_lost_only_at "${times_off[@]}"
}

# Whoever is drained loses no request, whatever becomes of its power; and it is drained first. The last step removes what a removal
# goes on by: one that was killed behind it has nothing left to do, and nothing to be told of.
uninstall_at_each_step() {
    local steps lost=0 at_last=uninstall/state=kill
    begin_cluster
    mapfile -t steps < <(steps_of node-3 uninstall --purge --plan)
    [[ ${steps[0]} == cluster/drain ]] || fail "node-3 is not drained first, but: ${steps[*]}"
    trial_load --rate 200 --time-limit 1700
    change_at_each_step uninstall --purge --confirm node-3
    echo "power lost at $lost steps"
    expect_clean_load
    expect_all_at 1.0 2
    [[ -z $(lab exec node-3 find / -xdev -name '*endpoint*' ! -path '/proc/*' ! -path '/sys/*' ! -path '/var/log/journal/*') ]] || fail "something is left"
}

times_off=()
case $what in
install | upgrade | modify | uninstall) "${what}_at_each_step" ;;
*) fail "power_steps.sh of what: $what" ;;
esac
