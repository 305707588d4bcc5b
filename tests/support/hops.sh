# The endpoint manager with a version on the way: 2.0 upgrades from 1.5 only, and that from 1.0. The program
# of 1.5 is that of 2.0, but for the version that it says, and needs of the schema.
# To be sourced; the caller has $bin and $suites.

# suites_by_hops FOLDER: the sources FOLDER/suite-1.5 and FOLDER/suite-2.0.
suites_by_hops() {
    local engine
    cp -r "$suites/2.0" "$1/suite-1.5"
    sed -i 's/^version = "2.0"/version = "1.5"/; s/^schema = "2.0"/schema = "1.5"/; s/to = "2.0"/to = "1.5"/; s/"ok 2.0"/"ok 1.5"/' "$1/suite-1.5/suite.toml"
    python3 - "$1/suite-1.5/payload/server/bin/endpoint-server" <<'PYTHON'
import sys
with open(sys.argv[1], "r+b") as program:
    code = program.read()
    assert code.count(b"\0" b"2.0\0") == 1, "the program has its version at another place"
    program.seek(0)
    program.write(code.replace(b"\0" b"2.0\0", b"\0" b"1.5\0"))
PYTHON
    cp -r "$suites/2.0" "$1/suite-2.0"
    sed -i 's/^upgrades-from = .*/upgrades-from = ["1.5"]/
        s/^    { from = "1.0", to = "2.0", \(file = "migrations.*\/\)1.0-2.0.sql" },/    { from = "1.0", to = "1.5", \11.0-2.0.sql" },\n    { from = "1.5", to = "2.0", \11.5-2.0.sql" },/' \
        "$1/suite-2.0/suite.toml"
    for engine in postgresql sqlite; do
        echo 'CREATE TABLE note (id integer PRIMARY KEY, said text NOT NULL);' >"$1/suite-2.0/migrations/$engine/1.5-2.0.sql"
    done
    (($(grep -c 'to = "1.5"' "$1/suite-1.5/suite.toml") == 2 && $(grep -c 'from = "1.5", to = "2.0"' "$1/suite-2.0/suite.toml") == 2)) ||
        { echo "suites_by_hops: the suite has changed" >&2 && return 1; }
}

# bundles_by_hops FOLDER: FOLDER/1.0.bundle, 2.0.bundle, which carries 1.5, and bare.bundle, which carries nothing; FOLDER/vendor.pub.
bundles_by_hops() {
    suites_by_hops "$1"
    [[ -f $1/vendor.key ]] || "$bin/locum" bundle keygen "$1/vendor"
    "$bin/locum" bundle build "$suites/1.0" --key "$1/vendor.key" -o "$1/1.0.bundle"
    "$bin/locum" bundle build "$1/suite-1.5" --key "$1/vendor.key" -o "$1/1.5.bundle"
    "$bin/locum" bundle build "$1/suite-2.0" --key "$1/vendor.key" -o "$1/bare.bundle"
    "$bin/locum" bundle build "$1/suite-2.0" --key "$1/vendor.key" -o "$1/2.0.bundle" --via "$1/1.5.bundle"
}
