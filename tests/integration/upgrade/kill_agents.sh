#!/usr/bin/env bash
# SIGKILL to each agent under load: the services go on, the next agent adopts them, no service runs
# twice. Then SIGKILL to a server and to a HAProxy: the supervisor starts them again, and a server
# that is drained stays drained.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

agent_pid() { awk '{ print $1; exit }' "$trial/node-$1"/var/lib/locum/*/agent.record; }
service_pid() { awk '{ print $1; exit }' "$trial/node-$1"/var/lib/locum/*/services/"$2".record; }

begin_cluster
trial_load --rate 250
for n in 1 2 3; do
    before=$(service_pid "$n" server)
    kill -9 "$(agent_pid "$n")"
    try agent start --root "$trial/node-$n"
    expect_code 0 "agent start on node-$n"
    [[ $(service_pid "$n" server) == "$before" ]] || fail "the agent of node-$n did not adopt its server"
    expect_services_once
done
expect_clean_load

# Any server admits: with the first node's agent away, a token from the second one does.
try token write "$trial/second.token" --root "$trial/node-2"
expect_code 0 "token write"
[[ $(stat -c %a "$trial/second.token") == 600 ]] || fail "the token can be read by others"
try agent stop --root "$trial/node-1"
sed -e 's/node-3/node-4/; s/127.0.0.4/127.0.0.5/; s#/3"#/4"#; s/network.token/second.token/' \
    "$trial/answers-3.toml" >"$trial/answers-4.toml"
try install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-4.toml" --root "$trial/node-4"
expect_code 1 "a join while a balancer's agent is away is undone as a whole"
expect_said 'node-1'
left=$(find "$trial/node-4" -not -type d -not -path "*/var/log/locum/*") # the logs say why, and stay
[[ -z $left ]] || fail "the failed join left something: $left"
"$locum" node list --root "$trial/node-2" | grep -q node-4 && fail "the failed join is still registered"
try agent start --root "$trial/node-1"
expect_code 0 "agent start"
try install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-4.toml" --root "$trial/node-4"
expect_code 0 "join through the second node"
try agent stop --root "$trial/node-4"
stop_service 4 server
remove_node 4 1
expect_code 0 "node remove"
expect_all_at 1.0

# A server that dies is started again.
dead=$(service_pid 3 server)
kill -9 "$dead"
timeout 20 bash -c "until curl -sf http://127.0.0.4:30001/probe; do :; done" >/dev/null || fail "server of node-3 did not come back"
[[ $(service_pid 3 server) != "$dead" ]] || fail "the record still names the dead server"

# An upgrade that is held in the middle, with node-1 drained: HAProxy dies, and does not forget it.
LOCUM_FAILPOINTS='step/node-1/stop/intent/before=kill' try upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
expect_code 137 "upgrade killed with node-1 drained"
kill -9 "$(service_pid 1 balancer)"
in_rotation() {
    echo 'show stat' | socat - "UNIX-CONNECT:$trial_run/1/haproxy.sock" 2>/dev/null | awk -F, '$1 == "servers" && $2 == "node-1" { print $18 }'
}
timeout 20 bash -c "until echo 'show stat' | socat - UNIX-CONNECT:$trial_run/1/haproxy.sock >/dev/null 2>&1; do :; done" || fail "HAProxy of node-1 did not come back"
[[ $(in_rotation) == MAINT* || $(in_rotation) == DRAIN* ]] || fail "HAProxy forgot that node-1 is drained: $(in_rotation)"
try upgrade resume --root "$trial/node-3"
expect_code 0 "resume"
expect_all_at 2.0
