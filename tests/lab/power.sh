#!/usr/bin/env bash
# A host that is powered off in the middle of a rolling upgrade: nobody is drained until it is back, or removed; status on
# the others says so; only requests that had been sent to it fail. Back is: booted, without anybody's help.
# usage: power.sh boot|remove   boot: while the coordinator works, just before it drains the next server; it pauses by itself
#                               remove: while no coordinator runs; resume is refused
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 3
source "$(dirname "$0")/cluster.sh"
how=$1 gone=()

# node_3 CONDITION: it holds for node-3 in the status that node-1 gives (a Python expression of node).
node_3() {
    lab exec node-1 locum status --json | python3 -c '
import json, sys
node = next(n for n in json.load(sys.stdin)["nodes"] if n["name"] == "node-3")
sys.exit(0 if eval(sys.argv[1]) else 1)' "$1"
}

# drain_is_begun: of node-2, which the coordinator does when node-1 is updated.
drain_is_begun() {
    lab exec node-1 locum upgrade status --json | python3 -c '
import json, sys
sys.exit(0 if [s["state"] for s in json.load(sys.stdin)["operation"]["steps"] if s["id"] == "node-2/drain"][-1:] == ["begun"] else 1)'
}

# What each balancer says of its servers, five times a second: Unix time in ms, balancer, server, status. Ends with watched.stop.
watch_balancers() {
    local n said at
    until [[ -e $scratch/watched.stop ]]; do
        for n in 1 2; do
            at=$(date +%s%3N)
            said=$(lab exec "node-$n" sh -c 'echo "show stat" | socat - /run/endpoint-manager/haproxy.sock') || return 1
            awk -F, -v at="$at" -v balancer="node-$n" \
                '$1 == "servers" && $2 ~ /^node-/ { print at, balancer, $2, $18 }' <<<"$said" >>"$scratch/watched"
        done
        sleep 0.2
    done
}

# nobody_else_drained FROM: the others are as they were, and no balancer has had node-2 out since (Unix time, ms).
nobody_else_drained() {
    touch "$scratch/watched.stop"
    wait "$watch_pid" || fail "a balancer was not watched to the end"
    lab exec node-1 locum status --json | python3 -c '
import json, sys
nodes = {n["name"]: (n["mode"], n["out"], n["versions"]["server"]) for n in json.load(sys.stdin)["nodes"]}
assert nodes["node-1"] == ("update", False, "2.0"), nodes
assert nodes["node-2"] == nodes["node-3"] == ("normal", False, "1.0"), nodes
since = int(sys.argv[2])
watched = [line.rstrip("\n").split(" ", 3) for line in open(sys.argv[1])]  # a status may be "UP 1/2"
for balancer in ("node-1", "node-2"):
    def seen(server): return [(int(at), status) for at, b, s, status in watched if (b, s) == (balancer, server)]
    def is_out(status): return status.startswith(("MAINT", "DRAIN"))
    # It was seen of the one that was updated before, so it would be seen.
    assert any(is_out(status) for at, status in seen("node-1") if at < since), f"{balancer} never had node-1 out"
    of_2 = [(at, status) for at, status in seen("node-2") if at >= since]
    assert not [s for s in of_2 if is_out(s[1])], f"{balancer} had node-2 out: {of_2}"
    # A server that was drained would be out for as long as the silent agent is waited for, 5 s at least.
    times = [since, *(at for at, _ in of_2)]
    gap = max(later - at for at, later in zip(times, times[1:]))
    assert times[-1] - since > 3000 and gap < 4000, f"{balancer} was not watched for {gap} ms of {times[-1] - since}"
' "$scratch/watched" "$1" || fail "others were drained or changed"
}

begin_cluster
load_and_witness --rate 300
watch_balancers &
watch_pid=$!

case $how in
boot)
    lab exec node-2 env LOCUM_FAILPOINTS='step/node-2/drain/intent/after=delay:5000' \
        locum upgrade run /root/setup/2.0.bundle --mode rolling >"$scratch/run.log" 2>&1 &
    coordinator=$!
    within 120 drain_is_begun
    echo "-- node-3 is powered off"
    off=$(date +%s%3N)
    gone=("$off")
    lab power-off node-3
    code=0
    wait "$coordinator" || code=$?
    cp "$scratch/run.log" "$scratch/last.log"
    expect_code 11 "an upgrade whose next host is off"
    ;;
remove)
    code=0
    lab exec node-2 env LOCUM_FAILPOINTS='step/node-1/update-mode/done/after=kill' \
        locum upgrade run /root/setup/2.0.bundle --mode rolling >"$scratch/last.log" 2>&1 || code=$?
    expect_code 137 "upgrade killed when the first of three servers was updated"
    echo "-- node-3 is cut off from node-2 only, and is not taken for gone"
    gone=("$(date +%s%3N)")
    lab cut node-2 node-3
    locum_on 2 node remove node-3 --confirm node-3
    expect_code 4 "removal of a server that one node does not reach"
    expect_said 'node-alive: found node-3 is reached from node-1: its agent at .* its port device at .*; it is cut off from node-2 only'
    expect_said 'node-alive: found the database has [0-9]+ sessions of node-3 from 198.51.100.13 \(endpoint-manager: [0-9]+, locum: [0-9]+\)'
    expect_said 'node-alive: found the agent of node-3 does not answer, and reports to the registry: '
    expect_said 'try: mend the network between the hosts'
    cat "$scratch/last.log"
    locum_on 2 node remove node-3 --confirm node-3 --ignore node-alive
    expect_code 2 "the same, by all means"
    node_3 'node["reachable"]' || fail "node-3 was removed"
    lab heal
    within 30 node_3 'node["reachable"]'
    echo "-- node-3 is powered off"
    off=$(date +%s%3N)
    gone+=("$off")
    lab power-off node-3
    locum_on 2 node remove node-3 --plan
    expect_code 4 "removal of a host that went off just now"
    expect_said 'node-alive: found the database has (a session|[0-9]+ sessions) of node-3 from 198.51.100.13 .*try again in half a minute'
    cat "$scratch/last.log"
    locum_on 2 upgrade resume
    expect_code 11 "resume with a host that is off"
    ;;
esac
expect_said 'node-2 is not drained, since node-3 does not answer: '
expect_said 'try: bring node-3 back, or remove it \(locum node remove node-3\), then: locum upgrade resume'
locum_on 1 status
expect_said '^node-3 .*agent silent'
expect_said '^operation .*: paused: .*node-3 does not answer'
expect_said '^next: locum upgrade resume; back: locum upgrade rollback'
nobody_else_drained "$off"

case $how in
boot)
    echo "-- node-3 boots"
    lab boot node-3
    within 30 node_3 'node["reachable"] and [s["status"] for s in node["services"].values()] == ["running"]'
    nodes=3
    ;;
remove)
    echo "-- node-3 is removed"
    end=$((SECONDS + 60))
    locum_on 2 node remove node-3 --plan
    until ((code == 0)); do
        ((SECONDS < end)) || fail "node-3 is not proven gone"
        locum_on 2 node remove node-3 --plan
    done
    cat "$scratch/last.log"
    expect_said '^  cluster/remove +take node-3 out of the registry'
    expect_said '^proof: not to be reached from node-1 and node-2: its agent \(198.51.100.13:61616\)'
    expect_said '^proof: no request goes to it from the balancers on node-1 \(DOWN.*\) and node-2 \(DOWN'
    expect_said '^proof: the database has no session from its address 198.51.100.13'
    expect_said '^proof: its agent has not reported to the registry for [0-9]+ s'
    expect_said '^note: operation upgrade-.* \(upgrade, paused\) goes on without node-3: locum upgrade resume'
    locum_on 2 node remove node-3 </dev/null
    expect_code 2 "removal without a confirmation"
    expect_said 'try: give --confirm node-3'
    remove_node 3 2
    expect_code 0 "removal of a node that is off"
    expect_said '^note: nothing is deleted on node-3'
    cat "$scratch/last.log"
    nodes=2
    ;;
esac
locum_on 2 upgrade resume
expect_code 0 "resume"
expect_all_at 2.0 "$nodes"

expect_lost_only_at "${gone[@]}"

if [[ $how == remove ]]; then
    echo "-- node-3 boots all the same"
    allowed=$(ls "$(lab root node-3)"/var/lib/locum/endpoint-manager/allowed-*)
    lab boot node-3
    within 30 test ! -e "$allowed" # its agent was told that it is no member any more
    code=0
    lab exec node-3 pgrep endpoint-server >"$scratch/last.log" || code=$?
    expect_code 1 "looking for a server on a node that was removed" # 1: pgrep found none
    expect_all_at 2.0 2
fi
