#!/usr/bin/env bash
# The example's run, smaller: nothing may be lost or wrong.
set -euo pipefail
examples/powerdns/run --no-build --zones 50 --samples 300
