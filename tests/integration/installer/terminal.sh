# A real terminal (tmux): what a person types, and what the screen shows.
# Sourced after upgrade/lib.sh, or lab/cluster.sh; its functions take the terminal of the last `run`. It sets a trap on EXIT.
terminal=
terminals=0
terminal_size=(-x 100 -y 50)
terminal_type=dumb # TERM of what is run; tmux itself is a "screen"
title_end=' ├'     # of a window on the full screen, after its title
end_terminal() {
    [[ -z $terminal ]] || tmux -S "$terminal" kill-server 2>/dev/null || true
}
trap 'end_terminal; trial_end' EXIT

# run COMMAND…: in a new terminal; its exit code comes to $trial/ended.
run() {
    rm -f "$trial/ended"
    : >"$trial/screen.all"
    # Ctrl-C is for the command; the shell around it stays, to tell how that ended.
    # It begins when the screen is recorded.
    rm -f "$trial/go" && mkfifo "$trial/go"
    printf '#!/bin/bash\ntrap : INT\nread -r <%q\n%s\necho $? >%q\n' "$trial/go" "env TERM=$terminal_type $(printf '%q ' "$@")" "$trial/ended" >"$trial/command"
    chmod +x "$trial/command"
    # The one before may not have ended yet, and shows what it showed.
    terminal=$trial/tmux-$((++terminals))
    tmux -S "$terminal" -f /dev/null new-session -d "${terminal_size[@]}" "$trial/command"
    tmux -S "$terminal" set-option -g history-limit 5000
    tmux -S "$terminal" pipe-pane -O "cat >>$trial/screen.all"
    echo >"$trial/go"
}

shows() {
    tmux -S "$terminal" capture-pane -p -J -S - >"$trial/screen" 2>/dev/null
    grep -qF -- "$1" "$trial/screen"
}
# asked TEXT [ANSWER | --key KEY]: waits for it as the screen's last words, then types the answer and Enter, or the key.
asked() {
    local tries=0
    until tmux -S "$terminal" capture-pane -p -J >"$trial/screen" 2>/dev/null &&
        [[ $(grep -v '^$' "$trial/screen" | tail -n 1) == *"$1"* ]]; do
        ((++tries < 200)) || { cat "$trial/screen" >&2 && fail "the terminal does not ask: $1"; }
        sleep 0.05
    done
    if [[ ${2:-} == --key ]]; then
        tmux -S "$terminal" send-keys "$3"
        return
    fi
    [[ $# -lt 2 ]] || tmux -S "$terminal" send-keys -l -- "$2"
    tmux -S "$terminal" send-keys Enter
}
ended() { # CODE
    local tries=0
    until [[ -s $trial/ended ]]; do
        ((++tries < 1200)) || { tmux -S "$terminal" capture-pane -p >&2 && fail "it does not end"; }
        sleep 0.05
    done
    [[ $(cat "$trial/ended") == "$1" ]] || { cat "$trial/screen.all" >&2 && fail "exit code $(cat "$trial/ended"), expected $1"; }
}
said() { grep -qF -- "$1" "$trial/screen.all" || { cat "$trial/screen.all" >&2 && fail "the terminal did not show: $1"; }; }

until_shown() {
    local tries=0
    until shows "$1"; do
        ((++tries < 200)) || { cat "$trial/screen" >&2 && fail "the screen does not show: $1"; }
        sleep 0.05
    done
    cat "$trial/screen" >>"$trial/screens"
}
# at TITLE [ANSWER] [KEY…]: waits for the window with that title, clears what is suggested and types the answer where it is
# not empty, then presses the keys.
at() {
    until_shown "$1$title_end"
    if [[ -n ${2:-} ]]; then
        tmux -S "$terminal" send-keys C-u
        tmux -S "$terminal" send-keys -l -- "$2"
    fi
    [[ $# -lt 3 ]] || tmux -S "$terminal" send-keys "${@:3}"
}
seen() { grep -qF -- "$1" "$trial/screens" || { cat "$trial/screens" >&2 && fail "no window showed: $1"; }; }
