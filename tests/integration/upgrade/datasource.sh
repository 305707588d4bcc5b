#!/usr/bin/env bash
# What the servers work on is changed: by another way to the same database under load, by new passwords, to another database;
# it is deactivated; each refusal; and whoever does it is killed in the middle. No password is said or written down anywhere.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

admin() { PGPASSWORD=quickstart-admin psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$postgresql_port" -U admin -d "${2:-endpoint}" -c "$1"; }

# refused CODE TEXT ARGS…
refused() {
    try datasource "${@:3}" --root "$trial/node-1"
    expect_code "$1" "datasource ${*:3}"
    expect_said "$2"
    cat "$trial/last.log" >>"$trial/said"
}

# datasource RESULT ARGS…: from node-1.
datasource() {
    told 0 event datasource "${@:2}" --root "$trial/node-1"
    [[ $(tail -n 1 "$trial/told.json") == *"\"result\":\"$1\""* ]] || fail "datasource ${*:2}: $(tail -n 1 "$trial/told.json")"
    cat "$trial/told.json" "$trial/last.log" >>"$trial/said"
}

# expect_on NAME HOST DATABASE: all servers work on it, by their configurations, and each node's list says its name.
expect_on() {
    local n
    for n in 1 2 3; do
        grep -q "^connection = host=$2 .* dbname=$3 " "$trial/node-$n"/etc/opt/*/server.conf ||
            fail "node-$n does not work on $3 at $2: $(grep '^connection' "$trial/node-$n"/etc/opt/*/server.conf)"
        told 0 datasources datasource list --root "$trial/node-$n"
        [[ $(python3 -c 'import json, sys; print(*(d["name"] for d in json.load(open(sys.argv[1]))["datasources"] if d["state"] == "active"))' \
            "$trial/told.json") == "$1" ]] || fail "node-$n says: $(cat "$trial/told.json")"
    done
    expect_all_at 1.0
}

stop_all() {
    told 0 event node stop node-3 --root "$trial/node-1"
    told 0 event node stop node-2 --root "$trial/node-1"
    told 0 event node stop --root "$trial/node-1"
}

begin_cluster postgresql
: >"$trial/said"
expect_on productive 127.0.0.1 endpoint
settings=(--host localhost --port "$postgresql_port" --database endpoint --user app --password-file "$trial/app.password"
    --locum-user locum --locum-password-env LOCUM_TEST_PASSWORD)
export LOCUM_TEST_PASSWORD=quickstart-locum

datasource added add by-name "${settings[@]}"
datasource well test by-name
datasource well test productive
refused 4 'is the active datasource' add productive "${settings[@]}"
refused 4 'there is a datasource by-name already' add by-name "${settings[@]}"
refused 4 'copy productive NAME, edit that one' edit productive --host localhost
refused 4 'activate another one first' remove productive
refused 4 'by-name is not active; productive is' deactivate by-name --confirm by-name
refused 2 'confirm productive' deactivate productive
refused 4 'servers run on node-1, node-2, node-3' deactivate productive --confirm productive
refused 2 'cannot be a datasource' add Wrong/Name "${settings[@]}"
refused 2 'known: productive, by-name' activate absent
# While an activation on this host has them in hand, they stay as they are.
exec 9<>"$trial"/node-1/var/lib/locum/endpoint-manager/host.lock
flock 9
for verb in 'edit by-name --host x' 'copy by-name x' 'remove by-name' "add x --host x --database x --user x --locum-user x --password-file $trial/app.password --locum-password-env LOCUM_TEST_PASSWORD"; do
    # shellcheck disable=SC2086 # words
    refused 7 'host.lock|another' $verb
done
exec 9>&-
refused 2 'no terminal' add asked --host localhost --database endpoint --user app --locum-user locum
[[ $(stat -c %a "$trial"/node-1/var/lib/locum/*/datasources/by-name.json) == 600 ]] || fail "the settings can be read by others"

# What is no database of this cluster.
printf wrong-password >"$trial/wrong.password"
datasource copied copy by-name wrong
datasource edited edit wrong --password-file "$trial/wrong.password"
refused 4 'datasource wrong: .*password' test wrong
refused 4 'datasource wrong: .*password' activate wrong
datasource edited edit wrong --password-file "$trial/app.password" --database postgres
refused 4 'holds no registry' activate wrong
datasource edited edit wrong --database endpoint --port 1
refused 4 'datasource wrong' activate wrong
refused 2 'file says nothing of a PostgreSQL database' edit wrong --file "$trial/x.sqlite"
datasource edited edit wrong --type embedded --file "$trial/x.sqlite"
refused 2 'host, --user says nothing of an embedded database' edit wrong --host localhost --user app
refused 2 'no user for the application' edit wrong --type postgresql --host localhost --database endpoint
datasource edited edit wrong --type postgresql "${settings[@]}"
datasource well test wrong
datasource removed remove wrong
refused 2 'known: productive, by-name' test wrong
expect_on productive 127.0.0.1 endpoint

# The same database by another address: one server after the other, and no request fails.
told 0 plan datasource activate by-name --plan --root "$trial/node-1"
grep -q '"activate the datasource by-name (the same database)"' "$trial/told.json" || fail "the plan is another: $(cat "$trial/told.json")"
expect_on productive 127.0.0.1 endpoint
trial_load --rate 250
datasource activated activate by-name
expect_clean_load
expect_on by-name localhost endpoint
datasource unchanged activate by-name

# A server that does not get well on it is put back, and the others have not been touched.
printf bare >"$trial/bare.password"
admin "CREATE ROLE bare LOGIN PASSWORD 'bare'"
datasource copied copy by-name bare
datasource edited edit bare --user bare --password-file "$trial/bare.password"
refused 4 'may not use .* tables: ' test bare
told 4 findings datasource activate bare --root "$trial/node-1"
grep -q 'may not use .* tables: ' "$trial/told.json" || fail "what bare may not is not found: $(cat "$trial/told.json")"
cat "$trial/told.json" "$trial/last.log" >>"$trial/said"
admin 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO bare; GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO bare'
admin 'ALTER ROLE bare SET default_transaction_read_only = on'
refused 4 'read-only for account bare' test bare
admin 'ALTER ROLE bare RESET default_transaction_read_only; ALTER ROLE bare SET search_path = nowhere'
datasource well test bare
trial_load --rate 150
refused 11 'node-2/start-server' activate bare
expect_clean_load
expect_on by-name localhost endpoint
datasource removed remove bare

# New passwords: not before the database has them.
printf rotated-app >"$trial/rotated.password"
datasource copied copy by-name rotated
datasource edited edit rotated --password-file "$trial/rotated.password"
refused 4 'datasource rotated: .*password' activate rotated
admin "ALTER ROLE app PASSWORD 'rotated-app'"
admin "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'app'" >/dev/null # no server is well
datasource activated activate rotated
expect_on rotated localhost endpoint

# Another database: only while nothing writes to the old one.
datasource copied copy rotated moved
datasource edited edit moved --database moved
refused 4 'datasource moved' activate moved
admin 'CREATE DATABASE moved OWNER locum'
dump() { PGPASSWORD=quickstart-admin pg_dump -h 127.0.0.1 -p "$postgresql_port" -U admin endpoint |
    PGPASSWORD=quickstart-admin psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$postgresql_port" -U admin moved >/dev/null; }
told 0 event node stop node-3 --root "$trial/node-1"
dump
refused 4 'servers run on node-1, node-2; moved is another database' activate moved
admin 'DROP DATABASE moved WITH (FORCE)' postgres
admin 'CREATE DATABASE moved OWNER locum'
stop_all
dump
moved() { admin "$1" moved; }
moved "DELETE FROM locum_endpoint_manager.node WHERE name = 'node-3'"
refused 4 'do not have the same nodes: so only in rotated: node-3' activate moved # a dump of before it joined
admin 'DROP DATABASE moved WITH (FORCE)' postgres
admin 'CREATE DATABASE moved OWNER locum'
dump
moved 'UPDATE locum_endpoint_manager.lease SET epoch = 1' # as of an older dump
for at in datasource/node-2 datasource/node-3 node-3/start-server; do
    LOCUM_FAILPOINTS="step/$at/done/after=kill" try datasource activate moved --root "$trial/node-1"
    expect_code 137 "activation of another database that is killed at $at"
    [[ $at != datasource/node-2 ]] || { # one has the new settings, the others may not write to what is left
        try node start --root "$trial/node-3"
        ((code != 0)) || fail "node-3 starts on the database that is left"
        expect_said 'the datasource rotated is deactivated'
        stop_all
    }
done
datasource activated activate moved
for n in 1 2 3; do told 0 event node start "node-$n" --root "$trial/node-2"; done # balancers
expect_on moved localhost moved

# Deactivated: nothing starts on it, however it is tried.
stop_all
LOCUM_FAILPOINTS='datasource/deactivate=delay:5000' "$locum" datasource deactivate moved --confirm moved --root "$trial/node-1" >"$trial/deactivation.log" 2>&1 &
deactivation=$!
held() { [[ $(PGPASSWORD=quickstart-admin psql -qAt -h 127.0.0.1 -p "$postgresql_port" -U admin -d moved -c 'SELECT holder FROM locum_endpoint_manager.lease') == *deactivation* ]]; }
until held; do kill -0 "$deactivation" || fail "no lease: $(cat "$trial/deactivation.log")"; done
try node start --root "$trial/node-2" # while it is under way
code=0
wait "$deactivation" || code=$?
expect_code 4 "deactivation while a server is started"
grep -q 'servers run on node-2' "$trial/deactivation.log" || fail "it says: $(cat "$trial/deactivation.log")"
told 0 event node stop node-2 --root "$trial/node-1"
datasource deactivated deactivate moved --confirm moved
datasource unchanged deactivate moved --confirm moved
try datasource list --root "$trial/node-2"
expect_said '^moved +deactivated'
try node start --root "$trial/node-2"
((code != 0)) || fail "a server starts on what is deactivated"
expect_said 'locum datasource activate moved'
LOCUM_FAILPOINTS='step/cluster/reactivate/done/after=kill' try datasource activate moved --root "$trial/node-1"
expect_code 137 "activation that is killed when nothing is started"
datasource activated activate moved
for n in 1 2 3; do told 0 event node start "node-$n" --root "$trial/node-2"; done
expect_on moved localhost moved

# Whoever does it is killed in the middle; the same command goes on.
datasource copied copy moved by-address
datasource edited edit by-address --host 127.0.0.1
name=by-address
for at in node-2/drain/done/before node-2/datasource/done/before node-3/start-server/intent/before node-1/start-server/done/before; do
    LOCUM_FAILPOINTS="step/$at=kill" try datasource activate "$name" --root "$trial/node-1"
    expect_code 137 "activation that is killed at $at"
    datasource activated activate "$name"
    expect_on "$name" "$([[ $name == moved ]] && echo localhost || echo 127.0.0.1)" moved
    name=$([[ $name == moved ]] && echo by-address || echo moved)
done

# An agent that dies between the files and the word for them: its server starts on neither, until it has all of one.
try agent stop --root "$trial/node-2"
LOCUM_AGENT_FAILPOINTS='agent/use-datasource/files=kill' try agent start --root "$trial/node-2"
expect_code 0 "the agent of node-2"
try datasource activate by-address --root "$trial/node-1"
((code != 0)) || fail "activated by an agent that died"
grep -q '^connection = host=127.0.0.1 ' "$trial"/node-2/etc/opt/*/server.conf || fail "the agent died before it wrote files"
try agent start --root "$trial/node-2"
expect_code 0 "the agent of node-2, again"
try node start --root "$trial/node-2"
((code != 0)) || fail "a server starts on settings that are not said to be active"
expect_said 'was being configured for the datasource by-address'
datasource activated activate moved
expect_on moved localhost moved

# A node that joins knows it by the cluster's name.
try uninstall --purge --confirm node-3 --root "$trial/node-3"
expect_code 0 "node-3 leaves"
try token write "$trial/network.token" --root "$trial/node-1"
expect_code 0 "a token"
moved "UPDATE locum_endpoint_manager.lease SET expires_ms = extract(epoch FROM now()) * 1000 + 60000, holder =
    '{\"machine\":\"other\",\"host\":\"far\",\"pid\":1,\"started\":1,\"program\":\"p\",\"purpose\":\"datasource x\"}'"
# It waits where it would join, and is no member as long as somebody holds the lease.
trial_install 3 >"$trial/last.log" 2>&1 &
joining=$!
until grep -qE 'waits, since .*datasource x' "$trial/last.log"; do
    kill -0 "$joining" || fail "node-3 does not get as far as to join"
    sleep 0.05
done
! "$locum" node list --root "$trial/node-1" | grep -q '^node-3 ' || fail "node-3 joins while somebody holds the lease"
moved "UPDATE locum_endpoint_manager.lease SET holder = '', expires_ms = 0"
wait "$joining" || fail "node-3 does not join again"
expect_on moved localhost moved
datasource activated activate by-address
expect_on by-address 127.0.0.1 moved

# The files hold them, and what the suite was configured with; nothing else does.
cat "$trial"/node-*/var/lib/locum/*/{journal,commands} "$trial"/node-*/var/log/locum/*/* >>"$trial/said"
grep -qa use-datasource "$trial/said" || fail "what the agents were told is not among what is looked through"
if grep -qaE 'quickstart-(app|locum)|rotated-app|wrong-password' "$trial/said"; then
    fail "a password is said: $(grep -aoE '.{40}(quickstart-(app|locum)|rotated-app|wrong-password)' "$trial/said" | head -n 3)"
fi
echo "4 datasources, one after the other, and no password but in the files that need it"
