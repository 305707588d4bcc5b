#!/usr/bin/env bash
# Agents that are units of systemd run from the bundle's Locum; an upgrade has them run from the newer one, with no service
# touched; one that does not come up is put back; /var may forbid programs; and it holds over a boot.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 3
source "$(dirname "$0")/cluster.sh"
source tests/support/programs.sh

agent=locum-agent-endpoint-manager
unit() { lab exec "node-$1" systemctl show --value -p "$3" "$2"; }

bundles() {
    bundles_with_programs
    broken_program 'exit 0' >"$trial/broken"
    chmod +x "$trial/broken"
    with_program "$suites/2.0" suite-broken "$trial/broken" 0.2.0
    "$bin/locum" bundle build "$trial/suite-broken" --key "$scratch/vendor.key" -o "$scratch/broken.bundle" >/dev/null
}

services() {
    local n
    for n in 1 2 3; do
        unit "$n" endpoint-manager-server MainPID
        ((n == 3)) || unit "$n" endpoint-manager-balancer MainPID
    done
}

expect_agents() {
    local n said
    for n in 1 2 3; do
        said=$(lab exec "node-$n" readlink "/proc/$(unit "$n" "$agent" MainPID)/exe")
        [[ $said == "/opt/endpoint-manager/locum/$1/locum" ]] || fail "node-$n's agent runs from $said, expected $1"
    done
}

begin_cluster
lab exec node-1 mount --bind /var /var
lab exec node-1 mount -o remount,bind,noexec /var
expect_agents 0.1.0
for service in "$agent" endpoint-manager-server; do
    lab exec node-1 systemctl cat "$service" | grep -q '/opt/endpoint-manager/current/locum/locum' ||
        fail "$service does not run from the link"
done
before=$(services)
trial_load --rate 300

echo "-- one that does not come up is put back, by systemd's host itself"
cp "$scratch/broken.bundle" "$(lab root node-2)/root/setup/broken.bundle"
locum_on 2 upgrade run /root/setup/broken.bundle
expect_code 1 "an upgrade with a program that ends at once"
expect_said 'did not come up as Locum 0.2.0'
expect_agents 0.1.0
[[ $(services) == "$before" ]] || fail "services were touched"

echo "-- exchanged, with the same services, and back"
lab exec node-2 env LOCUM_FAILPOINTS='step/stage/node-1/intent/before=kill' locum upgrade run /root/setup/2.0.bundle \
    --mode rolling >"$scratch/last.log" 2>&1 && fail "the upgrade was not killed"
expect_agents 0.2.0
[[ $(services) == "$before" ]] || fail "services were touched"
# It has the bundle from its agent's part; the lease of the one that was killed runs out meanwhile.
within 40 lab exec node-1 locum upgrade rollback
expect_agents 0.1.0
[[ $(services) == "$before" ]] || fail "services were touched"

echo "-- the whole upgrade, and a boot"
locum_on 2 upgrade run /root/setup/2.0.bundle --mode rolling
expect_code 0 "the upgrade"
expect_clean_load
expect_all_at 2.0
expect_agents 0.2.0
for n in 1 2 3; do
    locum_on "$n" verify
    expect_code 0 "verify on node-$n"
done
lab power-off node-3
lab boot node-3
within 60 lab exec node-3 systemctl is-active "$agent"
within 60 lab exec node-3 systemctl is-active endpoint-manager-server
expect_agents 0.2.0
