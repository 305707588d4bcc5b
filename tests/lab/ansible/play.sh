# The role of scripts/ansible on hosts of the lab.
# To be sourced after lab/cluster.sh.
#
# play_begin                       once, when the bundles are there
# play INVENTORY VERSION [ARGS…]   its exit code is in $code, what it says in last.log
# expect_changed NODE yes|no       in the last play

command -v ansible-playbook >/dev/null || fail "ansible-playbook was not found; run scripts/dependencies"
export ANSIBLE_CONNECTION_PLUGINS=$PWD/tests/lab/ansible/connection ANSIBLE_LOCALHOST_WARNING=False ANSIBLE_NOCOLOR=1 ANSIBLE_RETRY_FILES_ENABLED=False
export ANSIBLE_PIPELINING=1 ANSIBLE_LOCAL_TEMP=$scratch/ansible ANSIBLE_HOME=$scratch/ansible-home

play_begin() {
    strip -o "$scratch/locum" "$bin/locum" # it is sent around
    cat >"$scratch/vars.yml" <<YAML
ansible_connection: lab
ansible_python_interpreter: /usr/bin/python3
locum_become: false
locum_key: $scratch/vendor.pub
locum_program: $scratch/locum
locum_licence_accepted: true
locum_mode: rolling
locum_database_host: 198.51.100.10
locum_database: endpoint
locum_application_password: quickstart-app
locum_password: quickstart-locum
YAML
}

play() {
    code=0
    ansible-playbook -i "$1" scripts/ansible/site.yml -e "@$scratch/vars.yml" -e "locum_bundle=$scratch/$2.bundle" "${@:3}" \
        >"$scratch/last.log" 2>&1 || code=$?
}

expect_changed() {
    local recap pattern='changed=0 '
    [[ $2 == no ]] || pattern='changed=[1-9]'
    recap=$(grep -E "^$1 +: " "$scratch/last.log") || fail "no recap of $1"
    [[ $recap == *' failed=0 '* && $recap == *' unreachable=0 '* ]] || fail "$recap"
    grep -qE "$pattern" <<<"$recap" || fail "$1: changed: expected $2; found $recap"
}
