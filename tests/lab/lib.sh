# What the tests on hosts that boot share: begin_lab N makes db and node-1 to node-N.
# To be sourced by them.
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# 77: skipped, which ctest reports as such.
skip() {
    echo "SKIPPED: $*" >&2
    exit 77
}

fail() {
    echo "FAILED: $*" >&2
    tail -n 20 "$scratch/last.log" >&2 || true
    exit 1
}

lab() {
    scripts/lab "$@"
}

begin_lab() {
    ((EUID == 0)) || skip "hosts that boot need root; found user id $EUID"
    [[ -w /sys/fs/cgroup/systemd || -w /sys/fs/cgroup/cgroup.procs ]] ||
        skip "hosts that boot need control groups; none can be written here"
    [[ $(stat -f -c %T "${TMPDIR:-/tmp}") != overlayfs ]] ||
        skip "hosts that boot need a folder that is no overlay itself; ${TMPDIR:-/tmp} is one"
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/locum-lab-XXXXXX")
    export LOCUM_LAB=$scratch/lab
    trap end_lab EXIT
    trap 'exit 130' INT TERM
    lab up "$1"
}

end_lab() {
    local pid
    for pid in $(jobs -p); do
        kill "$pid" 2>/dev/null || true # it has ended already where the test came to its end
    done
    lab down
    rm -rf --one-file-system "$scratch"
}

# within SECONDS COMMAND…: the command succeeds within that time.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >"$scratch/last.log" 2>&1; do
        ((SECONDS < end)) || fail "not within the time: $* ($(tail -n 3 "$scratch/last.log"))"
        sleep 0.05
    done
}
