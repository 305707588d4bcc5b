#!/usr/bin/env bash
# What the quickstart refuses before it begins, and what its report does not let pass.
set -euo pipefail
cd "$(dirname "$0")/../../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "FAILED: $*" >&2 && cat "$folder/said" >&2 && exit 1; }

# refused WORDS OPTION…: exit code 2 with these words, and nothing was begun.
refused() {
    local words=$1 code=0
    shift
    # Without programs it cannot come further than its options.
    PATH=$folder/bin LOCUM_BUILD=/nowhere /bin/bash scripts/quickstart "$@" >"$folder/said" 2>&1 || code=$?
    ((code == 2)) || fail "quickstart $*: exit code $code, expected 2"
    grep -qF -- "$words" "$folder/said" || fail "quickstart $*: expected to read: $words"
    ! grep -q '^== ' "$folder/said" || fail "quickstart $* began"
}
mkdir "$folder/bin"
ln -s "$(command -v sed)" "$(command -v dirname)" "$folder/bin"
for devices in 0 -1 many 12x 1.5 '' 100001 99999999999999999999; do
    refused "expected a number from 1 to 100000" --devices "$devices"
done
refused "expected one of: rolling short-downtime" --mode fast
refused "expected one of: release dev asan" --preset debug
refused "expected one of: no-drain copy-row" --fault other
refused "--devices needs a value" --postgresql --devices
refused "'--device' is no option" --device 5

cat >"$folder/status" <<'JSON'
{"suite": "endpoint-manager", "version": "2.0",
 "nodes": [{"name": "node-1", "versions": {"server": "2.0"}, "mode": "normal"}],
 "operation": {"state": "done", "inputs": {"from": "1.0"}, "report": {"out-of-rotation-ms": {}, "outage-ms": null}}}
JSON
# report CODE WORDS [FIGURE VALUE]: a run that is right but for that figure.
report() {
    local wanted=$1 words=$2 code=0
    shift 2
    python3 - "$folder/load" "$@" <<'PYTHON'
import json, sys
figures = dict.fromkeys(["failed", "wrong", "waited", "stale", "staleness_max_ms", "writes_refused", "writes_lost",
                         "longest_gap_ms", "outage_ms", "write_outage_ms"], 0)
figures.update(requests=8000, writes_acknowledged=500, seconds=40.0)
if sys.argv[2:]:
    figures[sys.argv[2]] = json.loads(sys.argv[3])
json.dump(figures, open(sys.argv[1], "w"))
PYTHON
    python3 scripts/lib/quickstart_report.py "$folder/status" "$folder/load" --mode rolling \
        --datasource embedded --upgrade-seconds 10 >"$folder/said" 2>&1 || code=$?
    ((code == wanted)) || fail "report with $*: exit code $code, expected $wanted"
    grep -qF -- "$words" "$folder/said" || fail "report with $*: expected to read: $words"
}
report 0 '"requests": 8000'
report 1 "199 requests a second, expected 200" seconds 40.3
report 1 "4999 requests, expected 5000" requests 4999
report 1 "499 acknowledged writes, expected 500" writes_acknowledged 499
report 1 "1 failed requests" failed 1
report 1 "1 wrong answers" wrong 1
report 1 "1 acknowledged writes are lost" writes_lost 1
report 1 "an outage of 20 ms" outage_ms 20
report 1 "2 requests waited for a server" waited 2
rm "$folder/load"
python3 scripts/lib/quickstart_report.py "$folder/status" "$folder/load" >"$folder/said" 2>&1 && fail "no figures are no success"
grep -q '^quickstart: the load left no figures' "$folder/said" || fail "expected to read why there are no figures"
