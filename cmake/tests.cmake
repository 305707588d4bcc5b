find_package(doctest REQUIRED)
include(${doctest_DIR}/doctest.cmake)

# A filter that matches no case runs nothing and would pass: so of a name with a semicolon, which CMake
# takes for two.
set(LOCUM_NOTHING_RAN "test cases: +0 ")

# locum_unit_tests(FOLDER SOURCES … LINKS …): one program for a folder; each doctest case is a ctest test. With
# LOCUM_UNITS_BY_PROGRAM (by the preset) each program is one, where a start takes longer than most cases.
function(locum_unit_tests folder)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
    set(target unit-${folder})
    locum_test_program(${target} SOURCES ${arg_SOURCES} LINKS ${arg_LINKS})
    set_target_properties(${target} PROPERTIES LOCUM_IS_A_TEST TRUE)
    if(LOCUM_UNITS_BY_PROGRAM)
        locum_add_test("unit/${folder}" ${target} --duration=true)
        # Those of many files come first: some wait for minutes.
        list(LENGTH arg_SOURCES files)
        math(EXPR cost "${files} * 100")
        set_tests_properties("unit/${folder}" PROPERTIES TIMEOUT 600 COST ${cost} LABELS unit
            FAIL_REGULAR_EXPRESSION "${LOCUM_NOTHING_RAN}")
        return()
    endif()
    doctest_discover_tests(${target} TEST_PREFIX "unit/${folder}: " PROPERTIES TIMEOUT 120 LABELS unit
        FAIL_REGULAR_EXPRESSION "${LOCUM_NOTHING_RAN}")
endfunction()

# locum_integration_tests(NAME SOURCES … LINKS … [TIMEOUT seconds]): one program and one ctest test a
# source file, since what a file starts (a database, a balancer) serves all its cases.
function(locum_integration_tests name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;LINKS")
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 300)
    endif()
    set(target integration-${name})
    locum_test_program(${target} SOURCES ${arg_SOURCES} LINKS ${arg_LINKS})
    set_target_properties(${target} PROPERTIES LOCUM_IS_A_TEST TRUE)
    set(database)
    if("test_support_postgres" IN_LIST arg_LINKS)
        set(database POSTGRESQL)
    endif()
    foreach(source IN LISTS arg_SOURCES)
        get_filename_component(case ${source} NAME_WE)
        locum_add_test("integration/${name}: ${case}" ${target} ${database} "--source-file=*/${source}")
        set_tests_properties("integration/${name}: ${case}" PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS integration
            FAIL_REGULAR_EXPRESSION "${LOCUM_NOTHING_RAN}")
    endforeach()
endfunction()

# locum_add_test(NAME TARGET [POSTGRESQL] ARGUMENTS…): runs the program; for Windows beside a PostgreSQL server where it is to
# have one, which it starts itself elsewhere. What Wine cannot show says so in its name (docs/windows.md).
function(locum_add_test name target)
    cmake_parse_arguments(PARSE_ARGV 2 arg "POSTGRESQL" "" "")
    set(command ${target})
    if(WIN32 AND CMAKE_CROSSCOMPILING)
        set(command ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:${target}> "--test-case-exclude=*not shown by Wine*")
        if(arg_POSTGRESQL)
            list(PREPEND command ${CMAKE_SOURCE_DIR}/tests/windows/with_postgresql)
        endif()
    endif()
    add_test(NAME ${name} COMMAND ${command} ${arg_UNPARSED_ARGUMENTS})
endfunction()

# What tests need of the system by the same names has a folder of the system's name.
set(LOCUM_TESTS_SYSTEM linux)
if(WIN32)
    set(LOCUM_TESTS_SYSTEM windows)
endif()

# Where this host's files are for a program that Wine runs.
set(LOCUM_TESTS_ROOT)
if(WIN32 AND CMAKE_CROSSCOMPILING)
    set(LOCUM_TESTS_ROOT Z:)
endif()

function(locum_test_program target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
    add_executable(${target} ${arg_SOURCES})
    target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/tests/support/${LOCUM_TESTS_SYSTEM})
    target_link_libraries(${target} PRIVATE ${arg_LINKS} test_main doctest::doctest)
    locum_precompile(${target})
    if(WIN32)
        locum_windows_program(${target})
    endif()
endfunction()

# locum_programs_of_trials(FOLDER RESULT): the programs below it that are no tests themselves (LOCUM_IS_A_TEST), and no
# benchmarks.
function(locum_programs_of_trials folder result)
    get_property(programs DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
    list(FILTER programs EXCLUDE REGEX "^bench-")
    foreach(program IN LISTS programs)
        get_target_property(type ${program} TYPE)
        get_target_property(is_a_test ${program} LOCUM_IS_A_TEST)
        if(is_a_test OR NOT type STREQUAL "EXECUTABLE")
            list(REMOVE_ITEM programs ${program})
        endif()
    endforeach()
    get_property(folders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
    foreach(below IN LISTS folders)
        locum_programs_of_trials(${below} more)
        list(APPEND programs ${more})
    endforeach()
    set(${result} ${programs} PARENT_SCOPE)
endfunction()
