# A cluster of the endpoint manager on hosts that boot, with PostgreSQL on one of its own, and clients outside of them.
# To be sourced after lib.sh, and after begin_lab.
#
# net=…                before set_up: how addresses begin, 198.51.100. (the default) or 2001:db8::
# database             PostgreSQL on db, with the accounts
# set_up N COMPONENTS  puts locum, the bundles and the answers of node N on its host
# install N            installs 1.0 there
# locum_on N ARGS…     runs locum on a host and keeps what it says; its exit code is in $code
# remove_node N FROM [ARGS…]  node N, which is off, leaves the cluster by name, once balancers and database have noticed that
# trial_load ARGS…     starts the client load, from outside of the hosts; expect_clean_load ends it
# load_and_witness ARGS…   starts it with a witness, where hosts are to go away; expect_lost_only_at MS… ends both: only what was
#                      sent to a host before the balancers knew that it went away at one of these Unix times has failed

bin=$LOCUM_BUILD/bin
net=198.51.100.
suites=$LOCUM_BUILD/examples/endpoint-manager
trial=$scratch
trial_fronts=(198.51.100.11:30001 198.51.100.12:30001)
trial_outside=(scripts/lab run)
load_pid=
source scripts/lib/trial.sh
source tests/support/load.sh

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

# With Locum's own program; the caller has sourced tests/support/programs.sh.
bundles_with_programs() {
    local version
    strip_programs
    "$bin/locum" bundle keygen "$scratch/vendor" >/dev/null
    with_program "$suites/1.0" suite-1.0 "$trial/locum-0.1" 0.1.0
    with_program "$suites/2.0" suite-2.0 "$trial/locum-0.2" 0.2.0
    for version in 1.0 2.0; do
        "$bin/locum" bundle build "$trial/suite-$version" --key "$scratch/vendor.key" -o "$scratch/$version.bundle" >/dev/null
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
address = "$net$((n + 10))"

[token]
TOML
    if ((n > 1)); then
        echo 'use = "network.token"' >>"$to/root/setup/answers.toml"
        return
    fi
    printf quickstart-app >"$to/root/setup/app.password"
    printf quickstart-locum >"$to/root/setup/locum.password"
    chmod 600 "$to"/root/setup/*.password
    cat >>"$to/root/setup/answers.toml" <<TOML
create = "network.token"

[datasource]
type = "postgresql"
host = "${net}10"
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

# Half a minute for the database, which keeps sessions of a host that said no goodbye so long.
remove_node() {
    local end=$((SECONDS + 60))
    for (( ; ; )); do
        locum_on "$2" node remove "node-$1" --confirm "node-$1" "${@:3}"
        ((code == 4 && SECONDS < end)) && grep -qE 'has (a session|[0-9]+ sessions) of |sends to |has requests under way' "$scratch/last.log" || break
    done
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

# The load, and a witness beside it that no silent server keeps waiting.
load_and_witness() {
    trial_load "$@"
    rm -f "$scratch/witness.stop"
    "${trial_outside[@]}" python3 tests/support/witness.py "$scratch/witness.stop" "$scratch/witness.json" "${trial_fronts[@]}" &
    witness_pid=$!
}

end_load_and_witness() {
    touch "$scratch/witness.stop"
    wait "$witness_pid" || fail "the witness failed"
    trial_load_end
}

expect_lost_only_at() {
    end_load_and_witness || true # its exit code says that some failed; the figures say which
    python3 tests/support/lost_only_at.py "$scratch" "$@" || {
        tail -n 30 "$scratch/load.log" >&2
        fail "other requests failed, or too many, or none"
    }
}

# expect_all_at VERSION [NODES]: all nodes are in normal mode with it, and their services run.
expect_all_at() {
    lab exec node-1 locum status --json >"$scratch/status.json"
    python3 tests/support/all_at.py "$scratch/status.json" "$1" "${2:-3}" ||
        fail "not all nodes are at $1: $(cat "$scratch/status.json")"
}
