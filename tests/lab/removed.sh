#!/usr/bin/env bash
# A node is cut off, proven gone and removed by name while its server runs. As long as it only reaches nobody, it goes on. When
# the network heals, its agent is told by the registry and stops server and balancer: no request is answered there, the
# application has no session from there, a boot changes nothing; what is typed there is refused. Installed anew it is a member.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 3
source "$(dirname "$0")/cluster.sh"
gone=198.51.100.13

# answers PORT: a write there is answered with 200; asked from outside of the hosts, which are cut off from each other only.
answers() {
    local code
    code=$(lab run curl -s -o /dev/null -w '%{http_code}' --max-time 5 -X POST \
        "http://$gone:$1/device-connector/checkin?device=D00001" || true)
    [[ $code == 200 ]]
}
# By the application's account, from node-3.
sessions() {
    lab exec db setpriv --reuid=postgres --regid=postgres --clear-groups psql -qAt postgres \
        -c "SELECT count(*) FROM pg_stat_activity WHERE client_addr = '$gone' AND usename = 'app'"
}
no_sessions() {
    [[ $(sessions) == 0 ]]
}
active() {
    lab exec node-3 systemctl is-active --quiet "endpoint-manager-$1"
}
stopped() {
    ! active server && ! active balancer
}
expect_stopped() {
    local port
    stopped || fail "$1: server or balancer of node-3 runs"
    for port in 30001 30002; do ! answers "$port" || fail "$1: node-3 answers at $port"; done
    no_sessions || fail "$1: the application has $(sessions) sessions from node-3"
}

database
bundles
for n in 1 2 3; do
    set_up "$n" '["server", "balancer"]'
    install_on "$n"
done
answers 30001 && answers 30002 || fail "node-3 does not answer"
(($(sessions) > 0)) || fail "the application has no session from node-3"

echo "-- node-3 is cut off from all, and removed"
lab cut node-3 db node-1 node-2
locum_on 2 node remove node-3 --confirm node-3
end=$((SECONDS + 120)) # until the database lets go of its sessions
until ((code == 0)); do
    ((SECONDS < end)) || fail "node-3 is not proven gone"
    locum_on 2 node remove node-3 --confirm node-3
done
expect_said '^note: nothing is deleted on node-3; should it come back, its agent stops its services as soon as it reaches the database'
cat "$scratch/last.log"
active server && active balancer || fail "node-3 stopped its services because nobody answers"

echo "-- healed: it is told"
lab heal
within 60 stopped
within 10 no_sessions
expect_stopped "healed"
# Said when both have ended, which is seen before.
has_said() { lab exec node-3 journalctl -u locum-agent-endpoint-manager --no-pager -o cat | grep 'stopped: balancer, server'; }
within 10 has_said
lab exec node-3 journalctl -u locum-agent-endpoint-manager --no-pager -o cat >"$scratch/last.log"
expect_said 'node-3 was removed from its cluster: its services are stopped, and not started again; locum uninstall, then install it anew'
expect_said 'stopped: balancer, server'
grep -E 'removed from|stopped: ' "$scratch/last.log"

echo "-- what is typed there is refused"
for command in status 'upgrade run /root/setup/2.0.bundle --mode rolling' 'node remove node-1 --confirm node-1'; do
    # shellcheck disable=SC2086
    locum_on 3 $command
    expect_code 4 "locum $command on a host that was removed"
    expect_said 'this host was removed from its cluster, where it was node-3; its agent has stopped its services'
    expect_said 'try: locum uninstall, then install it anew'
done
cat "$scratch/last.log"
locum_on 3 node start
((code != 0)) || fail "its services can be started"
expect_said 'node-3 was removed from its cluster'
lab exec node-3 systemctl start endpoint-manager-server endpoint-manager-balancer >"$scratch/last.log" 2>&1 || true
expect_stopped "started by hand"

echo "-- it boots"
lab power-off node-3
lab boot node-3
within 60 lab exec node-3 systemctl is-active locum-agent-endpoint-manager
lab exec node-3 systemctl start endpoint-manager-server endpoint-manager-balancer >"$scratch/last.log" 2>&1 || true
expect_stopped "booted"

echo "-- it is installed anew"
locum_on 3 uninstall --confirm node-3
expect_code 0 "uninstallation of a host that was removed"
install_on 3
answers 30001 && answers 30002 || fail "node-3 does not answer when it is installed anew"
locum_on 3 status
expect_code 0 "status on the host that is a member again"
expect_all_at 1.0
