#!/usr/bin/env bash
# On hosts that boot: a balancer is added beside a server and removed again, under load without a failed request, with units,
# accounts and the rules of a firewall that keeps everybody out; verified after each, and nothing is left behind.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 3
source "$(dirname "$0")/cluster.sh"

verified() {
    local n
    for n in 1 2 3; do
        locum_on "$n" verify
        expect_code 0 "verify of node-$n"
    done
}
# What a modification may change on node-3, but for what changes by itself.
host_of() {
    lab exec node-3 bash -euo pipefail -c '
find /opt /etc/opt /usr/local/lib/systemd /usr/local/lib/sysusers.d /usr/local/lib/tmpfiles.d -printf "%y %#m %U:%G %p %l\n" 2>/dev/null | LC_ALL=C sort
find /opt /etc/opt /usr/local/lib/systemd /usr/local/lib/sysusers.d -type f -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0r sha256sum
cat /etc/passwd /etc/group; systemctl list-units --no-legend --no-pager --plain "endpoint-*" "locum-*" | cut -d" " -f1
nft -s list ruleset'
}
reaches() { # FROM PORT: of node-3
    local from=(lab exec "$1")
    [[ $1 != outside ]] || from=(lab run)
    "${from[@]}" socat -T 1 -u OPEN:/dev/null "TCP:198.51.100.13:$2,connect-timeout=1" 2>"$scratch/last.log"
}
kept_out() { ! reaches "$@" || fail "$1 reaches node-3 at $2"; }

cat >"$(lab root node-3)/etc/nftables.conf" <<'NFT'
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
lab exec node-3 systemctl -q enable --now nftables
begin_cluster
verified
host_of >"$scratch/before"
within 10 reaches node-1 30001
kept_out outside 30001

echo "-- a balancer beside the server of node-3, under load"
trial_load --rate 200
locum_on 3 modify --add balancer
expect_code 0 "addition of the balancer"
cat "$scratch/last.log"
within 10 reaches outside 30001
within 10 reaches node-1 30002
kept_out outside 30002
verified
lab exec node-3 systemctl is-active endpoint-manager-balancer.service endpoint-manager-server.service >"$scratch/last.log" ||
    fail "a service of node-3 does not run"
lab exec node-3 id endpoint-balancer >"$scratch/last.log" 2>&1 || fail "there is no account for the balancer"

echo "-- removed, and cut off in the middle"
lab exec node-3 env LOCUM_FAILPOINTS=step/network/roles/done/before=kill locum modify --remove balancer >"$scratch/last.log" 2>&1 &&
    fail "it was not killed"
locum_on 3 modify --remove balancer
expect_code 0 "removal of the balancer"
within 10 reaches node-1 30001
kept_out outside 30001
verified
expect_clean_load
host_of >"$scratch/after"
diff "$scratch/before" "$scratch/after" >"$scratch/last.log" || fail "the host is not what it was"

echo "-- the server is taken away, and comes back with the token"
locum_on 3 modify --add balancer
expect_code 0 "addition of the balancer"
trial_load --rate 200
locum_on 3 modify --remove server
expect_code 0 "removal of the server"
verified
locum_on 3 modify --add server --token /root/setup/network.token
expect_code 0 "the server is added"
verified
expect_clean_load
lab power-off node-3
lab boot node-3
within 40 reaches outside 30001
within 40 reaches node-1 30002
verified

echo "-- uninstalled"
locum_on 3 uninstall --purge --confirm node-3
expect_code 0 "uninstall"
code=0
lab exec node-3 getent passwd endpoint-manager endpoint-balancer >"$scratch/last.log" || code=$?
expect_code 2 "looking for accounts" # 2: there is none
[[ -z $(lab exec node-3 find /opt/endpoint-manager /etc/opt/endpoint-manager /var/lib/locum /usr/local/lib/systemd/system -name '*endpoint*' 2>/dev/null) ]] ||
    fail "something is left"

echo "-- a console that nobody may connect to gets a server that anybody may"
answers=$(lab root node-3)/root/setup/answers.toml
sed -i 's/^components = .*/components = ["console"]/' "$answers"
printf '\n[firewall.rules]\nagent = "off"\n' >>"$answers"
install -m 600 "$(lab root node-1)/root/setup/network.token" "$(lab root node-3)/root/setup/network.token"
locum_on 3 install /root/setup/1.0.bundle --answers /root/setup/answers.toml --ignore reach
expect_code 0 "installation of the console"
kept_out node-1 61616
echo 'device = "any"' >>"$answers"
locum_on 3 modify --add server --token /root/setup/network.token --answers /root/setup/answers.toml
expect_code 0 "the server is added"
expect_said "firewall/rules: let the host's firewall admit TCP 30001 \(device\) from anybody( \[[0-9.]+ s\])?\$" # how long, if it was long
within 10 reaches outside 30001
kept_out node-1 61616
locum_on 3 modify --add balancer --answers /root/setup/answers.toml --plan
expect_code 0 "a plan with the same answers"
! grep firewall-answer "$scratch/last.log" || fail "what the ports have is not what the answers say"
sed -i 's/^agent = "off"/agent = "peers"/' "$answers"
locum_on 3 modify --add balancer --answers /root/setup/answers.toml --plan
expect_code 0 "a plan with other answers"
expect_said '^warning: firewall-answer: found agent = "peers" in \[firewall.rules\]; expected "off", which the port has and keeps; '
verified
