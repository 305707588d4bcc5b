#!/usr/bin/env bash
# A node that will not come back is removed by name while an upgrade is open: not as long as anything of it lives, not unasked,
# not by mistake; proof and consequences are said before. The upgrade goes on without it.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

remove() { # ARGS…
    try node remove node-3 --root "$trial/node-1" "$@" </dev/null
}

begin_cluster postgresql
LOCUM_FAILPOINTS='step/node-3.last/drain/intent/before=kill' \
    try upgrade run "$trial/endpoint-manager-2.0.bundle" --mode rolling --root "$trial/node-1"
expect_code 137 "upgrade killed before the last server"

echo "-- its agent is silent, and its server serves"
try agent stop --root "$trial/node-3"
remove --confirm node-3
expect_code 4 "removal of a node whose server runs"
expect_said 'node-alive: found node-3 is reached from node-1: its port '
expect_said 'node-alive: found node-3 is reached from node-2: its port '
expect_said 'try: run on node-3: locum uninstall'
remove --confirm node-3 --ignore node-alive
expect_code 2 "removal of a node that lives, by all means"
expect_said 'node-alive cannot be ignored: its server would go on writing'
"$locum" node list --root "$trial/node-1" | grep -q '^node-3 ' || fail "node-3 is removed"
curl -sf http://127.0.0.4:30001/probe >/dev/null || fail "node-3 does not serve after a refusal"

echo "-- it is off, and the database has a session from its address still"
stop_service 3 server
printf 'host all all 127.0.0.4/32 scram-sha-256\n' >>"$trial/postgresql/db/pg_hba.conf"
(cd / && as_postgres "$postgresql_bin/pg_ctl" -D "$trial/postgresql/db" reload >/dev/null)
port=$(free_port)
socat "TCP-LISTEN:$port,bind=127.0.0.1,reuseaddr" "TCP:127.0.0.1:$postgresql_port,bind=127.0.0.4" &
through=$!
trap '[[ -z $through ]] || kill "$through" 2>/dev/null || true; trial_end' EXIT
until [[ -n $(ss -Hltn "sport = :$port") ]]; do
    kill -0 "$through" || fail "nothing leads to the database"
done
coproc session {
    exec env PGPASSWORD=quickstart-app PGAPPNAME=lingering psql -qAt "host=127.0.0.1 port=$port user=app dbname=endpoint" 2>"$trial/psql.log"
}
echo 'SELECT 1;' >&"${session[1]}"
read -r -t 20 one <&"${session[0]}" || fail "no session: $(<"$trial/psql.log")"
[[ $one == 1 ]] || fail "the session says: $one"
remove --confirm node-3
expect_code 4 "removal of a node with a session"
expect_said 'node-alive: found the database has a session of node-3 from 127.0.0.4 \(lingering: 1\)'
expect_said 'try again in half a minute'
kill "$through" # as the database lets go of it
wait "$through" || true
through=''
# The command's own exit code is not asked: it may be refused for other reasons.
no_session() {
    try node remove node-3 --plan --root "$trial/node-1"
    ! grep -q 'a session of node-3' "$trial/last.log"
}
deadline=$((SECONDS + 20))
until no_session; do
    ((SECONDS < deadline)) || fail "the session stays"
done

echo "-- another node cannot be asked"
try agent stop --root "$trial/node-2"
remove --plan
expect_code 4 "a plan with a silent node"
expect_said 'node-unproven: found node-2 cannot be asked whether it reaches node-3: '
try agent start --root "$trial/node-2"

echo "-- plan, proof and consequences"
deadline=$((SECONDS + 30))
remove --plan
until ((code == 0)); do
    ((SECONDS < deadline)) || fail "node-3 is not proven gone"
    remove --plan
done
cat "$trial/last.log"
expect_said '^  cluster/remove +take node-3 out of the registry'
expect_said '^  cluster/announce +let every balancer forget node-3'
expect_said '^proof: not to be reached from node-1 and node-2: its agent \(127.0.0.4:61616\)'
expect_said '^proof: no request goes to it from the balancers on node-1 \(DOWN.*\) and node-2 \(DOWN'
expect_said '^proof: its agent has not reported to the registry for [0-9]+ s'
expect_said '^note: nothing is deleted on node-3; should it come back, its agent stops its services'
expect_said '^note: operation upgrade-.* \(upgrade, running\) goes on without node-3: locum upgrade resume'
remove --plan --json
python3 - "$trial/last.log" <<'PYTHON' || fail "the plan as JSON"
import json, sys
plan = json.load(open(sys.argv[1]))
assert [step["id"] for step in plan["steps"]] == ["cluster/remove", "cluster/announce"], plan
assert len(plan["proof"]) >= 3 and plan["findings"] == [] and len(plan["consequences"]) >= 2, plan
PYTHON
remove
expect_code 2 "removal without a confirmation"
expect_said 'try: give --confirm node-3'
remove --confirm node-2
expect_code 2 "removal with another node's name"
"$locum" node list --root "$trial/node-1" | grep -q '^node-3 ' || fail "node-3 is removed"

echo "-- it comes back while it is being removed"
LOCUM_FAILPOINTS='remove/looked=delay:20000' "$locum" node remove node-3 --confirm node-3 --root "$trial/node-1" >"$trial/first.log" 2>&1 &
first=$!
until grep -qs 'removal of node-3' "$trial/node-1/var/lib/locum/endpoint-manager/host.lock"; do
    kill -0 "$first" || fail "node-1 did not wait: $(<"$trial/first.log")"
done
try agent start --root "$trial/node-3"
expect_code 0 "agent start"
serves() { curl -sf http://127.0.0.4:30001/probe >/dev/null; }
deadline=$((SECONDS + 15))
until serves; do
    ((SECONDS < deadline)) || fail "node-3 does not come back"
done
kill -0 "$first" || fail "node-1 did not wait: $(<"$trial/first.log")"
code=0
wait "$first" || code=$?
cp "$trial/first.log" "$trial/last.log"
expect_code 4 "removal of a node that came back"
expect_said 'node-alive: found node-3 answers, and its server is running'

echo "-- it is gone for good, and the upgrade goes on"
try agent stop --root "$trial/node-3"
stop_service 3 server
deadline=$((SECONDS + 30))
remove --plan
until ((code == 0)); do
    ((SECONDS < deadline)) || fail "node-3 is not proven gone"
    remove --plan
done

echo "-- cut off before the balancers were told"
LOCUM_FAILPOINTS='step/cluster/remove/done/after=delay:10000' "$locum" node remove node-3 --confirm node-3 --root "$trial/node-1" >"$trial/first.log" 2>&1 &
first=$!
while "$locum" node list --root "$trial/node-1" | grep '^node-3 ' >/dev/null; do
    kill -0 "$first" || fail "not removed: $(<"$trial/first.log")"
done
kill "$first"
code=0
wait "$first" || code=$?
cp "$trial/first.log" "$trial/last.log"
expect_code 11 "removal that was cut off"
expect_said 'cluster/announce: cancelled on request'
expect_said 'try: again: locum node remove node-3'
remove_node 3 1
expect_code 0 "removal"
expect_said '^done  cluster/announce'
expect_said '^node-3 is removed from the cluster'
told 0 event upgrade resume --root "$trial/node-1"
"$locum" status --json --root "$trial/node-1" >"$trial/status.json"
python3 tests/support/all_at.py "$trial/status.json" 2.0 2 || fail "not all are at 2.0: $(<"$trial/status.json")"

echo "-- it boots all the same"
try agent start --root "$trial/node-3"
expect_code 0 "agent start of a node that was removed"
deadline=$((SECONDS + 20))
until [[ -e $trial/node-3/var/lib/locum/endpoint-manager/removed ]]; do # its agent was told
    ((SECONDS < deadline)) || fail "its agent does not hear that it was removed"
done
try status --root "$trial/node-3"
expect_code 4 "status on a node that was removed"
expect_said 'this host was removed from its cluster, where it was node-3'
! serves || fail "the server of a node that was removed serves"
mkdir "$trial/stolen"
cp "$trial"/node-3/var/lib/locum/endpoint-manager/node.{crt,key} "$trial/stolen"
LOCUM_FAILPOINTS='uninstall/state=kill' try uninstall --root "$trial/node-3" --purge --confirm node-3
expect_code 137 "uninstall there, killed at its end"
try uninstall --root "$trial/node-3" --purge --confirm node-3
expect_code 0 "uninstall there"
[[ ! -e $trial/node-3 ]] || fail "left on node-3: $(find "$trial/node-3")"

echo "-- its name is another host's, and its key gives no orders"
send() { # FOLDER VERB BODY: to node-1, by the certificate that is there
    curl -sk --max-time 60 --cert "$1/node.crt" --key "$1/node.key" -H 'X-Locum-Protocol: 1' -H 'Content-Type:' \
        --data-binary "$3" "https://127.0.0.2:61616/v1/$2" | tail -n 1
}
say() { # FOLDER NAME PARAMETERS: an order
    send "$1" run '{"command":"'"$2"'@5000","operation":"evil","epoch":5000,"name":"'"$2"'","parameters":'"$3"'}'
}
stop='{"component":"server","at-once":true}'
refused() { # WHEN
    local answer
    answer=$(say "$trial/stolen" stop "$stop")
    [[ $answer == *'"kind":"not-trusted"'* ]] || fail "an order by the key of a removed node was answered $1 with: $answer"
    curl -sf http://127.0.0.2:30002/probe >/dev/null || fail "the server of node-1 was stopped"
}
refused "after its removal"
try install "$trial/endpoint-manager-2.0.bundle" --answers "$trial/answers-3.toml" --root "$trial/node-3"
expect_code 0 "installation of another host with that name"
refused "after its name was given again"
answer=$(send "$trial/stolen" leave '{}')
[[ $answer == *'"kind":"not-trusted"'* ]] || fail "node-3 leaves by the key of a removed node: $answer"
# Whoever has the name now is heard.
answer=$(say "$trial/node-3/var/lib/locum/endpoint-manager" acknowledge '{}')
[[ $answer == *'"result"'* ]] || fail "an order of the new node-3 was answered with: $answer"
"$locum" status --json --root "$trial/node-1" >"$trial/status.json"
python3 tests/support/all_at.py "$trial/status.json" 2.0 3 || fail "not all are at 2.0: $(<"$trial/status.json")"
