# Functions for trials of a suite that a setup installs on Windows (Wine) as on a host of its own, without --root.
# To be sourced from the repository's folder.
# With the variables of tests/support/windows_trial.sh.
#
# host_begin               a fresh copy of Wine's folder in $trial, and its server; $drive is its C:
# host_accounts            the suite's accounts and database on the server of with_postgresql, which answers have then
# host_setups VERSION…     setups of the endpoint manager: $trial/endpoint-manager-VERSION-setup.exe; sets $locum_version
# host_answers [embedded]  $trial/answers.toml
# wine PROGRAM …           keeps what it says in $trial/last.log, and its exit code in $code
# setup VERSION …, locum … the same of a setup, and of the program that it left
# registry KEY [NAME]      of HKEY_LOCAL_MACHINE: a value's data (of "": the key's own), or all values, a line each
# state_of SERVICE         RUNNING, STOPPED, …; "" where there is none
# Both say so where they got no answer, which is neither.

source tests/support/windows_trial.sh

host_begin() {
    trial_begin
    windows_wine_template
    export LOCUM_WINE_PREFIX=$trial/wine
    drive=$LOCUM_WINE_PREFIX/drive_c
    # PostgreSQL's own programs for Windows.
    export WINEPATH=Z:$LOCUM_WINDOWS_PREFIX/bin
    windows_wine_start "$trial/wine"
}

wine() {
    code=0
    scripts/lib/wine "$@" </dev/null >"$trial/last.log" 2>&1 || code=$?
    sed -i 's/\r$//' "$trial/last.log"
}
locum() { wine "$drive/Program Files/Locum/locum.exe" "$@"; }
setup() { wine "$trial/endpoint-manager-$1-setup.exe" "${@:2}"; }
service_tool() {
    wine "$LOCUM_WINDOWS_BUILD/tests/windows/service-tool.exe" "$@"
    expect_code 0 "service-tool $*"
}

step() { echo "-- $*"; }
# is WHAT EXPECTED FOUND
is() { [[ $3 == "$2" ]] || fail "$1 is '$3'; expected '$2'"; }
is_like() { [[ $3 =~ $2 ]] || fail "$1 is '$3'; expected what is like '$2'"; }
# is_there, is_gone FILE…: below C:/
is_there() {
    local file
    for file in "$@"; do
        [[ -e $drive/$file ]] || fail "C:/$file is missing"
    done
}
is_gone() {
    local file
    for file in "$@"; do
        [[ ! -e $drive/$file ]] || fail "C:/$file is there"
    done
}
# until_true SECONDS COMMAND…: it comes true by then.
until_true() {
    local end=$((SECONDS + $1))
    until "${@:2}"; do
        ((SECONDS < end)) || fail "not within $1 s: ${*:2}"
        sleep 0.1
    done
}
is_in_state() { [[ $(state_of "$1") == "$2" ]]; }

fail() {
    echo "FAILED: $*" >&2
    [[ ! -s $trial/last.log ]] || tail -n 20 "$trial/last.log" >&2
    find "$drive/ProgramData/Locum" -name '*.log' -exec tail -n 5 {} + >&2 || true
    exit 1
}

host_accounts() {
    printf quickstart-app >"$trial/app.password"
    printf quickstart-locum >"$trial/locum.password"
    as_superuser -v database=endpoint <examples/common/accounts.sql
}
# psql's own view of the certificate's path.
as_superuser() {
    PGPASSWORD=test-only PGSSLROOTCERT=${PGSSLROOTCERT#Z:} psql -q -At -v ON_ERROR_STOP=1 -h 127.0.0.1 \
        -p "$LOCUM_TEST_POSTGRES_PORT" -U postgres "$@" postgres
}

host_setups() {
    local version source
    locum_version=$("$bin/locum" --version | sed 's/^locum //')
    # Locum's own, once and once more: what is shown is not the program's.
    python3 - platform/windows/program.ico >"$trial/icon.ico" <<'PYTHON'
import struct, sys
ico = open(sys.argv[1], "rb").read()
count = struct.unpack_from("<H", ico, 4)[0]
entries = [struct.unpack_from("<8sII", ico, 6 + 16 * i) for i in range(count)] * 2
head = struct.pack("<HHH", 0, 1, len(entries))
skip = 16 * count
sys.stdout.buffer.write(head + b"".join(struct.pack("<8sII", a, b, c + skip) for a, b, c in entries) + ico[6 + skip:])
PYTHON
    for version in "$@"; do
        source=$trial/suite-$version
        windows_suite "$version" "$source"
        cat >>"$source/suite.toml" <<'TOML'

[[shortcuts]]
name = "options"
component = "server"
title = "Options of the server"
program = "{component.dir}/bin/endpoint-server"
arguments = ["--help"]
desktop = true

[[shortcuts]]
name = "web-app"
component = "web-app"
title = "Web app"
url = "http://{node.address}:{port.device}/webapp/"
TOML
        # It brings Locum for its agents.
        cp "$windows_bin/locum.exe" "$source/locum.exe"
        printf '\n[program]\nversion = "%s"\nwindows-x86_64 = "locum.exe"\n' "$locum_version" >>"$source/suite.toml"
        [[ -f $trial/vendor.key ]] || "$bin/locum" bundle keygen "$trial/vendor" >/dev/null
        "$bin/locum" bundle build "$source" --key "$trial/vendor.key" -o "$trial/endpoint-manager-$version.bundle" \
            --setup "$trial/endpoint-manager-$version-setup" --program "$windows_bin/locum.exe" \
            --publisher 'A vendor of this test' --icon "$trial/icon.ico" >"$trial/last.log"
    done
}

host_answers() {
    cat >"$trial/answers.toml" <<TOML
format = 1
suite = "endpoint-manager"
trusted-key = "vendor.pub"
licence-accepted = true
components = ["server", "web-app"]

[node]
name = "node-1"
address = "127.0.0.1"

[token]
create = "network.token"

[firewall]
manage = false # that of Wine cannot be read
TOML
    local port=
    [[ ${1:-} == embedded ]] || port=$LOCUM_TEST_POSTGRES_PORT
    trial_datasource "$port" >>"$trial/answers.toml"
}

registry() {
    local what=()
    (($# == 1)) || { [[ -n $2 ]] && what=(/v "$2") || what=(/ve); }
    wine reg query "HKLM\\$1" "${what[@]}"
    if ((code != 0)); then
        grep -q 'Unable to find the specified registry' "$trial/last.log" || echo "no answer: $(<"$trial/last.log")"
    elif (($# == 2)); then
        sed -nE 's/^ +.* {4}REG_[A-Z_]+ {4}//p' "$trial/last.log"
    else
        sed -nE 's/^ {4}(.*) {4}REG_[A-Z_]+ {4}/\1=/p' "$trial/last.log"
    fi
}

state_of() {
    wine "$LOCUM_WINDOWS_BUILD/tests/windows/service-tool.exe" state "$1"
    ((code == 0)) || echo "no answer:"
    cat "$trial/last.log"
}
