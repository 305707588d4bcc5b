# A minimal Debian 12 in a folder, whose packages come from where this host's do.
# To be sourced, as root.

# debian_root DIR LOG: makes it by debootstrap, which is installed where it is missing. Root.
debian_root() {
    local root=$1 log=$2 mirror folder file
    if ! command -v debootstrap >/dev/null; then
        apt-get -q update >"$log" 2>&1
        DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install debootstrap >>"$log" 2>&1
    fi
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Created-By: Packages' |
        grep -m 1 '/debian/*$' || true)
    if ! debootstrap --variant=minbase bookworm "$root" "${mirror:-http://deb.debian.org/debian}" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        return 1
    fi
    # As this host reaches its packages, so does the fresh one.
    rm -f "$root/etc/apt/sources.list"
    for folder in apt.conf.d auth.conf.d keyrings preferences.d sources.list.d trusted.gpg.d; do
        [[ ! -d /etc/apt/$folder ]] || cp -a "/etc/apt/$folder/." "$root/etc/apt/$folder/"
    done
    for file in /etc/resolv.conf /etc/hosts /etc/apt/{sources.list,apt.conf,auth.conf}; do
        [[ ! -e $file ]] || cp -L "$file" "$root$file"
    done
    [[ ! -d /usr/share/keyrings ]] || cp -an /usr/share/keyrings/. "$root/usr/share/keyrings/"
}
