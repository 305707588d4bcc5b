#!/usr/bin/env bash
# A person at a terminal installs two nodes by answering questions, line by line: goes back, asks what is meant, gives wrong
# answers, leaves with Ctrl-C and finds nothing changed, is cut off and goes on. Typed into a real terminal (tmux) and read
# from its screen. The passwords are not to be seen there, nor in what is kept.
set -euo pipefail
source "$(dirname "$0")/../upgrade/lib.sh"

source "$(dirname "$0")/terminal.sh"

trial_begin
trial_bundles >/dev/null
trial_postgresql
bundle=$trial/endpoint-manager-1.0.bundle

echo "-- without a terminal nothing is asked"
try install "$bundle" --root "$trial/node-1" </dev/null
expect_code 2 "an installation that can ask nobody"
expect_said 'give --answers FILE; locum answers template BUNDLE writes one'

echo "-- answers of another format, suite or version, or with a typo: found, expected, and nothing is there"
trial_answers 1
# refused CODE SUBSTITUTION TEXT [CODE TEXT]: by a check of the answers, and by an installation, which may say it another way.
refused() {
    sed -E "$2" "$trial/answers-1.toml" >"$trial/wrong.toml"
    ! cmp -s "$trial/answers-1.toml" "$trial/wrong.toml" || fail "the answers are as before: $2"
    try answers check "$trial/wrong.toml" "$bundle"
    expect_code "$1" "a check of answers: $3"
    expect_said "$3"
    try install "$bundle" --answers "$trial/wrong.toml" --root "$trial/node-1"
    expect_code "${4:-$1}" "an installation: $3"
    expect_said "${5:-$3}"
    [[ ! -e $trial/node-1 ]] || fail "something is there"
}
refused 2 's/^format = 1/format = 2/' ':1:1: found answers of format 2; expected format = 1'
refused 2 's/^licence-accepted/license-accepted/' "found the unknown key 'license-accepted'"
refused 4 's/^suite = .*/suite = "other-suite"/' 'suite: found answers for other-suite; expected ' \
    2 'the bundle is of suite endpoint-manager, the answers are for other-suite'
refused 4 's/"balancer"/"gateway"/' "component-unknown: found .*gateway.*; expected "

echo "-- a template, filled in, is answers"
try answers template "$bundle" -o "$trial/template.toml"
expect_code 0 "a template"
sed -i 's/^licence-accepted = false/licence-accepted = true/' "$trial/template.toml"
try answers check "$trial/template.toml" "$bundle"
expect_code 0 "a check of a template"

echo "-- left with Ctrl-C: nothing was changed"
run "$locum" install "$bundle" --root "$trial/node-1"
asked 'One of these [create]:' '?'
asked 'One of these [create]:' '<'
asked 'One of these [create]:'
tmux -S "$terminal" send-keys C-c
ended 6
said 'locum: left with Ctrl-C; nothing was changed'
said 'The first host creates the network, and its token'
said 'there is no question before this one'
[[ ! -e $trial/node-1 ]] || fail "something is there"

echo "-- Ctrl-C at a password leaves the terminal as it was"
sed -i 's/file = "locum.password"/prompt = true/' "$trial/answers-1.toml"
cat >"$trial/echoes" <<'SH'
trap : INT
"$@"
echo "code $?"
stty -a | tr ' ;' '\n\n' | grep -x -e echo -e -echo
SH
run bash "$trial/echoes" "$locum" install "$bundle" --answers "$trial/answers-1.toml" --root "$trial/node-1"
asked 'Password of locum (' --key C-c
ended 0
said 'code 6'
tr -d '\r' <"$trial/screen.all" | grep -qx echo || fail "the terminal is left without echo"
[[ ! -e $trial/node-1 ]] || fail "something is there"

echo "-- the first node"
run "$locum" install "$bundle" --root "$trial/node-1"
asked 'One of these [create]:' 3
asked 'One of these [create]:' 1
said "found '3'; expected one of create, use"
asked '> [' "$trial/nowhere/network.token"
asked '> [' "$trial/network.token"
said "expected one"
asked '>:' "$trial/vendor.pub"
asked 'Go on? (yes, or Ctrl-C):' n
asked 'Go on? (yes, or Ctrl-C):' yes
asked 'Go on? (yes, or Ctrl-C):' yes
asked 'One of these [stand-alone]:' high-availability
asked 'Any of these, with commas [server]:' balancer
asked 'Any of these, with commas [server]:' '<' # to the kind of network, and on again
asked 'One of these [high-availability]:'
asked 'Any of these, with commas' '1, 2'
said 'found balancer without server in the cluster; expected it here, or installed before'
asked '> [' node-1
asked '>:' 192.0.2.77 # a host with loopback only has nothing to suggest
asked '>:' 127.0.0.2
said 'expected an address of this host'
asked 'yes or no [no]:' yes
asked '> [' "$trial/node-1-data"
asked '> [' "$trial_run/1"
asked 'One of these [postgresql]:'
asked '>:' 127.0.0.1
asked '> [5432]:' "$postgresql_port"
asked '> [' endpoint
asked '> [app]:'
asked 'Enter to type it now' "file: $trial/app.password"
asked '> [locum]:'
asked 'Enter to type it now'
asked 'Password of Locum itself:' wrong-password
asked 'Enter to type it now'
said 'does not accept the password of account "locum"'
asked 'Password of Locum itself:' quickstart-locum
asked 'yes or no [no]:' # no keystore
asked '> [61616]:'
asked '> [30002]:'
asked '> [30001]:'
asked 'One of these [automatic]:'
asked 'One of these [automatic]:'
# From the plan back to the last question, and on to the password, which stays as it was typed.
asked 'Go on? (yes, or Ctrl-C):' '<'
asked 'One of these [automatic]:' '<'
asked 'One of these [automatic]:' '<'
for port in 30001 30002 61616; do asked "> [$port]:" '<'; done
asked 'yes or no [no]:' '<'
asked 'Enter to keep what was typed'
asked 'yes or no [no]:'
for port in 61616 30002 30001; do asked "> [$port]:"; done
asked 'One of these [automatic]:'
asked 'One of these [automatic]:'
asked 'Go on? (yes, or Ctrl-C):' yes
ended 0
for text in 'What was found' 'system    ' ' MB needed' 'database  PostgreSQL ' 'clocks    the database '; do said "$text"; done
said 'Endpoint Manager 1.0 is installed and well as node-1'
cp "$trial/screen.all" "$trial/screen.first"
[[ $("$locum" node list --root "$trial/node-1" --json | python3 -c 'import json, sys; print(*json.load(sys.stdin)["nodes"][0]["components"])') == "server balancer administrator" ]] ||
    fail "other components are installed"

echo "-- what cannot be is said where it is chosen"
run "$locum" install "$bundle" --root "$trial/node-1"
asked 'One of these [leave]:' modify
asked 'Any of these, with commas [server, balancer]:' balancer
asked 'Any of these, with commas [balancer]:' '<'
asked 'One of these [leave]:'
ended 0
said 'node-1 is the last server'
said 'nothing was changed'

echo "-- a further node, with the token; cut off, and gone on with"
export LOCUM_FAILPOINTS='step/agent/start/intent/before=kill'
run "$locum" install "$bundle" --root "$trial/node-2" --record "$trial/recorded.toml"
asked 'One of these [create]:' use
asked '> [' "$trial/network.token"
asked 'Go on? (yes, or Ctrl-C):' yes
asked 'Go on? (yes, or Ctrl-C):' yes
asked 'One of these [stand-alone]:' 3
asked 'Any of these, with commas [server]:'
asked '> [' node-1
asked '>:' 127.0.0.3
asked 'yes or no [no]:'
# The name is taken: that is found before anything is done.
asked 'One of these [again]:' back
said "found a node 'node-1' is registered already"
asked 'yes or no [no]:' '<'
asked '> [127.0.0.3]:' '<'
asked '> [node-1]:' node-2
asked '> [127.0.0.3]:'
asked 'yes or no [no]:'
asked 'Go on? (yes, or Ctrl-C):' yes
ended 137
unset LOCUM_FAILPOINTS
grep -q '^name = "node-2"' "$trial/recorded.toml" || fail "it was not recorded"
run "$locum" install "$bundle" --root "$trial/node-2" --record "$trial/recorded.toml"
asked 'One of these [resume]:'
ended 0
said 'An installation was begun here, and cut off'
said 'Endpoint Manager 1.0 is installed and well as node-2'

echo "-- one that was cut off is taken back"
trial_answers 3
LOCUM_FAILPOINTS='step/agent/start/intent/before=kill' try install "$bundle" --answers "$trial/answers-3.toml" --root "$trial/node-3"
expect_code 137 "an installation that is cut off"
run "$locum" install "$bundle" --root "$trial/node-3"
asked 'One of these [resume]:' remove
ended 0
said 'the installation of endpoint-manager is taken back'
[[ ! -e $trial/node-3/opt/endpoint-manager && ! -e $trial/node-3/var/lib/locum ]] || fail "something is left"
rm -r "$trial/node-3" # the logs

echo "-- over the same version: nothing, other components, a repair"
run "$locum" install "$bundle" --root "$trial/node-2"
asked 'One of these [leave]:'
ended 0
said 'Endpoint Manager 1.0 is installed here as node-2'
said 'nothing was changed'
run "$locum" install "$bundle" --root "$trial/node-2"
asked 'One of these [leave]:' modify
asked 'Any of these, with commas [server]:' '<'
asked 'One of these [leave]:' modify
asked 'Any of these, with commas [server]:' 'server, web-app'
asked 'Go on? (yes, or Ctrl-C):' '<'
asked 'Any of these, with commas [server, web-app]:'
asked 'Go on? (yes, or Ctrl-C):' yes
ended 0
said 'modify Endpoint Manager 1.0 on node-2: add web-app'
said 'node-2 is server, administrator, web-app and well'
rm "$trial/node-2/opt/endpoint-manager/versions/1.0/web-app/index.html"
run "$locum" install "$bundle" --root "$trial/node-2" --record "$trial/again.toml"
ended 2
said 'so there are no answers to be recorded'
run "$locum" install "$bundle" --root "$trial/node-2"
asked 'One of these [leave]:' 3
asked 'Go on? (yes, or Ctrl-C):' --key C-c
ended 6
[[ ! -e $trial/node-2/opt/endpoint-manager/versions/1.0/web-app/index.html ]] || fail "it was repaired before that was wanted"
run "$locum" install "$bundle" --root "$trial/node-2"
asked 'One of these [leave]:' 3
asked 'Go on? (yes, or Ctrl-C):' yes
ended 0
said 'repair endpoint-manager 1.0 on node-2'
said 'endpoint-manager 1.0 on node-2 is as it was installed'
[[ -e $trial/node-2/opt/endpoint-manager/versions/1.0/web-app/index.html ]] || fail "what was damaged is not repaired"

echo "-- a modification that was cut off goes back, or on"
for answer in remove resume; do
    LOCUM_FAILPOINTS='step/files/unpack-console/done/before=kill' try modify --add console --root "$trial/node-2"
    expect_code 137 "a modification that is cut off"
    run "$locum" install "$bundle" --root "$trial/node-2"
    asked 'One of these [resume]:' '?'
    asked 'One of these [resume]:' "$answer"
    ended 0
    said 'A modification was begun here, and cut off'
    said 'It was to add console.'
    [[ $answer == resume ]] && said 'console and well' || said 'the modification is taken back'
done

echo "-- over an older version: this host's part of the upgrade, which is shown and can be left"
run "$locum" install "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-1"
asked 'Go on? (yes, or Ctrl-C):' '<'
until_shown 'there is no question before this one'
asked 'Go on? (yes, or Ctrl-C):' --key C-c
ended 6
for n in 1 2; do
    run "$locum" install "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-$n"
    asked 'Go on? (yes, or Ctrl-C):' yes
    ended 0
    said "$n of 2 servers updated"
done
said 'To take the whole upgrade back: locum upgrade rollback.' # it had been begun on node-1
for n in 1 2; do
    try verify --root "$trial/node-$n"
    expect_code 0 "verification of node-$n"
done

echo "-- a terminal that goes away"
run "$locum" install "$bundle" --root "$trial/node-3"
asked 'One of these [create]:'
tmux -S "$terminal" list-panes -a -F '#{pane_pid}' >"$trial/pane"
asks=$(pgrep -P "$(<"$trial/pane")" locum) || fail "locum does not run in the terminal"
tmux -S "$terminal" kill-server
timeout 20 tail --pid="$asks" -f /dev/null || fail "it goes on without its terminal"
[[ ! -e $trial/node-3 ]] || fail "something is there"

echo "-- one that goes away in the middle of an installation: it is taken back, and its log tells so"
LOCUM_FAILPOINTS='step/agent/start/intent/before=delay:1500' run "$locum" install "$trial/endpoint-manager-2.0.bundle" \
    --answers "$trial/answers-3.toml" --root "$trial/node-3"
tries=0
until shows 'done  files/config-server'; do
    ((++tries < 400)) || fail "the installation does not get so far: $(cat "$trial/screen")"
    sleep 0.05
done
tmux -S "$terminal" list-panes -a -F '#{pane_pid}' >"$trial/pane"
works=$(pgrep -P "$(<"$trial/pane")" locum) || fail "locum does not run in the terminal"
tmux -S "$terminal" kill-server
timeout 60 tail --pid="$works" -f /dev/null || fail "it goes on without its terminal"
[[ ! -e $trial/node-3/opt/endpoint-manager ]] || fail "it was not taken back"
grep -q 'ended, exit code 6: ' "$trial"/node-3/var/log/locum/endpoint-manager/*-install-*.log || fail "the log does not tell how it ended"
[[ $("$locum" node list --root "$trial/node-1" --json) != *node-3* ]] || fail "node-3 is a node of the cluster"

echo "-- the keystore is exported with a passphrase that is typed twice, and asked for where a cluster is created"
exporting() { run "$locum" keystore export "$trial/kept.keystore" --root "$trial/node-1"; }
shown() { cat "$trial/screen.all" >>"$trial/screen.keystore"; }
exporting
asked 'Passphrase for the keystore:' typed
ended 2
said 'found a passphrase of 5 characters; expected 12 or more'
exporting
asked 'Passphrase for the keystore:' typed-passphrase
asked 'The same again:' typed-passphrasf
ended 2
said 'the two passphrases differ; nothing was written'
shown
[[ ! -e $trial/kept.keystore ]] || fail "a keystore is there"
exporting
asked 'Passphrase for the keystore:' typed-passphrase
asked 'The same again:' typed-passphrase
ended 0
said 'without its passphrase it is of no use'
shown
run "$locum" install "$bundle" --root "$trial/node-4" --plan --record "$trial/recorded-4.toml"
asked 'One of these [create]:'
asked '> [' "$trial/anew.token"
asked '>:' "$trial/vendor.pub"
asked 'Go on? (yes, or Ctrl-C):' yes
asked 'Go on? (yes, or Ctrl-C):' yes
asked 'One of these [stand-alone]:' high-availability
asked 'Any of these, with commas [server]:'
asked '> [' node-4
asked '>:' 127.0.0.5
asked 'yes or no [no]:'
asked 'One of these [postgresql]:' embedded
asked 'yes or no [no]:' yes
asked '>:' "$trial/vendor.pub"
asked '>:' "$trial/kept.keystore"
said 'found the file given as keystore is something else'
asked 'Enter to type it now'
asked 'Passphrase of the keystore:' typed-passphrasf
asked 'Enter to type it now'
said 'found the keystore does not open with this passphrase'
asked 'Passphrase of the keystore:' typed-passphrase
asked 'yes or no [no]:'
said 'An import can destroy the installation.'
asked 'yes or no [no]:' yes
said 'found no; expected yes, or that you go back and import none'
asked 'Go on? (yes, or Ctrl-C):' yes
ended 0
said "import the keystore $trial/kept.keystore"
shown
[[ ! -e $trial/node-4/opt ]] || fail "a plan has installed something"
grep -qF 'passphrase = { prompt = true }' "$trial/recorded-4.toml" || fail "the record does not say that the passphrase is asked for"
grep -qF 'warning-accepted = true' "$trial/recorded-4.toml" || fail "the record does not accept the warning"
! grep -rlF typed-passphras "$trial/screen.keystore" "$trial/recorded-4.toml" "$trial"/node-*/var || fail "the passphrase is there"

echo "-- what was typed as a secret is nowhere"
grep -qF 'file: '"$trial/app.password" "$trial"/screen.first || fail "the first screen is not kept, so this shows nothing"
! grep -F quickstart-locum "$trial/screen.first" || fail "the password is on the screen"
