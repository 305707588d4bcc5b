#!/usr/bin/env bash
# A cluster whose nodes have IPv6 addresses, with PostgreSQL at one, installed and rolled under load from an IPv6 client. The firewall of
# node-2 admits the cluster's nodes, and keeps others out.
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
cat >"$(lab root node-2)/etc/nftables.conf" <<'NFT'
#!/usr/sbin/nft -f
flush ruleset
table inet filter {
    chain input {
        type filter hook input priority filter; policy drop;
        iif "lo" accept
        ct state established,related accept
        meta l4proto { icmp, ipv6-icmp } accept
    }
}
NFT
lab exec node-2 systemctl -q enable --now nftables
reaches() { # FROM PORT: of node-2
    lab exec "$1" socat -T 1 -u OPEN:/dev/null "TCP6:[2001:db8::12]:$2,connect-timeout=1" 2>"$scratch/last.log"
}
install_on 1
lab exec node-2 systemd-run -q --collect --unit=listener socat TCP6-LISTEN:30002,fork,reuseaddr SYSTEM:true
within 5 reaches node-2 30002
! reaches node-1 30002 || fail "node-2's firewall lets in whom it does not know"
lab exec node-2 systemctl stop listener
install_on 2
who_reaches_what() {
    within 10 reaches node-1 30002
    ! reaches db 30002 || fail "db reaches the server of node-2, which is for the cluster's nodes"
    reaches db 30001 || fail "db does not reach the balancer of node-2, which is for anybody"
}
who_reaches_what
expect_all_at 1.0 2
trial_load --rate 200
locum_on 2 upgrade run /root/setup/2.0.bundle --mode rolling
expect_code 0 "the upgrade"
expect_clean_load
expect_all_at 2.0 2
who_reaches_what
