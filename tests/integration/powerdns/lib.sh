# What the tests of this folder share: what those of tests/integration/upgrade/ have, with name servers behind
# dnsdist in the endpoint manager's place. Sourced by them.
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
bin=$LOCUM_BUILD/bin
zones=${zones:-50} signed=4 samples=200
source examples/powerdns/trial.sh
source tests/integration/upgrade/lib.sh
load_figures=(failed wrong outage_ms) # nobody writes

begin_cluster() {
    trial_begin
    powerdns_bundles >/dev/null
    trial_postgresql
    local n
    for n in 1 2 3; do
        trial_answers "$n"
        trial_install "$n" >"$trial/last.log" 2>&1 || fail "install of node-$n"
        ((n > 1)) || powerdns_fill || fail "filling the database"
    done
    powerdns_sample 127.0.0.2:10300 >"$trial/sample.first" || fail "a sampled answer is wrong at the beginning"
}

# variant NAME COMMAND…: the bundle NAME of version 4.7, with its sources changed by the command, run in their folder.
variant() {
    local name=$1
    shift
    rm -rf "$trial/$name"
    cp -r "$trial/suite-4.7" "$trial/$name"
    (cd "$trial/$name" && "$@") || fail "making the variant $name"
    ! diff -r "$trial/suite-4.7" "$trial/$name" >/dev/null || fail "the variant $name is as the original"
    "$locum" bundle build "$trial/$name" --key "$trial/vendor.key" -o "$trial/$name.bundle" >"$trial/last.log" 2>&1 ||
        fail "building the variant $name"
}

# broken_migration ENGINE NAME: of two statements behind the host's file NAME the second fails; the first is undone with it.
broken_migration() {
    printf 'ALTER TABLE domains ADD half text;\nSELECT no_such_column FROM domains;\n' >"migrations/$1/broken.sql"
    sed -i "s|run = \[{ host-file = \"$2\"\(.*\) }\] },|run = [{ host-file = \"$2\"\1 }, { file = \"migrations/$1/broken.sql\" }] },|" suite.toml
}

expect_same_answers() {
    local n
    for n in 2 3 4; do
        powerdns_sample "127.0.0.$n:10300" >"$trial/sample.now" || fail "a sampled answer of 127.0.0.$n is wrong"
        cmp -s "$trial/sample.first" "$trial/sample.now" || fail "127.0.0.$n answers otherwise than before"
    done
}

# Process ids of a program of node $2, of this trial.
pids_of() {
    local pid
    for pid in $(pgrep -x "$1" || true); do
        tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$trial/node-$2/" && echo "$pid"
    done
    return 0
}

expect_services_once() {
    local n
    for n in 1 2 3; do
        [[ $(pids_of pdns_server "$n" | wc -l) == 1 && $(pids_of dnsdist "$n" | wc -l) == 1 ]] ||
            fail "on node-$n run pdns_server $(pids_of pdns_server "$n"), dnsdist $(pids_of dnsdist "$n"); expected one of each"
    done
}
