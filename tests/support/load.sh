# What tests ask of a client load (trial_load of scripts/lib/trial.sh), and of the output of a command.
# To be sourced after that; the caller has `fail`, the folder $trial, and in $code how the last command ended.

expect_code() {
    ((code == $1)) || fail "$2: exit code $code, expected $1"
}

expect_said() {
    grep -qE -- "$1" "$trial/last.log" || fail "expected to read: $1"
}

# A figure of the load's result.
figure() {
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$trial/load.json" "$1"
}

# Ends the load; nothing may have failed, be wrong or lost.
load_figures=(failed wrong waited writes_lost outage_ms)
expect_clean_load() {
    local key
    trial_load_end || { cat "$trial/load.log" >&2 && fail "the load saw failures: $(cat "$trial/load.json" 2>/dev/null)"; }
    for key in "${load_figures[@]}"; do
        [[ $(figure "$key") == 0 ]] || fail "$key is $(figure "$key"): $(cat "$trial/load.json")"
    done
    echo "    load: $(cat "$trial/load.json")"
}
