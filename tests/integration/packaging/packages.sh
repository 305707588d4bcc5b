#!/usr/bin/env bash
# The packages of Locum itself, installed and removed by dpkg and by rpm. Each has a throw-away root of its own: what is
# changed lies over this host's file tree, in a namespace of mounts, and is looked at afterwards.
# usage: LOCUM_BUILD=BUILD packages.sh
set -euo pipefail

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# --inside KIND PACKAGE: in the throw-away root.
if [[ ${1:-} == --inside ]]; then
    kind=$2 package=$3 unit=/etc/systemd/system/locum-agent-small.service
    case $kind in
    deb)
        # Images for containers leave documents and manual pages out.
        install=(dpkg --path-include='/usr/share/*' -i "$package")
        remove=(dpkg -r locum)
        zsh_file=/usr/share/zsh/vendor-completions/_locum
        ;;
    rpm)
        # Debian's rpm does not know what Debian's packages provide.
        install=(rpm -U --force --nodeps "$package")
        remove=(rpm -e locum)
        zsh_file=/usr/share/zsh/site-functions/_locum
        ;;
    esac
    "${install[@]}"
    [[ $(command -v locum) == /usr/bin/locum ]] || fail "locum is $(command -v locum)"
    locum --version | grep -qx 'locum [0-9.]*' || fail "it does not say its version"
    for page in locum locum-upgrade-run; do
        [[ $(man -w "$page") == "/usr/share/man/man1/$page.1.gz" ]] || fail "man does not find $page"
    done
    MANWIDTH=80 man locum | grep 'locum-install' >/dev/null || fail "the manual page does not name locum-install"
    [[ -s /usr/share/doc/locum/copyright && -s /usr/share/doc/locum/operator-guide.md ]] || fail "no documents"
    # The shells find their completions by themselves.
    [[ $(fish -c 'complete -C "locum upgr"') == upgrade* ]] || fail "fish does not complete"
    zsh -f -c "fpath=(${zsh_file%/*} \$fpath); autoload -U compinit; compinit -u -D; print \$_comps[locum]" | grep -qx _locum ||
        fail "zsh does not find its completion"
    bash -c 'source /usr/share/bash-completion/completions/locum; complete -p locum' | grep -q -- '-F _locum locum' ||
        fail "bash does not find its completion"

    # While a unit runs from it, it can be replaced, and stays.
    mkdir -p "${unit%/*}"
    printf '[Service]\nExecStart=/usr/bin/locum agent run --suite small\n' >"$unit"
    "${install[@]}"
    ! "${remove[@]}" 2>/tmp/refused || fail "it is removed while a unit runs from it"
    grep -qF "$unit" /tmp/refused || fail "the refusal does not name the unit: $(cat /tmp/refused)"
    [[ -x /usr/bin/locum ]] || fail "the refusal left no program"
    sed -i 's,=/usr/bin/locum,=/opt/small/current/locum/locum,' "$unit"
    "${remove[@]}"
    rm "$unit" /tmp/refused
    exit 0
fi

skip() {
    echo "SKIPPED: $*" >&2
    exit 77
}
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
((EUID == 0)) || skip "a throw-away root needs root; found user id $EUID"
scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/locum-packages-XXXXXX")
trap 'rm -rf --one-file-system "$scratch"' EXIT
mkdir "$scratch"/{changes,work,root}
unshare --mount mount -t overlay probe -o "lowerdir=/,upperdir=$scratch/changes,workdir=$scratch/work" "$scratch/root" ||
    skip "no file tree can be laid over this host's"

mapfile -t packages < <(scripts/package "$(basename "$LOCUM_BUILD")")
((${#packages[@]} == 2)) || fail "${#packages[@]} packages: ${packages[*]}; expected a .deb and a .rpm"

for package in "${packages[@]}"; do
    kind=${package##*.}
    echo "-- $package"
    case $kind in
    deb)
        for field in 'Section: admin' 'Maintainer: .*@' 'Description: ..*' 'Depends: .*libc6'; do
            dpkg-deb -f "$package" | grep "^$field" >/dev/null || fail "$package has no '$field'"
        done
        dpkg-deb -c "$package" >"$scratch/list"
        ;;
    rpm)
        rpm -K --nosignature "$package" | grep -q 'digests OK' || fail "$package is damaged"
        rpm -qp --requires "$package" | grep '^libc.so.6' >/dev/null || fail "$package needs nothing"
        rpm -qpl "$package" >"$scratch/list"
        ;;
    esac
    for path in /usr/bin/locum /usr/share/man/man1/locum-install.1.gz /usr/share/bash-completion/completions/locum \
        /usr/share/fish/vendor_completions.d/locum.fish /usr/share/doc/locum/copyright; do
        grep -q "$path\$" "$scratch/list" || fail "$package lacks $path"
    done
    ! grep -q '/systemd/' "$scratch/list" || fail "$package has a unit"

    rm -rf "$scratch/changes" "$scratch/work"
    mkdir "$scratch"/{changes,work}
    # shellcheck disable=SC2016
    unshare --mount --propagation private bash -euc '
        mount -t overlay locum-packages -o "lowerdir=/,upperdir=$1/changes,workdir=$1/work" "$1/root"
        mount -t proc proc "$1/root/proc"
        mount --rbind /dev "$1/root/dev"
        mount -t tmpfs tmpfs "$1/root/tmp"
        cp "$2" "$3" "$1/root/tmp"
        exec env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 \
            chroot "$1/root" /tmp/packages.sh --inside "$4" "/tmp/$(basename "$3")"
    ' outside "$scratch" "${BASH_SOURCE[0]}" "$package" "$kind" >"$scratch/log" 2>&1 || {
        cat "$scratch/log" >&2
        fail "$package"
    }

    # What is left: only what the systems of packages keep for themselves. A folder that was there before is no trace.
    left=
    while read -r type path; do
        case $path in
        var/lib/dpkg* | var/lib/rpm* | var/cache/* | var/log/* | etc/ld.so.cache) continue ;;
        esac
        # rpm takes an empty folder along that only dpkg knows.
        [[ $kind == rpm && $type == c && -d /$path && -z $(ls -A "/$path") ]] && continue
        [[ $type == d && -d /$path ]] || left+=" /$path"
    done < <(find "$scratch/changes" -mindepth 1 -printf '%y %P\n')
    [[ -z $left ]] || fail "$package was removed, and this is left or changed:$left"
    if [[ $kind == deb ]]; then
        ! grep -q '^Package: locum$' "$scratch/changes/var/lib/dpkg/status" || fail "dpkg still knows it"
    fi
done
