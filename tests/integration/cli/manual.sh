#!/usr/bin/env bash
# What reads manual pages finds nothing to warn of in any of Locum's: man (groff) and mandoc. Last, a page with a mistake is noticed.
# usage: LOCUM_BUILD=BUILD manual.sh
set -euo pipefail

scratch=$(mktemp -d "${TMPDIR:-/tmp}/locum-manual-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
fail() {
    echo "FAILED: $*" >&2
    exit 1
}
# faults PAGE: what both say of it. Lines that are longer than 80 bytes are a matter of style.
faults() {
    LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z "$1" 2>&1 >/dev/null || true
    mandoc -T lint -W warning "$1" || true
}

SOURCE_DATE_EPOCH=86400 "$LOCUM_BUILD/bin/locum" debug manual "$scratch/pages"
pages=("$scratch"/pages/*.1)
((${#pages[@]} > 35)) || fail "${#pages[@]} pages; expected one for each command"
for page in "${pages[@]}"; do
    said=$(faults "$page")
    [[ -z $said ]] || fail "$page: $said"
    # The index of pages (man -k) finds it by its name.
    name=$(basename "$page" .1)
    lexgrog "$page" | grep -qF "\"$name - " || fail "$page: no name in it that man -k finds"
done
shown=$(LC_ALL=C.UTF-8 MANWIDTH=80 man -E UTF-8 -l "$scratch/pages/locum-upgrade-run.1" | col -b | tr -s ' \n' ' ') # lines are filled, and broken
for text in 'locum upgrade run [OPTION...] BUNDLE' '1970-01-02' '/var/log/locum/SUITE' 'refused by preflight'; do
    grep -qF -- "$text" <<<"$shown" || fail "the page of 'upgrade run' does not show: $text"
done

sed 's/^\.SH OPTIONS$/.SH OPTIONS\n.TP\n.B a\n.nosuch request/' "$scratch/pages/locum.1" >"$scratch/wrong.1"
[[ -n $(faults "$scratch/wrong.1") ]] || fail "a page with a mistake, and nobody said so"
