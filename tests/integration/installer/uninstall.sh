#!/usr/bin/env bash
# Nodes are removed under load, without a failed request; killed at each of its steps, a removal goes on; the last server
# needs a word more; what stayed is taken up by a new installation.
set -euo pipefail
source "$(dirname "$0")/../upgrade/lib.sh"

no_node() { # N: neither registry nor balancers of node-1 know it
    "$locum" node list --root "$trial/node-1" >"$trial/nodes"
    ! grep -q "^node-$1 " "$trial/nodes" || fail "node-$1 is still registered"
    ! grep -q "server node-$1 " "$trial/node-1/etc/opt/endpoint-manager/haproxy.cfg" || fail "node-$1 is still balanced"
}
nothing_left() { # N
    [[ ! -e $trial/node-$1 ]] || fail "left on node-$1: $(find "$trial/node-$1")"
    ! pgrep -f "$trial/node-$1/" >/dev/null || fail "processes of node-$1 run"
}

# An administrator's own, which is back afterwards.
original=etc/opt/endpoint-manager/haproxy.cfg
before_install() {
    (($1 == 2)) || return 0
    mkdir -p "$trial/node-2/${original%/*}"
    echo theirs >"$trial/node-2/$original"
}

begin_cluster postgresql
unset -f before_install
echo "-- asked for"
try uninstall --root "$trial/node-3" </dev/null
expect_code 2 "uninstall without a confirmation"
expect_said 'try: give --confirm node-3'
try uninstall --root "$trial/node-3" --confirm node-2
expect_code 2 "uninstall of another node"
try node remove node-3 --confirm node-3 --root "$trial/node-1"
expect_code 4 "removal by name of a node that lives"
expect_said 'locum uninstall'

echo "-- node 3 of 3, under load"
trial_load --rate 250
told 0 event uninstall --root "$trial/node-3" --purge --confirm node-3
no_node 3
nothing_left 3
expect_clean_load

echo "-- a cluster that cannot be reached"
sed -i "s/\"port\": $postgresql_port/\"port\": 1/" "$trial/node-2/var/lib/locum/endpoint-manager/datasource.json"
try uninstall --root "$trial/node-2" --confirm node-2
expect_code 4 "uninstall without a database"
expect_said '--without-cluster, then locum node remove node-2'
try uninstall --root "$trial/node-2" --confirm node-2 --without-cluster
expect_code 4 "uninstall without the cluster of what may be the last server"
expect_said 'whether another server is left cannot be told'
expect_said '--without-cluster --last-server'
sed -i "s/\"port\": 1,/\"port\": $postgresql_port,/" "$trial/node-2/var/lib/locum/endpoint-manager/datasource.json"

echo "-- node 2, killed at each step until it has left"
for at in step/{cluster/drain/intent/after,cluster/drain/done/before,service/server/done/before,cluster/leave/intent/after}; do
    LOCUM_FAILPOINTS="$at=kill" try uninstall --root "$trial/node-2" --purge --confirm node-2
    expect_code 137 "uninstall killed at $at"
done

echo "-- both servers that are left, at once"
LOCUM_FAILPOINTS='uninstall/looked=delay:20000' "$locum" uninstall --root "$trial/node-1" --confirm node-1 >"$trial/first.log" 2>&1 &
first=$!
LOCUM_FAILPOINTS='step/cluster/leave/done/before=kill' try uninstall --root "$trial/node-2" --purge --confirm node-2
expect_code 137 "uninstall of node-2, killed when it had left"
kill -0 "$first" || fail "node-1 did not wait: $(<"$trial/first.log")"
code=0
wait "$first" || code=$?
cp "$trial/first.log" "$trial/last.log"
expect_code 4 "uninstall of a server that has become the last one meanwhile"
expect_said 'node-1 is the last server, so the cluster ends'
curl -sf http://127.0.0.2:30001/probe >/dev/null || fail "node-1 does not serve after a refusal"

echo "-- node 2, killed at each step after that"
for at in step/{service/balancer/done/before,remove/agent/done/before} uninstall/put-back \
    step/remove/{config/server/done/before,folder/product/done/before,folder/run/done/before,folder/data/done/before} \
    step/remove/folder/state/intent/after uninstall/state; do
    LOCUM_FAILPOINTS="$at=kill" try uninstall --root "$trial/node-2" --purge --confirm node-2
    expect_code 137 "uninstall killed at $at"
done
[[ $(<"$trial/node-2/$original") == theirs ]] || fail "the administrator's original is not back"
# Between the registry and the balancers is not a step's boundary; a run after it tells them.
try uninstall --root "$trial/node-2" --purge --confirm node-2
expect_code 0 "the last one"
no_node 2
[[ $(<"$trial/node-2/$original") == theirs ]] || fail "the administrator's original went with the last run"
[[ $(find "$trial/node-2" -type f) == "$trial/node-2/$original" ]] || fail "left on node-2: $(find "$trial/node-2" -type f)"
rm -r "$trial/node-2"
nothing_left 2

echo "-- the last server"
try uninstall --root "$trial/node-1" --confirm node-1 --without-cluster
expect_code 4 "uninstall of the last server without the cluster"
expect_said 'its registry stays in the database'
expect_said '--last-server --without-cluster'
try uninstall --root "$trial/node-1" --confirm node-1
expect_code 4 "uninstall of the last server"
expect_said 'node-1 is the last server, so the cluster ends'
expect_said '--last-server'
curl -sf http://127.0.0.2:30001/probe >/dev/null || fail "node-1 does not serve after a refusal"
tool=$trial/node-1/usr/local/bin/locum # as a setup leaves it
mkdir -p "${tool%/*}"
cp "$locum" "$tool"
told 0 plan uninstall --root "$trial/node-1" --last-server --with-locum --plan
grep -qF "$tool goes, too" "$trial/told.json" || fail "the plan does not tell that Locum's program goes"
try uninstall --root "$trial/node-1" --confirm node-1 --last-server --with-locum
expect_code 0 "uninstall of the last server, spelled out"
expect_said '^stays: logs: '
expect_said "^note: $tool goes, too"
[[ -d ${tool%/*} && ! -e $tool ]] || fail "Locum's program is left, or the system's folder went with it"
count=$(PGPASSWORD=quickstart-admin psql -qAt -h 127.0.0.1 -p "$postgresql_port" -U admin endpoint \
    -c "SELECT (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'locum%'), (SELECT count(*) > 0 FROM device)")
[[ $count == "0|t" ]] || fail "registry and data: $count, expected none and some"

echo "-- what stayed is taken up"
rm "$trial/network.token"
try install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-1.toml" --root "$trial/node-1"
expect_code 4 "installation on data that was kept"
expect_said 'datasource-kept-data'
try install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-1.toml" --root "$trial/node-1" --ignore datasource-kept-data
expect_code 0 "installation that takes them up"
try verify --root "$trial/node-1"
expect_code 0 "verify"
trial_end

echo "-- a lone balancer, which knows the cluster by its servers only"
trial_third_node='["balancer"]'
# A vendor who advises three balancers.
before_install() {
    (($1 == 1)) || return 0
    cp -r "$suites/1.0" "$trial/advised"
    printf '\n[[advice]]\nof = "balancer"\nat-least = 3\nsays = "so many clients need three"\n' >>"$trial/advised/suite.toml"
    trial_bundle "$trial/advised" 1.0 >/dev/null
}
begin_cluster postgresql
unset -f before_install
try verify --root "$trial/node-3"
expect_code 0 "verify of a balancer"
try uninstall --root "$trial/node-3" --plan
expect_code 0 "the plan for a balancer"
expect_said "^note: clients that use the balancer of node-3 must use another node's\$"
expect_said '^note: 2 with balancer in the cluster then, and the vendor advises at least 3: so many clients need three$'
try agent stop --root "$trial/node-1" # whose address is in the token that it joined with
try uninstall --root "$trial/node-3" --purge --confirm node-3
expect_code 4 "uninstall without a server that answers"
expect_said 'give --token FILE'
try token write "$trial/fresh.token" --root "$trial/node-2"
for at in step/cluster/leave/{intent/after,done/before}; do
    LOCUM_FAILPOINTS="$at=kill" try uninstall --root "$trial/node-3" --purge --confirm node-3 --token "$trial/fresh.token"
    expect_code 137 "uninstall killed at $at"
done
# As if killed before it kept that it left: the server refuses it, or still takes it for a node, for at most two seconds.
rm "$trial/node-3/var/lib/locum/endpoint-manager/left"
LOCUM_FAILPOINTS="step/service/balancer/done/before=kill" try uninstall --root "$trial/node-3" --purge --confirm node-3 \
    --token "$trial/fresh.token"
expect_code 137 "uninstall of one that the servers have not"
no_node 3
for at in step/remove/{agent,folder/product}/done/before uninstall/state; do
    LOCUM_FAILPOINTS="$at=kill" try uninstall --root "$trial/node-3" --purge --confirm node-3
    expect_code 137 "uninstall killed at $at"
done
try uninstall --root "$trial/node-3" --purge --confirm node-3
expect_code 0 "the last one, which asks nobody"
no_node 3
nothing_left 3

echo "-- its own balancer is dead, and need not be brought back"
try agent start --root "$trial/node-1"
expect_code 0 "agent start"
try agent stop --root "$trial/node-2"
kill -9 "$(awk '{ print $1; exit }' "$trial/node-2/var/lib/locum/endpoint-manager/services/balancer.record")"
trial_fronts=(127.0.0.2:30001)
trial_load --rate 200
try uninstall --root "$trial/node-2" --without-cluster --purge --confirm node-2 --plan
expect_code 0 "a plan without the cluster"
expect_said '^note: the cluster is not told; on a node with a server: locum node remove node-2'
try uninstall --root "$trial/node-2" --purge --confirm node-2
expect_code 0 "uninstall without this node's agent and balancer"
expect_clean_load
no_node 2
nothing_left 2
