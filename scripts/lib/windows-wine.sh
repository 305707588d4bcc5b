# Wine's own folders ("prefixes") and server.
# To be sourced.
windows_wine_folder=${XDG_CACHE_HOME:-$HOME/.cache}/locum/windows
export WINEDEBUG=-all
# No questions about Mono and Gecko, which nothing here needs, and no entries in the menu of whoever runs this.
export WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe='

# windows_wine_template: makes the prefix that others are copies of, as Windows 10.
windows_wine_template() {
    windows_wine_made=$windows_wine_folder/wine-$(dpkg-query -W -f='${Version}' wine64 | tr -c '0-9A-Za-z.\n' -)
    [[ ! -e "$windows_wine_made" ]] || return 0
    mkdir -p "$windows_wine_folder"
    windows_wine_partial=$(mktemp -d "$windows_wine_made.XXXXXX")
    windows_wine_serve "$windows_wine_partial"
    windows_wine_run "$windows_wine_partial" wineboot -i
    windows_wine_run "$windows_wine_partial" winecfg -v win10
    windows_wine_end_server
    # Another one may have been first.
    if ! mv -T "$windows_wine_partial" "$windows_wine_made" && [[ ! -e "$windows_wine_made/system.reg" ]]; then
        echo "windows: found that $windows_wine_made cannot be made; expected a folder that this user can write to;" \
            "see why above, and try again" >&2
        return 1
    fi
    windows_wine_stop
    echo "windows: Wine's folder, as Windows 10, in $windows_wine_made"
}

# windows_wine_run PREFIX COMMAND…: its output is for whoever wants to know why it failed. With the first program come Wine's
# services, which keep what it writes to open: whoever read that from a pipe, as CMake does, would wait for their end.
windows_wine_run() {
    WINEPREFIX=$1 wine "${@:2}" </dev/null >"$1/last.log" 2>&1 && return
    echo "windows: found that Wine cannot run '${*:2}'; expected Windows 10 in $1; the end of its output:" >&2
    tail -n 25 "$1/last.log" >&2
    return 1
}

# windows_wine_start PREFIX: a copy of the template where it is not there, and its server, in this process's care.
windows_wine_start() {
    if [[ ! -e "$1/system.reg" ]]; then
        rm -rf "$1.partial"
        cp -a --reflink=auto "$windows_wine_made" "$1.partial"
        mv -T "$1.partial" "$1"
    fi
    windows_wine_serve "$1"
    windows_wine_run "$1" wineboot
    # Wine's services and the desktop end when no other program runs, and come again with the next one that needs them. So one stays: it
    # waits for a word on a pipe that it has both ends of.
    rm -f "$1.stays"
    mkfifo "$1.stays"
    WINEPREFIX=$1 wine 'C:\windows\system32\cmd.exe' <>"$1.stays" >/dev/null 2>&1 &
    windows_wine_kept=($!)
    WINEPREFIX=$1 wine 'C:\windows\explorer.exe' /desktop </dev/null >/dev/null 2>&1 &
    windows_wine_kept+=($!)
}

# In the foreground, so that its process id is known; it stays until it is told to end.
windows_wine_serve() {
    WINEPREFIX=$1 wineserver -f -p </dev/null >/dev/null 2>&1 &
    windows_wine_server=$!
}

# windows_wine_stop: ends the server that was started here, and with it what still runs in its prefix; removes a template that
# was not finished.
windows_wine_stop() {
    windows_wine_end_server
    [[ -z "${windows_wine_partial:-}" ]] || rm -rf "$windows_wine_partial"
    windows_wine_partial=''
}

windows_wine_end_server() {
    [[ -n "${windows_wine_server:-}" ]] || return 0
    # On this signal it ends what runs in its prefix first; on TERM it would leave that.
    kill -INT "$windows_wine_server" 2>/dev/null || true # it has ended already
    wait "$windows_wine_server" 2>/dev/null || true
    windows_wine_server=''
    # What waits for a word does not notice that its server has gone.
    local process
    for process in ${windows_wine_kept[@]+"${windows_wine_kept[@]}"}; do
        kill -KILL "$process" 2>/dev/null || true # it has ended already
        wait "$process" 2>/dev/null || true
    done
    windows_wine_kept=()
}
