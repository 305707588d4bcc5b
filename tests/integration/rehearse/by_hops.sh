#!/usr/bin/env bash
# A new version that is reached through one that its bundle carries: both upgrades are rehearsed, under one load, and what they took is added.
# Without it the answer is which version is missing.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source tests/support/hops.sh

bundles_by_hops "$scratch" >/dev/null
rehearse "$scratch/1.0.bundle" "$scratch/2.0.bundle" --key "$scratch/vendor.pub" --datasource embedded --nodes 2 --load "$endpoint_load"
expect_code 0
expect_found plan '^rolling-possible by 2 upgrades: 1.0 to 1.5, rolling: .*; 1.5 to 2.0, rolling: '
expect_found upgrade '^2 upgrades, one after the other$'
expect_found schema '^schema 2.0, as version 2.0 makes it new$'
[[ $(value 'r["verdict"], r["mode"], r["to"]') == "('rolling-possible', 'rolling', '2.0')" ]] || fail "the report"
(($(value 'r["measured"]["longest-copy-ms"]') > 0)) || fail "the copies were not measured"

rehearse "$scratch/1.0.bundle" "$scratch/bare.bundle" --key "$scratch/vendor.pub" --datasource embedded --nodes 1
expect_code 13
expect_found plan 'version 2.0 can upgrade from 1.5'
