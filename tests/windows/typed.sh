#!/usr/bin/env bash
# What is typed at a question on a console of Windows (Wine) arrives as it was typed, whatever the console's code page: typed
# into a real terminal (tmux). What Locum says goes to a file, since Wine's C library shows other letters than it is given.
# With the variables of tests/support/windows_trial.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8 # the terminal's
source tests/windows/lib.sh
source tests/integration/installer/terminal.sh
terminal_type=xterm # of which Wine makes a console

trial_begin
windows_suite 1.0 "$trial/suite"
"$bin/locum" bundle keygen "$trial/vendor" >/dev/null
"$bin/locum" bundle build "$trial/suite" --key "$trial/vendor.key" -o "$trial/x.bundle" >"$trial/last.log"

fail() {
    echo "FAILED: $*; it said:" >&2
    cat "$trial/said" >&2
    exit 1
}
says() { grep -qF -- "$1" "$trial/said"; }
# at_question TEXT: types it where the question is put next.
questions=0
has_asked() { (($(grep -oF 'One of these [create]:' "$trial/said" | wc -l) > questions)); }
at_question() {
    until_true 20 has_asked
    questions=$((questions + 1))
    tmux -S "$terminal" send-keys -l -- "$1"
    tmux -S "$terminal" send-keys Enter
}

touch "$trial/said"
run sh -c 'exec scripts/lib/wine "$1" install "Z:$2/x.bundle" --root "Z:$2/node" 2>"$2/said"' sh "$windows_bin/locum.exe" "$trial"

step "a wrong answer is told as it was typed: of two and of three bytes, and of two units of UTF-16"
at_question 'Büro-€-😀'
until_true 20 says "found 'Büro-€-😀'; expected one of create, use"

step "a longer line than a console gives at once"
long=$(printf 'ö%.0s' {1..600})
at_question "$long"
until_true 20 says "found '$long'; expected one of create, use"

step "Ctrl-C ends it, and nothing was changed"
until_true 20 has_asked
tmux -S "$terminal" send-keys C-c
ended 6
says 'locum: left with Ctrl-C; nothing was changed' || fail "it says something else"
[[ ! -e $trial/node ]] || fail "something is there"
