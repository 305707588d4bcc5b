#!/usr/bin/env bash
# R1's own way on PostgreSQL: `locum install NEWBUNDLE` on one host after another, in two different
# orders, under load. Nothing may fail; a node that joins or a second upgrade in between is refused.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

for order in "1 2 3" "3 1 2"; do
    begin_cluster postgresql
    # What the first installations needed is not asked for again.
    rm "$trial/network.token" "$trial"/*.password
    trial_load --rate 250
    count=0
    for n in $order; do
        ((++count))
        try install "$trial/endpoint-manager-2.0.bundle" --answers "$trial/answers-$n.toml" --root "$trial/node-$n"
        expect_code 0 "install on node-$n, as number $count"
        expect_said "$count of 3 servers updated"
        if ((count == 1)); then
            try upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-2"
            expect_code 7 "a second upgrade while one is open"
            expect_said 'locum upgrade resume'
            # The same host again: it is so already.
            try install "$trial/endpoint-manager-2.0.bundle" --answers "$trial/answers-$n.toml" --root "$trial/node-$n"
            expect_code 0 "install on node-$n again"
            expect_said '1 of 3 servers updated'
            try install "$trial/endpoint-manager-2.0.bundle" --answers "$trial/answers-2.toml" --root "$trial/node-2" --plan --json
            expect_code 0 "the next host's part as a plan"
            python3 -c 'import json, sys; p = json.load(open(sys.argv[1])); assert p["steps"][0]["id"] == "stage/node-2", p' "$trial/last.log" || fail "no plan in JSON"
        fi
    done
    echo "order $order:"
    expect_clean_load
    expect_all_at 2.0
    trial_end
done
