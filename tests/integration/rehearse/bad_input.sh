#!/usr/bin/env bash
# What can be wrong with what a rehearsal is given, or happen to it: a clear word, the right exit code, nothing left.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
embedded=("$suites/1.0" "$suites/2.0" --datasource embedded --nodes 2)

# Nothing to rehearse.
rehearse "$scratch/missing" "$suites/2.0"
expect_code 2
expect_claims failed bundles
expect_found bundles "there is nothing at $scratch/missing"

# Report files that cannot be written are refused before.
"$locum" rehearse "${embedded[@]}" --root "$scratch/root" --junit "$scratch" >"$scratch/progress" 2>&1 && fail "a folder as a report"
grep -q "$scratch is no file that can be replaced" "$scratch/progress" || fail "a folder as a report is not refused"
! grep -q 'bundles' "$scratch/progress" || fail "it was rehearsed all the same"
# A disk that is full by then costs the files, and not the answer.
as_root=()
((EUID == 0)) || as_root=(--map-root-user)
mkdir "$scratch/full"
code=0
unshare "${as_root[@]}" --mount sh -c 'mount -t tmpfs -o size=4k tmpfs "$1" && head -c 4k /dev/zero >"$1/all" && shift && exec "$@"' sh "$scratch/full" \
    "$locum" rehearse "$scratch/missing" "$suites/2.0" --root "$scratch/root" --json --junit "$scratch/full/report.xml" --html "$scratch/report.html" \
    >"$scratch/report.json" 2>"$scratch/progress" || code=$?
((code == 1)) || fail "exit code $code, expected 1"
grep -q "locum: .*$scratch/full/report.xml.*No space left on device" "$scratch/progress" || fail "a report that cannot be written is not told"
tests/support/documents.py "$scratch/report.json" rehearsal event >"$scratch/documents.log" || fail "the answer is lost: $(cat "$scratch/documents.log")"
grep -q '</html>' "$scratch/report.html" || fail "the other report is lost"

# Killed in the middle of an upgrade, as a CI's time limit does: the next one ends and removes all of it before it begins, or that
# one's addresses would be taken.
"$locum" rehearse "$suites/1.0" "$suites/2.0" --datasource postgresql --nodes 2 --root "$scratch/root" >"$scratch/report.json" 2>"$scratch/progress" &
running=$!
until grep -q 'done  plan' "$scratch/progress"; do kill -0 "$running"; sleep 0.05; done
kill -KILL "$running"
wait "$running" || true
for program in 'locum agent run .*' '.*/endpoint-server .*' '.*/postgres -D '; do
    pgrep -f "$program$scratch/root/locum-rehearsal" >/dev/null || fail "$program has ended by itself, so this shows nothing: $(pgrep -fa "$scratch/root")"
done
short=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["run"])' "$scratch"/root/*/owned.json)
[[ -d $short ]] || fail "there is no folder $short"

# A load that fails at once is told before the upgrade begins.
rehearse "${embedded[@]}" --load 'echo no such server >&2; exit 3'
expect_code 1
expect_claims failed load/start
grep -q " $scratch/root/locum-rehearsal.* was left of a rehearsal that was killed: its agents, services and database have ended, and it is removed" "$scratch/progress" ||
    fail "it does not say what it has removed"
[[ ! -e $short ]] || fail "$short is left"
expect_found load/start 'the load command ended with exit code 3; it said: no such server; the upgrade was not begun'
expect_claims skipped plan upgrade load schema rows node-1 node-2

# One that fails in the middle, one that hangs at its end.
rehearse "${embedded[@]}" --load 'sleep 4; echo gave up; exit 5'
expect_code 1
expect_claims failed load
expect_found load 'ended with exit code 5 before it was told to; it said: gave up'
rehearse "${embedded[@]}" --load-grace 1 --load "trap '' TERM; echo here; while :; do sleep 1; done"
expect_code 1
expect_claims failed load
expect_found load 'did not end within 1 s of SIGTERM, and was killed; it said: here'

# Verdicts.
rehearse "$suites/1.0" "$suites/2.0" --datasource embedded --nodes 1
expect_code 9
expect_claims failed plan
[[ $(value 'r["verdict"]') == downtime-needed ]] || fail "the verdict"
expect_found plan 'there is one server only'
skipping() {
    sed -i 's/^upgrades-from = \["1.0"\]/upgrades-from = ["1.5"]/; s/{ from = "1.0", to = "2.0"/{ from = "1.5", to = "2.0"/; s/{ to = "1.0", /{ to = "1.5", /' suite.toml
}
variant skipping skipping
rehearse "$suites/1.0" "$scratch/skipping" --datasource embedded --nodes 2
expect_code 13
expect_claims failed plan
[[ $(value 'r["verdict"]') == go-through ]] || fail "the verdict"
expect_found plan 'has schema 1.0; version 2.0 can upgrade from 1.5'

# A port that is taken.
python3 -c 'import socket, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.2", 30001)); s.listen(); print("listens", flush=True); time.sleep(600)' >"$scratch/taken" &
taken=$!
until grep -q listens "$scratch/taken"; do kill -0 "$taken"; done
rehearse "${embedded[@]}"
kill "$taken"
wait "$taken" || true
expect_code 4
expect_found install/node-1 'port-taken: found 127.0.0.2:30001'

# Ctrl-C, in the middle of an installation and of the upgrade: nothing is left.
for moment in install/node-2 upgrade; do
    "$locum" rehearse "${embedded[@]}" --root "$scratch/root" --junit "$scratch/report.xml" --html "$scratch/report.html" --json \
        >"$scratch/report.json" 2>"$scratch/progress" &
    running=$!
    case $moment in
        upgrade) until grep -q 'done  plan' "$scratch/progress"; do kill -0 "$running"; sleep 0.05; done ;;
        *) until grep -q 'done  fill' "$scratch/progress"; do kill -0 "$running"; sleep 0.05; done ;;
    esac
    kill -TERM "$running"
    code=0
    wait "$running" || code=$?
    expect_nothing_left
    expect_code 6
    expect_claims failed "$moment"
done
