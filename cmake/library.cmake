# locum_library(NAME SOURCES … [LINKS …]): one folder of the house as a static library.
function(locum_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
    add_library(locum_${name} STATIC ${arg_SOURCES})
    target_include_directories(locum_${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(locum_${name} PUBLIC ${arg_LINKS})
    locum_precompile(locum_${name})
endfunction()

# Precompiled standard headers, made once and shared by every target.
function(locum_precompile target)
    if(NOT LOCUM_PCH)
        return()
    endif()
    if(NOT MSVC)
        target_compile_options(${target} PRIVATE -fpch-preprocess)
    endif()
    if(TARGET locum_engine AND NOT target STREQUAL "locum_engine")
        target_link_libraries(${target} PRIVATE fmt::fmt)
        target_precompile_headers(${target} REUSE_FROM locum_engine)
    else()
        target_precompile_headers(${target} PRIVATE <algorithm> <chrono> <cstdint> <functional> <map>
            <memory> <optional> <set> <string> <string_view> <utility> <variant> <vector> <fmt/format.h>)
    endif()
endfunction()

# locum_embed(TARGET NAMESPACE FILE…): makes embedded.hpp, in which each text file is a
# std::string_view in locum::NAMESPACE, named after the file (dashes, dots and slashes become underscores).
function(locum_embed target namespace)
    set(header ${CMAKE_CURRENT_BINARY_DIR}/embedded/${namespace}/embedded.hpp)
    list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE inputs)
    add_custom_command(OUTPUT ${header}
        COMMAND ${CMAKE_COMMAND} -DHEADER=${header} -DNAMESPACE=${namespace}
            -DROOT=${CMAKE_CURRENT_SOURCE_DIR} "-DFILES=${ARGN}"
            -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
        DEPENDS ${inputs} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
    target_sources(${target} PRIVATE ${header})
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embedded)
endfunction()
