#!/usr/bin/env bash
# Hosts that keep everybody out, by firewalld, ufw and nftables: installed through them, rolled under load, each port open to
# those whom it is for and to nobody else, foreign rules as they were; at a boot and when a node is removed they follow.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 3
source "$(dirname "$0")/cluster.sh"

kind=([1]=firewalld [2]=ufw [3]=nftables)

# Each with rules of an administrator's own; firewalld's are for the time being only, and a reload would drop them.
firewalls() {
    lab exec node-1 sh -c 'systemctl -q enable --now firewalld && firewall-cmd -q --add-service=http &&
        firewall-cmd -q --zone=drop --add-source=203.0.113.66 &&
        firewall-cmd -q --add-rich-rule="rule family=ipv4 source address=203.0.113.9 drop"'
    lab exec node-2 sh -c 'ufw allow 22/tcp comment "by hand" && ufw deny from 203.0.113.9 && ufw --force enable' >/dev/null
    cat >"$(lab root node-3)/etc/nftables.conf" <<'NFT'
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
    lab exec node-3 systemctl -q enable --now nftables
}

# foreign N: what is others' on node N, in the words of its own tool.
foreign() {
    case ${kind[$1]} in
    firewalld) lab exec node-1 sh -c '{ firewall-cmd --list-all-zones && firewall-cmd --permanent --list-all-zones; } |
        grep -v priority; ls -R /etc/firewalld | grep -v public.xml' ;;
    ufw) lab exec node-2 sh -c 'cat /etc/ufw/ufw.conf; sed "/^### tuple/,/^$/ { /^### tuple.*comment=6c6f63756d3a/,/^$/d }" \
        /etc/ufw/user.rules /etc/ufw/user6.rules' ;;
    nftables) lab exec node-3 sh -c 'nft -s list ruleset | grep -v "comment \"locum:"; cat /etc/nftables.conf' ;;
    esac
}

ours() {
    case ${kind[$1]} in
    firewalld) lab exec node-1 sh -c 'firewall-cmd --list-rich-rules | grep priority' ;;
    ufw) lab exec node-2 sh -c 'ufw show added | grep locum:' ;;
    nftables) lab exec node-3 sh -c 'nft list ruleset | grep "comment \"locum:"' ;;
    esac
}

foreign_stays() {
    local n
    for n in "$@"; do
        foreign "$n" | diff "$scratch/foreign-$n" - >"$scratch/last.log" || fail "rules of others have changed on node-$n"
    done
}

# reaches FROM NODE PORT: FROM is a host, or outside.
reaches() {
    local from=(lab exec "$1")
    [[ $1 != outside ]] || from=(lab run)
    "${from[@]}" socat -T 1 -u OPEN:/dev/null "TCP:198.51.100.$(($2 + 10)):$3,connect-timeout=1" 2>"$scratch/last.log"
}

# admitted FROM NODE:PORT… and kept_out: of each.
admitted() {
    local from=$1 to
    shift
    for to in "$@"; do reaches "$from" "${to%:*}" "${to#*:}" || fail "$from does not reach node-${to%:*} at ${to#*:}"; done
}

kept_out() {
    local from=$1 to
    shift
    for to in "$@"; do ! reaches "$from" "${to%:*}" "${to#*:}" || fail "$from reaches node-${to%:*} at ${to#*:}"; done
}

without_node_3() {
    ! ours 1 | grep -F 198.51.100.13 && ! ours 2 | grep -F 198.51.100.13
}

database
bundles
firewalls
set_up 1 '["server", "balancer"]'
set_up 2 '["balancer"]' # without a datasource: its agent asks the others who the members are
set_up 3 '["server"]'
for n in 2 3; do printf '[firewall]\nrules = { agent = "peers" }\n' >>"$(lab root "node-$n")/root/setup/answers.toml"; done

echo "-- the contract of the port, on each kind"
for n in 1 2 3; do
    foreign "$n" >"$scratch/foreign-$n"
    install -m 755 "$bin/lab-firewall" "$(lab root "node-$n")/root"
    lab exec "node-$n" env "FIREWALL=${kind[$n]}" /root/lab-firewall >"$scratch/contract-$n" 2>&1 &
    contract[$n]=$!
done
for n in 1 2 3; do
    wait "${contract[$n]}" || { mv "$scratch/contract-$n" "$scratch/last.log" && fail "${kind[$n]} breaks its contract"; }
done
foreign_stays 1 2 3

echo "-- before"
for n in 1 2 3; do
    lab exec "node-$n" systemd-run -q --collect --unit=before socat TCP4-LISTEN:30001,fork,reuseaddr SYSTEM:true
    within 5 reaches "node-$n" "$n" 30001
    kept_out db "$n:30001"
    lab exec "node-$n" systemctl stop before
done

echo "-- installation, through the firewalls"
locum_on 1 install /root/setup/1.0.bundle --answers /root/setup/answers.toml --plan
expect_code 0 "the plan"
expect_said 'firewall/agent +let firewalld admit TCP 61616 \(agent\) from anybody$'
expect_said 'firewall/device +let firewalld admit TCP 30002 \(device\) from the cluster.s nodes$'
expect_said 'firewall/front +let firewalld admit TCP 30001 \(front\) from anybody$'
foreign_stays 1
for n in 1 2 3; do install_on "$n"; done
foreign_stays 1 2 3
! lab exec node-1 firewall-cmd --zone=drop --list-rich-rules | grep priority || fail "ours are in a zone that bans"
# device: 30002 where there is a balancer, else 30001.
who_reaches_what() {
    admitted outside 1:30001 2:30001 1:61616
    kept_out outside 1:30002 2:61616 3:30001 3:61616
    kept_out db 3:30001
    admitted node-1 2:61616 3:30001 3:61616
    admitted node-2 1:30002 3:30001
    admitted node-3 1:30002 2:61616
}
within 10 reaches node-3 1 30002
who_reaches_what

echo "-- the firewall's own reload keeps ours"
lab exec node-1 firewall-cmd -q --reload
foreign 1 >"$scratch/foreign-1" # without what its administrator had for the time being
admitted node-2 1:30002 1:61616
kept_out outside 1:30002

echo "-- rolling under load"
trial_load --rate 300
locum_on 3 upgrade run /root/setup/2.0.bundle --mode rolling
expect_code 0 "the upgrade"
expect_clean_load
expect_all_at 2.0
who_reaches_what

echo "-- node-3 boots: its firewall has forgotten our rules"
lab power-off node-3
lab boot node-3
within 30 reaches node-1 3 30001
kept_out outside 3:30001 3:61616
foreign_stays 2 3

echo "-- node-3 is removed"
lab power-off node-3
remove_node 3 1
expect_code 0 "removal of node-3"
within 10 without_node_3
admitted node-2 1:30002
admitted node-1 2:61616
foreign_stays 1 2

echo "-- removal from a firewall that is off"
lab exec node-1 env FIREWALL=firewalld FIREWALL_MAY_STOP=1 /root/lab-firewall -tc='*does not run*' >"$scratch/last.log" 2>&1 ||
    fail "rules are left in the files of a firewalld that was off"
admitted node-2 1:30002 # this suite's are still there

echo "-- uninstalled: none of ours is left"
for n in 2 1; do
    more=
    ((n != 1)) || more=--last-server
    locum_on "$n" uninstall --purge --confirm "node-$n" $more
    expect_code 0 "uninstall of node-$n"
    ! ours "$n" || fail "rules of ours are left on node-$n"
done
foreign_stays 1 2
