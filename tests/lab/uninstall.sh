#!/usr/bin/env bash
# On hosts that boot: damage as administrators do it is told and put right; and after `uninstall --purge` a host is what it
# was before the installation: files with mode, owner and content, accounts, units, firewall, kernel settings. Without `--purge` data
# and accounts are kept, and a later installation has them. Where no firewall is in force none is after an installation.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 2
source "$(dirname "$0")/cluster.sh"
source "$(dirname "$0")/host_state.sh"
unit=locum-agent-endpoint-manager.service

drift() { # RESOURCE…: verify on node-2 says exactly these
    locum_on 2 verify
    expect_code 15 "verify of $*"
    local told
    told=$(grep -v 'cannot be told: ' "$scratch/last.log" | sed -nE 's/^([a-z]+[a-z0-9./-]*): .*; expected .*/\1/p' | sort -u | xargs)
    [[ $told == "$(printf '%s\n' "$@" | sort -u | xargs)" ]] || fail "verify tells of $told, expected $*"
}
repaired() {
    locum_on 2 repair
    expect_code 0 "repair"
    locum_on 2 verify
    expect_code 0 "verify after the repair"
}

database
bundles
set_up 1 '["server", "balancer"]'
set_up 2 '["server", "balancer"]'
host_state node-1 >"$scratch/before-1"
install_on 1
host_state node-2 >"$scratch/before"
firewalls_of() { lab exec node-2 sh -c 'systemctl is-enabled firewalld ufw nftables; systemctl is-active firewalld ufw nftables; nft list ruleset'; }
firewalls_of >"$scratch/firewalls" || true # which says that they are off
[[ $(grep -cx inactive "$scratch/firewalls") == 3 ]] || fail "this is no host with three firewalls that are off: $(<"$scratch/firewalls")"
install_on 2
{ firewalls_of || true; } | diff "$scratch/firewalls" - >"$scratch/last.log" || fail "an installation changed the firewall of a host that has none"
locum_on 2 verify
expect_code 0 "verify of an installation"
to=$(lab root node-2)

echo "-- as administrators do it"
rm "$to/opt/endpoint-manager/versions/1.0/balancer/README"
chmod 666 "$to/opt/endpoint-manager/versions/1.0/.suite/manifest.toml"
drift files/about-1.0 files/balancer
repaired
sed -i 's/^Restart=.*/Restart=no/' "$to/usr/local/lib/systemd/system/$unit"
drift agent
repaired
lab exec node-2 systemctl disable "$unit" >"$scratch/last.log" 2>&1
drift agent
repaired
lab exec node-2 systemctl is-enabled "$unit" >/dev/null || fail "the agent is not enabled"
echo "# edited" >>"$to/etc/opt/endpoint-manager/haproxy.cfg"
chmod 644 "$to/var/lib/locum/endpoint-manager/node.key"
drift config/balancer folder/state
repaired
lab exec node-2 systemctl stop "$unit"
drift agent
repaired
sed -i 's/^Restart=.*/Restart=no/' "$to/usr/local/lib/systemd/system/endpoint-manager-balancer.service"
chmod 777 "$to/var/opt/endpoint-manager"
lab exec node-2 chown root /etc/opt/endpoint-manager/haproxy.cfg
drift accounts config/balancer folder/data service/balancer
repaired
lab exec node-2 setpriv --reuid=nobody --clear-groups locum verify >"$scratch/last.log" 2>&1 && fail "verify as nobody"
expect_said 'by root only'

killed_at_unit() { # UNIT: its file is gone, and systemd has not been told
    lab exec node-2 env LOCUM_FAILPOINTS=unit/removed=kill locum uninstall --purge --confirm node-2 >"$scratch/last.log" 2>&1 && fail "it was not killed"
    lab exec node-2 test ! -e "/usr/local/lib/systemd/system/$1" || fail "$1 is there still"
}
state_of() { lab exec node-2 systemctl show -p LoadState,ActiveState --value "$1" | xargs; }

echo "-- uninstalled, under load, and killed each time that systemd has not been told yet that a unit is gone"
trial_fronts=(198.51.100.11:30001)
trial_load --rate 200
lab exec node-2 env LOCUM_FAILPOINTS=step/cluster/leave/done/before=kill locum uninstall --purge --confirm node-2 >"$scratch/last.log" 2>&1 &&
    fail "it was not killed"
lab exec node-2 systemctl stop "$unit" # it would remove the balancer's unit itself
# One that has to be killed has failed, which systemd remembers also without its file.
lab exec node-2 systemctl kill --signal=STOP endpoint-manager-balancer.service
killed_at_unit endpoint-manager-balancer.service
[[ $(state_of endpoint-manager-balancer.service) == "not-found failed" || $(state_of endpoint-manager-balancer.service) == "loaded failed" ]] ||
    fail "the balancer's unit is $(state_of endpoint-manager-balancer.service), so this shows nothing"
killed_at_unit "$unit"
[[ $(state_of endpoint-manager-balancer.service) == "not-found inactive" ]] || fail "the balancer's unit is $(state_of endpoint-manager-balancer.service)"
lab exec node-2 test -d /usr/local/lib/systemd/system || fail "the folder of units is gone already, so this shows nothing"
locum_on 2 uninstall --purge --confirm node-2
expect_code 0 "uninstall"
[[ $(state_of "$unit") == "not-found inactive" ]] || fail "the agent's unit is $(state_of "$unit")"
expect_clean_load
lab exec node-1 locum node list >"$scratch/last.log"
! grep -q '^node-2 ' "$scratch/last.log" || fail "node-2 is still registered"
host_state node-2 >"$scratch/after"
diff "$scratch/before" "$scratch/after" >"$scratch/last.log" || fail "the host is not what it was"
code=0
lab exec node-2 pgrep -f 'locum|endpoint' >"$scratch/last.log" || code=$?
expect_code 1 "looking for processes" # 1: pgrep found none
grep -c . "$scratch/before" | sed 's/$/ lines compared, all equal/'

echo "-- the last server, without --purge"
data() { lab exec node-1 sh -c 'find /var/opt/endpoint-manager -printf "%y %m %U:%G %p\n" | sort; cat /var/opt/endpoint-manager/kept'; }
accounts() { lab exec node-1 sh -c 'getent passwd endpoint-manager endpoint-balancer; getent group endpoint-manager'; }
lab exec node-1 setpriv --reuid=endpoint-manager --regid=endpoint-manager --clear-groups sh -c 'umask 077; echo theirs >/var/opt/endpoint-manager/kept'
data >"$scratch/data"
accounts >"$scratch/accounts"
# The lease of the one on node-2 that was killed runs out meanwhile.
within 30 lab exec node-1 locum uninstall --last-server --confirm node-1
expect_said '^stays: data: /var/opt/endpoint-manager'
data | diff "$scratch/data" - >"$scratch/last.log" || fail "the data have changed"
accounts | diff "$scratch/accounts" - >"$scratch/last.log" || fail "the accounts have changed"
[[ -z $(lab exec node-1 sh -c 'systemctl list-unit-files --no-legend "endpoint-manager*" "locum-*"; ls -d /opt/endpoint-manager /var/lib/locum /etc/opt/endpoint-manager 2>/dev/null') ]] ||
    fail "more is left than data and accounts"
rm "$(lab root node-1)/root/setup/network.token"
locum_on 1 install /root/setup/1.0.bundle --answers /root/setup/answers.toml
expect_code 4 "installation on data that were kept"
expect_said 'datasource-kept-data'
locum_on 1 install /root/setup/1.0.bundle --answers /root/setup/answers.toml --ignore datasource-kept-data
expect_code 0 "installation that takes them up"
locum_on 1 verify
expect_code 0 "verify of it"
lab exec node-1 setpriv --reuid=endpoint-manager --regid=endpoint-manager --clear-groups cat /var/opt/endpoint-manager/kept | grep -qx theirs ||
    fail "the service's account does not read what was its own"
accounts | diff "$scratch/accounts" - >"$scratch/last.log" || fail "the accounts are others"
lab exec node-1 systemctl stop endpoint-manager-balancer.service # it need not be brought back to be removed
locum_on 1 uninstall --purge --last-server --confirm node-1
expect_code 0 "uninstall with everything"
host_state node-1 >"$scratch/after-1"
diff "$scratch/before-1" "$scratch/after-1" >"$scratch/last.log" || fail "the host is not what it was before the first installation"
