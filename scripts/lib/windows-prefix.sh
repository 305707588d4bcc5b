# Where the libraries for Windows are, and how that folder is made.
# To be sourced.
source "$(dirname "${BASH_SOURCE[0]}")/windows-sources.sh"
source "$(dirname "${BASH_SOURCE[0]}")/windows-libraries.sh"

windows_cache=${XDG_CACHE_HOME:-$HOME/.cache}/locum/windows

# windows_prefix: prints the folder. Its name is the hash of what it is made by and from, so that another recipe or compiler
# gets another folder, and clones share one.
windows_prefix() {
    if [[ -n "${LOCUM_WINDOWS_PREFIX:-}" ]]; then
        realpath -m -- "$LOCUM_WINDOWS_PREFIX"
        return
    fi
    local recipe
    recipe=$(
        grep -hv '^ *#' scripts/lib/windows-sources.sh scripts/lib/windows-libraries.sh cmake/windows.toolchain.cmake
        dpkg-query -W -f='${Package} ${Version}\n' g++-mingw-w64-x86-64-posix libz-mingw-w64-dev \
            "${windows_header_packages[@]}"
    )
    printf '%s/%s\n' "$windows_cache" "$(sha256sum <<<"$recipe" | cut -c 1-16)"
}

# windows_libraries PREFIX: makes it where it is not there. The work is done in PREFIX.partial and renamed at the end, so that
# one that was cut off is never taken for whole; what it had finished is not made again.
windows_libraries() {
    local prefix=$1 partial=$1.partial lane failed=''
    if [[ -e "$prefix/versions" ]]; then
        echo "windows: libraries in $prefix"
        # Debian has a point release every two months or so.
        [[ -z $(find "$prefix/versions" -mtime +60) ]] ||
            echo "windows: they are of $(date -r "$prefix/versions" +%F), and Debian may have mended them since: rm -r $prefix" \
                "has them built anew"
        return 0
    fi
    if [[ -e "$prefix" ]]; then
        echo "windows: found no file 'versions' in $prefix; expected a folder that scripts/windows made;" \
            "move it away, or unset LOCUM_WINDOWS_PREFIX" >&2
        return 1
    fi
    mkdir -p "$partial"/{stamps,logs,trees,prefix/include,prefix/lib/cmake}
    exec {windows_lock}>"$partial/lock"
    if ! flock -n "$windows_lock"; then
        echo "windows: waiting for another build of the libraries" >&2
        flock "$windows_lock"
        if [[ -e "$prefix/versions" ]]; then
            exec {windows_lock}>&-
            return 0
        fi
    fi
    echo "windows: building the libraries, about five minutes on two processors; logs in $partial/logs"
    windows_sources "$partial"
    # Two lanes: libpq needs OpenSSL, libarchive needs zstd, nothing else needs another one.
    set -m # each in a process group, so that it can be ended as a whole
    windows_lane "$partial" openssl libpq &
    windows_lanes+=($!)
    windows_lane "$partial" headers zstd libarchive fmt sqlite boost_filesystem &
    windows_lanes+=($!)
    set +m
    for lane in "${windows_lanes[@]}"; do
        wait "$lane" || failed=yes
    done
    windows_lanes=()
    [[ -z "$failed" ]] || return 1
    cp "$partial/sources/versions" "$partial/prefix/versions"
    mv "$partial/prefix" "$prefix"
    exec {windows_lock}>&-
    rm -rf "$partial"
    echo "windows: libraries in $prefix"
}

windows_lanes=()

# windows_lanes_stop: ends what is being built, for a script that is interrupted.
windows_lanes_stop() {
    local lane
    for lane in ${windows_lanes[@]+"${windows_lanes[@]}"}; do
        kill -TERM -- "-$lane" 2>/dev/null || true # it has ended already
    done
}

# windows_lane PARTIAL LIBRARY…: one after another, each in a process of its own, with its output in a log.
windows_lane() {
    local partial=$1 library started
    shift
    for library in "$@"; do
        [[ ! -e "$partial/stamps/$library" ]] || continue
        started=$SECONDS
        rm -rf "${partial:?}/trees/$library"
        mkdir "$partial/trees/$library"
        # In the background, since a condition around it would keep its errors from ending it.
        (
            S=$partial/sources P=$partial/prefix
            cd "$partial/trees/$library"
            "windows_library_$library"
        ) </dev/null >"$partial/logs/$library" 2>&1 &
        if ! wait $!; then
            echo "windows: $library was not built; the end of $partial/logs/$library:" >&2
            tail -n 25 "$partial/logs/$library" >&2
            return 1
        fi
        rm -rf "${partial:?}/trees/$library"
        touch "$partial/stamps/$library"
        echo "windows: $library, $((SECONDS - started)) s"
    done
}
