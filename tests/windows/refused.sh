#!/usr/bin/env bash
# What a host of Windows (Wine) cannot take is found before anything is changed, with what to do; and a file that somebody
# has open holds an uninstallation up, and no upgrade.
# usage: refused.sh
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/../.."
# A file system of its own, to be filled.
if [[ ${LOCUM_OWN_MOUNTS:-} != yes ]]; then
    as_root=()
    ((EUID == 0)) || as_root=(--map-root-user)
    exec env LOCUM_OWN_MOUNTS=yes unshare --mount ${as_root[@]+"${as_root[@]}"} "$PWD/tests/windows/refused.sh"
fi
source tests/windows/lib.sh
helper=
drive_e=
end() {
    [[ -z $helper ]] || kill "$helper" 2>/dev/null || true # it has ended already
    windows_wine_stop
    [[ -z $drive_e ]] || umount "$drive_e" || true # in use still: it goes with this script's mounts
    trial_end
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

server=endpoint-manager-server
# refused CODE WHAT PATTERN…: it says so, and nothing of it is on the host.
refused() {
    expect_code "$1" "$2"
    local pattern
    for pattern in "${@:3}"; do
        expect_said "$pattern"
    done
    is_gone 'Program Files/Locum' 'Program Files/endpoint-manager' ProgramData/Locum ProgramData/endpoint-manager
    [[ -z $(find "$drive/windows" -maxdepth 2 -name 'locum-setup-*') ]] || fail "what was unpacked is left"
}
quietly() { setup 1.0 /quiet --answers "Z:$trial/answers.toml" "$@"; }
# has_open WHAT NAME: somebody has a service or a file open, until let_go.
has_open() {
    scripts/lib/wine "$LOCUM_WINDOWS_BUILD/tests/windows/service-tool.exe" "$@" </dev/null >"$trial/helper.log" 2>&1 &
    helper=$!
    until_true 20 grep -q open "$trial/helper.log"
}
let_go() {
    kill -KILL "$helper"
    wait "$helper" 2>/dev/null || true # it says that it was killed
    helper=
}

host_begin
host_setups 1.0 2.0
host_answers embedded

step "names that Windows cannot have, in a bundle that was made on Linux"
cp -r "$trial/suite-1.0" "$trial/suite-names"
for name in CON 'end.' 'a:b' Read.me read.me; do
    echo x >"$trial/suite-names/payload/web-app/$name"
done
"$bin/locum" bundle build "$trial/suite-names" --key "$trial/vendor.key" -o "$trial/names.bundle" \
    --setup "$trial/endpoint-manager-names-setup" --program "$windows_bin/locum.exe" >"$trial/last.log"
setup names /quiet --answers "Z:$trial/answers.toml"
refused 4 "a bundle with such names" "'CON' is the name of a device" "'end\.' ends with a full stop" "'a:b' holds :" \
    "'Read.me' and 'read.me', which are one name there" 'try: ask the vendor'

step "a path of 300 characters"
long=$(printf '%0100d/%0100d/%0100d' 1 2 3)
quietly --root "Z:$trial/$long"
refused 1 "a setup that cannot be started there" 'its path has 3[0-9]+ characters, and Windows starts no program' 'try: use a folder with a shorter'
[[ ! -e $trial/${long%%/*} ]] || fail "folders are left"
wine "$windows_bin/locum.exe" install "Z:$trial/endpoint-manager-1.0.bundle" --answers "Z:$trial/answers.toml" --root "Z:$trial/$long"
refused 4 "an installation there" 'program-path: found .*endpoint-server\.exe \(4[0-9]+ characters\); expected at most 259' \
    'give --root a folder with a shorter path'
[[ ! -e $trial/${long%%/*} ]] || fail "folders are left"

step "a drive that is full"
mkdir "$trial/drive-e"
# It has room for the setup's own program, and little more.
megabytes=$(($(stat -c %s "$windows_bin/locum.exe") / 1048576 + 10))
mount -t tmpfs -o "size=${megabytes}m" none "$trial/drive-e"
drive_e=$trial/drive-e
ln -s "$drive_e" "$LOCUM_WINE_PREFIX/dosdevices/e:"
quietly --root E:/x
refused 4 "a drive with less than is needed" 'disk: found [0-9]+ MB free in the file system at E:/; expected [0-9]+ MB' 'try: free [0-9]+ MB there'
mount -o remount,size=8m "$drive_e"
quietly --root E:/x
refused 1 "a drive without room for the setup's own program" 'E:/x/.*: Disk full' 'try: free space'
[[ -z $(ls -A "$drive_e") ]] || fail "the drive has $(ls -A "$drive_e")"

step "a service that hangs while it stops"
wine sc create "$server" binPath= "Z:${LOCUM_WINDOWS_BUILD//\//\\}\\tests\\windows\\service-tool.exe hang ${trial##*/}"
expect_code 0 "sc create"
wine sc start "$server"
until_true 20 is_in_state "$server" RUNNING
wine sc stop "$server"
is "state of $server" STOP_PENDING "$(state_of "$server")"
quietly
refused 4 "a service that hangs" "$server \(process [0-9]+\) is stopping, and does not come to its end" 'taskkill /F /PID [0-9]+'

step "a service that is marked for deletion"
has_open hold "$server"
wine sc delete "$server"
expect_code 0 "sc delete"
quietly
refused 4 "a service that is marked" "$server was removed, but a program has it open still" 'close services.msc'
let_go
pkill -KILL -f "service-tool.exe hang ${trial##*/}"
until_true 20 is_in_state "$server" ''

step "accounts"
cp "$trial/answers.toml" "$trial/answers-as-they-were"
printf '[services.server]\naccount = ".\\\\nobody-here"\n' >>"$trial/answers.toml"
quietly
refused 4 "an account that is not there" 'service-account: found no account \.\\nobody-here' 'create it, or correct \[services\]'
sed -i 's/^account = .*/account = "a|b"/' "$trial/answers.toml"
quietly
refused 2 "no name of an account" "found 'a\|b' for 'account'; expected one that this host knows: \.\\\\NAME, DOMAIN" 'correct line'
sed -i 's/^account = .*/account = "NT AUTHORITY\\\\LocalService"/' "$trial/answers.toml"

step "a file that somebody has open"
quietly
expect_code 0 "the setup"
is "account of $server" 'NT AUTHORITY\LocalService' "$(registry "System\\CurrentControlSet\\Services\\$server" ObjectName)"
index='Program Files/endpoint-manager/versions/1.0/web-app/index.html'
is_there "$index"
has_open open "C:\\${index//\//\\}"
setup 2.0 /quiet --answers "Z:$trial/answers.toml"
expect_code 0 "an upgrade beside an open file"
locum uninstall --confirm node-1 --last-server
expect_code 11 "an uninstallation with an open file"
expect_said 'cannot remove C:/.*/index\.html: Sharing violation' # by whom, Wine does not say
expect_said 'try: end the program that uses it, or restart the host; then run the command again'
let_go
setup 2.0 /uninstall /quiet --last-server
expect_code 0 "/uninstall"
is_gone 'Program Files/endpoint-manager' 'Program Files/Locum' ProgramData/Locum/state
[[ -z $(find "$drive/ProgramData/endpoint-manager" -name '*.registry*') ]] || fail "the registry's file is left"
echo "refused.sh: all was found"
