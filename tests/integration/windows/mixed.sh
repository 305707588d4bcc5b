#!/usr/bin/env bash
# One cluster of two Linux nodes and a Windows node (with Wine) on one PostgreSQL, upgraded under load.
# usage: mixed.sh MODE WINDOWS_NODE COORDINATOR   (rolling or short-downtime; numbers of nodes, 1 makes the network token)
# With the variables of tests/support/windows_trial.sh.
set -euo pipefail
mode=$1 windows_node=$2 coordinator=$3
cd "$(dirname "$0")/../../.."
source tests/support/windows_trial.sh
trap 'windows_wine_stop; trial_end' EXIT
trap 'exit 130' INT TERM

fail() {
    echo "FAILED: $*" >&2
    [[ ! -f $trial/last.log ]] || tail -n 20 "$trial/last.log" >&2
    locum "$coordinator" status >&2 || true
    find "$trial"/node-* -name '*.log' -path '*locum*' -exec tail -n 5 {} + >&2 || true
    exit 1
}

# locum N ARGUMENT…: on node N, with the program of its system.
locum() {
    local n=$1
    shift
    if ((n == windows_node)); then
        scripts/lib/wine "$windows_bin/locum.exe" "$@" --root "Z:$trial/node-$n"
    else
        "$bin/locum" "$@" --root "$trial/node-$n"
    fi
}

# try N ARGUMENT…: keeps what it says; its exit code is in $code.
try() {
    code=0
    locum "$@" >"$trial/last.log" 2>&1 || code=$?
}

trial_begin
trial_postgresql
windows_wine_template
export LOCUM_WINE_PREFIX=$trial/wine
windows_wine_start "$trial/wine"
# PostgreSQL's own programs for Windows, with which its node makes the backup.
export WINEPATH=Z:$LOCUM_WINDOWS_PREFIX/bin
for version in 1.0 2.0; do
    windows_suite "$version" "$trial/suite-$version"
    trial_bundle "$trial/suite-$version" "$version" >/dev/null
done

trial_third_node='["server", "balancer"]'
trial_fronts=()
for n in 1 2 3; do
    trial_answers "$n"
    if ((n == windows_node)); then
        sed -i -e 's/^components = .*/components = ["server"]/' -e '/^run-directory/d' "$trial/answers-$n.toml"
        try "$n" install "Z:$trial/endpoint-manager-1.0.bundle" --answers "Z:$trial/answers-$n.toml"
    else
        trial_fronts+=("127.0.0.$((n + 1)):30001")
        try "$n" install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-$n.toml"
    fi
    expect_code 0 "installation of node-$n"
    # Carried to the others, as an operator would: what rights Wine leaves a file with says nothing.
    ((n != 1)) || { install -m 600 "$trial/network.token" "$trial/carried" && mv "$trial/carried" "$trial/network.token"; }
done

patience=3 # seconds, as a client of the load has
[[ $mode == rolling ]] || patience=20 # requests wait for the end of the outage
trial_load --patience "$patience" --rate 200 --min-seconds 10
python3 scripts/lib/watch_load.py "$trial/load.events" "$load_pid" --until-requests 500 || fail "no load"
bundle=$trial/endpoint-manager-2.0.bundle
((coordinator != windows_node)) || bundle=Z:$bundle
started=$(date +%s.%N)
try "$coordinator" upgrade run "$bundle" --mode "$mode"
expect_code 0 "upgrade, $mode, from node-$coordinator"
seconds=$(python3 -c "import time; print(round(time.time() - $started, 1))")
trial_load_end || true # judged below, by what the mode promises
locum "$windows_node" status --json >"$trial/status.json"
python3 tests/support/all_at.py "$trial/status.json" 2.0 3 || fail "not all nodes are at 2.0: $(cat "$trial/status.json")"
divisor=${LOCUM_LOAD_DIVISOR:-1}
python3 scripts/lib/quickstart_report.py "$trial/status.json" "$trial/load.json" --mode "$mode" --datasource postgresql \
    --upgrade-seconds "$seconds" --least-rate $((100 / divisor)) --least-requests $((2000 / divisor)) \
    --least-writes $((200 / divisor)) || fail "what the load saw: $(cat "$trial/load.log")"
for n in 1 2 3; do
    try "$n" verify
    expect_code 0 "verify on node-$n"
done
