#!/usr/bin/env bash
# A node without a server gets a further component with the network token, gives it away without one, and cannot have what
# belongs to no topology or what the cluster needs no less.
set -euo pipefail
source "$(dirname "$0")/../upgrade/lib.sh"

# The endpoint manager with a console that has a service, and a component that goes with no other.
source_of=$(mktemp -d "${TMPDIR:-/tmp}/locum-suite.XXXXXX")
trap 'trial_end; rm -rf "$source_of"' EXIT
cp -r "$suites"/1.0 "$suites"/2.0 "$source_of"
suites=$source_of
for version in 1.0 2.0; do
    mkdir "$suites/$version/payload/sensor"
    echo "a sensor" >"$suites/$version/payload/sensor/README"
    sed -i '/^\[topologies\]/a lone = { title = "A sensor", components = ["sensor"] }' "$suites/$version/suite.toml"
    cat >>"$suites/$version/suite.toml" <<'TOML'

[components.sensor]
title = "Sensor"
role = "console"
payload = "payload/sensor"

[[services]]
name = "console"
component = "console"
argv = ["/usr/bin/sleep", "infinity"]
environment = {}
stop = { signal = "TERM", timeout-s = 5 }
TOML
done

modify() { # N ARGS…
    local n=$1
    shift
    try modify --root "$trial/node-$n" "$@"
}
verified() {
    try verify --root "$trial/node-$1"
    expect_code 0 "verify of node-$1"
}
roles_of() { # N: as the registry has them
    "$locum" node list --root "$trial/node-1" --json | python3 -c '
import json, sys
print(*sorted(next(n for n in json.load(sys.stdin)["nodes"] if n["name"] == sys.argv[1])["roles"]))' "node-$1"
}

service_of() { # N SERVICE: its status, as its agent reports it within seconds
    "$locum" status --root "$trial/node-1" --json | python3 -c '
import json, sys
print(next(n for n in json.load(sys.stdin)["nodes"] if n["name"] == sys.argv[1])["services"].get(sys.argv[2], {}).get("status"))' "node-$1" "$2"
}

trial_third_node='["balancer"]'
begin_cluster postgresql
try token write "$trial/fresh.token" --root "$trial/node-1"

echo "-- refused"
modify 2 --add sensor
expect_code 4 "a sensor beside a server"
expect_said 'topology'
modify 3 --add console
expect_code 4 "a console without the token"
expect_said 'give --token FILE'

echo "-- gained with the token, cut off in the middle"
for at in network/roles/done/before service/console/done/before; do
    LOCUM_FAILPOINTS="step/$at=kill" modify 3 --add console --token "$trial/fresh.token"
    expect_code 137 "killed at $at"
    modify 3 --rollback
    expect_code 0 "rollback at $at"
    [[ $(roles_of 3) == balancer ]] || fail "node-3 is $(roles_of 3)"
    verified 3
done
modify 3 --add console --token "$trial/fresh.token"
expect_code 0 "addition of the console"
[[ $(roles_of 3) == "balancer console" ]] || fail "node-3 is $(roles_of 3)"
verified 3
[[ $(service_of 3 console) == running ]] || fail "the console is $(service_of 3 console)"

echo "-- given away without one"
LOCUM_FAILPOINTS="step/network/roles/intent/after=kill" modify 3 --remove console
expect_code 137 "killed at its last step"
modify 3 --rollback
expect_code 4 "a rollback behind it"
expect_said 'go on with it: locum modify --remove console'
modify 3 --remove console
expect_code 0 "removal of the console"
[[ $(roles_of 3) == balancer ]] || fail "node-3 is $(roles_of 3)"
verified 3
[[ ! -e $trial/node-3/opt/endpoint-manager/current/console ]] || fail "the link to the console is left"
