#!/usr/bin/env bash
# Shared secrets of a suite on three real nodes, one of them a balancer only: in the configurations of
# their components they are the same everywhere, and they are nowhere else; a new version brings new ones.
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
