#!/usr/bin/env bash
# A service on a port below 1024, of an agent that is not root: it listens there where its manifest asks
# for net-bind-service and the installation was started with it; else preflight refuses, and says why.
# Needs root, to give a right to somebody who is not root: elsewhere it is skipped (exit code 77).
set -euo pipefail
if ((EUID != 0)); then
    echo "SKIPPED: root is needed, to give net-bind-service to a user who is not root; run it with sudo" >&2
    exit 77
fi
source "$(dirname "$0")/../upgrade/lib.sh"

# In a network of its own only: elsewhere everybody may have low ports, or somebody has this one.
[[ $(cat /proc/sys/net/ipv4/ip_unprivileged_port_start) == 1024 ]] ||
    fail "low ports are free for all here; run it as: unshare --net sh -c 'ip link set lo up && $0'"

as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
with_right() { as_nobody --inh-caps +net_bind_service --ambient-caps +net_bind_service "$@"; }

# The suite's source in folder $1; $2: the service's capabilities.
make_suite() {
    mkdir -p "$1/server"
    cat >"$1/suite.toml" <<TOML
format = 1
locum = "0.1"
[suite]
name = "low"
title = "Low"
version = "1.0"
schema = "1"
[compatibility]
upgrades-from = []
old-binary-on-new-schema = "breaks"
new-binary-on-old-schema = "breaks"
[topologies]
alone = { title = "Alone", components = ["server"] }
[components.server]
title = "Server"
role = "server"
payload = "server"
[[ports]]
name = "web"
component = "server"
choices = [{ port = 80 }]
[[services]]
name = "web"
component = "server"
argv = ["{component.dir}/run", "{node.address}", "{port.web}"]
capabilities = [$2]
[[probes]]
component = "server"
name = "answers"
http = "http://{node.address}:{port.web}/"
status = 200
[[probes]]
component = "server"
name = "no-right-of-its-own"
command = ["{component.dir}/rights"]
output = "CapAmb: 0000000000000000"
[database]
application-name = "low"
node-local = []
[database.sqlite]
version-query = "SELECT version FROM schema_version"
version-record = "UPDATE schema_version SET version = \$1"
migrations = [{ to = "1", file = "1.sql" }]
TOML
    cat >"$1/1.sql" <<'SQL'
CREATE TABLE schema_version (version text NOT NULL PRIMARY KEY);
INSERT INTO schema_version VALUES ('1');
SQL
    cat >"$1/server/run" <<'SH'
#!/bin/sh
exec python3 -m http.server --bind "$1" --directory "$(dirname "$0")" "$2"
SH
    printf '#!/bin/sh\ngrep CapAmb: /proc/self/status | tr "\\t" " "\n' >"$1/server/rights"
    chmod 755 "$1/server/run" "$1/server/rights"
}

trial_begin
chmod 755 "$trial"
chown 65534:65534 "$trial" "$trial_run"
trial_suite=low
make_suite "$trial/asks" '"net-bind-service"'
make_suite "$trial/silent" ''
trial_bundle "$trial/asks" asks >/dev/null
trial_bundle "$trial/silent" silent >/dev/null
chown -R 65534:65534 "$trial"
trial_answers 1
sed -i 's/^components = .*/components = ["server"]/' "$trial/answers-1.toml"
chown 65534:65534 "$trial"/answers-1.toml

# $1: bundle; $2: root of the installation; the rest: how locum is called.
try_install() {
    local bundle=$1 root=$2
    shift 2
    code=0
    (cd "$trial" && "$@" "$locum" install "low-$bundle.bundle" --answers answers-1.toml --root "$root") \
        >"$trial/last.log" 2>&1 || code=$?
}

try_install asks "$trial/refused" as_nobody
expect_code 4 "an installation without the right"
expect_said 'capability.*port 80 \(web\), and neither root nor net-bind-service'
try_install silent "$trial/refused" with_right
expect_code 4 "an installation of what does not ask for the right"
expect_said 'capability.*port 80 \(web\), and no service of its component asks for net-bind-service'
[[ ! -e $trial/refused ]] || fail "a refused installation has left something behind"

try_install asks "$trial/node-1" with_right
expect_code 0 "an installation with the right"
python3 -c 'import urllib.request as r; r.urlopen("http://127.0.0.2/", timeout=5).read()' || fail "nobody answers on port 80"

# The bits of process $1 that it has effectively.
rights() { sed -n 's/^CapEff:\t//p' "/proc/$1/status"; }
service=$(sed -n '1s/ .*//p' "$trial/node-1/var/lib/locum/low/services/web.record")
[[ $(rights "$service") == 0000000000000400 ]] || fail "the service has the rights $(rights "$service")"
[[ $(stat -c %u "/proc/$service") == 65534 ]] || fail "the service does not run as the agent's user"

# An agent that is started again still has what its services need.
(cd / && with_right "$locum" agent stop --root "$trial/node-1" --suite low && kill -9 "$service" &&
    with_right "$locum" agent start --root "$trial/node-1" --suite low) >"$trial/last.log" 2>&1 || fail "restart of the agent"
timeout 20 bash -c "until curl -sf http://127.0.0.2/; do :; done" >/dev/null || fail "nobody answers on port 80 after a restart of the agent"
echo "port 80 without root: with the right that the manifest asks for, and not without"
