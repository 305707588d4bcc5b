#!/usr/bin/env bash
# Real shells on real terminals (tmux) complete what is typed, by the scripts that `locum completion` prints: commands, options,
# the choices of an option, files and folders where a path is expected.
# usage: LOCUM_BUILD=BUILD completion.sh bash|zsh|fish
set -euo pipefail

shell=$1
scratch=$(mktemp -d "${TMPDIR:-/tmp}/locum-completion-XXXXXX")
terminals=0
terminal=
end() {
    [[ -z $terminal ]] || tmux -S "$terminal" kill-server 2>/dev/null || true # it may have ended
    rm -rf "$scratch"
}
trap end EXIT
fail() {
    echo "FAILED: $*; the screen:" >&2
    tmux -S "$terminal" capture-pane -p >&2 || true
    exit 1
}

# A line of the screen is that, or matches it.
line_is() {
    tmux -S "$terminal" capture-pane -p -J | sed 's/ *$//' | grep -qxF -- "$1"
}
line_like() {
    tmux -S "$terminal" capture-pane -p -J | grep -qE -- "$1"
}
# waits COMMAND…: until it succeeds.
waits() {
    local tries=0
    until "$@"; do
        ((++tries < 200)) || fail "not within 10 s: $*"
        sleep 0.05
    done
}
keys() {
    tmux -S "$terminal" send-keys "$@"
}
# completes TYPED WHOLE: what is typed, and one press of Tab, leave that on the line.
completes() {
    keys -l -- "$1"
    waits line_like "> ${1//./\\.} *\$"
    keys Tab
    waits line_is "> $2"
    keys C-u
    waits line_is '>'
}
# offers TYPED WORD…: a second press of Tab shows all of the words.
offers() {
    local typed=$1 word
    shift
    keys -l -- "$typed"
    keys Tab Tab
    for word in "$@"; do
        waits line_like "(^|[[:space:](])$word([[:space:])]|\$)"
    done
    tmux -S "$terminal" kill-server # shells differ in how they leave a menu
    begin
}
begin() {
    terminal=$scratch/tmux-$((++terminals))
    env -i PATH="$PATH" HOME="$scratch/home" LANG=C.UTF-8 TERM=xterm SHELL=/bin/sh \
        tmux -S "$terminal" -f /dev/null new-session -d -x 100 -y 40 "${start[@]}"
    waits line_is '>'
}

mkdir -p "$scratch/home/.config/fish" "$scratch/here/bundles"
: >"$scratch/here/suite-1.0.bundle"
: >"$scratch/here/with space.bundle"
bin=$LOCUM_BUILD/bin
"$bin/locum" completion "$shell" >"$scratch/script"
case $shell in
bash)
    printf 'PS1="> "\nPATH=%q:$PATH\nsource %q\n' "$bin" "$scratch/script" >"$scratch/rc"
    start=(bash --noprofile --rcfile "$scratch/rc" -i)
    ;;
zsh)
    # As installed: found by its name in a folder of fpath.
    mkdir "$scratch/functions"
    cp "$scratch/script" "$scratch/functions/_locum"
    printf 'PS1="> "\nPATH=%q:$PATH\nfpath=(%q $fpath)\nautoload -U compinit\ncompinit -u -D\nunsetopt beep\n' \
        "$bin" "$scratch/functions" >"$scratch/home/.zshrc"
    start=(env ZDOTDIR="$scratch/home" zsh -d -i)
    ;;
fish)
    mkdir -p "$scratch/home/.config/fish/completions"
    cp "$scratch/script" "$scratch/home/.config/fish/completions/locum.fish"
    printf 'function fish_prompt\n    echo -n "> "\nend\nset -g fish_greeting\nset -g fish_autosuggestion_enabled 0\nset -gx PATH %q $PATH\n' \
        "$bin" >"$scratch/home/.config/fish/config.fish"
    start=(fish)
    ;;
esac
cd "$scratch/here"
begin

completes 'locum upg' 'locum upgrade'
completes 'locum upgrade ru' 'locum upgrade run'
completes 'locum upgrade run --mo' 'locum upgrade run --mode'
completes 'locum upgrade run --mode ro' 'locum upgrade run --mode rolling'
completes 'locum upgrade run --mode=ro' 'locum upgrade run --mode=rolling'
completes 'locum upgrade run -q sui' 'locum upgrade run -q suite-1.0.bundle'
completes 'locum install wi' 'locum install with\ space.bundle'
completes 'locum status --root bun' 'locum status --root bundles/'
completes 'locum status --root=bun' 'locum status --root=bundles/'
# Where a folder is expected, files are none.
completes 'locum status --root sui' 'locum status --root sui'
# Where a name is expected, neither.
completes 'locum node remove sui' 'locum node remove sui'
offers 'locum upgrade ' plan run resume rollback status
offers 'locum upgrade run --mode ' auto rolling in-place short-downtime
offers 'locum agent ' run start stop
[[ $shell == bash ]] || offers 'locum node ' 'All nodes; the oldest member is marked'
