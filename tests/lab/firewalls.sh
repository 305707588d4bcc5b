# Firewalls on hosts of the lab that keep everybody out but for rules of an administrator's own.
# To be sourced after lib.sh.
#
# ufw_on N, nftables_on N   switches it on on node N

ufw_on() {
    # On at boot, as its package has it, and not the lab's hosts.
    lab exec "node-$1" sh -c 'ufw allow 22/tcp comment "by hand" && ufw deny from 203.0.113.9 &&
        ufw --force enable && systemctl -q enable --now ufw' >/dev/null
}

nftables_on() {
    cat >"$(lab root "node-$1")/etc/nftables.conf" <<'NFT'
#!/usr/sbin/nft -f
flush ruleset
table inet filter {
    set banned { type ipv4_addr; elements = { 203.0.113.9 } }
    chain input {
        type filter hook input priority filter; policy drop;
        iif "lo" accept
        ct state established,related accept
        ct state invalid drop
        ip saddr @banned drop
        meta l4proto { icmp, ipv6-icmp } accept
        tcp dport 22 accept comment "by hand"
        meta l4proto tcp counter reject with tcp reset
    }
}
NFT
    lab exec "node-$1" systemctl -q enable --now nftables
}
