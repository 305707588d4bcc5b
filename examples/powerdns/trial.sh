# What the run and the tests of this suite share: a throw-away cluster of three name servers, each with a
# dnsdist on its host. To be sourced from the top of the repository; the caller sets `bin` and $zones, and runs
# trial_end in a trap.
#
# powerdns_bundles   the bundles of both versions
# powerdns_fill      fills the database; node 1 is installed, and nobody has asked it yet
# powerdns_sample F  1,000 answers of the front F, on standard output, to be compared; $samples is their number
signed=${signed:-10} # zones, of the first; half of them with NSEC3
((signed <= zones)) || signed=$zones
samples=${samples:-1000}

trial_suite=powerdns
trial_from=4.2
trial_database=powerdns
trial_third_node='["server", "balancer"]'
# Above 1024, so that nobody needs to be root.
trial_more_answers='
[ports]
front = 10053
dns = 10300'
trial_clients=(powerdns-load --zones "$zones" --signed "$signed" run)
trial_fronts=(127.0.0.{2,3,4}:10053)
source scripts/lib/trial.sh

powerdns_bundles() {
    local version source
    for version in 4.2 4.7; do
        source=$trial/suite-$version
        mkdir "$source"
        cp -r examples/powerdns/{migrations,payload,templates,text} "$source"
        cp "examples/powerdns/suite-$version.toml" "$source/suite.toml"
        trial_bundle "$source" "$version"
    done
}

powerdns_fill() {
    local config=$trial/node-1/etc/opt/powerdns
    PGPASSWORD=quickstart-locum psql -q -h 127.0.0.1 -p "$postgresql_port" -U locum -v zones="$zones" \
        -f examples/powerdns/database/zones.sql "$trial_database"
    local names name
    mapfile -t names < <(printf 'zone-%05d.example\n' $(seq "$signed"))
    {
        pdnsutil --config-dir="$config" secure-zone "${names[@]}"
        for name in "${names[@]:$((signed / 2))}"; do
            pdnsutil --config-dir="$config" set-nsec3 "$name" '1 0 0 -'
        done
        pdnsutil --config-dir="$config" rectify-zone "${names[@]}"
    } >"$trial/pdnsutil.log" 2>&1 || { cat "$trial/pdnsutil.log" >&2 && return 1; }
}

powerdns_sample() {
    "$bin/powerdns-load" --zones "$zones" --signed "$signed" sample --front "$1" --count "$samples" --clients 4
}
