#!/usr/bin/env bash
# Whoever owns a node without a server gives no orders: with the key and certificate of a lone balancer, every verb of
# the wire is tried on a server and on another balancer, with every operation that an agent knows. And whoever owns a
# server, but not the vendor's key, gets no older Locum to run than the one that is there.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source tests/support/programs.sh

# say_as N TO VERB BODY: the answer's last line of node TO to node N's certificate.
say_as() {
    local state
    state=$(echo "$trial/node-$1"/var/lib/locum/*)
    curl -sk --max-time 60 --cert "$state/node.crt" --key "$state/node.key" -H 'X-Locum-Protocol: 1' -H 'Content-Type:' \
        --data-binary "$4" "https://127.0.0.$(($2 + 1)):61616/v1/$3" | tail -n 1
}
call() { # NAME EPOCH [PARAMETERS]
    local parameters=${3:-}
    printf '{"command":"%s@99","operation":"evil","epoch":%s,"name":"%s","parameters":%s}' "$1" "$2" "$1" "${parameters:-"{}"}"
}
refused() { # KIND WHAT ANSWER
    [[ $3 == *'"error"'* && $3 == *"\"kind\":\"$1\""* ]] || fail "$2 was answered with: $3"
}
answered() { [[ $2 == *'"result"'* ]] || fail "$1 was answered with: $2"; }
services() { trial_services | sort; }

# Nodes 2 and 3 are lone balancers.
eval "$(declare -f trial_answers | sed '1s/trial_answers/first_answers/')"
trial_answers() {
    first_answers "$1"
    (($1 == 1)) || sed -i 's/^components = .*/components = ["balancer"]/' "$trial/answers-$1.toml"
}
begin_cluster postgresql
before=$(services)

commands="acknowledge balance configure copy exchange forget forget-copy reload select stage start stop switch"
parameters='{"component":"balancer","version":"1.0","mode":"update","servers":[],"manifest":"","out":true,"server":"node-1"}'
for to in 1 2; do
    for name in $commands; do
        refused not-trusted "ask $name of node-$to" "$(say_as 3 "$to" ask "$(call "$name" 5 "$parameters")")"
        refused not-trusted "run $name on node-$to" "$(say_as 3 "$to" run "$(call "$name" 99 "$parameters")")"
        refused not-trusted "run $name without a lease on node-$to" "$(say_as 3 "$to" run "$(call "$name" 0 "$parameters")")"
    done
    for name in balancer database host probe reach; do
        refused not-trusted "ask $name of node-$to" "$(say_as 3 "$to" ask "$(call "$name" 0 '{"component":"balancer","to":[],"server":"node-1","servers":[]}')")"
    done
    refused not-trusted "secrets for node-$to" "$(say_as 3 "$to" secrets '{}')"
    refused not-trusted "a bundle for node-$to" "$(say_as 3 "$to" bundle 'no bundle')"
    answered "ask facts of node-$to" "$(say_as 3 "$to" ask "$(call facts 0)")"
done
[[ $(services) == "$before" ]] || fail "services were touched: $(services), before: $before"
# What a server says goes on: nobody took the epoch 99.
answered "acknowledge by node-1" "$(say_as 1 2 run "$(call acknowledge 5)")"
refused refused "a question as an order" "$(say_as 1 2 run "$(call facts 5)")"
# A server's question is no way around the lease either.
refused not-trusted "ask stop by node-1" "$(say_as 1 2 ask "$(call stop 0 '{"component":"balancer"}')")"
[[ $(services) == "$before" ]] || fail "services were touched: $(services), before: $before"

echo "-- whoever owns a server gets no older Locum to run"
# It says which version it is, passes the trial, and would come up as nothing.
old_program() { printf '#!/bin/sh\n[ "$1" != --version ] || echo "locum %s"\n' "$1" >"$2" && chmod +x "$2"; }
programs=$trial/node-2/opt/endpoint-manager/locum
old_program 0.0.9 "$trial/old"
with_program "$suites/2.0" suite-old "$trial/old" 0.0.9 0.0.9
"$locum" bundle build "$trial/suite-old" --key "$trial/vendor.key" -o "$trial/old.bundle" >/dev/null
sent=$(say_as 1 2 bundle "@$trial/old.bundle")
answered "the bundle with Locum 0.0.9" "$sent"
manifest=$(grep -oE '[0-9a-f]{64}' <<<"$sent")
for version in 0.0.9 99.0; do # the second one is a lie about it
    refused refused "exchange for $version" "$(say_as 1 2 run "$(call exchange 6 "{\"version\":\"$version\",\"manifest\":\"$manifest\"}")")"
    [[ ! -e $programs/0.0.9 ]] || fail "the older Locum was placed as $version"
done
# One that is here from earlier.
mkdir -p "$programs/0.0.8"
old_program 0.0.8 "$programs/0.0.8/locum"
refused refused "exchange for what is here" "$(say_as 1 2 run "$(call exchange 7 '{"version":"0.0.8","manifest":""}')")"
refused refused "exchange for no bundle's" "$(say_as 1 2 run "$(call exchange 8 '{"version":"../../x","manifest":""}')")"
[[ ! -e $trial/node-2/opt/endpoint-manager/current/locum ]] || fail "an older Locum is linked"
[[ $(services) == "$before" ]] || fail "services were touched: $(services), before: $before"
