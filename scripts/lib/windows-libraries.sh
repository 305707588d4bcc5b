# How each library for Windows is made: static, with what Locum uses of it only. To be sourced.
# Each function runs in an empty folder; S has the sources by package name, P is the prefix.

windows_header_packages=(libboost1.81-dev nlohmann-json3-dev libtomlplusplus-dev libcli11-dev doctest-dev)
windows_target=x86_64-w64-mingw32
windows_toolchain=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/cmake/windows.toolchain.cmake

windows_cmake() { # SOURCE [OPTION…]
    LOCUM_WINDOWS_PREFIX=$P cmake -G Ninja -S "$1" -B . "-DCMAKE_TOOLCHAIN_FILE=$windows_toolchain" \
        -DCMAKE_BUILD_TYPE=Release "-DCMAKE_INSTALL_PREFIX=$P" -DBUILD_SHARED_LIBS=OFF "${@:2}"
}

# Header-only packages of this host: one link each, so that the rest of /usr/include stays out of sight. Their own CMake
# files name the host's libraries or folders (toml++ is a shared library there), so they get plain ones.
windows_library_headers() {
    local header name target
    for header in boost nlohmann toml++ CLI doctest; do
        ln -sfn "/usr/include/$header" "$P/include/$header"
    done
    while read -r name target; do
        mkdir -p "$P/lib/cmake/$name"
        cat >"$P/lib/cmake/$name/${name}Config.cmake" <<EOT
if(NOT TARGET $target)
    add_library($target INTERFACE IMPORTED)
    set_target_properties($target PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "\${CMAKE_CURRENT_LIST_DIR}/../../../include")
endif()
EOT
    done <<'EOT'
nlohmann_json nlohmann_json::nlohmann_json
tomlplusplus tomlplusplus::tomlplusplus
CLI11 CLI11::CLI11
doctest doctest::doctest
EOT
    cp /usr/lib/cmake/doctest/doctest{,AddTests}.cmake "$P/lib/cmake/doctest/"
}

windows_library_zstd() {
    windows_cmake "$S/libzstd/build/cmake" -DZSTD_BUILD_PROGRAMS=OFF -DZSTD_BUILD_SHARED=OFF -DZSTD_BUILD_TESTS=OFF \
        -DZSTD_LEGACY_SUPPORT=OFF
    cmake --build .
    cmake --install .
}

windows_library_fmt() {
    windows_cmake "$S/fmtlib" -DFMT_TEST=OFF -DFMT_DOC=OFF
    cmake --build .
    cmake --install .
}

windows_library_sqlite() {
    "$S/sqlite3/configure" --disable-readline --disable-tcl
    make sqlite3.c sqlite3.h
    "$windows_target-gcc-posix" -O2 -DSQLITE_THREADSAFE=1 -DSQLITE_OMIT_LOAD_EXTENSION -c sqlite3.c
    "$windows_target-ar" rcs "$P/lib/libsqlite3.a" sqlite3.o
    cp sqlite3.h "$P/include/"
}

# Its few sources as they are: Boost's own build system is not needed.
windows_library_boost_filesystem() {
    local sources=$S/boost1.81/libs/filesystem/src
    printf '%s\0' "$sources"/*.cpp | xargs -0 -n 1 -P 2 "$windows_target-g++-posix" -std=c++20 -O2 -DBOOST_ALL_NO_LIB \
        -DBOOST_FILESYSTEM_STATIC_LINK=1 -DBOOST_FILESYSTEM_SOURCE -D_WIN32_WINNT=0x0A00 "-I$P/include" "-I$sources" -c
    "$windows_target-ar" rcs "$P/lib/libboost_filesystem.a" ./*.o
}

# libz is named, since its import library would be found first. Copied by hand: installing wants the DLL.
windows_library_libarchive() {
    local without=(TEST TAR CPIO CAT WERROR OPENSSL MBEDTLS NETTLE LIBB2 LZ4 LZO LZMA BZip2 LIBXML2 EXPAT PCREPOSIX LibGCC
        ACL XATTR ICONV)
    without=("${without[@]/#/-DENABLE_}")
    windows_cmake "$S/libarchive" "${without[@]/%/=OFF}" -DENABLE_ZLIB=ON "-DZLIB_LIBRARY=/usr/$windows_target/lib/libz.a" \
        "-DZLIB_INCLUDE_DIR=/usr/$windows_target/include" -DENABLE_ZSTD=ON
    cmake --build . --target archive_static
    cp libarchive/libarchive_static.a "$P/lib/libarchive.a"
    cp "$S/libarchive/libarchive/"archive{,_entry}.h "$P/include/"
}

# The folder where it would look for a configuration is one that administrators only can write, and it never looks by
# itself. Given to make, since Configure takes such a path for a relative one. Copied by hand: installing builds more.
windows_library_openssl() {
    local without=(shared tests dso engine legacy autoload-config cms ts ocsp srp idea camellia seed rc2 rc4 bf cast md4 mdc2
        whirlpool rmd160 sm2 sm3 sm4 aria gost dtls sctp comp)
    local folder='C:/Program Files/Common Files/SSL'
    local folders=("OPENSSLDIR=$folder" "ENGINESDIR=$folder/engines" "MODULESDIR=$folder/modules")
    perl "$S/openssl/Configure" mingw64 "--cross-compile-prefix=$windows_target-" "${without[@]/#/no-}"
    make -j2 "${folders[@]}" build_generated
    make -j2 "${folders[@]}" libcrypto.a libssl.a
    cp libcrypto.a libssl.a "$P/lib/"
    mkdir -p "$P/include/openssl"
    cp "$S/openssl/include/openssl/"*.h include/openssl/*.h "$P/include/openssl/"
}

# Its own static target makes an import library, and its threads are winpthread's by name: the objects are
# gathered here, and the names changed.
windows_library_libpq() {
    local name
    CPPFLAGS=-I$P/include LDFLAGS=-L$P/lib LIBS='-lcrypt32 -lgdi32 -lws2_32' "$S/postgresql-15/configure" \
        "--host=$windows_target" --build=x86_64-linux-gnu --prefix=/locum --without-readline --without-zlib --with-ssl=openssl \
        --with-system-tzdata=/usr/share/zoneinfo "CC=$windows_target-gcc-posix" CFLAGS=-O2
    make -C src/include all
    make -C src/backend generated-headers
    make -j2 -C src/common libpgcommon.a libpgcommon_shlib.a
    make -j2 -C src/port libpgport.a libpgport_shlib.a
    make -j2 -C src/interfaces/libpq all-static-lib
    for name in self setspecific getspecific mutex_init mutex_lock mutex_unlock; do
        echo "pthread_$name pq_pthread_$name"
    done >names
    rm -f "$P/lib/libpq.a"
    find src/interfaces/libpq -maxdepth 1 -name '*.o' ! -name 'win32ver*' -exec "$windows_target-ar" rcs "$P/lib/libpq.a" {} +
    "$windows_target-objcopy" --redefine-syms=names "$P/lib/libpq.a"
    cp src/common/libpgcommon_shlib.a src/port/libpgport_shlib.a "$P/lib/"
    cp "$S/postgresql-15/src/"{interfaces/libpq/libpq-fe.h,include/postgres_ext.h} src/include/pg_config_ext.h "$P/include/"
    # Tests on Windows make backups with them.
    make -j2 -C src/fe_utils libpgfeutils.a
    make -j2 -C src/bin/pg_dump pg_dump pg_restore
    mkdir -p "$P/bin"
    cp src/bin/pg_dump/pg_{dump,restore}.exe src/interfaces/libpq/libpq.dll "$P/bin/"
}
