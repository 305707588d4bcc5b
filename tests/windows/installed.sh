#!/usr/bin/env bash
# A setup for Windows is signed, installs a server as a user has it (no --root), which runs as services; it is stopped,
# crashed, upgraded, damaged and repaired, and uninstalled by the command in the list of programs. All is looked at by the
# system's own tools. To be run beside tests/windows/with_postgresql.
# usage: installed.sh
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/../.."
source tests/windows/lib.sh
trap 'windows_wine_stop; trial_end' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

agent=locum-agent-endpoint-manager
server=endpoint-manager-server
services='System\CurrentControlSet\Services'
events="$services\\EventLog\\Application"
listed='Software\Microsoft\Windows\CurrentVersion\Uninstall\locum-endpoint-manager'
app_paths='Software\Microsoft\Windows\CurrentVersion\App Paths\locum.exe'

# shown FILE PRODUCT COMPANY DESCRIPTION VERSION NAME ICONS: ICONS is the length of their list, in bytes.
shown() {
    service_tool shown "$1"
    expect_said "^ProductName: $2\$"
    expect_said "^CompanyName: $3\$"
    expect_said "^FileDescription: $4\$"
    expect_said "^FileVersion: $5\$"
    expect_said "^OriginalFilename: $6\$"
    expect_said "^icons: $7 bytes\$"
    expect_said '^manifest: [1-9][0-9]+ bytes$'
    # With any other level, or none, Windows would ask for an administrator's rights by itself, and not only where it has to.
    expect_said '^level: asInvoker$'
}
# probe: what the server says on its device port; nothing where nobody answers.
probe() { curl --silent --max-time 5 http://127.0.0.1:30001/probe || true; }
server_process() { pgrep --ns $$ --nslist net -f '^C:.Program Files.endpoint-manager.*endpoint-server.exe'; }
serves() { [[ $(probe) == "ok $1" ]]; }
# runs VERSION: services run, and the server answers.
runs() {
    is "state of $agent" RUNNING "$(state_of "$agent")"
    is "state of $server" RUNNING "$(state_of "$server")"
    is "the server's answer" "ok $1" "$(probe)"
    locum status
    expect_code 0 "status"
    expect_said "^node-1 .* server $1, web-app $1 .* server running$"
}
# well VERSION: and Locum finds all as it was installed.
well() {
    runs "$1"
    locum verify
    expect_code 0 "verify"
    expect_said "endpoint-manager $1 on node-1 is as it was installed"
}

host_begin
host_accounts
host_setups 1.0 2.0
host_answers

step "signed, installed quietly"
sign_setup() {
    osslsigncode sign -certs "$trial/sign.pem" -key "$trial/sign.key" -h sha256 -in "$trial/endpoint-manager-$1-setup.exe" \
        -out "$trial/signed.exe" >"$trial/last.log"
    mv "$trial/signed.exe" "$trial/endpoint-manager-$1-setup.exe"
    osslsigncode verify -CAfile "$trial/sign.pem" "$trial/endpoint-manager-$1-setup.exe" >"$trial/last.log" 2>&1 ||
        fail "the signature of $1 does not hold"
    ! grep -i 'invalid PE checksum\|calculated PE checksum' "$trial/last.log" || fail "the checksum of $1 is wrong"
}
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=A vendor of this test' \
    -addext extendedKeyUsage=codeSigning -keyout "$trial/sign.key" -out "$trial/sign.pem" 2>/dev/null
sign_setup 1.0
sign_setup 2.0
setup 1.0 /quiet /log "Z:$trial/setup.log" --answers "Z:$trial/answers.toml"
expect_code 0 "the setup"
# What Windows shows of the setup is the suite, and of the program that it left, Locum.
icons=$((6 + 14 * $(od -An -tu2 -j4 -N2 platform/windows/program.ico)))
shown "$trial/endpoint-manager-1.0-setup.exe" 'Endpoint Manager' 'A vendor of this test' 'Endpoint Manager 1.0' 1.0 \
    endpoint-manager-1.0-setup.exe $((icons * 2 - 6))
shown "$drive/Program Files/Locum/locum.exe" Locum 'The Locum maintainers' '.*' '[0-9.]+' locum.exe $icons
# But for the headers' checksum, which setups set and linkers need not.
checksum=$(($(od -An -tu4 -j60 -N4 "$windows_bin/locum.exe") + 24 + 64))
others=$({ cmp -l "$windows_bin/locum.exe" "$drive/Program Files/Locum/locum.exe" 2>&1 || true; } |
    awk -v at="$checksum" '$1 <= at || $1 > at + 4')
[[ -z $others ]] || fail "another program than was put in: $others"
grep -q 'done service/server' "$trial/setup.log" || fail "/log says nothing of the services"
well 1.0
[[ -s $trial/network.token ]] || fail "no network token"

step "what the system knows of it"
is "start type of $agent" 0x2 "$(registry "$services\\$agent" Start)"
is "start type of $server" 0x3 "$(registry "$services\\$server" Start)"
is "account of $agent" LocalSystem "$(registry "$services\\$agent" ObjectName)"
is "account of $server" "NT SERVICE\\$server" "$(registry "$services\\$server" ObjectName)"
program="\"C:\\Program Files\\endpoint-manager\\locum\\$locum_version\\locum.exe\"" # that of the bundle
is "program of $agent" "$program agent run --suite endpoint-manager" \
    "$(registry "$services\\$agent" ImagePath)"
is "program of $server" "$program service run server --suite endpoint-manager" \
    "$(registry "$services\\$server" ImagePath)"
for service in "$agent" "$server"; do
    is_like "message file of $service" 'EventCreate\.exe$' "$(registry "$events\\$service" EventMessageFile)"
done
is "the name locum" 'C:\Program Files\Locum\locum.exe' "$(registry "$app_paths" '')"
is "title in the list" 'Endpoint Manager' "$(registry "$listed" DisplayName)"
is "version in the list" 1.0 "$(registry "$listed" DisplayVersion)"
modify=$(registry "$listed" ModifyPath)
[[ $modify == "$program install C:\\"*".bundle --as-administrator" ]] || fail "the command to modify is '$modify'"
uninstall=$(registry "$listed" QuietUninstallString)
[[ $uninstall == "$program uninstall "*" --quiet" ]] || fail "the command to uninstall is '$uninstall'"
menu='ProgramData/Microsoft/Windows/Start Menu/Programs/Endpoint Manager'
desktop='users/Public/Desktop'
is_there "$menu/Options of the server.lnk" "$menu/Web app.url" "$desktop/Options of the server.lnk"
grep -q 'http://127.0.0.1:30001/webapp/' "$drive/$menu/Web app.url" || fail "another address in the menu"
is_like "what stands for the link" 'C:/Program Files/endpoint-manager/versions/1\.0/server' \
    "$(cat "$drive/Program Files/endpoint-manager/current/server")"
sessions=$(as_superuser -c "SELECT DISTINCT usename || CASE WHEN ssl THEN ' by TLS' ELSE '' END
    FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE pid <> pg_backend_pid() AND usename <> ''")
[[ -n $sessions && -z $(grep -v ' by TLS$' <<<"$sessions") ]] || fail "sessions are '$sessions'; expected some, each by TLS"

step "stopped and started"
locum node stop
expect_code 0 "node stop"
is "state of $server" STOPPED "$(state_of "$server")"
[[ -z $(probe) ]] || fail "it answers still"
locum node start
expect_code 0 "node start"
well 1.0
wine net stop "$agent"
expect_code 0 "net stop"
locum status
expect_said 'agent silent'
serves 1.0 || fail "the server stopped with its agent"
wine net start "$agent"
expect_code 0 "net start"
until_true 20 is_in_state "$agent" RUNNING # net.exe of Wine does not wait for it
well 1.0

# Windows would start it again after a second; Wine keeps no recovery actions.
step "the server's process is killed"
kill -KILL "$(server_process)"
until_true 20 is_in_state "$server" STOPPED
locum status
expect_said 'it ended by itself'
locum verify
expect_code 15 "verify of what does not run"
expect_said 'service/server: .*it ended by itself; expected server running'
locum repair
expect_code 0 "repair"
well 1.0

step "upgraded, with what the administrator chose"
service_tool start-type "$agent" demand
service_tool account "$server" 'NT AUTHORITY\LocalService'
setup 2.0 /passive /log "Z:$trial/setup-2.log" --answers "Z:$trial/answers.toml"
expect_code 0 "the setup of the next version"
grep -q 'done outage/backup' "$trial/setup-2.log" || fail "no backup"
is "start type of $agent" 0x3 "$(registry "$services\\$agent" Start)"
is "account of $server" 'NT AUTHORITY\LocalService' "$(registry "$services\\$server" ObjectName)"
is "version in the list" 2.0 "$(registry "$listed" DisplayVersion)"
runs 2.0
locum verify
expect_code 15 "verify of an agent that does not start by itself"
expect_said 'agent: locum-agent-endpoint-manager is manual; expected enabled'

step "damaged and repaired"
damaged="$drive/Program Files/endpoint-manager/versions/2.0/web-app/index.html"
echo damage >>"$damaged"
wine reg delete "HKLM\\$app_paths" /f
locum verify
expect_code 15 "verify of what is damaged"
setup 2.0 /repair /quiet
expect_code 0 "/repair"
! grep -q damage "$damaged" || fail "the file is damaged still"
well 2.0
is "the name locum" 'C:\Program Files\Locum\locum.exe' "$(registry "$app_paths" '')"
is "start type of $agent" 0x2 "$(registry "$services\\$agent" Start)"
is "account of $server" 'NT AUTHORITY\LocalService' "$(registry "$services\\$server" ObjectName)"

step "uninstalled by the list of programs"
uninstall=$(registry "$listed" QuietUninstallString)
# As it stands there: what is given to Wine as an argument would be quoted once more.
by_list() {
    printf '@%s\r\n' "$uninstall${1:-}" >"$trial/uninstall.bat"
    wine cmd /c "Z:$trial/uninstall.bat"
}
by_list
expect_code 4 "the last server's uninstallation"
expect_said '--last-server'
well 2.0
by_list ' --last-server'
expect_code 194 "the uninstallation by a program that it takes away" # 3010, of which one byte is left
for service in "$agent" "$server"; do
    is "state of $service" "" "$(state_of "$service")"
    is "key of $service" "" "$(registry "$services\\$service")"
    is "event source $service" "" "$(registry "$events\\$service")"
done
is "entry in the list" "" "$(registry "$listed")"
is "the name locum" "" "$(registry "$app_paths")"
is_gone 'Program Files/endpoint-manager' 'Program Files/Locum' "$menu" "$desktop/Options of the server.lnk" \
    ProgramData/Locum/state/endpoint-manager ProgramData/endpoint-manager/etc
[[ -z $(server_process) ]] || fail "the server runs still"
# What was in use goes at the next start of the host.
[[ -n $(find "$drive/Program Files" -name '*.locum-gone-*') ]] || fail "nothing was moved aside"
wine wineboot -r
[[ -z $(find "$drive/Program Files" -name '*.locum-gone-*') ]] || fail "what was moved aside is left"
echo "installed.sh: installed, run, upgraded, uninstalled"
