#!/usr/bin/env bash
# The quickstart with the programs of this build, and the exit code that it must have.
# usage: quickstart.sh clean|FIGURE [quickstart's options…]
#   clean   exit code 0     FIGURE   exit code 1, and that figure of its last line is above 0
set -euo pipefail
wanted=$1
shift
output=$(mktemp)
trap 'rm -f "$output"' EXIT
code=0
scripts/quickstart --no-build "$@" | tee "$output" || code=${PIPESTATUS[0]}
if [[ $wanted == clean ]]; then
    ((code == 0)) || { echo "quickstart $*: exit code $code, expected 0" >&2 && exit 1; }
    exit 0
fi
((code == 1)) || { echo "quickstart $*: exit code $code, expected 1" >&2 && exit 1; }
tail -n 1 "$output" | python3 -c "
import json, sys
figure = json.loads(sys.stdin.read())['$wanted']
sys.exit(0 if figure > 0 else '$wanted is %s, expected more than 0' % figure)"
