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
install4 's/node-4/node-4.last/' 1.0 2 "answers-4.toml.*'node-4.last' for 'name'"
install4 's/address = .*/address = "192.0.2.1"/' 1.0 4 'address 192.0.2.1: Cannot assign'
install4 's/address = .*/address = "::"/' 1.0 4 'the one address at which the other nodes reach this one'
install4 's#run-directory = .*#run-directory = "/tmp/a-very-long-folder-name-that-goes-on-and-on-and-on-until-the-socket-path-has-too-many-characters/x"#' 1.0 4 'socket-path.*97'
install4 's/x/x/' 2.0 4 'install the version that the cluster runs'
install4 's#network.token#absent.token#' 1.0 2 'absent.token'

# A token that is not what it claims. (One of another network: integration/cluster, transport_trust.)
cp "$trial/network.token" "$trial/own.token"
sed -i 's/127.0.0.2:61616/127.0.0.3:61616/' "$trial/network.token"
install4 's/x/x/' 1.0 14 'altered|checksum'
cp "$trial/own.token" "$trial/network.token"

# A token of another network, whose server's address is a node of this one by now: both networks are
# named, and nothing is sent there.
sed -e 's/node-1/other-1/; s/127.0.0.2/127.0.0.5/; s#/1"#/5"#; s/network.token/other.token/; s/components = .*/components = ["server"]/' \
    "$trial/answers-1.toml" >"$trial/answers-5.toml"
try install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-5.toml" --root "$trial/node-5"
expect_code 0 "another network"
server=$(awk '{ print $1; exit }' "$trial"/node-5/var/lib/locum/*/services/server.record)
"$locum" agent stop --root "$trial/node-5" >/dev/null
kill "$server"
timeout 10 tail --pid="$server" -f /dev/null
rm -rf "$trial/node-5"
sed -i 's/127.0.0.4/127.0.0.5/' "$trial/answers-3.toml"
sed -e 's/node-3/node-5/; s#/3"#/5"#' "$trial/answers-3.toml" >"$trial/answers-5.toml"
try install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-5.toml" --root "$trial/node-5"
expect_code 0 "node-5 of the first network at that address"
for plan in "" --plan; do
    sed -e 's/node-5/node-6/; s/127.0.0.5/127.0.0.6/; s#/5"#/6"#; s/network.token/other.token/' "$trial/answers-5.toml" >"$trial/answers-6.toml"
    try install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-6.toml" --root "$trial/node-6" $plan
    expect_code 14 "a token of another network $plan"
    expect_said '([0-9a-f]{2}:){15}[0-9a-f]{2}.*([0-9a-f]{2}:){15}[0-9a-f]{2}'
    [[ ! -e $trial/node-6 ]] || fail "a foreign token left something behind"
done
"$locum" agent stop --root "$trial/node-5" >/dev/null
stop_service 5 server
remove_node 5 1
expect_code 0 "node remove"
rm -rf "$trial/node-5"

# A trial cluster has one machine; this process is made to see another one's id.
printf '0123456789abcdef0123456789abcdef\n' >"$trial/machine-id"
elsewhere=(unshare --mount)
((EUID == 0)) || elsewhere=(unshare --map-root-user --mount)
trial_answers 2
sed -e 's/node-2/node-4/; s/127.0.0.3/127.0.0.5/; s#/2"#/4"#' "$trial/answers-2.toml" >"$trial/answers-4.toml"
[[ -e /etc/machine-id ]] || fail "this host has no /etc/machine-id, so it cannot be given another one"
code=0
"${elsewhere[@]}" bash -c 'mount --bind "$1" /etc/machine-id && shift && exec "$@"' - "$trial/machine-id" \
    "$locum" install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-4.toml" --root "$trial/node-4" \
    >"$trial/last.log" 2>&1 || code=$?
expect_code 4 "a node of another machine joins a trial cluster"
expect_said 'this is a trial cluster'
[[ ! -e $trial/node-4 ]] || fail "the refused join left something behind"

# An installation that was cut off: other answers are refused line by line; it can be taken back.
install4_cut() {
    LOCUM_FAILPOINTS="$1" try install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-4.toml" --root "$trial/node-4"
    expect_code 137 "an installation killed at $1"
}
install4_cut 'step/service/server/done/before=kill'
sed -i 's/licence-accepted/# changed\nlicence-accepted/' "$trial/answers-4.toml"
try install "$trial/endpoint-manager-1.0.bundle" --answers "$trial/answers-4.toml" --root "$trial/node-4"
expect_code 8 "other answers for an installation that was begun"
expect_said 'answers: \+ now # changed'
try install --rollback --root "$trial/node-4"
expect_code 0 "install --rollback"
left=$(find "$trial/node-4" -not -type d -not -path "*/var/log/locum/*") # the logs say why, and stay
[[ -z $left ]] || fail "the rollback left something behind: $left"
rm -r "$trial/node-4"
"$locum" node list --root "$trial/node-1" | grep -q node-4 && fail "node-4 is registered still"

# A finding that may be ignored, and a strict one.
sed 's/memory-mb = 64/memory-mb = 99999999/' "$suites/1.0/suite.toml" >"$trial/large.toml"
cp -r "$suites/1.0" "$trial/large" && mv "$trial/large.toml" "$trial/large/suite.toml"
"$locum" bundle build "$trial/large" --key "$trial/vendor.key" -o "$trial/large.bundle" >/dev/null
sed -e 's/node-1/large-1/; s/127.0.0.2/127.0.0.7/; s#/1"#/7"#; s/network.token/large.token/' "$trial/answers-1.toml" >"$trial/answers-7.toml"
try install "$trial/large.bundle" --answers "$trial/answers-7.toml" --root "$trial/node-7" --plan
expect_code 4 "more memory than there is"
try install "$trial/large.bundle" --answers "$trial/answers-7.toml" --root "$trial/node-7" --plan --ignore memory
expect_code 0 "the same, ignored by name"
expect_said 'warning: memory'
"$locum" install "$trial/large.bundle" --answers "$trial/answers-7.toml" --root "$trial/node-7" --plan --ignore memory --quiet 2>"$trial/last.log" >/dev/null
[[ ! -s $trial/last.log ]] || fail "quiet says: $(cat "$trial/last.log")"
sed -i 's/licence-accepted = true/licence-accepted = false/' "$trial/answers-7.toml"
try install "$trial/large.bundle" --answers "$trial/answers-7.toml" --root "$trial/node-7" --plan --ignore licence
expect_code 2 "a strict finding, ignored by name"

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
told 4 findings upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-1"
told 4 findings install "$trial/endpoint-manager-2.0.bundle" --answers "$trial/answers-1.toml" --root "$trial/node-1" --plan
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
