#!/usr/bin/env bash
# Components are added to nodes and removed from them: under load without a failed request, killed at each step, taken
# back, by a node without a server with the token only; and refused where the cluster would not work.
set -euo pipefail
source "$(dirname "$0")/../upgrade/lib.sh"

# What is on a node's disk but for what changes by itself; and what the cluster says of it.
state_of() {
    (cd "$trial/node-$1" && find . ! -path './var/log/*' ! -path './var/lib/locum/*/journal' ! -path './var/lib/locum/*/commands' \
        ! -path './var/lib/locum/*/members' ! -path './var/lib/locum/*/services*' ! -path './var/lib/locum/*/agent.*' \
        ! -path './var/lib/locum/*/node.crt' ! -path './var/lib/locum/*/host.lock' ! -path './var/lib/locum/*/restored' \
        ! -path './var/lib/locum/*/node.json' ! -path './var/opt/*' \( -type f -exec sha256sum {} + -o -printf '%y %p %l\n' \) | LC_ALL=C sort)
    # In which order it has its components depends on what was added last.
    python3 -c 'import json, sys; state = json.load(open(sys.argv[1])); state["components"].sort(); print(json.dumps(state, sort_keys=True))' \
        "$trial/node-$1/var/lib/locum/endpoint-manager/node.json"
    "$locum" node list --root "$trial/node-1" | grep "^node-$1 " |
        sed -E 's/ +[0-9]+  /  /; s/ [0-9-]+ [0-9:]+ UTC / /; s/ +/ /g'
    grep -h "server node-$1 " "$trial"/node-[12]/etc/opt/endpoint-manager/haproxy.cfg || true
}
certified() { # N: the roles in its certificate
    openssl x509 -in "$trial/node-$1/var/lib/locum/endpoint-manager/node.crt" -noout -subject | grep -oE 'OU ?= ?[a-z]+' | sed -E 's/.*= ?//' | sort | xargs
}
verified() {
    local n
    for n in "$@"; do
        try verify --root "$trial/node-$n"
        expect_code 0 "verify of node-$n"
    done
}
modify() { # N ARGS…
    local n=$1
    shift
    try modify --root "$trial/node-$n" "$@"
}
serves() { # N PORT
    curl -sf "http://127.0.0.$(($1 + 1)):$2/probe" >/dev/null || fail "nobody serves on port $2 of node-$1"
}

# Connections of node N's agent to the database.
sessions_of() {
    python3 - "$(awk '{ print $1; exit }' "$trial/node-$1"/var/lib/locum/*/agent.record)" "$postgresql_port" <<'PYTHON'
import glob, os, sys
pid, port = sys.argv[1], ":%04X" % int(sys.argv[2])
held = {row.split()[9] for row in open("/proc/net/tcp").readlines()[1:]
        if row.split()[2].endswith(port) and row.split()[3] == "01"}
links = []
for link in glob.glob("/proc/%s/fd/*" % pid):
    try:
        links.append(os.readlink(link))
    except OSError:
        pass  # closed while we looked
print(sum(link[8:-1] in held for link in links if link.startswith("socket:")))
PYTHON
}

begin_cluster postgresql
echo "-- refused"
before=$(state_of 3)
modify 3 --remove server
expect_code 4 "removal of the only component"
expect_said 'locum uninstall'
modify 3 --add nothing
expect_code 4 "an unknown component"
expect_said 'component-unknown'
modify 3 --add balancer --remove balancer
expect_code 2 "both at once"
modify 3 --add server
expect_code 0 "what is there already"
expect_said 'nothing to do'
try modify --root "$trial/node-3"
expect_code 2 "nothing asked for"
sed 's/^components = .*/components = ["server", "balancer"]/' "$trial/answers-3.toml" >"$trial/answers-more.toml"
try install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-more.toml" --root "$trial/node-3"
expect_code 4 "an installation with another selection"
expect_said 'locum modify --add balancer'
modify 3 --rollback
expect_code 2 "a rollback of nothing"

echo "-- a plan changes nothing"
modify 3 --add balancer --plan
expect_code 0 "plan"
expect_said 'cluster/drain'
expect_said '^note: port device of server moves from 30001 to 30002'
[[ $(state_of 3) == "$before" ]] || fail "a plan has changed something"

echo "-- a balancer beside a server, under load of two others"
trial_load --rate 250
modify 3 --add balancer
expect_code 0 "addition of the balancer"
expect_said '^done +cluster/drain'
expect_said '^node-3 is server, administrator, balancer and well'
verified 1 2 3
serves 3 30001
serves 3 30002
[[ $(certified 3) == "balancer server" ]] || fail "node-3 is certified as $(certified 3)"
grep -q 'server node-3 127.0.0.4:30002' "$trial/node-1/etc/opt/endpoint-manager/haproxy.cfg" || fail "node-1 does not know the new port"
with=$(state_of 3)

echo "-- and away again"
modify 3 --remove balancer
expect_code 0 "removal of the balancer"
verified 1 2 3
[[ $(certified 3) == server ]] || fail "node-3 is certified as $(certified 3)"
expect_clean_load
serves 3 30001
[[ $(state_of 3) == "$before" ]] || fail "not what it was: $(diff <(echo "$before") <(state_of 3))"

echo "-- killed at each step, and the same command again"
steps() { # of the plan that would be made now, for node-3
    "$locum" modify --root "$trial/node-3" "$@" --plan --json | python3 -c 'import json, sys; print(*(s["id"] for s in json.load(sys.stdin)["steps"]))'
}
killed_everywhere() { # ARGS…: on node 3
    local step at=(intent/after done/before done/after)
    for step in $(steps "$@"); do
        [[ $step != files/bundle ]] || continue # is kept already, so there is nothing to be killed in
        LOCUM_FAILPOINTS="step/$step/${at[0]}=kill" modify 3 "$@"
        expect_code 137 "killed at $step/${at[0]}"
        at=("${at[@]:1}" "${at[0]}") # one place of each step, alternating
    done
    modify 3 "$@"
    expect_code 0 "the last one"
}
trial_load --rate 250
killed_everywhere --add balancer
[[ $(state_of 3) == "$with" ]] || fail "not what it is otherwise: $(diff <(echo "$with") <(state_of 3))"
verified 3
killed_everywhere --remove balancer
[[ $(state_of 3) == "$before" ]] || fail "not what it was: $(diff <(echo "$before") <(state_of 3))"
verified 3

echo "-- killed, and taken back"
for step in $(steps --add balancer); do
    [[ $step != files/bundle ]] || continue
    LOCUM_FAILPOINTS="step/$step/done/before=kill" modify 3 --add balancer
    expect_code 137 "killed at $step"
    if [[ $step == network/roles ]]; then
        modify 3 --add balancer --answers "$trial/answers-3.toml"
        expect_code 8 "other inputs"
        try repair --root "$trial/node-3"
        expect_code 8 "repair in between"
        expect_said 'locum modify --rollback'
    fi
    modify 3 --rollback
    expect_code 0 "rollback from $step"
    [[ $(state_of 3) == "$before" ]] || fail "not what it was after $step: $(diff <(echo "$before") <(state_of 3))"
done
[[ $(certified 3) == server ]] || fail "node-3 is certified as $(certified 3)"
verified 1 2 3

echo "-- a step that fails is taken back whole"
LOCUM_FAILPOINTS="step/cluster/undrain/done/before=error" modify 3 --add balancer
expect_code 1 "a failure at the end"
[[ $(state_of 3) == "$before" ]] || fail "not what it was: $(diff <(echo "$before") <(state_of 3))"
expect_clean_load

echo "-- a node that loses its server, and gets it back"
told 0 'event findings' modify --root "$trial/node-3" --add balancer
trial_load --rate 250
(($(sessions_of 3) > 0)) || fail "the agent of node-3 has no session of the database while it is a server"
modify 3 --remove server
expect_code 0 "removal of the server"
deadline=$((SECONDS + 20))
until (($(sessions_of 3) == 0)); do
    ((SECONDS < deadline)) || fail "the agent of node-3 keeps its session of the database"
done
verified 1 2 3
[[ $(certified 3) == balancer ]] || fail "node-3 is certified as $(certified 3)"
for file in datasource.json ca.key.sealed join-secret.sealed suite-seed.sealed; do
    [[ ! -e $trial/node-3/var/lib/locum/endpoint-manager/$file ]] || fail "node-3 still has $file"
done
serves 3 30001
lone=$(state_of 3)
modify 3 --add server
expect_code 4 "a gain without the token"
expect_said 'give --token FILE'
try token write "$trial/fresh.token" --root "$trial/node-1"
for at in intent/after done/before; do
    LOCUM_FAILPOINTS="step/network/roles/$at=kill" modify 3 --add server --token "$trial/fresh.token"
    expect_code 137 "killed at $at"
    told 0 event modify --root "$trial/node-3" --rollback
    [[ $(state_of 3) == "$lone" ]] || fail "not what it was: $(diff <(echo "$lone") <(state_of 3))"
done
killed_everywhere --add server --token "$trial/fresh.token"
[[ $(certified 3) == "balancer server" ]] || fail "node-3 is certified as $(certified 3)"
verified 1 2 3
expect_clean_load
killed_everywhere --remove server
verified 1 2 3
[[ $(state_of 3) == "$lone" ]] || fail "not what it was: $(diff <(echo "$lone") <(state_of 3))"

echo "-- an open operation"
LOCUM_FAILPOINTS="step/node-1/copy/intent/after=kill" try upgrade run "$trial/endpoint-manager-2.0.bundle" --mode rolling --root "$trial/node-1"
expect_code 137 "an upgrade that is cut off"
modify 2 --remove balancer
expect_code 7 "a modification in an upgrade"
expect_said 'locum upgrade resume'
told 0 event upgrade rollback --root "$trial/node-1"

echo "-- the last server"
modify 2 --remove server
expect_code 0 "the last but one"
modify 1 --remove server
expect_code 4 "the last server"
expect_said 'locum uninstall.*--last-server'

echo "-- uninstalled"
try uninstall --root "$trial/node-3" --purge --confirm node-3
expect_code 0 "uninstall"
[[ ! -e $trial/node-3 ]] || fail "left on node-3: $(find "$trial/node-3")"
