# Functions for a throw-away cluster on 127.0.0.2 to 127.0.0.4, as the quickstart and the tests use it.
# To be sourced; the caller sets `bin` (folder of the programs) and `suites` (folder of the suites'
# sources), and runs trial_end in a trap. It is one of the endpoint manager, where the caller has not
# set the variables below to another suite's.
#
# trial_begin          makes the scratch folder $trial and the short run folder $trial_run
# trial_postgresql     starts a PostgreSQL of its own on a high port
# trial_bundles [N]    key pair and the endpoint manager's bundles; with N devices in their seed, not 2,000
# trial_bundle S V     the bundle of version V, from the source S
# trial_answers N      answers of node N (server and balancer)
# trial_datasource PORT  the section of answers for a PostgreSQL on that port; without one for an embedded database
# trial_install N      installs the old version on node N
# trial_load ARGS…     starts the client load in the background; at the LOCUM_LOAD_DIVISOR-th part of its --rate, where that is set
# trial_load_end       ends it; its figures are in $trial/load.json; returns its exit code
# trial_end            stops what was started, by process id, and removes the folders

trial_suite=${trial_suite:-endpoint-manager}
trial_from=${trial_from:-1.0}                            # the old version
trial_database=${trial_database:-endpoint}               # its name on the database server
trial_third_node=${trial_third_node:-'["server"]'}       # components of node 3
trial_more_answers=${trial_more_answers:-}               # sections of every node's answers
trial_clients=("${trial_clients[@]:-endpoint-load}")     # program of the load, and arguments
trial_fronts=(${trial_fronts[@]:-127.0.0.2:30001 127.0.0.3:30001})
trial_outside=(${trial_outside[@]+"${trial_outside[@]}"}) # command that runs the load where it can reach them

trial_begin() {
    trial=$(mktemp -d "${TMPDIR:-/tmp}/locum-trial.XXXXXX")
    trial_run=$(mktemp -d /tmp/locum-run.XXXXXX) # short: a socket path may have 97 characters
    chmod 711 "$trial"
    datasource=embedded
    load_pid=
    postgresql_bin=
}

# As the invoking user, or as `postgres` where that is root, which the server refuses.
as_postgres() {
    if ((EUID == 0)); then
        setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"
    else
        "$@"
    fi
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

trial_postgresql() {
    local data=$trial/postgresql
    postgresql_bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)
    postgresql_port=$(free_port)
    mkdir "$data"
    printf quickstart-admin >"$data/admin.password"
    ((EUID != 0)) || chown -R postgres: "$data"
    (
        cd /
        as_postgres "$postgresql_bin/initdb" -D "$data/db" -U admin --auth=scram-sha-256 \
            --pwfile="$data/admin.password" --encoding=UTF8 --locale=C --no-sync >"$trial/initdb.log"
        as_postgres "$postgresql_bin/pg_ctl" -D "$data/db" -w -l "$data/log" \
            -o "-p $postgresql_port -h 127.0.0.1 -k $data" start >"$trial/pg_ctl.log"
    )
    printf quickstart-app >"$trial/app.password"
    printf quickstart-locum >"$trial/locum.password"
    chmod 600 "$trial"/*.password
    PGPASSWORD=quickstart-admin psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$postgresql_port" -U admin \
        -v database="$trial_database" postgres <"$(dirname "${BASH_SOURCE[0]}")/../../examples/common/accounts.sql"
    datasource=postgresql
}

trial_bundles() {
    local version source
    for version in 1.0 2.0; do
        source=$suites/$version
        if [[ -n ${1:-} ]]; then
            source=$trial/suite-$version
            cp -r "$suites/$version" "$source"
            sed -i -E "s/(n < |generate_series\\(1, )2000\\b/\\1$1/" "$source"/migrations/*/1.0.sql
            [[ $(cat "$source"/migrations/*/1.0.sql | grep -cE "(n < |generate_series\\(1, )$1\\b") == 2 ]] ||
                { echo "trial_bundles: the seed has changed, and does not take $1 devices" >&2 && return 1; }
        fi
        trial_bundle "$source" "$version"
    done
}

trial_bundle() {
    [[ -f $trial/vendor.key ]] || "$bin/locum" bundle keygen "$trial/vendor" >/dev/null
    "$bin/locum" bundle build "$1" --key "$trial/vendor.key" -o "$trial/$trial_suite-$2.bundle"
}

trial_answers() {
    local n=$1 components='["server", "balancer"]' token='use = "network.token"'
    ((n < 3)) || components=$trial_third_node
    ((n > 1)) || token='create = "network.token"'
    cat >"$trial/answers-$n.toml" <<TOML
format = 1
suite = "$trial_suite"
trusted-key = "vendor.pub"
licence-accepted = true
components = $components
run-directory = "$trial_run/$n"

[node]
name = "node-$n"
address = "127.0.0.$((n + 1))"

[token]
$token
$trial_more_answers
TOML
    ((n == 1)) || return 0
    local port=
    [[ $datasource == embedded ]] || port=$postgresql_port
    trial_datasource "$port" >>"$trial/answers-$n.toml"
}

trial_datasource() {
    if [[ -z $1 ]]; then
        printf '\n[datasource]\ntype = "embedded"\n'
        return 0
    fi
    cat <<TOML

[datasource]
type = "postgresql"
host = "127.0.0.1"
port = $1
database = "$trial_database"
application = { user = "app", password = { file = "app.password" } }
locum = { user = "locum", password = { file = "locum.password" } }
TOML
}

trial_install() {
    "$bin/locum" install "$trial/$trial_suite-$trial_from.bundle" --answers "$trial/answers-$1.toml" --root "$trial/node-$1"
}

trial_load() {
    local arguments=("$@") i
    for ((i = 0; i + 1 < $#; ++i)); do
        [[ ${arguments[i]} != --rate ]] || arguments[i + 1]=$((arguments[i + 1] / ${LOCUM_LOAD_DIVISOR:-1}))
    done
    rm -f "$trial/load.stop" "$trial/load.json"
    "${trial_outside[@]}" "$bin/${trial_clients[0]}" "${trial_clients[@]:1}" "${trial_fronts[@]/#/--front=}" --stop-file "$trial/load.stop" \
        --events "$trial/load.events" --out "$trial/load.json" ${arguments[@]+"${arguments[@]}"} 2>"$trial/load.log" &
    load_pid=$!
}

trial_load_end() {
    local code=0
    touch "$trial/load.stop"
    wait "$load_pid" || code=$?
    load_pid=
    return "$code"
}

# Process ids of the services of all nodes, from the agents' records.
trial_services() {
    local record
    for record in "$trial"/node-*/var/lib/locum/*/services/*.record; do
        [[ -f $record ]] && awk '{ print $1; exit }' "$record"
    done
}

trial_end() {
    local pid root
    [[ -n ${trial:-} ]] || return 0
    [[ -z $load_pid ]] || kill "$load_pid" 2>/dev/null || true
    for root in "$trial"/node-*; do
        [[ -d $root ]] && "$bin/locum" agent stop --root "$root" >/dev/null 2>&1 || true
    done
    for pid in $(trial_services); do
        # Only what was started from this trial: an id may have been given to another process since.
        tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$trial" || continue
        kill "$pid" 2>/dev/null || true
        timeout 15 tail --pid="$pid" -f /dev/null || kill -9 "$pid" 2>/dev/null || true
    done
    if [[ -n $postgresql_bin && -f $trial/postgresql/db/postmaster.pid ]]; then
        (cd / && as_postgres "$postgresql_bin/pg_ctl" -D "$trial/postgresql/db" -m immediate -w stop >/dev/null) || true
    fi
    rm -rf "$trial" "$trial_run"
    trial=
}
