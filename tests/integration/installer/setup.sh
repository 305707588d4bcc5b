#!/usr/bin/env bash
# One executable file with Locum and a bundle in it: it asks or takes answers, installs, leaves the tool for later, upgrades with
# the next version's file; damaged it is refused; what is left or only looked at leaves nothing behind.
set -euo pipefail
source "$(dirname "$0")/../upgrade/lib.sh"
source "$(dirname "$0")/terminal.sh"

# setup VERSION ARGUMENTS…
setup() {
    code=0
    "$trial/endpoint-manager-$1-setup" "${@:2}" >"$trial/last.log" 2>&1 </dev/null || code=$?
}
unpacked() { find "$TMPDIR" -maxdepth 1 -name 'locum-setup-*'; }
nothing_unpacked() { [[ -z $(unpacked) ]] || fail "what was unpacked is left"; }

trial_begin
export TMPDIR=$trial/tmp
mkdir "$TMPDIR"
"$locum" bundle keygen "$trial/vendor" >/dev/null
for version in 1.0 2.0; do
    "$locum" bundle build "$suites/$version" --key "$trial/vendor.key" -o "$trial/endpoint-manager-$version.bundle" \
        --setup "$trial/endpoint-manager-$version-setup" >"$trial/last.log"
    expect_said 'and the bundle; it installs when it is started'
done
trial_answers 1
tool=$trial/node-1/usr/local/bin/locum

echo "-- it is Locum, too"
setup 1.0 --version
expect_code 0 "--version"
expect_said '^locum '
setup 1.0 bundle verify "$trial/endpoint-manager-1.0.bundle" --key "$trial/vendor.pub"
expect_code 0 "a command"

echo "-- what only looks, and what is left, leaves nothing"
setup 1.0 --root "$trial/node-1" --answers "$trial/answers-1.toml" --plan
expect_code 0 "the plan"
expect_said 'service/server +start server'
[[ ! -e $trial/node-1 ]] || fail "the plan left $(find "$trial/node-1")"
run "$trial/endpoint-manager-1.0-setup" --root "$trial/node-1"
asked 'One of these [create]:' --key C-c
ended 6
[[ ! -e $trial/node-1/usr ]] || fail "the tool is left"
nothing_unpacked

# Also where whoever starts it takes no notice of its children, as some services do.
code=0
timeout 60 python3 -c 'import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])' \
    "$trial/endpoint-manager-1.0-setup" --root "$trial/node-1" --answers "$trial/answers-1.toml" --plan >"$trial/last.log" 2>&1 || code=$?
expect_code 0 "the plan, started with SIGCHLD ignored"

echo "-- ended while it unpacks"
for signal in HUP INT TERM; do
    # In the background a shell lets it ignore SIGINT; under nohup it would ignore SIGHUP, too.
    LOCUM_FAILPOINTS=setup/unpacked=delay:2000 env --default-signal=HUP,INT "$trial/endpoint-manager-1.0-setup" --root "$trial/node-1" --answers "$trial/answers-1.toml" \
        >"$trial/last.log" 2>&1 </dev/null &
    setup_pid=$!
    until compgen -G "$TMPDIR/locum-setup-*/*.bundle" >/dev/null; do
        kill -0 "$setup_pid" || fail "it ended by itself"
    done
    kill -s "$signal" "$setup_pid"
    code=0
    wait "$setup_pid" || code=$?
    expect_code 6 "a setup that is ended by $signal"
    expect_said 'nothing is left of it'
    nothing_unpacked
    [[ ! -e $trial/node-1 ]] || fail "it left $(find "$trial/node-1")"
done

echo "-- ended while it installs"
LOCUM_FAILPOINTS=step/network/register/intent/before=delay:2000 "$trial/endpoint-manager-1.0-setup" --root "$trial/node-1" \
    --answers "$trial/answers-1.toml" >"$trial/last.log" 2>&1 </dev/null &
setup_pid=$!
until [[ -e $trial/node-1/opt/endpoint-manager/current/server ]]; do
    kill -0 "$setup_pid" || fail "it ended by itself"
done
kill -s TERM "$setup_pid"
code=0
wait "$setup_pid" || code=$?
expect_code 6 "a setup that is ended while it installs"
nothing_unpacked
[[ ! -e $trial/node-1/usr && ! -e $trial/node-1/var/lib/locum ]] || fail "it left $(find "$trial/node-1")"

echo "-- the terminal goes away"
run "$trial/endpoint-manager-1.0-setup" --root "$trial/node-1"
until_shown 'One of these [create]:'
[[ -n $(unpacked) ]] || fail "nothing is unpacked, so this shows nothing"
tmux -S "$terminal" kill-server
tries=0
until [[ -z $(unpacked) ]]; do
    ((++tries < 200)) || fail "what was unpacked is left"
    sleep 0.05
done
[[ ! -e $trial/node-1/usr ]] || fail "the tool is left"

echo "-- a damaged file"
size=$(stat -c %s "$trial/endpoint-manager-1.0-setup")
head -c $((size - 1000)) "$trial/endpoint-manager-1.0-setup" >"$trial/endpoint-manager-cut-setup"
cp "$trial/endpoint-manager-1.0-setup" "$trial/endpoint-manager-bundle-setup"
printf X | dd of="$trial/endpoint-manager-bundle-setup" bs=1 seek=$((size - 5000)) conv=notrunc status=none
cp "$trial/endpoint-manager-1.0-setup" "$trial/endpoint-manager-program-setup"
at=$(grep -abo 'leaves nothing half' "$locum" | head -n 1 | cut -d: -f1 || true)
at=${at:-$(grep -abo 'it installs when it is started' "$locum" | head -n 1 | cut -d: -f1)}
printf X | dd of="$trial/endpoint-manager-program-setup" bs=1 seek="$at" conv=notrunc status=none
chmod +x "$trial"/endpoint-manager-*-setup
for what in cut bundle program; do
    setup "$what" --root "$trial/node-1" --answers "$trial/answers-1.toml"
    expect_code 14 "a file whose $what is damaged"
    [[ ! -e $trial/node-1/usr && ! -e $trial/node-1/opt ]] || fail "a damaged file left something"
done
setup program --root "$trial/node-1" --log "$trial/refused.log"
expect_code 14 "a file whose program is damaged"
grep -q ' error: the program in .* is not the one that was put there' "$trial/refused.log" || fail "the log does not say why it was refused"

echo "-- it installs, and leaves the tool"
setup 1.0 --root "$trial/node-1" --answers "$trial/answers-1.toml" --log "$trial/own.log"
expect_code 0 "installation"
expect_said "^for later: $tool"
grep -q ' service/server: ' "$trial/own.log" || fail "the log that was asked for does not say what was done: $(cat "$trial/own.log")"
grep -q ' ended, exit code 0$' "$trial/own.log" || fail "the log that was asked for does not say how it ended"
"$tool" status --root "$trial/node-1" | grep -q '^node-1 ' || fail "the tool that was left does not work"
[[ $(readlink "/proc/$(awk '{ print $1; exit }' "$trial/node-1/var/lib/locum/endpoint-manager/agent.record")/exe") == "$tool" ]] ||
    fail "the agent runs from elsewhere"
nothing_unpacked
setup 1.0 --root "$trial/node-1" --answers "$trial/answers-1.toml"
expect_code 0 "a second run"
expect_said 'is installed as node-1: nothing to do'
! grep answers-unused "$trial/last.log" || fail "its own answers are told to be unused"

echo "-- a second run with other answers: nothing to do, and what is not done is told"
sed '/^agent-port/d; s/^address = .*/&\nagent-port = 7/' "$trial/answers-1.toml" >"$trial/other.toml"
setup 1.0 --root "$trial/node-1" --answers "$trial/other.toml"
expect_code 0 "a second run with another port"
expect_said 'is installed as node-1: nothing to do'
expect_said '^warning: answers-unused: found node.agent-port = 7 by .*/other.toml; expected [0-9]+, as this node is installed'
told 0 'findings event' install "$trial/endpoint-manager-1.0.bundle" --root "$trial/node-1" --answers "$trial/other.toml"

echo "-- the next version's file upgrades"
setup 2.0 --root "$trial/node-1" --answers "$trial/answers-1.toml"
expect_code 0 "upgrade"
expect_said '1 of 1 servers updated'
"$tool" verify --root "$trial/node-1" >"$trial/last.log" || fail "verification"
nothing_unpacked
