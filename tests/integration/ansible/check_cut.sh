#!/usr/bin/env bash
# A play of the role of scripts/ansible that is killed with --check leaves the passwords where the next play, with --check or without,
# removes them first. The program is one that does not answer, or fails; what it would do is tested on hosts that boot
# (tests/lab/ansible.sh).
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
command -v ansible-playbook >/dev/null || { echo "ansible-playbook was not found; run scripts/dependencies" && exit 1; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/locum-test.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export ANSIBLE_LOCALHOST_WARNING=False ANSIBLE_NOCOLOR=1 ANSIBLE_RETRY_FILES_ENABLED=False
export ANSIBLE_LOCAL_TEMP=$scratch/ansible ANSIBLE_HOME=$scratch/ansible-home
folder=$scratch/setup-plan
mkdir "$scratch/bin"
PATH=$scratch/bin:$PATH

fail() {
    echo "FAILED: $*" >&2
    cat "$scratch/last.log" >&2
    exit 1
}

# program COMMANDS: what Locum is in the next play.
program() {
    printf '#!/bin/sh\n%s\n' "$1" >"$scratch/bin/locum"
    chmod 755 "$scratch/bin/locum"
}

touch "$scratch/suite.bundle" "$scratch/vendor.pub"
cat >"$scratch/hosts.yml" <<YAML
all:
  vars:
    ansible_connection: local
    locum_become: false
    locum_suite: suite-of-a-test
    locum_components: [server]
    locum_bundle: $scratch/suite.bundle
    locum_key: $scratch/vendor.pub
    locum_licence_accepted: true
    locum_application_password: canary-of-the-application
    locum_password: canary-of-locum
    locum_setup: $scratch/setup
  hosts:
    node-1: { ansible_host: 198.51.100.11 }
YAML
play=(ansible-playbook -i "$scratch/hosts.yml" scripts/ansible/site.yml)

program "echo \$\$ >$scratch/pid; exec sleep 600"
setsid "${play[@]}" --check >"$scratch/last.log" 2>&1 &
running=$!
until [[ -s $scratch/pid ]]; do kill -0 "$running" 2>/dev/null || fail "the play has ended"; sleep 0.05; done
kill -KILL -- "-$running"
wait "$running" 2>/dev/null || true
kill -KILL "$(cat "$scratch/pid")" 2>/dev/null || true
grep -rqs canary- "$folder" || fail "there are no passwords in $folder, so this shows nothing: $(ls "$scratch")"
cp -r "$folder" "$scratch/left"

for mode in --check ''; do
    rm -rf "$folder"
    cp -r "$scratch/left" "$folder"
    program "echo >$scratch/asked; ls $folder >$scratch/seen; exit 1"
    echo canary- >"$folder/left"
    rm -f "$scratch/asked"
    code=0
    # shellcheck disable=SC2086 # none where it is empty
    "${play[@]}" $mode >"$scratch/last.log" 2>&1 || code=$?
    ((code == 2)) || fail "exit code $code, expected 2"
    [[ -e $scratch/asked ]] || fail "the program was not come to"
    ! grep -qx left "$scratch/seen" || fail "what was left is there while the next plan is made"
    [[ ! -e $folder ]] || fail "$folder is left of $mode: $(ls "$folder")"
done
! grep -rqs canary- "$scratch/setup" || fail "passwords stay: $(grep -rl canary- "$scratch/setup")"
