#!/usr/bin/env bash
# What is asked before anything is changed: clocks, connections both ways, ports, several findings together; at the first
# installation, at a join and before an upgrade.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 2
source "$(dirname "$0")/cluster.sh"

# What an installation would leave on a host.
traces() {
    lab exec "$1" sh -c 'find /opt /etc /var/opt /var/lib/locum /var/log/locum /run/endpoint-manager 2>&1 | sort | sha256sum'
}

# refused N CODE TEXT…: an installation on node N is refused, says each text, and leaves nothing behind.
refused() {
    local n=$1 expected=$2 before text
    shift 2
    before=$(traces "node-$n")
    locum_on "$n" install /root/setup/1.0.bundle --answers /root/setup/answers.toml
    expect_code "$expected" "installation on node-$n"
    for text in "$@"; do expect_said "$text"; done
    [[ $(traces "node-$n") == "$before" ]] || fail "a refused installation left something on node-$n"
}

# close_port HOST PORT FROM: drops what the host gets from that address at a TCP port.
close_port() {
    lab exec "$1" nft "add table inet closed; add chain inet closed input { type filter hook input priority 0; };
        add rule inet closed input ip saddr $3 tcp dport $2 drop"
}
open_ports() {
    lab exec "$1" nft delete table inet closed
}

database
bundles
set_up 1 '["server", "balancer"]'
set_up 2 '["server", "balancer"]'

echo "-- somebody who is not root"
lab exec node-1 cp -r /root/setup /tmp/setup
lab exec node-1 chown -R nobody /tmp/setup
code=0
before=$(traces node-1)
lab exec node-1 setpriv --reuid=nobody --regid=nogroup --clear-groups locum install /tmp/setup/1.0.bundle \
    --answers /tmp/setup/answers.toml >"$scratch/last.log" 2>&1 || code=$?
expect_code 5 "installation without rights"
expect_said 'privileges: found no right to write /opt/endpoint-manager, .*; run it as root \(sudo\), or give --root DIR'
[[ $(traces node-1) == "$before" ]] || fail "a refused installation left something"
lab exec node-1 rm -r /tmp/setup

echo "-- the first host against the database's clock"
lab clock node-1 +61
refused 1 4 'clock-database: found clocks 61\.[0-9] s apart' 'timedatectl set-ntp true' '--ignore clock-database'
lab clock node-1 +0
install_on 1
install -m 600 "$(lab root node-1)/root/setup/network.token" "$(lab root node-2)/root/setup/network.token"

echo "-- a host that is to join, a minute and more ahead, behind, and so far behind that certificates seem not to have begun"
lab clock node-2 +61
refused 2 4 "clock: found node-2 \(this host\)'s clock is 6[01]\.[0-9] s ahead \(from the median of 3" \
    'set the clock right on node-2 \(this host\): timedatectl'
lab clock node-2 -61
refused 2 4 "clock: found node-2 \(this host\)'s clock is 6[01]\.[0-9] s behind"
lab clock node-2 -7200
refused 2 4 'clock: found clocks 7200\.[0-9] s apart' 'on node-1 or node-2 \(this host\), whichever is wrong'

echo "-- several at once, among them that the servers cannot connect to it"
lab clock node-2 +61
close_port node-2 61616 198.51.100.11
sed -i 's/^licence-accepted = true/licence-accepted = false/' "$(lab root node-2)/root/setup/answers.toml"
refused 2 4 'licence: found' 'clock: found' 'reach: found node-1 cannot reach this host at 198\.51\.100\.12:61616' \
    'open TCP port 61616 of this host for node-1'
open_ports node-2
sed -i 's/^licence-accepted = false/licence-accepted = true/' "$(lab root node-2)/root/setup/answers.toml"
lab clock node-2 +0

echo "-- it cannot reach the database, nor the server that its balancer needs"
close_port db 5432 198.51.100.12
close_port node-1 30002 198.51.100.12
refused 2 4 'reach: found node-2 \(this host\) cannot reach the database at 198\.51\.100\.10:5432' \
    'reach: found node-2 \(this host\) cannot reach port device of the server on node-1 at 198\.51\.100\.11:30002'
open_ports db
open_ports node-1
install_on 2

echo "-- an upgrade with a node whose clock is off, and one whose balancer does not reach a server"
lab clock node-2 +61
lab exec node-2 systemctl restart locum-agent-endpoint-manager
within 20 lab exec node-1 sh -c 'locum status | grep "^warning: node-2.s clock is 6[01]\.[0-9] s ahead"'
close_port node-2 30002 198.51.100.11
locum_on 1 upgrade plan /root/setup/2.0.bundle
expect_code 4 "plan with a clock off and a port closed"
expect_said "clock: found node-2's clock is 6[01]\.[0-9] s ahead \(from the median of 3"
expect_said 'reach: found node-1 cannot reach port device of the server on node-2 at 198\.51\.100\.12:30002'
locum_on 1 upgrade run /root/setup/2.0.bundle --ignore reach
expect_code 4 "run with a clock off"
locum_on 1 upgrade run /root/setup/2.0.bundle --ignore clock
expect_code 2 "a clock that is to be ignored"
expect_said 'clock cannot be ignored: certificates'
open_ports node-2
lab clock node-2 +0
lab exec node-2 systemctl restart locum-agent-endpoint-manager
within 20 lab exec node-1 locum upgrade plan /root/setup/2.0.bundle
locum_on 1 status
! grep -q '^warning' "$scratch/last.log" || fail "a warning where all is well"
