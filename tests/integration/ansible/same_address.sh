#!/usr/bin/env bash
# The role of scripts/ansible refuses an inventory that means one host twice, before anything is done; by the address that Ansible
# reaches it by, or by the node's own. The rest of the role is tested on hosts that boot (tests/lab/ansible.sh).
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
command -v ansible-playbook >/dev/null || { echo "ansible-playbook was not found; run scripts/dependencies" && exit 1; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/locum-test.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export ANSIBLE_LOCALHOST_WARNING=False ANSIBLE_NOCOLOR=1 ANSIBLE_RETRY_FILES_ENABLED=False
export ANSIBLE_LOCAL_TEMP=$scratch/ansible ANSIBLE_HOME=$scratch/ansible-home

fail() {
    echo "FAILED: $*" >&2
    cat "$scratch/last.log" >&2
    exit 1
}

# refused LAST-HOST TEXT: as the third one of an inventory.
refused() {
    cat >"$scratch/hosts.yml" <<YAML
all:
  vars: { locum_suite: endpoint-manager, ansible_connection: local, locum_become: false, locum_components: [server] }
  hosts:
    node-1: { ansible_host: 198.51.100.11 }
    node-2: { ansible_host: 198.51.100.12 }
    node-3: { $1 }
YAML
    code=0
    ansible-playbook -i "$scratch/hosts.yml" scripts/ansible/site.yml >"$scratch/last.log" 2>&1 || code=$?
    ((code == 2)) || fail "exit code $code, expected 2"
    grep -qF "node-1 and node-3 have the same address in the inventory, $2; expected one for each host" "$scratch/last.log" ||
        fail "it does not say which two"
    ! grep -qE '^TASK .*See what is on the host' "$scratch/last.log" || fail "it went on"
    ! grep -qE ' changed=[1-9]' "$scratch/last.log" || fail "something was changed"
}

refused 'ansible_host: 198.51.100.11' 198.51.100.11
refused 'ansible_host: 198.51.100.13, locum_address: 198.51.100.11' 198.51.100.11
