# What the tests of this folder share. Sourced by them; sets up a trial cluster of 1.0 with PostgreSQL,
# or embedded: begin_cluster [postgresql]. A function before_install, where there is one, is called with each node's number first.
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
bin=$LOCUM_BUILD/bin
suites=$LOCUM_BUILD/examples/endpoint-manager
locum=$bin/locum
source scripts/lib/trial.sh
source tests/support/load.sh
trap trial_end EXIT
trap 'exit 130' INT TERM

fail() {
    echo "FAILED: $*" >&2
    [[ ! -f $trial/last.log ]] || tail -n 20 "$trial/last.log" >&2
    "$locum" status --root "$trial/node-1" >&2 || true
    tail -n 5 "$trial"/node-*/var/log/locum/*/*.log >&2 || true
    exit 1
}

begin_cluster() {
    trial_begin
    trial_bundles >/dev/null
    [[ ${1:-} != postgresql ]] || trial_postgresql
    local n
    for n in 1 2 3; do
        ! declare -F before_install >/dev/null || before_install "$n"
        trial_answers "$n"
        trial_install "$n" >"$trial/last.log" 2>&1 || fail "install of node-$n"
    done
}

# Runs locum and keeps what it says; its exit code is in $code.
try() {
    code=0
    "$locum" "$@" >"$trial/last.log" 2>&1 || code=$?
}

# told CODE KINDS COMMAND…: locum's exit code, and what it says as JSON, which is of these kinds as docs/schemas has them; and of
# one that failed the error, as the last line.
told() {
    local expected=$1 kinds=$2
    shift 2
    [[ $expected == 0 || " $kinds " == *" event "* ]] || kinds+=" event"
    code=0
    "$locum" "$@" --json >"$trial/told.json" 2>"$trial/last.log" || code=$?
    expect_code "$expected" "$* --json"
    # shellcheck disable=SC2086 # words
    tests/support/documents.py "$trial/told.json" $kinds >>"$trial/last.log" || fail "what '$* --json' says is not as docs/schemas has it"
    [[ $expected == 0 ]] || tail -n 1 "$trial/told.json" | grep -q "\"event\":\"error\",\"exit-code\":$expected," ||
        fail "what '$* --json' says does not end with its error: $(tail -n 1 "$trial/told.json")"
}

# All nodes in normal mode with version $1, every service running once.
expect_all_at() {
    "$locum" status --json --root "$trial/node-1" >"$trial/status.json"
    python3 tests/support/all_at.py "$trial/status.json" "$1" ||
        fail "not all nodes are at $1: $(cat "$trial/status.json")"
    expect_services_once
}

# As many server processes as servers, as many balancer masters as balancers.
expect_services_once() {
    local counts
    counts=$(python3 - "$trial" "$trial_run" <<'PYTHON'
import glob, sys
trial, run = sys.argv[1:]
servers = balancers = 0
for file in glob.glob("/proc/[0-9]*/cmdline"):
    try:
        argv = open(file).read().split("\0")
        parent = int(open(file.replace("cmdline", "stat")).read().rsplit(")", 1)[1].split()[1])
        parent_argv = open("/proc/%d/cmdline" % parent).read().split("\0")
    except OSError:
        continue  # it ended while we looked
    servers += argv[0].startswith(trial) and argv[0].endswith("bin/endpoint-server")
    # A HAProxy master has workers below it with the same arguments.
    balancers += "haproxy" in argv[0] and any(a.startswith(trial) for a in argv) and "haproxy" not in parent_argv[0]
print(servers, balancers)
PYTHON
    )
    [[ $counts == "3 2" ]] || fail "servers and balancers that run: $counts, expected 3 2"
}

# remove_node N FROM: node N, which is off, leaves the cluster by name, once the balancers have noticed that it is off.
remove_node() {
    local deadline=$((SECONDS + 30))
    for (( ; ; )); do
        try node remove "node-$1" --confirm "node-$1" --root "$trial/node-$2" "${@:3}"
        ((code == 4 && SECONDS < deadline)) && grep -qE 'node-unproven: .* (sends to|has requests under way to) ' "$trial/last.log" || break
    done
}

# stop_service N SERVICE: its process ends, and is gone; nobody starts it again where the agent is stopped.
stop_service() {
    local pid
    pid=$(awk '{ print $1; exit }' "$trial/node-$1"/var/lib/locum/*/services/"$2".record)
    kill "$pid"
    timeout 20 tail --pid="$pid" -f /dev/null || fail "$2 of node-$1 does not end"
}

# lost N BY: node N is gone for good: its agent and its services end, and node BY removes it by name.
lost() {
    local record pid
    try agent stop --root "$trial/node-$1"
    for record in "$trial/node-$1"/var/lib/locum/*/services/*.record; do
        pid=$(awk '{ print $1; exit }' "$record")
        # The upgrade may have stopped it: its id may be another process's by now.
        [[ $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") != *"$trial"* ]] || stop_service "$1" "$(basename "$record" .record)"
    done
    remove_node "$1" "$2"
    expect_code 0 "removal of node-$1"
}
