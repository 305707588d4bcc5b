# The sources of the libraries for Windows: Debian's own, with Debian's patches.
# To be sourced.

# Of the suite itself, not of its security updates, whose source files the mirror does not keep.
windows_suite=bookworm
windows_source_packages=(openssl postgresql-15 boost1.81 libzstd libarchive fmtlib sqlite3)

# windows_sources PARTIAL: downloads (checked by apt against the archive's signature) and unpacks them as
# PARTIAL/sources/PACKAGE; PARTIAL/sources/versions lists them. apt gets a list of sources and a state of its own, so that
# the system's files stay as they are and no privilege is needed.
windows_sources() {
    local partial=$1 apt=$1/apt package description mirror options
    [[ ! -e "$partial/stamps/sources" ]] || return 0
    rm -rf "$apt" "$partial/sources"
    mkdir -p "$apt"/{lists/partial,cache/archives/partial} "$partial/sources"
    mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $windows_suite" 'Created-By: Packages' |
        grep -m 1 '/debian/*$' || true)
    printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
        "${mirror:-http://deb.debian.org/debian}" "$windows_suite" >"$apt/sources.list"
    options=(-q -o Acquire::Retries=3 -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=-
        -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=)
    # In the background, since a condition around it would keep its errors from ending it.
    (
        apt-get "${options[@]}" update
        cd "$apt"
        apt-get "${options[@]}" source --download-only "${windows_source_packages[@]/%//$windows_suite}"
        for package in "${windows_source_packages[@]}"; do
            description=$(echo "$package"_*.dsc)
            dpkg-source --no-check -x "$description" "$partial/sources/$package"
            echo "${description%.dsc}" >>"$partial/sources/versions"
        done
    ) >"$partial/logs/sources" 2>&1 &
    if ! wait $!; then
        echo "windows: the sources were not fetched; the end of $partial/logs/sources:" >&2
        tail -n 25 "$partial/logs/sources" >&2
        return 1
    fi
    rm -rf "$apt"
    touch "$partial/stamps/sources"
    echo "windows: sources: $(tr '\n' ' ' <"$partial/sources/versions")"
}
