#!/usr/bin/env bash
# R1's own way on PostgreSQL: `locum install NEWBUNDLE` on one host after another, in two different
# orders, under load. Nothing may fail; a node that joins or a second upgrade in between is refused.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# Each command as JSON: what it says is of its kind, as docs/schemas has it.
json_before() {
    local new=$trial/endpoint-manager-2.0.bundle old=$trial/endpoint-manager-1.0.bundle root=$trial/node-3
    told 0 status status --root "$root"
    told 0 status node list --root "$root"
    told 0 report upgrade status --root "$root"
    told 0 verify verify --root "$root"
    told 0 bundle bundle inspect "$new"
    told 0 bundle bundle verify "$new" --key "$trial/vendor.pub"
    told 0 event bundle keygen "$trial/another"
    told 14 event bundle verify "$new" --key "$trial/another.pub"
    told 0 bundle bundle build "$suites/2.0" --key "$trial/another.key" -o "$trial/another.bundle"
    told 0 event answers template "$new" -o "$trial/template.toml"
    told 0 findings answers check "$trial/answers-3.toml" "$old"
    sed 's/^suite = .*/suite = "other"/' "$trial/answers-3.toml" >"$trial/answers-other.toml"
    told 4 findings answers check "$trial/answers-other.toml" "$old"
    told 0 event token write "$trial/again.token" --root "$root"
    told 0 lint bundle lint "$suites/2.0" "$suites/1.0"
    told 0 upgrade-plan upgrade plan "$new" --root "$root"
    told 0 plan install "$new" --answers "$trial/answers-3.toml" --root "$root" --plan
    told 0 event install "$old" --answers "$trial/answers-3.toml" --root "$root"
    told 4 plan install "$old" --answers "$trial/answers-1.toml" --root "$trial/another" --plan
    told 4 findings install "$old" --answers "$trial/answers-1.toml" --root "$trial/another"
    told 0 plan repair --root "$root" --plan
    told 0 event repair --root "$root"
    told 0 plan modify --add balancer --root "$root" --plan
    told 0 plan uninstall --root "$root" --plan
    told 4 plan node remove node-1 --root "$root" --plan
    told 4 findings node remove node-1 --root "$root" --confirm node-1
    rm "$root/etc/opt/endpoint-manager/server.conf"
    told 15 verify verify --root "$root"
    told 0 event repair --root "$root"
}

for order in "1 2 3" "3 1 2"; do
    begin_cluster postgresql
    [[ $order != "1 2 3" ]] || json_before
    # What the first installations needed is not asked for again.
    rm "$trial/network.token" "$trial"/*.password
    trial_load --rate 250
    count=0
    for n in $order; do
        ((++count))
        told 0 event install "$trial/endpoint-manager-2.0.bundle" --answers "$trial/answers-$n.toml" --root "$trial/node-$n"
        grep -q "\"message\":\"$count of 3 servers updated" "$trial/told.json" || fail "$count of 3 is not said: $(tail -n 1 "$trial/told.json")"
        told 0 report upgrade status --root "$trial/node-$n"
        told 0 status status --root "$trial/node-$n"
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
            python3 -c 'import json, sys; p = json.load(open(sys.argv[1])); assert p["steps"][0]["id"] == "stage/node-2" and p["findings"] == [], p' "$trial/last.log" || fail "no plan in JSON"
        fi
    done
    echo "order $order:"
    expect_clean_load
    expect_all_at 2.0
    trial_end
done
