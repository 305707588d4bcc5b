#!/usr/bin/env bash
# The coordinator's host is cut off from database and nodes in the middle of a rolling upgrade, when it has just begun to take
# its own server out, which serves still: its command ends by itself and says so, another node can take over and pauses, since
# one server is silent; the rest serves. Healed, resume finishes.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 3
source "$(dirname "$0")/cluster.sh"

# modes: of the three nodes, as node-1 sees them.
modes() {
    lab exec node-1 locum status --json | python3 -c 'import json, sys; print(*[n["mode"] for n in json.load(sys.stdin)["nodes"]])'
}

# step_is STEP STATE: of the operation, as node-1 sees it.
step_is() {
    lab exec node-1 locum upgrade status --json |
        python3 -c 'import json, sys
steps = json.load(sys.stdin)["operation"]["steps"]
sys.exit(0 if [s["state"] for s in steps if s["id"] == sys.argv[1]][-1:] == [sys.argv[2]] else 1)' "$@"
}

# sessions HOST: that the database has of it.
sessions() {
    lab exec db setpriv --reuid=postgres --regid=postgres --clear-groups psql -qAt postgres \
        -c "SELECT count(*) FROM pg_stat_activity WHERE client_addr = '$1'"
}
no_sessions() {
    [[ $(sessions "$1") == 0 ]]
}

begin_cluster
trial_fronts=(198.51.100.11:30001)
load_and_witness --rate 300
lab exec node-2 env LOCUM_FAILPOINTS='step/node-2/drain/intent/after=delay:20000' \
    locum upgrade run /root/setup/2.0.bundle --mode rolling >"$scratch/run.log" 2>&1 &
coordinator=$!
within 120 step_is node-2/drain begun

echo "-- node-2, with the coordinator, is cut off"
(($(sessions 198.51.100.12) > 1)) || fail "the database has no sessions of node-2"
cut=$(date +%s%3N)
lab cut node-2 db node-1 node-3
code=0
wait "$coordinator" || code=$?
cp "$scratch/run.log" "$scratch/last.log"
expect_code 11 "a coordinator that is cut off"
expect_said 'then: locum upgrade resume'

locum_on 1 upgrade resume
expect_code 11 "resume from another node while a server is cut off"
expect_said 'the agent of node-2 at 198.51.100.12:61616 gave no sign'
expect_said 'try: bring node-2 and its agent back, or remove it \(locum node remove node-2\)'
locum_on 1 status
expect_said '^node-2 .*agent silent'
[[ $(modes) == 'update normal normal' ]] || fail "the modes are: $(modes)"

within 60 no_sessions 198.51.100.12 # neither their locks

echo "-- healed"
lab heal
locum_on 1 upgrade resume
expect_code 0 "resume of the healed cluster"
expect_all_at 2.0
expect_lost_only_at "$cut"
