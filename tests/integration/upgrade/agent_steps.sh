#!/usr/bin/env bash
# The contract of steps (run, undo, run, run again, a kill at each record) for every step of a rolling
# upgrade that talks to agents, balancers or PostgreSQL, on two real nodes; at the end they are upgraded.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

trial_begin
trial_bundles >/dev/null
trial_postgresql
for n in 1 2; do
    trial_answers "$n"
    trial_install "$n" >"$trial/last.log" 2>&1 || fail "install of node-$n"
done
LOCUM_TRIAL=$trial "$bin/integration-upgrade-steps" || fail "the contract is broken"
"$locum" status --json --root "$trial/node-1" >"$trial/status.json"
python3 - "$trial/status.json" <<'PYTHON' || fail "the nodes are not upgraded: $(cat "$trial/status.json")"
import json, sys
for node in json.load(open(sys.argv[1]))["nodes"]:
    assert node["mode"] == "normal" and not node["out"], node
    assert all(version == "2.0" for version in node["versions"].values()), node
    assert all(service["status"] == "running" for service in node["services"].values()), node
PYTHON
