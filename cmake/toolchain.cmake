# Warnings, linker and compiler cache. Sets nothing that a target would have to undo.
if(MSVC)
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:/W4> $<$<COMPILE_LANGUAGE:CXX>:/permissive->)
else()
    add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion)
endif()
find_program(LOCUM_LLD ld.lld)
if(LOCUM_LLD AND NOT WIN32)
    add_link_options(-fuse-ld=lld)
endif()
find_program(LOCUM_CCACHE ccache)
if(LOCUM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Without these three settings ccache finds nothing across clones, build folders and precompiled headers.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${LOCUM_CCACHE})
endif()
