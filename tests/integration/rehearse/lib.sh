# What the tests of this folder share. Sourced by them; $scratch is a folder of theirs, and nothing of a rehearsal may be
# left in it, nor any process that runs from it.
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
bin=$LOCUM_BUILD/bin
suites=$LOCUM_BUILD/examples/endpoint-manager
locum=$bin/locum
scratch=$(mktemp -d "${TMPDIR:-/tmp}/locum-test.XXXXXX")
chmod 711 "$scratch" # PostgreSQL runs as another user below it
mkdir -m 711 "$scratch/root"
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

fail() {
    echo "FAILED: $*" >&2
    tail -n 15 "$scratch/progress" >&2 || true
    value '"\n".join("%(outcome)s %(id)s: %(found)s" % c for c in r["claims"])' >&2 2>/dev/null || true
    exit 1
}

# rehearse ARGUMENTS…: its exit code is in $code, its report in $scratch/report.json. JUnit XML and JSON are held to their schemas.
rehearse() {
    rm -f "$scratch"/report.*
    code=0
    "$locum" rehearse "$@" --root "$scratch/root" --json --junit "$scratch/report.xml" --html "$scratch/report.html" \
        >"$scratch/report.json" 2>"$scratch/progress" || code=$?
    expect_nothing_left
}

expect_nothing_left() {
    local left
    left=$(ls -A "$scratch/root")
    [[ -z $left ]] || fail "left of a rehearsal: $left"
    left=$(pgrep -f "$scratch/root" || true)
    [[ -z $left ]] || fail "processes that are left: $(ps -o pid,args -p "${left//$'\n'/,}")"
}

expect_code() {
    ((code == $1)) || fail "exit code $code, expected $1"
    xmllint --noout --nonet --schema tests/support/junit.xsd "$scratch/report.xml" 2>"$scratch/xmllint.log" ||
        fail "JUnit XML: $(cat "$scratch/xmllint.log")"
    # As somebody else's reader of JUnit finds it, too; Debian's Python has it.
    /usr/bin/python3 -c 'import json, junitparser, sys
xml, claims = junitparser.JUnitXml.fromfile(sys.argv[1]), json.load(open(sys.argv[2]))["claims"]
xml = [xml] if isinstance(xml, junitparser.TestSuite) else list(xml)
cases = [case for suite in xml for case in suite]
failed = [case for case in cases if any(isinstance(r, (junitparser.Failure, junitparser.Error)) for r in case.result)]
wanted = [c for c in claims if c["outcome"] == "failed"]
assert (len(cases), len(failed)) == (len(claims), len(wanted)), (len(cases), len(failed), len(claims), len(wanted))' \
        "$scratch/report.xml" "$scratch/report.json" 2>"$scratch/junitparser.log" || fail "JUnit XML: $(cat "$scratch/junitparser.log")"
    tests/support/documents.py "$scratch/report.json" rehearsal >"$scratch/documents.log" ||
        fail "the report is not as docs/schemas has it: $(cat "$scratch/documents.log")"
    grep -q '</html>' "$scratch/report.html" || fail "the page is not whole"
}

# expect_claims OUTCOME CLAIM…: those that are given have this outcome, and no other has it.
expect_claims() {
    local outcome=$1 found
    shift
    found=$(python3 -c 'import json, sys
print(" ".join(c["id"] for c in json.load(open(sys.argv[1]))["claims"] if c["outcome"] == sys.argv[2]))' \
        "$scratch/report.json" "$outcome")
    [[ $found == "$*" ]] || fail "$outcome: $found; expected $*"
}

# expect_found CLAIM EXPRESSION
expect_found() {
    python3 -c 'import json, re, sys
file, claim, wanted = sys.argv[1:]
found = [c["found"] for c in json.load(open(file))["claims"] if c["id"] == claim]
sys.exit(0 if found and re.search(wanted, found[0]) else "%s: %s; expected to read: %s" % (claim, found, wanted))' \
        "$scratch/report.json" "$1" "$2" || fail "$1"
}

# value EXPRESSION: of the report, as r.
value() {
    python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
print(eval(sys.argv[2]))' "$scratch/report.json" "$1"
}

# A load as a vendor would give it: its figures are the last line that it prints.
endpoint_load="exec $bin/endpoint-load \$(printf -- '--front=%s ' \$LOCUM_FRONTS) --rate $((200 / ${LOCUM_LOAD_DIVISOR:-1}))"

# variant NAME COMMAND…: the source of version 2.0 as $scratch/NAME, changed by the command, which is run in its folder.
variant() {
    local name=$1
    shift
    cp -r "$suites/2.0" "$scratch/$name"
    (cd "$scratch/$name" && "$@") || fail "making the variant $name"
    ! diff -r "$suites/2.0" "$scratch/$name" >/dev/null || fail "the variant $name is as the original"
}
