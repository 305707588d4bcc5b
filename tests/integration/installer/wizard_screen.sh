#!/usr/bin/env bash
# The wizard on the full screen of a real terminal (tmux), read as a person reads it: the same questions as line by line, with
# lists, boxes to tick, texts to scroll, a password that is not shown, and a gauge; a window of 40 columns; a locale without
# UTF-8; what was answered is recorded, and the record installs the same without a person.
set -euo pipefail
source "$(dirname "$0")/../upgrade/lib.sh"
source "$(dirname "$0")/terminal.sh"
terminal_type=screen
export LC_ALL=C.UTF-8

trial_begin
trial_bundles >/dev/null
trial_postgresql
bundle=$trial/endpoint-manager-1.0.bundle

echo "-- left with Ctrl-C: the screen is given back, and nothing was changed"
run "$locum" install "$bundle" --root "$trial/node-1"
at 'Network' '' '?'
! grep -qF '<Back>' "$trial/screen" || fail "the first question offers a way back"
at 'Help' '' Enter
at 'Network' '' C-c
ended 6
seen 'its token, which every'
[[ ! -e $trial/node-1 ]] || fail "something is there"

echo "-- the first node"
run "$locum" install "$bundle" --root "$trial/node-1" --record "$trial/recorded.toml"
at 'Network' '' Enter
at 'File for the new network token' "$trial/network.token" Enter
at "The vendor's public key" /nowhere.pub Enter
until_shown 'found /nowhere.pub: no such file'
at "The vendor's public key" "$trial/vendor.pub" Enter
at 'Licence' '' Enter
at 'Information' '' Enter
at 'Kind of network' '' Down Down Enter
at 'Components of this host' '' Down Space Tab Enter # the balancer, too
at 'Name of this node' node-1 Enter
at 'Address of this node' 192.0.2.77 Enter
until_shown 'expected an address of'
at 'Address of this node' 127.0.0.2 Enter
at 'start of services yourself?' '' Up Enter
at 'Folder for data' "$trial/node-1-data" Enter
at 'Folder for sockets' "$trial_run/1" Tab Tab Enter # back
at 'Folder for data' '' Enter
at 'Folder for sockets' '' Enter
at 'Database' '' Enter
at 'Host of the database' 127.0.0.1 Enter
at 'Port of the database' "$postgresql_port" Enter
at 'Name of the database' endpoint Enter
at "Account of the suite's servers" app Enter
at "Password of the suite's servers" '' Down Enter
until_shown 'Path of the file.'
at "Password of the suite's servers" "$trial/app.password" Enter
at 'Account of Locum itself' '' Enter
at 'Password of Locum itself' '' Enter
until_shown 'It is not shown'
at 'Password of Locum itself' wrong-password
until_shown '**************'
at 'Password of Locum itself' '' Enter
until_shown 'does not accept the password of'
at 'Password of Locum itself' '' Enter
until_shown 'It is not shown'
at 'Password of Locum itself' quickstart-locum Enter
at 'the keystore of another cluster?' '' Enter
at 'Port of Locum'"'"'s agent' '' Enter
at "Port 'device' of server" '' Enter
at "Port 'front' of balancer" '' Enter
at 'Start of server' '' Enter
at 'Start of balancer' '' Enter
seen 'and may be used, copied' # the licence, broken into lines once
at 'What was found' '' Escape # back to the last question, and on to the password, which stays as it was typed
seen 'MB needed'
for title in 'Start of balancer' 'Start of server' "Port 'front' of balancer" "Port 'device' of server" "Port of Locum's agent" 'the keystore of another cluster?'; do
    at "$title" '' Escape
done
until_shown 'it stays as it was typed'
at 'Password of Locum itself' '' Enter
at 'the keystore of another cluster?' '' Enter
for title in "Port of Locum's agent" "Port 'device' of server" "Port 'front' of balancer" 'Start of server' 'Start of balancer' 'What was found'; do
    at "$title" '' Enter
done
at 'install Endpoint Manager 1.0 as node-1' '' Enter
ended 0
said '%' # of the gauge
grep -q '^done  service/balancer: ' <(tr -d '\r' <"$trial/screen.all") || fail "what was done does not stand in the terminal afterwards"
said 'Endpoint Manager 1.0 is installed and well as node-1'
! grep -F quickstart-locum "$trial/screen.all" "$trial/screens" || fail "the password is on the screen"
cp "$trial/screen.all" "$trial/screen.first"

echo "-- what was answered installs the same, and a second run changes nothing"
grep -q 'prompt = true' "$trial/recorded.toml" || fail "the record does not say where the password is from"
! grep -F -e quickstart- "$trial/recorded.toml" || fail "a secret is in the record"
try install "$bundle" --root "$trial/node-1" --answers "$trial/recorded.toml" --record "$trial/recorded.toml"
expect_code 2 "a record in the place of a file"
try answers check "$trial/recorded.toml" "$bundle"
expect_code 0 "a check of the record"
try install "$bundle" --root "$trial/node-1" --answers "$trial/recorded.toml"
expect_code 0 "an installation by the record, where it is installed"
expect_said 'Endpoint Manager 1.0 is installed as node-1: nothing to do'

echo "-- a further node in a window of 40 columns, without UTF-8"
terminal_size=(-x 40 -y 20)
export LC_ALL=C
title_end= # which is cut where it is long
further_node() {
    at '1. Network' '' Down Enter
    at 'File with the network' "$trial/network.token" Enter
    at 'Licence' '' Enter
    at 'Information' '' Enter
    at 'Kind of network' '' Down Down Enter
    at 'Components of this host' '' Tab Enter
    at 'Name of this node' node-2 Enter
    at 'Address of this node' 127.0.0.3 Enter
    at 'Choose folders, ports' '' Enter
    at 'What was found' '' Enter
    at 'install Endpoint Manager' '' Enter
}
# Ctrl-C while it is installed: taken back.
run env LOCUM_FAILPOINTS='step/files/folders/done/after=delay:2000' "$locum" install "$bundle" --root "$trial/node-2"
further_node
tries=0
until [[ -d $trial/node-2/opt ]]; do
    ((++tries < 200)) || fail "the installation does not begin"
    sleep 0.05
done
until_shown '%' # of the gauge
tmux -S "$terminal" send-keys C-c
ended 6
said 'cancelled on request'
grep -q '^undo  files/folders: ' <(tr -d '\r' <"$trial/screen.all") || fail "it does not say what was taken back"
[[ -z $(find "$trial/node-2" -type f ! -name '*-install-*.log') ]] || fail "left of it: $(find "$trial/node-2" -type f)"
run "$locum" install "$bundle" --root "$trial/node-2"
further_node
ended 0
LC_ALL=C grep -n '[^ -~]' "$trial/screen" && fail "characters that a terminal without UTF-8 does not have"
tr -d '\r\n' <"$trial/screen.all" | grep -qF 'Endpoint Manager 1.0 is installed and well as node-2' || fail "it does not say what it did"

echo "-- the smallest window: a warning that is longer than its place takes no keys from the answer"
echo typed-passphrase >"$trial/passphrase"
try keystore export "$trial/kept.keystore" --passphrase-file "$trial/passphrase" --root "$trial/node-1"
expect_code 0 "an export of the keystore"
terminal_size=(-x 40 -y 16)
run "$locum" install "$bundle" --root "$trial/node-3" --plan
at '1. Network' '' Enter
at 'File for the new network' "$trial/anew.token" Enter
at "The vendor's public key" "$trial/vendor.pub" Enter
at 'Licence' '' Enter
at 'Information' '' Enter
at 'Kind of network' '' Enter
at 'Components of this host' '' Tab Enter
at 'Name of this node' node-3 Enter
at 'Address of this node' 127.0.0.4 Enter
at 'Choose folders, ports' '' Enter
at 'Database' '' Down Enter
at 'Import the keystore' '' Up Enter
at 'File with the keystore' "$trial/kept.keystore" Enter
at 'Passphrase of the keystore' '' Enter
until_shown 'It is not shown'
at 'Passphrase of the keystore' typed-passphrase Enter
until_shown 'An import can destroy'
at 'Import it all the same?' '' Enter
until_shown 'found no; expected yes'
at 'Import it all the same?' '' Up Enter
at 'What was found' '' Enter
at 'install Endpoint Manager' '' Enter
ended 0
said 'import the keystore'
! grep -F typed-passphrase "$trial/screen.all" "$trial/screens" || fail "the passphrase is on the screen"

echo "-- a window that is too small: line by line"
terminal_size=(-x 39 -y 20)
run "$locum" install "$bundle" --root "$trial/node-2"
asked 'One of these [leave]:'
ended 0

terminal_size=(-x 100 -y 50)
title_end=' ├'
export LC_ALL=C.UTF-8

echo "-- over the same version: back from the components, and from the plan of other ones"
run "$locum" install "$bundle" --root "$trial/node-2"
at 'Endpoint Manager 1.0 is installed here as node-2' '' Down Enter
! grep -qF '<Back>' "$trial/screen" || fail "the first question offers a way back"
at 'Components of this host' '' Escape
at 'Endpoint Manager 1.0 is installed here as node-2' '' Down Enter
at 'Components of this host' '' Down Down Space Tab Enter # the web app, too
at 'modify Endpoint Manager 1.0 on node-2: add web-app' '' Escape
at 'Components of this host' '' Tab Enter
at 'modify Endpoint Manager 1.0 on node-2: add web-app' '' Enter
ended 0
said 'node-2 is server, administrator, web-app and well'

echo "-- a terminal that goes away at a question, and under the gauge: taken back, and its log tells so"
# goes_away: the terminal; the wizard in it ends, too.
goes_away() {
    tmux -S "$terminal" list-panes -a -F '#{pane_pid}' >"$trial/pane"
    works=$(pgrep -P "$(<"$trial/pane")" locum) || fail "locum does not run in the terminal"
    tmux -S "$terminal" kill-server
    timeout 60 tail --pid="$works" -f /dev/null || fail "it goes on without its terminal"
}
run "$locum" install "$bundle" --root "$trial/node-3"
at 'Network' '' Down Enter
until_shown 'File with the network token'
goes_away
[[ ! -e $trial/node-3 ]] || fail "something is there"
LOCUM_FAILPOINTS='step/agent/start/intent/before=delay:1500' run "$locum" install "$bundle" --root "$trial/node-3"
at 'Network' '' Down Enter
at 'File with the network token' "$trial/network.token" Enter
at 'Licence' '' Enter
at 'Information' '' Enter
at 'Kind of network' '' Down Down Enter
at 'Components of this host' '' Tab Enter
at 'Name of this node' node-3 Enter
at 'Address of this node' 127.0.0.4 Enter
at 'start of services yourself?' '' Enter
at 'What was found' '' Enter
at 'install Endpoint Manager 1.0 as node-3' '' Enter
until_shown 'start the agent on 127.0.0.4'
until_shown '%'
goes_away
[[ ! -e $trial/node-3/opt/endpoint-manager ]] || fail "it was not taken back"
grep -q 'ended, exit code 6: ' "$trial"/node-3/var/log/locum/endpoint-manager/*-install-*.log || fail "the log does not tell how it ended"
[[ $("$locum" node list --root "$trial/node-1" --json) != *node-3* ]] || fail "node-3 is a node of the cluster"

echo "-- over an older version: this host's part of the upgrade, with the gauge"
run "$locum" install "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-1"
at 'update node-1, 1 of 2 servers' '' Enter
ended 0
said '%'
said '1 of 2 servers updated'
