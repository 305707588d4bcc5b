#!/usr/bin/env bash
# The topologies on hosts that boot. A high-availability network, installed unattended: server with balancer, a lone server, a
# lone balancer, a lone console; selections that fit nowhere are refused. Each balancer reaches each server on the port that it
# really has; all is rolled under load through both balancers, and the console works before and after. On the hosts without
# a server there is no token, no administrator tool and no secret, and after `uninstall` nothing. Besides, a host that stands alone
# with the embedded database.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 5
source "$(dirname "$0")/cluster.sh"
source "$(dirname "$0")/host_state.sh"
trial_fronts=(198.51.100.11:30001 198.51.100.13:30001)

# components N LIST: what node N is to have from now on.
components() {
    sed -i "s/^components = .*/components = $2/" "$(lab root "node-$1")/root/setup/answers.toml"
}

# refused N WORDS: an installation there is refused with these, and leaves nothing.
refused() {
    locum_on "$1" install /root/setup/1.0.bundle --answers /root/setup/answers.toml
    expect_code 4 "an installation that is to be refused"
    expect_said "$2"
    [[ ! -e $(lab root "node-$1")/opt/endpoint-manager ]] || fail "it left something on node-$1"
}

# The console's answer for two devices, of the schema of this version.
console_works() {
    lab exec node-4 /opt/endpoint-manager/current/console/bin/endpoint-console devices 2 >"$scratch/last.log" || fail "the console"
    [[ $(grep -c '^{"device":"D0000[12]",' "$scratch/last.log") == 2 ]] || fail "the console shows other devices"
    lab exec node-4 /opt/endpoint-manager/current/console/bin/endpoint-console probe >"$scratch/last.log" || fail "the console's probe"
    expect_said "^ok $1\$"
}

web_app_is_there() { # on the server that has it, and on no other
    lab exec node-4 curl --silent --fail --max-time 3 http://198.51.100.12:30001/webapp/ >"$scratch/last.log" || fail "the web app"
    expect_said '<title>Endpoint Manager</title>'
    [[ $(lab exec node-4 curl --silent --max-time 3 -o /dev/null -w '%{http_code}' http://198.51.100.11:30002/webapp/) == 404 ]] || fail "node-1 has a web app"
}

balances() { # NODE SERVER=PORT…: its balancer's configuration names exactly these
    local n=$1 found
    shift
    found=$(sed -nE 's/^ +server (node-[0-9]+) 198\.51\.100\.[0-9]+:([0-9]+).*/\1=\2/p' "$(lab root "node-$n")/etc/opt/endpoint-manager/haproxy.cfg")
    [[ $(xargs <<<"$found") == "$*" ]] || fail "the balancer of node-$n has $(xargs <<<"$found"), expected $*"
}

# Every file of the host, by content and by name, but those of the running system's own.
without_secrets() {
    local root secret found
    root=$(lab root "$1")
    for secret in "${secrets[@]}"; do
        [[ ${#secret} -ge 12 ]] || fail "no secret to look for: '$secret'"
        found=$(grep -rlaF -D skip --exclude-dir={proc,sys,dev} -- "$secret" "$root" || true)
        [[ -z $found ]] || fail "a secret is on $1, in $found"
    done
    found=$(cd "$root" && find . -xdev \( -path ./proc -o -path ./sys \) -prune -o \
        \( -name '*administrator*' -o -name network.token -o -name datasource.json -o -name 'ca.key*' -o -name 'join-secret*' -o -name 'suite-seed*' \) -print)
    [[ -z $found ]] || fail "$1 has $found"
}

database
bundles
set_up 1 '["balancer"]'
set_up 2 '["server"]'
set_up 3 '["balancer"]'
set_up 4 '["console"]'

echo "-- selections that fit nowhere"
refused 1 'server-first: found a first node without a server'
components 1 '["server", "administrator", "web"]'
refused 1 'component-unknown: found component web; expected one of server, balancer, administrator, web-app, console'
components 1 '["administrator"]'
refused 1 'component-requires: found administrator without server'
components 1 '["balancer", "web-app"]'
refused 1 'component-requires: found web-app without server; expected server on the same host'
components 1 '["server", "balancer"]'
components 2 '["server", "web-app"]'

echo "-- a network of four"
locum_on 1 install /root/setup/1.0.bundle --answers /root/setup/answers.toml --plan
expect_code 0 "the plan"
expect_said '^  administrator +1 MB disk, 8 MB memory$'
expect_said '^  together +73 MB disk, 104 MB memory$'
expect_said 'warning: advice: found server and balancer on one host'
expect_said 'warning: advice: found 0 with web-app in the cluster; expected at least 1; newer devices'
install_on 1
host_state node-3 >"$scratch/before-3"
host_state node-4 >"$scratch/before-4"
install_on 4 # before the servers that it is to know as well
expect_said '^/root/setup/network.token is not needed on this host any more: delete it$'
install_on 3
balances 3 node-1=30002
install_on 2
! grep 'with web-app' "$scratch/last.log" || fail "node-2 has the web app, and is told of none"
web_app_is_there
balances 1 node-1=30002 node-2=30001
balances 3 node-1=30002 node-2=30001
[[ $(grep -c '^server = ' "$(lab root node-4)/etc/opt/endpoint-manager/console.conf") == 2 ]] || fail "the console knows other servers"
for n in 1 2; do
    [[ -x $(lab root "node-$n")/opt/endpoint-manager/versions/1.0/administrator/bin/endpoint-administrator ]] || fail "node-$n has no administrator tool"
done
for n in 1 2 3 4; do
    locum_on "$n" verify
    expect_code 0 "verify on node-$n"
done
console_works 1.0

echo "-- hosts without a server"
secrets=("$(sed -n 's/^join-secret = //p' "$(lab root node-1)/root/setup/network.token")" quickstart-app quickstart-locum)
grep -qF "${secrets[1]}" "$(lab root node-2)/etc/opt/endpoint-manager/server.conf" || fail "a server has no password, so this shows nothing"
[[ -e $(lab root node-2)/var/lib/locum/endpoint-manager/ca.key.sealed ]] || fail "a server has no authority's key, so this shows nothing"
for n in 3 4; do
    rm "$(lab root "node-$n")/root/setup/network.token" # as the installation says
    without_secrets "node-$n"
done

echo "-- rolled, under load through both balancers"
trial_load --rate 300
locum_on 2 upgrade run /root/setup/2.0.bundle --mode rolling
expect_code 0 "the upgrade"
expect_clean_load
expect_all_at 2.0 4
console_works 2.0
lab exec node-2 sh -c 'echo endpoint | /opt/endpoint-manager/current/administrator/bin/endpoint-administrator set 1 by-hand' >"$scratch/last.log" 2>&1 ||
    fail "the administrator tool"
lab exec node-4 /opt/endpoint-manager/current/console/bin/endpoint-console profile 1 >"$scratch/last.log"
expect_said '"value":"by-hand"'
locum_on 2 node list
expect_said '^node-2 .* server  +administrator 2.0, server 2.0, web-app 2.0 ' # a tool that comes with it is no role
web_app_is_there
for n in 3 4; do without_secrets "node-$n"; done

echo "-- the last web app is not lost by accident"
told='found 0 with web-app in the cluster; expected at least 1; newer devices'
locum_on 2 modify --remove web-app --plan
expect_code 0 "the plan of a modification"
expect_said "warning: advice: $told"
locum_on 2 uninstall --plan
expect_code 0 "the plan of a removal"
expect_said '0 with web-app in the cluster then, and the vendor advises at least 1: newer devices'
locum_on 1 modify --add web-app --plan
expect_code 0 "the plan of a modification"
! grep 'with web-app' "$scratch/last.log" || fail "node-2 has the web app, and node-1 is told of none"

echo "-- the console and the lone balancer go"
for n in 4 3; do
    locum_on "$n" uninstall --purge --confirm "node-$n"
    expect_code 0 "uninstall on node-$n"
    note=$(grep '^note: ' "$scratch/last.log" || true)
    case $n in
    3) [[ $note == "note: clients that use the balancer of node-3 must use another node's" ]] || fail "of the balancer it says '$note'" ;;
    4) [[ -z $note ]] || fail "of the console it says '$note'" ;;
    esac
    host_state "node-$n" >"$scratch/after-$n"
    diff "$scratch/before-$n" "$scratch/after-$n" >"$scratch/last.log" || fail "node-$n is not what it was"
done
expect_all_at 2.0 2

echo "-- a host that stands alone, with the embedded database"
set_up 5 '["server", "console"]'
to=$(lab root node-5)/root/setup/answers.toml
sed -i 's/^use = .*/create = "network.token"/' "$to"
printf '\n[datasource]\ntype = "embedded"\n\n[firewall.rules]\ndevice = "any"\n' >>"$to"
locum_on 5 install /root/setup/1.0.bundle --answers /root/setup/answers.toml
expect_code 0 "installation of a host that stands alone"
lab run curl --silent --fail --max-time 3 http://198.51.100.15:30001/probe >"$scratch/last.log" || fail "the server that stands alone"
expect_said '^ok 1.0$'
locum_on 5 upgrade run /root/setup/2.0.bundle --mode short-downtime
expect_code 0 "its upgrade"
lab exec node-5 /opt/endpoint-manager/current/console/bin/endpoint-console probe >"$scratch/last.log"
expect_said '^ok 2.0$'
locum_on 5 verify
expect_code 0 "verify of the host that stands alone"
