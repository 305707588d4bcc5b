#!/usr/bin/env bash
# On hosts that boot: damage as administrators do it is told and put right; and after `uninstall --purge` a host is what it
# was before the installation: files with mode, owner and content, accounts, units, firewall, kernel settings.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 2
source "$(dirname "$0")/cluster.sh"
unit=locum-agent-endpoint-manager.service

# Not compared, each since the running system writes there by itself, whatever is installed:
#   proc, sys, dev, run, tmp                   kernel and volatile
#   var/log/journal, wtmp, btmp, lastlog       systemd's journal and log-ins
#   var/lib/systemd, var/lib/dbus, var/cache   timers' stamps, random seed, catalogues
#   etc/passwd-, group-, shadow-, gshadow-     copies that each change of accounts leaves, whoever makes it
#   root/setup, usr/local/bin/locum            what this test put there itself
# Of folders no times; of /etc/machine-id and the like all.
host_state() {
    lab exec "$1" bash -euo pipefail -c '
cd /
find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp -o -path ./var/log/journal \
    -o -path ./var/lib/systemd -o -path ./var/lib/dbus -o -path ./var/cache -o -path ./root/setup \) -prune \
    -o ! -path ./usr/local/bin/locum ! -path "./etc/*shadow-" ! -path ./etc/passwd- ! -path ./etc/group- ! -path ./etc/.pwd.lock ! -path "./var/log/[wb]tmp" ! -path ./var/log/lastlog -printf "%y %#m %U:%G %p %l\n" | LC_ALL=C sort
find etc opt usr/local srv home root var/lib var/opt var/spool -xdev \( -path root/setup -o -path var/lib/systemd -o -path var/lib/dbus \) -prune \
    -o -type f ! -path usr/local/bin/locum ! -path "etc/*shadow-" ! -path etc/passwd- ! -path etc/group- -print0 | LC_ALL=C sort -z | xargs -0r sha256sum
echo "-- accounts"; cat /etc/passwd /etc/group; sha256sum /etc/shadow
echo "-- units"; systemctl list-unit-files --no-legend --no-pager
echo "-- rules"; nft list ruleset
echo "-- kernel"; { sysctl -a 2>/dev/null || true; } | grep -E "^(net\.ipv[46]\.(ip_|conf\.(all|default)\.)|fs\.(file-max|suid)|kernel\.(pid_max|core))"'
}

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
install_on 1
host_state node-2 >"$scratch/before"
install_on 2
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

echo "-- uninstalled, under load"
trial_fronts=(198.51.100.11:30001)
trial_load --rate 200
locum_on 2 uninstall --purge --confirm node-2
expect_code 0 "uninstall"
expect_clean_load
lab exec node-1 locum node list >"$scratch/last.log"
! grep -q '^node-2 ' "$scratch/last.log" || fail "node-2 is still registered"
host_state node-2 >"$scratch/after"
diff "$scratch/before" "$scratch/after" >"$scratch/last.log" || fail "the host is not what it was"
code=0
lab exec node-2 pgrep -f 'locum|endpoint' >"$scratch/last.log" || code=$?
expect_code 1 "looking for processes" # 1: pgrep found none
grep -c . "$scratch/before" | sed 's/$/ lines compared, all equal/'
