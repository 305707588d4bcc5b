#!/usr/bin/env bash
# The example as its vendor would rehearse it: signed bundles, three nodes, a load of clients, rolling.
# usage: endpoint_manager.sh embedded|postgresql
set -euo pipefail
source "$(dirname "$0")/lib.sh"

"$locum" bundle keygen "$scratch/vendor" >/dev/null
for version in 1.0 2.0; do
    "$locum" bundle build "$suites/$version" --key "$scratch/vendor.key" -o "$scratch/$version.bundle" >/dev/null
done
rehearse "$scratch/1.0.bundle" "$scratch/2.0.bundle" --key "$scratch/vendor.pub" --datasource "$1" --mode rolling \
    --load "$endpoint_load"
expect_code 0
expect_claims passed bundles database install/node-1 fill install/node-2 install/node-3 load/start plan upgrade load schema rows \
    node-1 node-2 node-3 end
[[ $(value 'r["verdict"] + " " + r["mode"] + " " + r["datasource"]') == "rolling-possible rolling $1" ]] || fail "the head"
[[ $(value 'len(r["out-of-rotation-ms"])') == 3 ]] || fail "times out of rotation"
expect_found fill 'device 2000'
expect_found schema '^schema 2.0, as version 2.0 makes it new$'
# The load's own figures are in the report.
python3 - "$scratch/report.json" <<'PYTHON'
import json, sys
clients = json.load(open(sys.argv[1]))["clients"]
figures = json.loads(clients["last-said"].splitlines()[-1])
assert clients["ended"] == "exit code 0", clients
assert figures["failed"] == figures["wrong"] == figures["writes_lost"] == 0, figures
assert figures["requests"] > 100, figures
PYTHON
