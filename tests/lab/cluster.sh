# A cluster of the endpoint manager on hosts that boot, with PostgreSQL on one of its own, and clients outside of them.
# To be sourced after lib.sh, and after begin_lab.
#
# database             PostgreSQL on db, with the accounts
# set_up N COMPONENTS  puts locum, the bundles and the answers of node N on its host
# install N            installs 1.0 there
# locum_on N ARGS…     runs locum on a host and keeps what it says; its exit code is in $code
# clients ARGS…        starts the client load in the background, from outside of the hosts
# expect_clean_load    ends it: nothing failed, was wrong or lost
# expect_lost_only_at MS  ends it: only what was sent to a host before the balancers knew that it went away at this Unix time

bin=$LOCUM_BUILD/bin
suites=$LOCUM_BUILD/examples/endpoint-manager
fronts=(198.51.100.11:30001 198.51.100.12:30001)
load_pid=

database() {
    local to
    lab exec db pg_createcluster 15 main -- --auth-local=peer --auth-host=scram-sha-256 >/dev/null
    to=$(lab root db)/etc/postgresql/15/main
    echo "listen_addresses = '*'" >>"$to/postgresql.conf"
    printf 'host all all %s scram-sha-256\n' 198.51.100.0/24 2001:db8::/64 >>"$to/pg_hba.conf"
    lab exec db systemctl start postgresql@15-main
    lab exec db setpriv --reuid=postgres --regid=postgres --clear-groups psql -q -v ON_ERROR_STOP=1 -v database=endpoint \
        <examples/common/accounts.sql
}

bundles() {
    local version
    "$bin/locum" bundle keygen "$scratch/vendor" >/dev/null
    for version in 1.0 2.0; do
        "$bin/locum" bundle build "$suites/$version" --key "$scratch/vendor.key" -o "$scratch/$version.bundle" >/dev/null
    done
}

set_up() {
    local n=$1 components=$2 to
    to=$(lab root "node-$n")
    install -m 755 "$bin/locum" "$to/usr/local/bin/locum"
    mkdir -m 700 "$to/root/setup"
    cp "$scratch"/{1.0,2.0}.bundle "$scratch/vendor.pub" "$to/root/setup"
    cat >"$to/root/setup/answers.toml" <<TOML
format = 1
suite = "endpoint-manager"
trusted-key = "vendor.pub"
licence-accepted = true
components = $components

[node]
name = "node-$n"
address = "198.51.100.$((n + 10))"

[token]
TOML
    if ((n > 1)); then
        echo 'use = "network.token"' >>"$to/root/setup/answers.toml"
        return
    fi
    printf quickstart-app >"$to/root/setup/app.password"
    printf quickstart-locum >"$to/root/setup/locum.password"
    chmod 600 "$to"/root/setup/*.password
    cat >>"$to/root/setup/answers.toml" <<'TOML'
create = "network.token"

[datasource]
type = "postgresql"
host = "198.51.100.10"
port = 5432
database = "endpoint"
application = { user = "app", password = { file = "app.password" } }
locum = { user = "locum", password = { file = "locum.password" } }
TOML
}

locum_on() {
    local n=$1
    shift
    code=0
    lab exec "node-$n" locum "$@" >"$scratch/last.log" 2>&1 || code=$?
}

expect_code() {
    ((code == $1)) || fail "$2: exit code $code, expected $1: $(cat "$scratch/last.log")"
}

expect_said() {
    grep -qE -- "$1" "$scratch/last.log" || fail "expected to read '$1', found: $(cat "$scratch/last.log")"
}

install_on() {
    local n=$1
    ((n == 1)) || install -m 600 "$(lab root node-1)/root/setup/network.token" "$(lab root "node-$n")/root/setup/network.token"
    locum_on "$n" install /root/setup/1.0.bundle --answers /root/setup/answers.toml
    expect_code 0 "installation on node-$n"
}

# Three nodes, two of them with a balancer.
begin_cluster() {
    database
    bundles
    set_up 1 '["server", "balancer"]'
    set_up 2 '["server", "balancer"]'
    set_up 3 '["server"]'
    local n
    for n in 1 2 3; do install_on "$n"; done
}

clients() {
    rm -f "$scratch"/load.{stop,json}
    lab run "$bin/endpoint-load" "${fronts[@]/#/--front=}" --stop-file "$scratch/load.stop" \
        --events "$scratch/load.events" --out "$scratch/load.json" "$@" 2>"$scratch/load.log" &
    load_pid=$!
}

end_clients() {
    local code=0
    touch "$scratch/load.stop"
    wait "$load_pid" || code=$?
    load_pid=
    return "$code"
}

figure() {
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$scratch/load.json" "$1"
}

expect_clean_load() {
    local key
    end_clients || fail "the clients saw failures: $(cat "$scratch/load.json" "$scratch/load.log" 2>/dev/null)"
    for key in failed wrong writes_lost outage_ms; do
        [[ $(figure "$key") == 0 ]] || fail "$key is $(figure "$key"): $(cat "$scratch/load.json")"
    done
    echo "    clients: $(cat "$scratch/load.json")"
}

# They know after two checks of at most 2 s each; a connection takes as long, and the events are those of the last second.
expect_lost_only_at() {
    end_clients || true # that some failed is expected
    python3 - "$scratch" "$1" <<'PYTHON' || fail "other requests failed, or none: $(cat "$scratch/load.json")"
import json, sys
folder, gone = sys.argv[1], int(sys.argv[2])
load = json.load(open(folder + "/load.json"))
events = list(map(json.loads, open(folder + "/load.events")))
late = [e for e in events if e["failed"] and not gone <= e["unix_ms"] <= gone + 7000]
assert not late, late
assert load["wrong"] == 0 and load["writes_lost"] == 0, load
assert load["failed"] > 0, "nothing was on its way to it, so this shows nothing"
print("    clients:", json.dumps(load))
PYTHON
}

# expect_all_at VERSION [NODES]: all nodes are in normal mode with it, and their services run.
expect_all_at() {
    lab exec node-1 locum status --json >"$scratch/status.json"
    python3 - "$scratch/status.json" "$1" "${2:-3}" <<'PYTHON' || fail "not all nodes are at $1: $(cat "$scratch/status.json")"
import json, sys
status = json.load(open(sys.argv[1]))
assert status["version"] == sys.argv[2], status["version"]
assert len(status["nodes"]) == int(sys.argv[3]), status["nodes"]
for node in status["nodes"]:
    assert node["mode"] == "normal" and not node["out"], node
    assert all(version == sys.argv[2] for version in node["versions"].values()), node
    assert all(service["status"] == "running" for service in node["services"].values()), node
assert status["operation"] is None or not status["operation"]["open"], status["operation"]
PYTHON
}
