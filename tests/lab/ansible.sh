#!/usr/bin/env bash
# The role of scripts/ansible on hosts that boot: it installs a cluster from an inventory, and rolls it to the next version under
# load; a second run changes nothing, --check changes nothing and shows Locum's plans.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 3
source "$(dirname "$0")/cluster.sh"
source "$(dirname "$0")/ansible/play.sh"

# What a run may change: all below the folders that Locum and the role write to, files with their times; but for the state that the
# agent writes by itself.
tree_of() {
    lab exec "$1" find /usr/local/bin /var/lib/locum-setup /var/tmp /opt /etc/opt /var/lib/locum -xdev -ignore_readdir_race \
        -path /var/lib/locum/endpoint-manager -prune -o -type d -printf '%p\n' -o -printf '%p %s %T@\n' >"$scratch/tree" 2>"$scratch/last.log" ||
        fail "the files of $1 cannot be listed"
    grep -q '^/opt/endpoint-manager/current' "$scratch/tree" || fail "nothing is installed on $1, so this shows nothing"
    sort "$scratch/tree"
}

database
bundles
play_begin
cat >"$scratch/hosts.yml" <<'YAML'
all:
  vars:
    locum_suite: endpoint-manager
  hosts:
    node-1: { ansible_host: 198.51.100.11, locum_components: [server, balancer] }
    node-2: { ansible_host: 198.51.100.12, locum_components: [server, balancer] }
    node-3: { ansible_host: 198.51.100.13, locum_components: [server] }
YAML

play "$scratch/hosts.yml" 1.0 --check
expect_code 0 "--check before anything is there"
expect_said 'install Endpoint Manager 1.0 as node-1'
expect_said 'node-3 would join with server'
for n in 1 2 3; do
    expect_changed "node-$n" yes
    [[ ! -e $(lab root "node-$n")/var/lib/locum-setup && ! -e $(lab root "node-$n")/var/lib/locum-setup-plan && ! -e $(lab root "node-$n")/usr/local/bin/locum ]] || fail "--check has changed node-$n"
done

play "$scratch/hosts.yml" 1.0
expect_code 0 "the installation by the role"
for n in 1 2 3; do expect_changed "node-$n" yes; done
expect_all_at 1.0

# The cluster as its registry has it is an inventory, too, and a second run.
lab exec node-2 locum inventory >"$scratch/registry.yml"
play "$scratch/registry.yml" 1.0
expect_code 0 "the same by the registry's inventory"
for n in 1 2 3; do expect_changed "node-$n" no; done

for n in 1 2 3; do tree_of "node-$n" >"$scratch/before-$n"; done
play "$scratch/registry.yml" 2.0 --check
expect_code 0 "--check of an upgrade"
expect_said 'upgrade Endpoint Manager from 1.0 to 2.0'
expect_changed node-1 yes
for n in 1 2 3; do
    tree_of "node-$n" >"$scratch/after-$n"
    diff "$scratch/before-$n" "$scratch/after-$n" >"$scratch/last.log" || fail "--check has changed node-$n"
done
expect_all_at 1.0

# As plays that were killed leave it, one of them with --check.
echo left >"$(lab root node-2)/var/lib/locum-setup/app.password"
mkdir -m 700 "$(lab root node-2)/var/lib/locum-setup-plan"
echo left >"$(lab root node-2)/var/lib/locum-setup-plan/app.password"
trial_load --rate 300
play "$scratch/registry.yml" 2.0
expect_code 0 "the upgrade by the role"
expect_changed node-1 yes
expect_clean_load
expect_all_at 2.0
play "$scratch/registry.yml" 2.0
expect_code 0 "the upgrade again"
for n in 1 2 3; do expect_changed "node-$n" no; done
play "$scratch/registry.yml" 2.0 --check
expect_code 0 "--check, where all is so"
for n in 1 2 3; do expect_changed "node-$n" no; done

for n in 1 2 3; do
    for file in answers.toml app.password locum.password network.token join.token; do
        [[ ! -e $(lab root "node-$n")/var/lib/locum-setup/$file ]] || fail "$file stays on node-$n"
    done
    [[ ! -e $(lab root "node-$n")/var/lib/locum-setup-plan ]] || fail "the folder of a plan stays on node-$n"
done
echo "a cluster of three installed and rolled by the role; each second run has changed nothing"
