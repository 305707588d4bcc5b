#!/usr/bin/env bash
# Shared secrets of a suite on three real nodes, one of them a balancer only: in the configurations of
# their components they are the same everywhere, and they are nowhere else; a new version brings new ones. A cluster that is made
# with the keystore has the same ones, and the keystore's passphrase is nowhere.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# A copy of the suite with secrets. $1: version; the rest: lines of [secrets].
with_secrets() {
    local version=$1 copy=$trial/secret-$1
    shift
    cp -r "$suites/$version" "$copy"
    printf '\n[secrets]\n' >>"$copy/suite.toml"
    printf '%s\n' "$@" >>"$copy/suite.toml"
    echo '# own={secret.own} common={secret.common}' >>"$copy/templates/server.conf.in"
    echo '# common={secret.common}' >>"$copy/templates/haproxy.cfg.in"
    [[ $version == 1.0 ]] || echo '# new={secret.new}' >>"$copy/templates/haproxy.cfg.in"
    "$locum" bundle build "$copy" --key "$trial/vendor.key" -o "$trial/endpoint-manager-$version.bundle" >/dev/null
}

# The value of secret $2 in file $3 of node $1.
value() { sed -n "s/^#.* \?$2=\([^ ]*\).*/\1/p" "$trial/node-$1/etc/opt/endpoint-manager/$3"; }

# In no file below the nodes but the configurations; what is binary is read, too.
expect_hidden() {
    local secret found
    for secret in "$@"; do
        [[ ${#secret} -ge 16 ]] || fail "no secret to look for: '$secret'"
        found=$(grep -rlaF --exclude-dir=etc -- "$secret" "$trial"/node-* "$trial"/*.log "$trial"/*.token "$trial/said" || true)
        [[ -z $found ]] || fail "a secret is in $found"
    done
}

trial_begin
"$locum" bundle keygen "$trial/vendor" >/dev/null
own='own = { form = "hex", bytes = 16, components = ["server"] }'
common='common = { form = "base64", bytes = 32, components = ["server", "balancer"] }'
with_secrets 1.0 "$own" "$common"
with_secrets 2.0 "$own" "$common" 'new = { form = "hex", bytes = 24, components = ["balancer"] }'
for n in 1 2 3; do
    trial_answers "$n"
    ((n != 3)) || sed -i 's/^components = .*/components = ["balancer"]/' "$trial/answers-3.toml"
    trial_install "$n" >"$trial/last.log" 2>&1 || fail "install of node-$n"
    cat "$trial/last.log" >>"$trial/said"
done
own=$(value 1 own server.conf)
common=$(value 1 common server.conf)
[[ $own =~ ^[0-9a-f]{32}$ ]] || fail "own is '$own'"
[[ $common =~ ^[A-Za-z0-9+/]{43}=$ ]] || fail "common is '$common'"
[[ $(value 2 own server.conf) == "$own" ]] || fail "node-2 has another value"
for n in 1 2 3; do
    [[ $(value "$n" common haproxy.cfg) == "$common" ]] || fail "the balancer of node-$n has another value"
    [[ -z $(find "$trial/node-$n/etc" -type f -perm /007) ]] || fail "everybody can use a configuration of node-$n"
done
! grep -raF -- "$own" "$trial/node-3" || fail "the balancer's node has the servers' secret"
expect_hidden "$own" "$common"

# A check that shows the whole configuration when it refuses it: that goes to logs and journals.
cp -r "$trial/secret-2.0" "$trial/talks"
cat >"$trial/talks/payload/balancer/check" <<'SH'
#!/bin/sh
cat "$1"
exit 1
SH
chmod 755 "$trial/talks/payload/balancer/check"
sed -i 's|^check = .*|check = ["{component.dir}/check", "{file}"]|' "$trial/talks/suite.toml"
"$locum" bundle build "$trial/talks" --key "$trial/vendor.key" -o "$trial/talks.bundle" >/dev/null
try upgrade run "$trial/talks.bundle" --root "$trial/node-1"
expect_code 1 "an upgrade whose check refuses the configuration"
expect_said 'common=\{secret.common\}'
cat "$trial/last.log" >>"$trial/said"
expect_hidden "$own" "$common"

try upgrade plan "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-1"
expect_code 0 "upgrade plan"
cat "$trial/last.log" >>"$trial/said"
told 0 event upgrade run "$trial/endpoint-manager-2.0.bundle" --root "$trial/node-1"
cat "$trial/last.log" "$trial/told.json" >>"$trial/said"
new=$(value 1 new haproxy.cfg)
[[ $new =~ ^[0-9a-f]{48}$ ]] || fail "new is '$new'"
for n in 1 2 3; do
    [[ $(value "$n" new haproxy.cfg) == "$new" ]] || fail "the balancer of node-$n has another new value"
    [[ $(value "$n" common haproxy.cfg) == "$common" ]] || fail "the balancer of node-$n has lost its secret"
done
[[ $(value 2 own server.conf) == "$own" ]] || fail "node-2 has another value after the upgrade"
for words in "status --json" "node list" "token write $trial/again.token" "upgrade status --json"; do
    # shellcheck disable=SC2086 # words
    try $words --root "$trial/node-1"
    expect_code 0 "$words"
    cat "$trial/last.log" >>"$trial/said"
done
expect_hidden "$own" "$common" "$new"
echo "3 nodes, 3 secrets: the same everywhere, and in configurations only"

# The keystore. What is looked for in all that follows: its passphrase and the seed.
echo 'canary-of-a-passphrase 7F3A' >"$trial/passphrase"
"$bin/lab-secrets" "$trial/node-1" endpoint-manager | sed -n 2p >"$trial/seed"
[[ $(<"$trial/seed") =~ ^[0-9a-f]{64}$ ]] || fail "no seed to look for"
cat "$trial/passphrase" "$trial/seed" >"$trial/canaries"
tests/support/watch_processes.py "$trial/canaries" "$trial/watched" locum >"$trial/processes" &
watch=$!
trap 'touch "$trial/watched"; trial_end' EXIT

# keystore CODE TEXT ARGS…: of export.
keystore() {
    try keystore export "${@:3}"
    expect_code "$1" "keystore export ${*:3}"
    expect_said "$2"
    cat "$trial/last.log" >>"$trial/said"
}
kept=$trial/kept.keystore
given=(--passphrase-file "$trial/passphrase")
keystore 4 'node-3 runs no server, so it cannot export the keystore' "$kept" "${given[@]}" --root "$trial/node-3"
keystore 2 'give --passphrase-file FILE' "$kept" --root "$trial/node-1" </dev/null
keystore 2 'there is no passphrase at ' "$kept" --passphrase-file "$trial/nowhere" --root "$trial/node-1"
echo short >"$trial/short"
keystore 2 'found a passphrase of 5 characters; expected 12 or more' "$kept" --passphrase-file "$trial/short" --root "$trial/node-1"
[[ ! -e $kept ]] || fail "a keystore was written"
keystore 0 "seed [0-9a-f:]{47} of endpoint-manager" "$kept" "${given[@]}" --root "$trial/node-1"
[[ $(stat -c %a "$kept") == 600 ]] || fail "others can read the keystore"
before=$(sha256sum "$kept")
keystore 2 'is there already' "$kept" "${given[@]}" --root "$trial/node-1"
[[ $(sha256sum "$kept") == "$before" ]] || fail "the keystore was replaced"
told 0 event keystore export "$trial/other.keystore" "${given[@]}" --root "$trial/node-2"
cat "$trial/told.json" >>"$trial/said"
grep -q "\"seed\":\"$(sed -n 's/^seed = //p' "$kept")\"" "$trial/told.json" || fail "node-2 has another seed: $(<"$trial/told.json")"

# $1: sed's script for a keystore, whose checksum is made again.
forge() {
    sed -e "$1" -e '/^checksum = /d' "$kept" >"$trial/wrong.keystore"
    echo "checksum = $(sha256sum <"$trial/wrong.keystore" | cut -d ' ' -f 1)" >>"$trial/wrong.keystore"
}
# imports CODE TEXT: an installation of node-4, which creates a cluster, with the answers as they are.
imports() {
    trial_install 4 >"$trial/last.log" 2>&1 && code=0 || code=$?
    expect_code "$1" "an installation with a keystore: $2"
    expect_said "$2"
    cat "$trial/last.log" >>"$trial/said"
}
refused() { # CODE TEXT
    imports "$@"
    [[ ! -e $trial/node-4 ]] || fail "something is there"
}
trial_answers 4
cat >>"$trial/answers-4.toml" <<'TOML'

[keystore]
file = "wrong.keystore"
passphrase = { file = "passphrase" }
warning-accepted = true
TOML
refused 2 'found a keystore beside token.use; expected none: a further node has the secrets of the cluster'
sed -i -e 's/^use = .*/create = "anew.token"/' -e 's/^components = .*/components = ["server", "balancer"]/' "$trial/answers-4.toml"
printf '\n[datasource]\ntype = "embedded"\n' >>"$trial/answers-4.toml"
refused 2 'there is no keystore at '
head -c -1 "$kept" >"$trial/wrong.keystore"
refused 14 'the keystore is cut'
sed 's/^salt = ./salt = x/' "$kept" >"$trial/wrong.keystore"
refused 14 'the keystore was altered'
forge 's/^salt = \(.\)\(.\)/salt = \2\1/; s/^cost = 17/cost = 16/'
refused 14 'the keystore does not open with this passphrase'
forge 's/^cost = .*/cost = 40/'
refused 14 'asks for a passphrase.s cost of 40; expected 14 to 18'
forge 's/keystore-1$/keystore-2/'
refused 14 'the keystore has .format = locum-keystore-2.; this Locum reads .format = locum-keystore-1.'
forge 's/^suite = .*/suite = powerdns/'
refused 4 'keystore-suite: found a keystore of powerdns; expected one of endpoint-manager'
sed -i 's/^file = "wrong.keystore"/file = "kept.keystore"/; s/{ file = "passphrase" }/{ file = "short" }/' "$trial/answers-4.toml"
refused 14 'the keystore does not open with this passphrase'
sed -i 's/{ file = "short" }/{ file = "passphrase" }/; s/^warning-accepted = true/warning-accepted = false/' "$trial/answers-4.toml"
refused 4 'keystore-warning: found keystore.warning-accepted = false; expected the warning accepted: An import can destroy the installation'
sed -i 's/^warning-accepted = false/warning-accepted = true/' "$trial/answers-4.toml"
imports 0 'import the keystore'
[[ $(value 4 own server.conf) == "$own" ]] || fail "node-4 has another value than the cluster whose keystore it was made with"
for file in server.conf haproxy.cfg; do
    [[ $(value 4 common "$file") == "$common" ]] || fail "$file of node-4 has another value"
done
imports 0 'is installed as node-4: nothing to do'
forge "s/^seed = \(..\):\(..\)/seed = \2:\1/"
mv "$trial/wrong.keystore" "$kept"
imports 4 'this host is node-4 already, with the seed '
rm "$kept"
imports 0 'is installed as node-4: nothing to do'

touch "$trial/watched"
wait "$watch" || fail "$(<"$trial/processes")"
expect_hidden "$own" "$common" "$(<"$trial/passphrase")" "$(<"$trial/seed")"
! grep -rlaF -f "$trial/canaries" "$trial/node-4/etc" "$trial/other.keystore" "$trial"/*.toml "$trial"/*.token || fail "the passphrase or the seed is there"
echo "a cluster that is made with the keystore has the same secrets; $(<"$trial/processes")"
