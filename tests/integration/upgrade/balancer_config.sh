#!/usr/bin/env bash
# What a new version makes of a balancer is checked before anything is stopped; after an upgrade the
# balancer is the new version's in every respect, also when it dies and is started again.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

service_pid() { awk '{ print $1; exit }' "$trial/node-$1"/var/lib/locum/*/services/"$2".record; }

begin_cluster
cp -r "$suites/2.0" "$trial/broken"
sed -i 's/balance roundrobin/balance no-such-algorithm/' "$trial"/broken/templates/haproxy.cfg.in
"$locum" bundle build "$trial/broken" --key "$trial/vendor.key" -o "$trial/broken.bundle" >/dev/null
trial_load --rate 150
try upgrade run "$trial/broken.bundle" --root "$trial/node-2"
expect_code 1 "an upgrade whose balancer would not take its configuration"
expect_said 'balance only supports'
expect_said 'everything was undone'
expect_all_at 1.0

try upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
expect_code 0 "the mended bundle of the same version"
expect_clean_load
expect_all_at 2.0
grep -q '"version": "2.0"' "$trial"/node-1/var/lib/locum/*/services/balancer.json || fail "the balancer would be started as what it was before"
kill -9 "$(service_pid 1 balancer)"
timeout 20 bash -c "until curl -sf http://127.0.0.2:30001/probe; do :; done" >/dev/null || fail "the balancer of node-1 did not come back"

# A configuration that HAProxy takes for good, and cannot take up: its port is another's meanwhile. The
# old process goes on, and the upgrade does not call that done.
cp -r "$suites/2.0" "$trial/later"
sed -i 's/^version = "2.0"/version = "2.1"/' "$trial/later/suite.toml"
sed -i 's/^frontend devices/frontend taken\n    bind 127.0.0.2:39999\n    default_backend servers\n\nfrontend devices/' "$trial/later/templates/haproxy.cfg.in"
"$locum" bundle build "$trial/later" --key "$trial/vendor.key" -o "$trial/later.bundle" >/dev/null
python3 -c 'import socket, time
s = socket.socket(); s.bind(("127.0.0.2", 39999)); s.listen(); time.sleep(600)' &
holder=$!
trap 'kill $holder 2>/dev/null || true; trial_end' EXIT
timeout 10 bash -c 'until (: </dev/tcp/127.0.0.2/39999) 2>/dev/null; do :; done'
try upgrade run "$trial/later.bundle" --root "$trial/node-2"
expect_code 11 "a balancer that goes on with its old configuration"
expect_said 'has not taken its configuration up'
kill "$holder"
try upgrade resume --root "$trial/node-3"
expect_code 0 "resume, once the port is free"
expect_all_at 2.1
