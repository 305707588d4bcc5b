#!/usr/bin/env bash
# What a person gets wrong: one clear error each, with what was found and what to type, and the
# exit code that the design says.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

begin_cluster
install4() { # answers with a change by sed → exit code and text
    trial_answers 2
    sed -e 's/node-2/node-4/; s/127.0.0.3/127.0.0.5/; s#/2"#/4"#' -e "$1" "$trial/answers-2.toml" >"$trial/answers-4.toml"
    try install "$trial/endpoint-manager-${2:-1.0}.bundle" --answers "$trial/answers-4.toml" --root "$trial/node-4"
    expect_code "$3" "install with $1"
    expect_said "$4"
    [[ ! -e $trial/node-4 ]] || fail "$1: something was left behind: $(find "$trial/node-4" | head)"
}
install4 's/licence-accepted = true/licence-accepted = false/' 1.0 4 'licence'
install4 's/format = 1/format = 1\nsurprise = 1/' 1.0 2 'answers-4.toml:2:1'
install4 's/address = .*/address = "127.0.0.3"/' 1.0 4 'port-taken.*61616'
install4 's/node-4/node-1/' 1.0 4 "a node 'node-1' is registered already"
install4 's#run-directory = .*#run-directory = "/tmp/a-very-long-folder-name-that-goes-on-and-on-and-on-until-the-socket-path-has-too-many-characters/x"#' 1.0 4 'socket-path.*97'
install4 's/x/x/' 2.0 4 'install the version that the cluster runs'
install4 's#network.token#absent.token#' 1.0 2 'absent.token'

# A token that is not what it claims. (One of another network: integration/cluster, transport_trust.)
cp "$trial/network.token" "$trial/own.token"
sed -i 's/127.0.0.2:61616/127.0.0.3:61616/' "$trial/network.token"
install4 's/x/x/' 1.0 14 'altered|checksum'
cp "$trial/own.token" "$trial/network.token"

# Bundles.
printf x >>"$trial/endpoint-manager-2.0.bundle"
try upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-1"
expect_code 14 "a bundle with one byte more"
"$locum" bundle keygen "$trial/foreign" >/dev/null
"$locum" bundle build "$suites/2.0" --key "$trial/foreign.key" -o "$trial/foreign.bundle" >/dev/null
try upgrade run "$trial/foreign.bundle" --root "$trial/node-1"
expect_code 14 "a bundle signed by a foreign key"

# A silent agent blocks, and is named.
truncate -s -1 "$trial/endpoint-manager-2.0.bundle"
"$locum" agent stop --root "$trial/node-3" >/dev/null
try upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-1"
expect_code 4 "upgrade with a silent agent"
expect_said 'node-3 does not answer'
"$locum" agent start --root "$trial/node-3" >/dev/null

# While an operation is open nobody joins.
LOCUM_FAILPOINTS='step/node-2/copy/intent/before=kill' try upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-1"
expect_code 137 "upgrade killed after the first node"
install4 's/x/x/' 1.0 7 'operation .* is open'
try upgrade rollback --root "$trial/node-2"
expect_code 0 "rollback"
expect_all_at 1.0
try upgrade resume --root "$trial/node-1"
expect_code 2 "resume without an open operation"

# An older version over a newer one.
try upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-1"
expect_code 0 "upgrade"
try upgrade run "$trial/endpoint-manager-1.0.bundle" --root "$trial/node-1"
expect_code 4 "older over newer"
expect_said 'goes back from schema 2.0 to 1.0'
expect_all_at 2.0
