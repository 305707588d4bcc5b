#!/usr/bin/env bash
# Hosts that keep everybody out, by firewalld, ufw and nftables: installed through them, rolled under load, each port open to
# those whom it is for and to nobody else, foreign rules as they were; at a boot and when a node is removed they follow. What is taken
# away by hand is told and put back. Nothing is switched on, and after `uninstall` each firewall is what it was.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 3
source "$(dirname "$0")/cluster.sh"
source "$(dirname "$0")/firewalls.sh"

kind=([1]=firewalld [2]=ufw [3]=nftables)

# Rules of an administrator's own on firewalld, which a reload drops.
for_the_time_being() {
    lab exec node-1 sh -c 'firewall-cmd -q --add-service=http && firewall-cmd -q --zone=drop --add-source=203.0.113.66 &&
        firewall-cmd -q --add-rich-rule="rule family=ipv4 source address=203.0.113.9 drop"'
}

# Each with rules of an administrator's own.
firewalls() {
    lab exec node-1 systemctl -q enable --now firewalld
    for_the_time_being
    ufw_on 2
    nftables_on 3
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

# listing N: all of node N's firewall, in the words of its own tool; a rule's counter is none of it.
listing() {
    case ${kind[$1]} in
    firewalld) lab exec node-1 sh -c 'firewall-cmd --list-all-zones && firewall-cmd --permanent --list-all-zones' ;;
    ufw) lab exec node-2 sh -c 'ufw status verbose && ufw show added' ;;
    nftables) lab exec node-3 nft -s list ruleset ;;
    esac
}

# switches N: which packages the host has, and which firewalls are to start and do run.
switches() {
    lab exec "node-$1" sh -c 'dpkg-query -W; for unit in firewalld ufw nftables; do
        echo "$unit $(systemctl is-enabled $unit) $(systemctl is-active $unit)"; done; ufw status | head -n 1'
}

nothing_switched_on() {
    local n
    for n in "$@"; do
        switches "$n" | diff "$scratch/switches-$n" - >"$scratch/last.log" || fail "something was installed or switched on on node-$n"
    done
}

# take_away N PORT: our rules for it, by hand.
take_away() {
    case ${kind[$1]} in
    firewalld)
        lab exec node-1 sh -c "for where in '' --permanent; do firewall-cmd \$where --list-rich-rules | grep 'port=\"$2\".*' | grep priority |
            while read -r rule; do firewall-cmd -q \$where --remove-rich-rule=\"\$rule\" || exit 1; done || exit 1; done"
        ;;
    ufw)
        lab exec node-2 sh -c "ufw show added | sed -n \"s/^ufw \(allow .* port $2 .*\) comment 'locum:.*/\1/p\" |
            while read -r rule; do ufw delete \$rule || exit 1; done" >"$scratch/last.log"
        ;;
    nftables)
        lab exec node-3 sh -c "nft -a list chain inet filter input | sed -n 's/.*dport $2 .*locum:.*# handle //p' |
            while read -r handle; do nft delete rule inet filter input handle \$handle || exit 1; done"
        ;;
    esac
    ! ours "$1" | grep -qw "$2" || fail "rules for port $2 were not taken away on node-$1"
}

# shut N: what listens at a port that was ours is not reached from other hosts.
shut() {
    lab exec "node-$1" systemd-run -q --collect --unit=listener socat TCP4-LISTEN:30001,fork,reuseaddr SYSTEM:true
    within 5 reaches "node-$1" "$1" 30001
    kept_out db "$1:30001"
    kept_out outside "$1:30001"
    lab exec "node-$1" systemctl stop listener
}

# as_before N: of an uninstalled node.
as_before() {
    ! ours "$1" || fail "rules of ours are left on node-$1"
    listing "$1" | diff "$scratch/listing-$1" - >"$scratch/last.log" || fail "the firewall of node-$1 is not what it was"
    foreign_stays "$1"
    nothing_switched_on "$1"
    shut "$1"
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

# At the same time, since who is not answered waits a second.
kept_out() {
    local from=$1 to
    local -A asks
    shift
    for to in "$@"; do
        reaches "$from" "${to%:*}" "${to#*:}" &
        asks[$to]=$!
    done
    for to in "$@"; do ! wait "${asks[$to]}" || fail "$from reaches node-${to%:*} at ${to#*:}"; done
}

without_node_3() {
    ! ours 1 | grep -F 198.51.100.13 && ! ours 2 | grep -F 198.51.100.13
}

without_node_2() {
    ! ours 1 | grep -F 198.51.100.12
}

database
bundles
firewalls
set_up 1 '["server", "balancer"]'
set_up 2 '["balancer"]' # without a datasource: its agent asks the others who the members are
set_up 3 '["server"]'
# node-2's balancer is for a network that db is not in; node-1's for nobody.
rules=([1]='front = "off"' [2]='agent = "peers", front = ["198.51.100.0/29", "2001:db8::1"]' [3]='agent = "peers"')
for n in 1 2 3; do printf '[firewall]\nrules = { %s }\n' "${rules[$n]}" >>"$(lab root "node-$n")/root/setup/answers.toml"; done
trial_fronts=(198.51.100.12:30001)

echo "-- the contract of the port, on each kind"
for n in 1 2 3; do
    foreign "$n" >"$scratch/foreign-$n"
    listing "$n" >"$scratch/listing-$n"
    switches "$n" >"$scratch/switches-$n"
    install -m 755 "$bin/lab-firewall" "$(lab root "node-$n")/root"
    lab exec "node-$n" env "FIREWALL=${kind[$n]}" /root/lab-firewall >"$scratch/contract-$n" 2>&1 &
    contract[$n]=$!
done
for n in 1 2 3; do
    wait "${contract[$n]}" || { mv "$scratch/contract-$n" "$scratch/last.log" && fail "${kind[$n]} breaks its contract"; }
done
foreign_stays 1 2 3

echo "-- before"
for n in 1 2 3; do shut "$n"; done

echo "-- installation, through the firewalls"
locum_on 1 install /root/setup/1.0.bundle --answers /root/setup/answers.toml --plan
expect_code 0 "the plan"
expect_said 'firewall/agent +let firewalld admit TCP 61616 \(agent\) from anybody$'
expect_said 'firewall/device +let firewalld admit TCP 30002 \(device\) from the cluster.s nodes$'
! grep 'firewall/front' "$scratch/last.log" || fail "a rule that the answers switch off"
foreign_stays 1
for n in 1 2 3; do install_on "$n"; done
foreign_stays 1 2 3
nothing_switched_on 1 2 3
! lab exec node-1 firewall-cmd --zone=drop --list-rich-rules | grep priority || fail "ours are in a zone that bans"
# device: 30002 where there is a balancer, else 30001.
who_reaches_what() {
    admitted outside 2:30001 1:61616
    kept_out outside 1:30001 1:30002 2:61616 3:30001 3:61616
    kept_out db 2:30001 3:30001
    admitted node-1 2:61616 3:30001 3:61616
    admitted node-2 1:30002 3:30001
    admitted node-3 1:30002 2:61616
}
within 10 reaches node-3 1 30002
who_reaches_what

echo "-- taken away by hand: told, and put back"
# damaged N PORT WHOSE FROM: rules for the port are gone on node N, and so FROM is kept out, until they are repaired.
damaged() {
    take_away "$1" "$2"
    locum_on "$1" verify
    expect_code 15 "verify of node-$1 without rules for $2"
    expect_said "^firewall: ${kind[$1]} has no rule for TCP $2 \\($3\\) from "
    ! grep '^firewall:' "$scratch/last.log" | grep -v "TCP $2 " || fail "verify tells of other rules"
    kept_out "$4" "$1:$2"
    foreign_stays "$1"
    locum_on "$1" repair
    expect_code 0 "repair of node-$1"
    locum_on "$1" verify
    expect_code 0 "verify of the repaired node-$1"
    foreign_stays "$1"
}
damaged 1 30002 device node-2
damaged 2 30001 front outside
damaged 3 30001 device node-1
who_reaches_what

echo "-- the firewall's own reload keeps ours"
lab exec node-1 firewall-cmd -q --reload
for_the_time_being
foreign_stays 1
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

echo "-- node-3 is uninstalled"
ours 3 >"$scratch/last.log" || fail "there are no rules of ours, so this shows nothing"
locum_on 3 uninstall --purge --confirm node-3
expect_code 0 "uninstall of node-3"
as_before 3
within 10 without_node_3
admitted node-2 1:30002
admitted node-1 2:61616
foreign_stays 1 2

echo "-- removal from a firewall that is off"
lab exec node-1 env FIREWALL=firewalld FIREWALL_MAY_STOP=1 /root/lab-firewall -tc='*does not run*' >"$scratch/last.log" 2>&1 ||
    fail "rules are left in the files of a firewalld that was off"
admitted node-2 1:30002 # this suite's are still there
for_the_time_being
foreign_stays 1

echo "-- node-2 is removed by name, boots with its rules, and is uninstalled"
lab power-off node-2
remove_node 2 1
expect_code 0 "removal of node-2"
within 10 without_node_2
lab boot node-2
kept_out node-2 1:30002
ours 2 >"$scratch/last.log" || fail "there are no rules of ours, so this shows nothing"
locum_on 2 uninstall --purge --confirm node-2
expect_code 0 "uninstall of node-2"
as_before 2

echo "-- the last one is uninstalled"
locum_on 1 uninstall --purge --confirm node-1 --last-server
expect_code 0 "uninstall of node-1"
as_before 1
