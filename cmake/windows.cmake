# What differs in a build for Windows: what is ported, how it is linked. Included by CMakeLists.txt there only.

# Folders that are built, from the left; the others are left out. Linux only: powerdns (ldns), packages for deb and rpm,
# labs and trials.
set(LOCUM_PORTED engine platform datasource token suite cluster installer upgrade interview rehearse cli
    examples/common examples/endpoint-manager)
# Of these, whose unit tests run.
set(LOCUM_PORTED_TESTS engine platform datasource token suite cluster installer upgrade interview rehearse cli endpoint-manager)
# Of the integration tests those that are programs; scripts, labs and balancers are Linux's. So are the programs of
# endpoint-manager: they send the load, halt servers by SIGSTOP and kill the database. Its servers for Windows are under
# that load in tests/integration/windows.
set(LOCUM_PORTED_INTEGRATION_TESTS datasource cluster suite installer rehearse)

add_compile_definitions(_WIN32_WINNT=0x0A00 UNICODE _UNICODE NOMINMAX WIN32_LEAN_AND_MEAN)
# Everything is linked in, so that one file runs on any Windows 10.
add_compile_definitions(BOOST_ALL_NO_LIB BOOST_FILESYSTEM_STATIC_LINK=1 LIBARCHIVE_STATIC)
set(Boost_USE_STATIC_LIBS ON)
set(Boost_NO_WARN_NEW_VERSIONS ON)
set(OPENSSL_USE_STATIC_LIBS ON)
enable_language(RC)
if(MSVC)
    set(CMAKE_MSVC_RUNTIME_LIBRARY "MultiThreaded$<$<CONFIG:Debug>:Debug>")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:/utf-8> $<$<COMPILE_LANGUAGE:CXX>:/bigobj> $<$<COMPILE_LANGUAGE:CXX>:/EHsc>)
    add_link_options(/MANIFEST:NO) # program.rc brings it
    add_link_options(/STACK:8388608)
else()
    # As much stack as on Linux: what is read from outside nests as deep on both.
    add_link_options(-static -Wl,--stack,8388608)
    # GNU's linker and archiver (binutils 2.40) look through all symbols of an object file for each of its COMDAT sections:
    # minutes for locum.exe and for a library, where LLVM's take a second.
    find_program(LOCUM_LLVM_AR llvm-ar REQUIRED)
    set(CMAKE_AR ${LOCUM_LLVM_AR})
    set(CMAKE_CXX_ARCHIVE_FINISH "") # it has written the index
    add_link_options(-fno-use-linker-plugin "SHELL:-wrapper ${CMAKE_SOURCE_DIR}/scripts/lib/link-by-lld")
    # What GCC 12 sees wrongly where it inlines; preset asan looks at what happens.
    add_compile_options(-Wno-array-bounds -Wno-maybe-uninitialized)
endif()

# locum_windows_links(): the libraries that static ones need in turn, which their packages' own files leave out.
function(locum_windows_links)
    target_link_libraries(Boost::headers INTERFACE ws2_32 mswsock)
    if(MSVC)
        return()
    endif()
    find_library(zstd_library zstd REQUIRED)
    find_library(z_library libz.a REQUIRED)
    find_library(pgcommon_library pgcommon_shlib REQUIRED)
    find_library(pgport_library pgport_shlib REQUIRED)
    target_link_libraries(LibArchive::LibArchive INTERFACE ${zstd_library} ${z_library} bcrypt)
    target_link_libraries(OpenSSL::Crypto INTERFACE ws2_32 crypt32 gdi32 advapi32)
    target_link_libraries(PostgreSQL::PostgreSQL INTERFACE ${pgcommon_library} ${pgport_library} OpenSSL::SSL OpenSSL::Crypto
        secur32 shell32 ws2_32)
endfunction()

# locum_windows_program(TARGET [DESCRIPTION]): gives a program its manifest, its icon, and what is shown of its file.
function(locum_windows_program target)
    set(program_name ${target})
    set(program_description ${ARGN})
    if(NOT program_description)
        set(program_description "Part of Locum")
    endif()
    set(resources ${CMAKE_SOURCE_DIR}/platform/windows)
    configure_file(${resources}/program.rc.in ${CMAKE_CURRENT_BINARY_DIR}/${target}.rc @ONLY)
    target_sources(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${target}.rc)
    set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/${target}.rc TARGET_DIRECTORY ${target}
        PROPERTIES OBJECT_DEPENDS "${resources}/program.manifest;${resources}/program.ico")
endfunction()
