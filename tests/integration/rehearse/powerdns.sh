#!/usr/bin/env bash
# The suite of other people's software: filled by a command, under a load of DNS queries, rolling.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

for version in 4.2 4.7; do
    mkdir "$scratch/$version"
    cp -r examples/powerdns/{migrations,payload,templates,text} "$scratch/$version"
    cp "examples/powerdns/suite-$version.toml" "$scratch/$version/suite.toml"
done
rehearse "$scratch/4.2" "$scratch/4.7" --mode rolling --database examples/powerdns/fill \
    --load "exec $bin/powerdns-load --zones 50 --signed 4 run \$(printf -- '--front=%s ' \$LOCUM_FRONTS) --rate $((200 / ${LOCUM_LOAD_DIVISOR:-1}))"
expect_code 0
expect_claims failed
expect_claims skipped
expect_found fill 'domains 51'
expect_found load '^ended with exit code 0$'
expect_found schema '^schema 4.7, as version 4.7 makes it new$'
