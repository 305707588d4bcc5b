#!/usr/bin/env bash
# A bundle that brings a newer Locum: an upgrade has the agents run from it one by one, before anything
# else and with no service touched; what does not work is refused before or put back; whoever is killed
# meanwhile, the upgrade goes on, or is taken back with the old agents. All under load.
# usage: agents_updated.sh PART   (upgrade, refusals or kills)
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source tests/support/programs.sh

build() { "$locum" bundle build "$trial/$1" --key "$trial/vendor.key" -o "$trial/$2.bundle" >/dev/null; }

# Two versions of Locum in the bundles of two versions of the suite.
trial_bundles() {
    strip_programs
    "$locum" bundle keygen "$trial/vendor"
    with_program "$suites/1.0" suite-1.0 "$trial/locum-0.1" 0.1.0
    with_program "$suites/2.0" suite-2.0 "$trial/locum-0.2" 0.2.0
    build suite-1.0 endpoint-manager-1.0
    build suite-2.0 endpoint-manager-2.0
}

# One node's /opt is a link to another disk, as on hosts with a small root.
before_install() {
    (($1 == 2)) || return 0
    mkdir -p "$trial/node-2" "$trial/disk/opt-of-2"
    ln -s "$trial/disk/opt-of-2" "$trial/node-2/opt"
}

services() { trial_services | sort; }

# expect_agents_of N VERSION: it runs from the link's target, and that is this version.
expect_agents_of() {
    local said
    said=$(readlink "/proc/$(agent_pid "$1")/exe")
    [[ $said == "$(realpath "$trial/node-$1/opt")/endpoint-manager/locum/$2/locum" ]] || fail "node-$1's agent runs from $said"
}

# All agents answer as this version.
expect_agents() {
    local n said
    "$locum" status --json --root "$trial/node-1" >"$trial/status.json"
    said=$(python3 -c 'import json, sys; print(*{node["agent-version"] for node in json.load(open(sys.argv[1]))["nodes"]})' "$trial/status.json")
    [[ $said == "$1" ]] || fail "agents say $said, expected $1"
    for n in 1 2 3; do expect_agents_of "$n" "$1"; done
}

agent_pid() { awk '{ print $1; exit }' "$trial/node-$1"/var/lib/locum/*/agent.record; }

expect_untouched() { [[ $(services) == "$before" ]] || fail "services were touched: $(services), before: $before"; }

operation() { "$locum" upgrade status --json --root "$trial/node-1"; }

verify_all() {
    for n in 1 2 3; do
        try verify --root "$trial/node-$n"
        expect_code 0 "verify on node-$n"
    done
}

# expect_repaired WHAT: node-3's verify tells of the program, and repair puts it right.
expect_repaired() {
    try verify --root "$trial/node-3"
    expect_code 15 "verify, before a repair of $1"
    expect_said 'files/locum'
    try repair --root "$trial/node-3"
    expect_code 0 "repair of $1"
    try verify --root "$trial/node-3"
    expect_code 0 "verify after the repair of $1"
}

part_upgrade() {
    expect_agents 0.1.0
    verify_all
    before=$(services)
    trial_load --rate 150
    # Killed when all agents are exchanged and nothing else is done.
    LOCUM_FAILPOINTS='step/stage/node-1/intent/before=kill' try upgrade run "$new" --root "$trial/node-2"
    expect_code 137 "an upgrade that is killed behind the agents"
    expect_agents 0.2.0
    expect_untouched
    # Back, by an agent that is newer than the coordinator.
    try upgrade rollback "$new" --root "$trial/node-1"
    expect_code 0 "rollback"
    expect_agents 0.1.0
    expect_untouched
    expect_all_at 1.0
    try upgrade run "$new" --root "$trial/node-2"
    expect_code 0 "the upgrade"
    [[ $(operation | grep -o '"agent/node-[1-3]"' | tr -d '\n') == '"agent/node-1""agent/node-2""agent/node-3"' ]] ||
        fail "the agents' steps: $(operation)"
    expect_agents 0.2.0
    expect_clean_load
    expect_all_at 2.0
    verify_all
    # The program and its link are files like others.
    local product=$trial/node-3/opt/endpoint-manager
    local program=$product/locum/0.2.0/locum
    rm "$product/current/locum"
    expect_repaired "the link"
    echo >>"$product/locum/0.2.0/.stray"
    expect_repaired "without a stranger"
    [[ ! -e $product/locum/0.2.0/.stray ]] || fail "a stranger is beside the program still"
    cp -p "$program" "$program.new"
    echo x >>"$program.new"
    mv "$program.new" "$program"
    try verify --root "$trial/node-3"
    expect_code 15 "verify of a program with another content"
    # Killed at the worst moment, there is a program still.
    LOCUM_FAILPOINTS=repair/put-back=kill try repair --root "$trial/node-3"
    expect_code 137 "a repair that is killed"
    "$program" --version >/dev/null || fail "no program is left behind a repair that was killed"
    expect_repaired "the program"
    cmp "$program" "$trial/locum-0.2" || fail "another program was put back"
    [[ ! -e $product/restored-locum ]] || fail "left behind a repair: $product/restored-locum"
    try uninstall --confirm node-3 --root "$trial/node-3"
    expect_code 0 "uninstall"
    [[ ! -e $trial/node-3/opt/endpoint-manager ]] || fail "left: $(find "$trial/node-3/opt")"
}

part_refusals() {
    local pids
    before=$(services)
    pids=$(agent_pid 1)$(agent_pid 2)$(agent_pid 3)
    trial_load --rate 150

    # It cannot read what an agent reads: nothing is switched.
    broken_program 'echo "what is that?" >&2; exit 1' >"$trial/broken"
    chmod +x "$trial/broken"
    with_program "$suites/2.0" suite-broken "$trial/broken" 0.2.0
    build suite-broken broken
    try upgrade run "$trial/broken.bundle" --root "$trial/node-2"
    expect_code 1 "an upgrade with a program that does not work"
    expect_said 'what is that'
    [[ $(agent_pid 1)$(agent_pid 2)$(agent_pid 3) == "$pids" ]] || fail "an agent was restarted"
    expect_agents 0.1.0

    # It can, and does not run: the one before is put back, and all is as it was.
    broken_program 'exit 0' >"$trial/broken"
    with_program "$suites/2.0" suite-ending "$trial/broken" 0.2.0
    build suite-ending ending
    try upgrade run "$trial/ending.bundle" --root "$trial/node-2"
    expect_code 1 "an upgrade with a program that ends at once"
    expect_said 'did not come up as Locum 0.2.0'
    expect_said 'no, I do not run'
    expect_agents 0.1.0
    expect_untouched
    expect_all_at 1.0

    # A vendor who names the wrong program is told.
    with_program "$suites/2.0" suite-wrong "$trial/locum-0.1" 0.2.0
    try bundle build "$trial/suite-wrong" --key "$trial/vendor.key" -o "$trial/wrong.bundle"
    expect_code 2 "a build with another version of the program"
    expect_said "says 'locum 0.1.0'"

    # A bundle that needs the newer Locum: this one says where to get it, and that one upgrades.
    with_program "$suites/2.0" suite-needs "$trial/locum-0.2" 0.2.0 0.2
    "$trial/locum-0.2" bundle build "$trial/suite-needs" --key "$trial/vendor.key" -o "$trial/needs.bundle" >/dev/null
    try upgrade run "$trial/needs.bundle" --root "$trial/node-2"
    expect_code 4 "a bundle that needs a newer Locum"
    expect_said 'locum bundle program BUNDLE'
    mkdir "$trial/taken.unpacked"
    touch "$trial/taken.unpacked/mine"
    try bundle program "$trial/needs.bundle" --key "$trial/vendor.pub" -o "$trial/taken"
    expect_code 0 "bundle program"
    cmp "$trial/taken" "$trial/locum-0.2" || fail "another program was taken out"
    [[ -e $trial/taken.unpacked/mine && $(find "$trial" -maxdepth 1 -name '.locum-program-*') == "" ]] ||
        fail "bundle program removed a folder, or left one"
    # Where it does not bring one, the agents are named.
    cp -r "$suites/2.0" "$trial/suite-bare"
    sed -i 's/^locum = .*/locum = "0.2"/' "$trial/suite-bare/suite.toml"
    "$trial/taken" bundle build "$trial/suite-bare" --key "$trial/vendor.key" -o "$trial/bare.bundle" >/dev/null
    code=0
    "$trial/taken" upgrade run "$trial/bare.bundle" --root "$trial/node-2" >"$trial/last.log" 2>&1 || code=$?
    expect_code 4 "agents that are too old"
    expect_said 'agent-version.*the agent of node-1 is Locum 0.1.0'
    expect_said 'the agent of node-3 is Locum 0.1.0'
    code=0
    "$trial/taken" upgrade run "$trial/bare.bundle" --ignore agent-version --root "$trial/node-2" >"$trial/last.log" 2>&1 || code=$?
    expect_code 2 "agents that are too old, ignored"
    # Agents that cannot read the bundle take the program out of it.
    code=0
    "$trial/taken" upgrade run "$trial/needs.bundle" --root "$trial/node-2" >"$trial/last.log" 2>&1 || code=$?
    expect_code 0 "the upgrade by the program of the bundle"
    expect_agents 0.2.0
    expect_clean_load
    expect_all_at 2.0
}

# start_agent_with N FAILPOINTS: node-N's agent, and what it starts, with these.
start_agent_with() {
    try agent stop --root "$trial/node-$1"
    expect_code 0 "agent stop on node-$1"
    LOCUM_AGENT_FAILPOINTS=$2 try agent start --root "$trial/node-$1"
    expect_code 0 "agent start on node-$1"
}

# type_on N VERSION: what the last command said is to be typed on node-N, to have its agent run from the version.
type_on() {
    local line
    line=$(grep -oE "on node-$1: /[^ ;]+ agent exchange $2 --suite [^ ;]+ --root [^ ;),]+" "$trial/last.log" | head -n 1) ||
        fail "nothing is said to be typed on node-$1"
    eval "${line#on node-"$1": }" >"$trial/typed.log" 2>&1 || fail "as it was told: $line: $(cat "$trial/typed.log")"
    expect_agents_of "$1" "$2"
}

part_kills() {
    local step place node=2 verb=run kills=0
    before=$(services)
    trial_load --rate 150 --time-limit 900

    # The agent, before the process that exchanges it is there: nobody starts it again but a person.
    start_agent_with 1 exchange/recorded=kill
    try upgrade run "$new" --root "$trial/node-2"
    expect_code 3 "an upgrade whose agent on node-1 is killed"
    expect_said 'on node-1: /.*/opt/endpoint-manager/locum/0.1.0/locum agent exchange 0.1.0'
    try agent start --root "$trial/node-1"
    expect_code 0 "agent start on node-1"
    try upgrade rollback "$new" --root "$trial/node-2"
    expect_code 0 "rollback"
    expect_agents 0.1.0
    expect_untouched

    # That process, with no agent at all: what the upgrade tells a person to type brings it back.
    start_agent_with 1 exchange/stopped=kill
    try upgrade run "$new" --root "$trial/node-2"
    expect_code 3 "an upgrade that leaves node-1 without an agent"
    type_on 1 0.1.0
    try upgrade rollback "$new" --root "$trial/node-2"
    expect_code 0 "rollback"
    expect_agents 0.1.0
    expect_untouched
    # The same on the way back.
    LOCUM_FAILPOINTS='step/stage/node-1/intent/before=kill' try upgrade run "$new" --root "$trial/node-2"
    expect_code 137 "an upgrade that is killed behind the agents"
    start_agent_with 1 exchange/stopped=kill
    try upgrade rollback "$new" --root "$trial/node-2"
    ((code != 0)) || fail "nobody noticed that node-1 has no agent"
    expect_said '; then: locum upgrade rollback'
    type_on 1 0.1.0
    try upgrade rollback "$new" --root "$trial/node-2"
    expect_code 0 "rollback with the agent that a person brought back"
    expect_agents 0.1.0
    expect_untouched

    # That process, with the link switched and the old agent alive; and with the new one started.
    start_agent_with 2 exchange/linked=kill
    start_agent_with 3 exchange/restarted=kill
    try upgrade run "$new" --root "$trial/node-1"
    ((code != 0)) || fail "nobody noticed that node-2's agent was not exchanged"
    expect_said 'the agent of node-2 does not answer as Locum 0.2.0 after'
    expect_untouched
    start_agent_with 2 ''
    expect_agents_of 2 0.1.0

    # The coordinator at the four places of each step, resumed from each node in turn.
    for step in 1 2 3; do
        for place in intent/before intent/after done/before done/after; do
            LOCUM_FAILPOINTS="step/agent/node-$step/$place=kill" try upgrade "$verb" "$new" --root "$trial/node-$node"
            expect_code 137 "step/agent/node-$step/$place"
            verb=resume
            node=$((node % 3 + 1))
            ((++kills))
        done
    done
    expect_untouched
    LOCUM_FAILPOINTS='step/stage/node-1/intent/before=kill' try upgrade resume "$new" --root "$trial/node-$node"
    expect_code 137 "the last resume of the agents' steps"
    expect_agents 0.2.0
    expect_untouched
    # And the way back.
    for place in node-2/undo/before node-2/undo/after node-1/undo/before; do
        LOCUM_FAILPOINTS="step/agent/$place=kill" try upgrade rollback "$new" --root "$trial/node-$node"
        expect_code 137 "a rollback that is killed at $place"
        node=$((node % 3 + 1))
        ((++kills))
    done
    try upgrade rollback "$new" --root "$trial/node-$node"
    expect_code 0 "the last rollback, after $kills kills"
    expect_agents 0.1.0
    expect_untouched
    expect_clean_load
    expect_all_at 1.0
}

begin_cluster embedded
new=$trial/endpoint-manager-2.0.bundle
before=
"part_$1"
