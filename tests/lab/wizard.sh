#!/usr/bin/env bash
# A person goes from host to host with the wizard, on real terminals (tmux): on the full screen of node-1 and node-3, line by
# line on node-2. They make a cluster; then the newer version's wizard on each host upgrades it, under load. Two hosts have a
# firewall that keeps everybody out, and are asked whom to let in. What was answered was recorded: on fresh hosts the Ansible role
# makes the same cluster of the records, without hands, changes nothing the second time, and upgrades it rolling. (ansible.sh has
# the rest of the role.)
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 3
source "$(dirname "$0")/cluster.sh"
source "$(dirname "$0")/firewalls.sh"
source "$(dirname "$0")/../integration/installer/terminal.sh"
trap 'end_terminal; end_lab' EXIT
source "$(dirname "$0")/ansible/play.sh"
export LC_ALL=C.UTF-8

# hosts: what a person carries to each of them.
hosts() {
    local n to
    for n in 1 2 3; do
        to=$(lab root "node-$n")
        mkdir -m 700 "$to/root/setup"
        install -m 755 "$bin/locum" "$to/usr/local/bin/locum"
        cp "$scratch"/{1.0,2.0}.bundle "$scratch/vendor.pub" "$to/root/setup"
    done
}

# wizard N VERSION [ARGS…]
wizard() {
    run scripts/lab exec "node-$1" locum install "/root/setup/$2.bundle" "${@:3}"
}

# What the cluster is, but for ids and times; and whom the firewalls let in, by our rules.
cluster_of() {
    lab exec node-1 locum inventory | grep -v '^#'
    lab exec node-2 nft -s list ruleset | sed -n '/comment "locum:/s/^[[:space:]]*//p' | sort
    lab exec node-3 ufw status | grep locum: | sort
}

firewalls() {
    nftables_on 2
    ufw_on 3
}

database
bundles
play_begin
hosts
firewalls

echo "-- node-1, on the full screen"
terminal_type=screen
wizard 1 1.0 --record /root/setup/recorded.toml
at 'Network' '' Enter
at 'File for the new network token' /root/setup/network.token Enter
at "The vendor's public key" /root/setup/vendor.pub Enter
at 'Licence' '' Enter
at 'Information' '' Enter
at 'Kind of network' '' Down Down Enter
at 'Components of this host' '' Down Space Tab Enter # the balancer, too
at 'Name of this node' '' Enter
at 'Address of this node' '' Enter
at 'start of services yourself?' '' Enter
at 'Database' '' Enter
at 'Host of the database' db Enter
at 'Port of the database' '' Enter
at 'Name of the database' endpoint Enter
for account in "the suite's servers" 'Locum itself'; do
    at "Account of $account" '' Enter
    at "Password of $account" '' Enter
    until_shown 'It is not shown'
    [[ $account == Locum* ]] && password=quickstart-locum || password=quickstart-app
    at "Password of $account" "$password" Enter
done
at 'the keystore of another cluster?' '' Enter
at 'What was found' '' Enter
at 'install Endpoint Manager 1.0 as node-1' '' Enter
ended 0
said 'Endpoint Manager 1.0 is installed and well as node-1'
said '/root/setup/network.token lets other hosts join'

echo "-- node-2, line by line"
install -m 600 "$(lab root node-1)/root/setup/network.token" "$(lab root node-2)/root/setup/network.token"
terminal_type=dumb
wizard 2 1.0 --record /root/setup/recorded.toml
asked 'One of these [create]:' use
asked '> [/root/endpoint-manager.token]:' /root/setup/network.token
asked 'Go on? (yes, or Ctrl-C):' yes
asked 'Go on? (yes, or Ctrl-C):' yes
asked 'One of these [stand-alone]:' high-availability
asked 'Any of these, with commas' 'server, balancer'
asked '> [node-2]:'
asked '> [198.51.100.12]:'
asked 'yes or no [no]:'
asked 'yes or no [yes]:' # the firewall
asked '> [any]:'         # to the agent
asked '> [peers]:'       # to devices
asked '> [any]:' 198.51.100.0/24
asked 'Go on? (yes, or Ctrl-C):' yes
ended 0
said 'Endpoint Manager 1.0 is installed and well as node-2'

echo "-- node-3, on the full screen"
install -m 600 "$(lab root node-1)/root/setup/network.token" "$(lab root node-3)/root/setup/network.token"
terminal_type=screen
wizard 3 1.0 --record /root/setup/recorded.toml
at 'Network' '' Down Enter
at 'File with the network token' /root/setup/network.token Enter
at 'Licence' '' Enter
at 'Information' '' Enter
at 'Kind of network' '' Down Down Enter
at 'Components of this host' '' Tab Enter
at 'Name of this node' '' Enter
at 'Address of this node' '' Enter
at 'start of services yourself?' '' Enter
at "Let the host's firewall admit who uses these ports?" '' Enter
at "Who may connect to port 'agent'" peers Enter
at "Who may connect to port 'device'" '' Enter
at 'What was found' '' Enter
at 'install Endpoint Manager 1.0 as node-3' '' Enter
ended 0
expect_all_at 1.0
cluster_of >"$scratch/by-hand"
grep -q '198.51.100.0/24.*front' "$scratch/by-hand" || fail "node-2 lets others in than were answered: $(<"$scratch/by-hand")"
for n in 1 2 3; do
    cp "$(lab root "node-$n")/root/setup/recorded.toml" "$scratch/node-$n.toml"
    ! grep -F quickstart- "$scratch/node-$n.toml" "$scratch/screens" || fail "a password is on the screen, or in a record"
done

echo "-- upgraded by the wizard of 2.0 on each host, under load"
trial_load --rate 300
wizard 1 2.0
at 'update node-1, 1 of 3 servers' '' Enter
ended 0
said '%' # of the gauge
said '1 of 3 servers updated; next: locum install BUNDLE on node-2, node-3'
terminal_type=dumb
wizard 2 2.0
asked 'Go on? (yes, or Ctrl-C):' yes
ended 0
said '2 of 3 servers updated; next: locum install BUNDLE on node-3'
terminal_type=screen
wizard 3 2.0
title_end= # which is cut where it is long
at 'update node-3, the last of 3 servers' '' Enter
ended 0
said '3 of 3 servers updated'
expect_clean_load
expect_all_at 2.0

echo "-- the same cluster on fresh hosts, by the role from the records"
lab down
lab up 3
database
firewalls
cat >"$scratch/hosts.yml" <<'YAML'
all:
  vars:
    locum_suite: endpoint-manager
    locum_answers: "{{ inventory_dir }}/{{ inventory_hostname }}.toml"
  hosts:
    node-1: { ansible_host: 198.51.100.11 }
    node-2: { ansible_host: 198.51.100.12 }
    node-3: { ansible_host: 198.51.100.13 }
YAML
play "$scratch/hosts.yml" 1.0
expect_code 0 "the installation from the records"
for n in 1 2 3; do expect_changed "node-$n" yes; done
expect_all_at 1.0
cluster_of >"$scratch/by-role"
diff "$scratch/by-hand" "$scratch/by-role" >"$scratch/last.log" || fail "it is another cluster"
play "$scratch/hosts.yml" 1.0
expect_code 0 "the same again"
for n in 1 2 3; do expect_changed "node-$n" no; done

echo "-- and the role upgrades it, under load, by the inventory that its registry gives"
lab exec node-2 locum inventory >"$scratch/registry.yml"
play "$scratch/registry.yml" 2.0 --check
expect_code 0 "--check of an upgrade"
expect_said 'upgrade Endpoint Manager from 1.0 to 2.0'
expect_changed node-1 yes
expect_all_at 1.0
trial_load --rate 300
play "$scratch/registry.yml" 2.0
expect_code 0 "the upgrade by the role"
expect_changed node-1 yes
expect_clean_load
expect_all_at 2.0
echo "a cluster of three by the wizard, upgraded by it, made again and upgraded by the role; its second run has changed nothing"
