#!/usr/bin/env bash
# The quickstart with the programs of this build, and the exit code that it must have.
# usage: quickstart.sh EXPECTED [quickstart's options…]
set -euo pipefail
expected=$1
shift
code=0
LOCUM_BUILD=$LOCUM_BUILD scripts/quickstart --no-build "$@" || code=$?
if ((code != expected)); then
    echo "quickstart $*: exit code $code, expected $expected" >&2
    exit 1
fi
