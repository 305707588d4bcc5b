#!/usr/bin/env bash
# Holds the samples of docs/ci to YAML and to the program: each command line of locum in them is one that it accepts. Where
# nothing is there, an accepted one says that it found no bundle or suite; one that is not accepted says why before that.
# usage: ci_samples.sh ROOT LOCUM
set -euo pipefail

root=$1 locum=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

commands() { # FILE: the lines that call locum, in all texts of the file
    python3 - "$1" <<'END'
import sys, yaml

def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)

with open(sys.argv[1], encoding="utf-8") as sample:
    document = yaml.safe_load(sample)
for text in texts(document):
    for line in text.splitlines():
        if line.strip().startswith("locum "):
            print(line.strip().removeprefix("locum "))
END
}

accepted() { # COMMAND LINE without the program
    local said
    # Words as a shell has them; the files that they name are not there.
    said=$(cd "$scratch" && VENDOR_KEY=vendor.key bash -c "\"$locum\" $1" 2>&1) && return 1
    grep -qE "^locum: $scratch/vendor.key: no such file; expected a signing key|there is nothing at $scratch/old.bundle" \
        <<<"$said" || { echo "$said" && return 1; }
}

for sample in github-actions gitlab-ci; do
    mapfile -t lines < <(commands "$root/docs/ci/$sample.yml")
    ((${#lines[@]} == 2)) || { echo "$sample: ${#lines[@]} calls of locum, expected 2" && exit 1; }
    [[ ${lines[1]} == rehearse\ * ]] || { echo "$sample: no rehearsal: ${lines[1]}" && exit 1; }
    for line in "${lines[@]}"; do
        accepted "$line" || { echo "$sample: not accepted: locum $line" && exit 1; }
    done
    # An option that there is not is noticed.
    if accepted "${lines[1]} --no-such-option" >/dev/null; then
        echo "$sample: --no-such-option was accepted" && exit 1
    fi
done
