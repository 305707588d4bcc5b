#!/usr/bin/env bash
# Services as units of systemd: accounts, confinement, restart, the start gate, the administrator's drop-ins and choices
# over an upgrade, emergency stop, boot; a single-file setup; an installation that is taken back leaves neither account nor unit; and no secret is told.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 1
source "$(dirname "$0")/cluster.sh"

on() { lab exec node-1 "$@"; }
unit() { on systemctl show --value -p "$2" "endpoint-manager-$1"; }
is() { [[ $(unit "$1" "$2") == "$3" ]]; }
# What Locum says, for the search at the end.
keep_said() { cat "$scratch/last.log" >>"$scratch/locum-said"; }
# What an installation adds to the system itself.
system_of() { on sh -c 'getent passwd; getent group; systemctl list-unit-files --no-legend; ls /usr/local/lib /etc/opt /var/opt'; }

database
bundles
set_up 1 '["server", "balancer"]'
on useradd --system --no-create-home operators-choice
before=$(system_of)

echo "-- an installation that fails"
code=0
lab exec node-1 env LOCUM_FAILPOINTS='step/network/token/intent/after=error' locum install /root/setup/1.0.bundle \
    --answers /root/setup/answers.toml >"$scratch/last.log" 2>&1 || code=$?
expect_code 1 "an installation that fails at its last step"
[[ $(system_of) == "$before" ]] || fail "it left something: $(diff <(echo "$before") <(system_of) || true)"

echo "-- a single-file setup on a host that has no Locum: refused, it leaves none; installed from, it does"
"$bin/locum" bundle build "$suites/1.0" --key "$scratch/vendor.key" -o "$scratch/again.bundle" \
    --setup "$(lab root node-1)/root/setup/1.0-setup" >/dev/null
on mv /usr/local/bin/locum /root/setup/locum
sed -i.kept 's/^licence-accepted = true/licence-accepted = false/' "$(lab root node-1)/root/setup/answers.toml"
code=0
timeout 60 scripts/lab exec node-1 /root/setup/1.0-setup --answers /root/setup/answers.toml >"$scratch/last.log" 2>&1 || code=$?
expect_code 4 "a setup that is refused"
on sh -c 'test -d /usr/local/bin && ! test -e /usr/local/bin/locum && ! ls -d /var/tmp/locum-setup-* 2>/dev/null' || fail "it left something"
[[ $(system_of) == "$before" ]] || fail "it left something: $(diff <(echo "$before") <(system_of) || true)"
on mv /root/setup/answers.toml.kept /root/setup/answers.toml

echo "-- accounts and confinement"
cat >>"$(lab root node-1)/root/setup/answers.toml" <<'TOML'

[services.server]
account = "operators-choice"
[services.balancer]
start = "manual"
TOML
code=0
lab exec node-1 /root/setup/1.0-setup --answers /root/setup/answers.toml >"$scratch/last.log" 2>&1 || code=$?
expect_code 0 "installation by the setup"
expect_said '^for later: /usr/local/bin/locum'
keep_said
is server User operators-choice || fail "the server's account is $(unit server User)"
is balancer User endpoint-balancer || fail "the balancer's account is $(unit balancer User)"
for service in server balancer; do
    [[ $(on ps -o user:32= -p "$(unit "$service" MainPID)") == "$(unit "$service" User)" ]] || fail "$service runs as another user"
    on systemd-analyze security --threshold=20 "endpoint-manager-$service" >"$scratch/last.log" ||
        fail "systemd-analyze security objects to $service"
    tail -n 1 "$scratch/last.log"
done
# It is root and writes all over the host: what it needs not is closed all the same.
on systemd-analyze security --threshold=80 locum-agent-endpoint-manager >"$scratch/last.log" || fail "systemd-analyze security objects to the agent"
tail -n 1 "$scratch/last.log"
[[ $(on stat -c '%U %a' /etc/opt/endpoint-manager/server.conf) == 'operators-choice 600' ]] || fail "server.conf is somebody else's"
on setpriv --reuid=endpoint-balancer --regid=endpoint-manager --clear-groups cat /etc/opt/endpoint-manager/server.conf \
    >"$scratch/last.log" 2>&1 && fail "the balancer's account reads the database's password"
on journalctl -u endpoint-manager-server | grep -q 'endpoint-server: 1.0 serves node-1' || fail "the server's words are not in the journal"

echo "-- it ends, and is started again; a person stops it, and it stays stopped"
pid=$(unit server MainPID)
on kill -9 "$pid"
within 10 is server NRestarts 1
within 10 is server ActiveState active
on systemctl stop endpoint-manager-server
on locum agent stop >/dev/null
on locum agent start >/dev/null
within 10 on sh -c 'test "$(cat /var/lib/locum/endpoint-manager/services/boot)" = "$(cat /proc/sys/kernel/random/boot_id)"'
is server ActiveState inactive || fail "an agent that was started anew started what a person had stopped"

echo "-- whoever starts it asks the gate"
table=$(lab exec db setpriv --reuid=postgres --regid=postgres --clear-groups psql -qtA -d endpoint -c \
    "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE tablename = 'schema_version'")
schema() {
    lab exec db setpriv --reuid=postgres --regid=postgres --clear-groups psql -q -d endpoint -c "UPDATE $table SET version = '$1'"
}
schema 9.9
on systemctl start endpoint-manager-server
is server ActiveState inactive || fail "the server runs on a schema that is not its own"
on journalctl -u endpoint-manager-server | grep -q 'the productive database has schema 9.9, version 1.0 needs 1.0' ||
    fail "the journal does not say why the server was not started"
within 10 sh -c "scripts/lab exec node-1 locum status | grep -q 'server held'"
schema 1.0
within 10 is server ActiveState active # without anybody's help

echo "-- an upgrade leaves the administrator's settings in force"
drop_in=/etc/systemd/system/endpoint-manager-server.service.d/limits.conf
on sh -c "mkdir -p ${drop_in%/*} && printf '[Service]\nLimitNOFILE=4242\n' >$drop_in && systemctl daemon-reload"
# In front of the program that makes the backup: what anybody may read of all processes while it runs.
cat >"$(lab root node-1)/usr/local/bin/pg_dump" <<'SH'
#!/bin/sh
[ "$1" = --version ] || cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ >/root/setup/during-backup 2>/dev/null
exec /usr/bin/pg_dump "$@"
SH
chmod 755 "$(lab root node-1)/usr/local/bin/pg_dump"
locum_on 1 upgrade run /root/setup/2.0.bundle --mode short-downtime
expect_code 0 "the upgrade"
keep_said
on rm /usr/local/bin/pg_dump
expect_all_at 2.0 1
is server LimitNOFILE 4242 || fail "the drop-in is not in force"
is server User operators-choice || fail "the server's account was changed"
on grep -q "versions/2.0" /usr/local/lib/systemd/system/endpoint-manager-server.service || fail "the unit is not version 2.0's"

echo "-- one that hangs is stopped at once, with its agent hanging too"
agent=$(on systemctl show --value -p MainPID locum-agent-endpoint-manager)
on kill -STOP "$(unit server MainPID)" "$agent"
started=$SECONDS
locum_on 1 node stop --emergency
expect_code 0 "the emergency stop"
((SECONDS - started < 15)) || fail "it took $((SECONDS - started)) s"
is server ActiveState inactive || is server ActiveState failed || fail "the server is $(unit server ActiveState)"
on kill -CONT "$agent"
locum_on 1 node start
expect_code 0 "the start"
expect_all_at 2.0 1

echo "-- after a boot the server runs, the balancer waits for a person"
lab power-off node-1
lab boot node-1
within 20 is server ActiveState active
is balancer ActiveState inactive || fail "the balancer is $(unit balancer ActiveState), though its start is manual"
locum_on 1 node start
expect_code 0 "the start after the boot"
expect_all_at 2.0 1

echo "-- no secret is told"
"$bin/lab-secrets" "$(lab root node-1)" endpoint-manager >"$scratch/secrets"
printf '%s\n' quickstart-app quickstart-locum >>"$scratch/secrets"
! grep -vE '^[A-Za-z0-9+/=-]{14,}$' "$scratch/secrets" || fail "no secret to look for"
for place in /etc/opt/endpoint-manager/server.conf /root/setup/network.token; do
    on cat "$place" | grep -qFf "$scratch/secrets" || fail "$place has none of the secrets, so this shows nothing"
done
for words in status "status --json" verify "node list" "token write /root/setup/again.token" "upgrade status --json" \
    "modify --add web-app" "modify --remove web-app" repair "uninstall --plan --last-server"; do
    # shellcheck disable=SC2086 # words
    locum_on 1 $words
    expect_code 0 "locum $words"
    keep_said
done
sed 's|"locum.password"|"app.password"|' "$(lab root node-1)/root/setup/answers.toml" >"$(lab root node-1)/root/setup/wrong.toml"
for words in "node remove node-9 --confirm node-9" "upgrade run /root/setup/1.0.bundle" "uninstall --confirm node-1" "upgrade rollback" \
    "install /root/setup/1.0.bundle --answers /root/setup/wrong.toml --root /root/other"; do
    # shellcheck disable=SC2086 # words
    locum_on 1 $words
    ((code != 0)) || fail "locum $words does not fail, so this shows nothing"
    keep_said
done
expect_said 'does not accept the password of account "locum"'
on cat /root/setup/during-backup | tr '\0' '\n' >"$scratch/said"
for word in --format=custom PGPASSFILE=; do
    grep -qe "^$word" "$scratch/said" || fail "no $word was seen while the backup ran, so this shows nothing"
done
for place in "cat /root/setup/during-backup" "journalctl --no-pager" "cat /proc/[0-9]*/cmdline" "cat /proc/[0-9]*/environ" \
    "cat /root/setup/answers.toml" "cat /var/lib/locum/endpoint-manager/journal" \
    "grep -r . /usr/local/lib/systemd /usr/local/lib/sysusers.d /usr/local/lib/tmpfiles.d /var/log/locum"; do
    # Processes end while they are read, so the exit code says nothing; what was read does.
    on sh -c "$place" 2>/dev/null | tr '\0' '\n' >"$scratch/said" || true
    [[ -s $scratch/said ]] || fail "'$place' says nothing, so this shows nothing"
    ! grep -aFf "$scratch/secrets" "$scratch/said" || fail "'$place' tells a secret"
done
! grep -aFf "$scratch/secrets" "$scratch/locum-said" || fail "Locum has told a secret"
open=$(on find /var/lib/locum -type f -perm /077)
[[ -z $open ]] || fail "others may read: $open"
