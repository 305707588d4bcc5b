#!/usr/bin/env bash
# What a run says and what it leaves to read: each one that changes something has a log, which its last line names, and its error;
# a full log disk is told once and breaks nothing. Only the wizard's full screen is in colour, but for NO_COLOR; a terminal that is
# dumb, or none, gets plain lines. That nobody can be told breaks nothing, either.
set -euo pipefail
if [[ ${1:-} != --mounts ]]; then
    as_root=()
    ((EUID == 0)) || as_root=(--map-root-user)
    exec unshare "${as_root[@]}" --mount --propagation private "$0" --mounts
fi
shift
source "$(dirname "$0")/../upgrade/lib.sh"
source "$(dirname "$0")/../installer/terminal.sh"

escapes() { # FILE: those in it, but for going back to the line's begin and emptying it
    sed 's/\x1b\[K//g' "$1" | grep -c $'\x1b' || true
}
# log_named FILE [PREFIX]: the log that its last line names.
log_named() {
    local line
    line=$(tail -n 1 "$1" | tr -d '\r')
    [[ $line == "${2:-}log: /"* ]] || fail "the last line names no log: $line"
    echo "${line#"${2:-}log: "}"
}

trial_begin
trial_bundles 20 >/dev/null
bundle=$trial/endpoint-manager-1.0.bundle
install=(install "$bundle" --answers "$trial/answers-1.toml" --root "$trial/node-1")
logs=$trial/node-1/var/log/locum/endpoint-manager
trial_answers 1

echo "-- one that fails: its error names the log, which stays"
LOCUM_FAILPOINTS='step/service/server/done/before=error' told 1 'event findings' "${install[@]}"
log=$(log_named "$trial/last.log" '  ')
python3 - "$trial/told.json" "$trial/last.log" <<'PYTHON' || fail "the error does not name its log: $(tail -n 1 "$trial/told.json")"
import json, sys
told, text = json.loads(open(sys.argv[1]).read().splitlines()[-1]), open(sys.argv[2]).read()
assert "locum: %s\n" % told["message"] in text and text.endswith("  log: %s\n" % told["log"]), told
PYTHON
[[ $log == "$logs"/*-install-*.log && $(stat -c %a "$log") == 600 ]] || fail "the log is $log"
for text in ' Locum [0-9.]*: install, suite endpoint-manager, on ' ' done files/unpack: ' ' failed service/server: ' ' undone files/unpack: ' \
    ' ended, exit code 1: service/server: '; do
    grep -qE "^[0-9T:.-]{23}Z$text" "$log" || fail "the log does not have '$text': $(cat "$log")"
done
before=$(cat "$log")

echo "-- refused before anything was done: no log"
sed 's/licence-accepted = true/licence-accepted = false/' "$trial/answers-1.toml" >"$trial/refused.toml"
try install "$bundle" --answers "$trial/refused.toml" --root "$trial/node-1"
expect_code 4 "a licence that is not accepted"
! grep -q 'log: ' "$trial/last.log" || fail "a log is named where nothing was done: $(cat "$trial/last.log")"
[[ $(find "$logs" -name '*-install-*.log') == "$log" ]] || fail "there are other logs: $(ls "$logs")"

echo "-- one that works, verbose; on no terminal"
mkdir -p "$trial/node-1/var/log/locum"
TERM=xterm try "${install[@]}" -v
expect_code 0 "an installation"
expect_said '\.\.\.  files/unpack  unpack Endpoint Manager 1.0'
expect_said 'done  files/unpack: unpack Endpoint Manager 1.0'
[[ $(grep -c $'\x1b' "$trial/last.log" || true) == 0 ]] || fail "escape sequences without a terminal"
[[ $(LC_ALL=C grep -c '[^ -~]' "$trial/last.log" || true) == 0 ]] || fail "characters that not every terminal has: $(cat "$trial/last.log")"
second=$(log_named "$trial/last.log")
[[ $second != "$log" && $(cat "$log") == "$before" ]] || fail "two runs have one log"
tail -n 1 "$second" | grep -q ' ended, exit code 0$' || fail "the log does not end with the run: $(tail -n 1 "$second")"

echo "-- quiet, and both"
try "${install[@]}" --quiet -v
expect_code 2 "quiet and verbose"
rm "$trial"/node-1/etc/opt/endpoint-manager/*.cfg
"$locum" repair --root "$trial/node-1" --quiet >"$trial/last.log" 2>&1 || fail "repair"
[[ ! -s $trial/last.log ]] || fail "quiet says: $(cat "$trial/last.log")"
[[ -n $(find "$logs" -name '*-repair-*.log') ]] || fail "a quiet run has no log"

echo "-- a small change has one, too"
try token write "$trial/again.token" --root "$trial/node-1"
expect_code 0 "a token written anew"
grep -q '/again.token is written$' "$(log_named "$trial/last.log")" || fail "the log of a token says: $(cat "$(log_named "$trial/last.log")")"

echo "-- nobody can be told: the work is done all the same; data that is not whole is no success"
rm "$trial"/node-1/etc/opt/endpoint-manager/*.cfg
"$locum" repair --root "$trial/node-1" 2>/dev/full >"$trial/last.log" || fail "a repair with a full disk below its messages: $?"
try verify --root "$trial/node-1"
expect_code 0 "a verification of what was repaired"
rm "$trial"/node-1/etc/opt/endpoint-manager/*.cfg
code=0
"$locum" repair --root "$trial/node-1" --json >/dev/full 2>"$trial/last.log" || code=$?
expect_code 1 "events that cannot be written"
expect_said 'standard output cannot be written, and is not whole'
try verify --root "$trial/node-1"
expect_code 0 "a verification of what was repaired with events"
code=0
"$locum" status --root "$trial/node-1" >/dev/full 2>"$trial/last.log" || code=$?
expect_code 1 "a status that cannot be written"
expect_said 'standard output cannot be written \(No space left on device\), and is not whole'
# Nor is what standard error has come to taken for standard output's end.
rm "$trial"/node-1/etc/opt/endpoint-manager/*.cfg
: >"$trial/last.log"
exec 9> >(exit)
wait $!
code=0
"$locum" repair --root "$trial/node-1" --json >/dev/full 2>&9 || code=$?
exec 9>&-
expect_code 1 "events that cannot be written, while nobody reads the messages"

echo "-- on a terminal: a bar, and no colour; dumb: lines"
for terminal in xterm dumb; do
    for variable in NO_COLOR=1 SHELL=/bin/sh; do
        rm "$trial"/node-1/etc/opt/endpoint-manager/*.cfg
        env TERM=$terminal "$variable" script -qec "$locum repair --root $trial/node-1" /dev/null >"$trial/last.log" </dev/null ||
            fail "repair on a terminal"
        log_named "$trial/last.log" >/dev/null
        [[ $(escapes "$trial/last.log") == 0 ]] || fail "$terminal, $variable: other escape sequences: $(cat -v "$trial/last.log")"
        drawn=$(grep -c $'\x1b' "$trial/last.log" || true)
        [[ $terminal == xterm ]] || ((drawn == 0)) || fail "a dumb terminal is drawn on: $(cat -v "$trial/last.log")"
        [[ $terminal == dumb ]] || ((drawn > 0)) || fail "no bar on a terminal, so this shows nothing"
    done
done
env TERM=xterm script -qec "$locum --help; $locum status --root $trial/node-1; $locum status --root $trial/none" /dev/null \
    >"$trial/last.log" </dev/null || true
expect_said 'no suite is installed'
[[ $(grep -c $'\x1b' "$trial/last.log" || true) == 0 ]] || fail "escape sequences without progress: $(cat -v "$trial/last.log")"

echo "-- the wizard's full screen is in colour, but for NO_COLOR"
terminal_type=screen
for variable in NO_COLOR= NO_COLOR=1; do
    run env "$variable" LC_ALL=C.UTF-8 "$locum" install "$bundle" --root "$trial/node-2"
    tries=0
    until shows 'Network ├'; do
        ((++tries < 200)) || fail "there is no wizard: $(cat "$trial/screen")"
        sleep 0.05
    done
    tmux -S "$terminal" send-keys C-c
    ended 6
    coloured=$(grep -cE $'\x1b\[([0-9]+;)*[34][0-7](;[0-9]+)*m' "$trial/screen.all" || true)
    [[ $variable == NO_COLOR=1 ]] || ((coloured > 0)) || fail "it is without colour anyway, so this shows nothing"
    [[ $variable == NO_COLOR= ]] || ((coloured == 0)) || fail "it is in colour with NO_COLOR: $(cat -v "$trial/screen.all")"
done

echo "-- a full log disk"
mount -t tmpfs -o size=64k tmpfs "$logs"
head -c 1M /dev/zero >"$logs/full" 2>/dev/null && fail "the log disk is not full"
# What the agent tells its own log is lost; it goes on.
try agent stop --root "$trial/node-1"
expect_code 0 "an agent is stopped"
try agent start --root "$trial/node-1"
expect_code 0 "an agent is started with a full log disk"
for verb in stop start; do
    try node $verb --root "$trial/node-1"
    expect_code 0 "node $verb with a full log disk"
done
try uninstall --root "$trial/node-1" --last-server --confirm node-1
expect_code 0 "an uninstallation with a full log disk"
[[ $(grep -c 'is not written any more' "$trial/last.log") == 1 ]] || fail "not told once: $(cat "$trial/last.log")"
expect_said 'No space left on device'
[[ ! -e $trial/node-1/opt/endpoint-manager ]] || fail "it is still installed"
umount "$logs"
[[ -e $log && -e $second ]] || fail "the logs went with the suite, without --purge"

echo "-- nobody reads the events any more: the work is done, and counts"
rm "$trial/network.token"
try install "$bundle" --answers "$trial/answers-1.toml" --root "$trial/node-3"
expect_code 0 "one more installation"
exec 9> >(exit)
wait $!
code=0
"$locum" uninstall --root "$trial/node-3" --last-server --confirm node-1 --purge --json >&9 2>"$trial/last.log" || code=$?
exec 9>&-
expect_code 0 "an uninstallation that nobody listens to"
[[ ! -e $trial/node-3/opt/endpoint-manager ]] || fail "it is still installed"
