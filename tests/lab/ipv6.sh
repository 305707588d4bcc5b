#!/usr/bin/env bash
# A cluster whose nodes have IPv6 addresses, with PostgreSQL at one, installed and rolled under load from an IPv6 client.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 2
source "$(dirname "$0")/cluster.sh"
net=2001:db8::
trial_fronts=('[2001:db8::11]:30001' '[2001:db8::12]:30001')

database
bundles
for n in 1 2; do
    set_up "$n" '["server", "balancer"]'
    # Whatever still listened or connected by IPv4 would be found out.
    lab exec "node-$n" ip -4 address flush dev host0
done
lab exec db ip -4 address flush dev host0
install_on 1
install_on 2
expect_all_at 1.0 2
trial_load --rate 200
locum_on 2 upgrade run /root/setup/2.0.bundle --mode rolling
expect_code 0 "the upgrade"
expect_clean_load
expect_all_at 2.0 2
