# Trials: scripts that take a whole cluster through its life, under load, as a person would.
#
# locum_trial_test(NAME LABEL SECONDS COMMAND…). In a whole run of scripts/test label "integration" runs with preset asan,
# "trial" with preset dev, which is faster, "main", the main job, with both; "long": only when it is asked for.
#
# LOCUM_LOAD_DIVISOR (by the preset; the labs have it too): what divides the rate of their load; of the main job's
# LOCUM_MAIN_LOAD_DIVISOR: it is at the full rate with preset dev. At the full rate four trials
# beside each other ask for more than two processors have, and then a client's patience of 3 s tells of the machine, not of
# Locum. A program that checks itself takes four times the processor for a request.
#
# ctest begins with what has the highest COST: what takes longest does not come last, when nothing is left to run beside it.
#
# All use the addresses 127.0.0.2 to 127.0.0.4. Root gives each a loopback network of its own, so that several can
# run beside each other: they mostly wait. Where that is not possible, each runs alone.
execute_process(COMMAND unshare --net ip link set lo up
    RESULT_VARIABLE no_own_network OUTPUT_QUIET ERROR_QUIET)

function(locum_trial_test name label seconds)
    set(in_own_network unshare --net sh -c "ip link set lo up && exec \"$@\"" trial)
    if(no_own_network)
        set(in_own_network)
    endif()
    set(divisor ${LOCUM_LOAD_DIVISOR})
    if(label STREQUAL "main")
        set(divisor ${LOCUM_MAIN_LOAD_DIVISOR})
    endif()
    add_test(NAME ${name} COMMAND ${in_own_network} ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${seconds} COST ${seconds} LABELS ${label}
        ENVIRONMENT "LOCUM_BUILD=${CMAKE_BINARY_DIR};TMPDIR=/tmp;LOCUM_LOAD_DIVISOR=${divisor}")
    if(no_own_network)
        set_tests_properties(${name} PROPERTIES RUN_SERIAL TRUE)
    endif()
endfunction()
