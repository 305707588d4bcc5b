#!/usr/bin/env bash
# Whoever owns a node without a server gives no orders: with the key and certificate of a lone balancer, every verb of
# the wire is tried on a server and on another balancer, with every operation that an agent knows.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

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
    for name in balancer host probe reach; do
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
