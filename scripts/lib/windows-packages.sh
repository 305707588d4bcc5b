# The packages that the Windows build needs beyond scripts/dependencies.
# To be sourced.

# Compiler with POSIX threads (the other one has no std::mutex), Wine, LLVM's linker and archiver, and what the libraries'
# own builds call; osslsigncode for the test of a signed setup.
windows_package_list=(
    g++-mingw-w64-x86-64-posix libz-mingw-w64-dev lld llvm wine wine64
    dpkg-dev make perl tcl xz-utils osslsigncode openssl
)

# windows_packages: installs what is missing, as scripts/dependencies does.
windows_packages() {
    local missing=() as_root=() package state
    for package in "${windows_package_list[@]}"; do
        state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
        [[ "$state" == installed ]] || missing+=("$package")
    done
    if ((${#missing[@]} == 0)); then
        echo "windows: all ${#windows_package_list[@]} packages are installed"
        return 0
    fi
    if ((EUID != 0)); then
        if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
            echo "windows: missing: ${missing[*]}" >&2
            echo "windows: run as root: apt-get install -y --no-install-recommends ${missing[*]}" >&2
            return 5
        fi
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get -q -o Acquire::Retries=3 update
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
        -o Acquire::Retries=3 -o Dpkg::Options::=--force-confold install "${missing[@]}"
    echo "windows: installed ${#missing[@]} packages"
}
