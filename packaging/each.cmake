# Read by CPack for each kind of package.
set(CPACK_COMPONENTS_ALL program manual completion documents)
if(CPACK_GENERATOR STREQUAL "DEB")
    list(APPEND CPACK_COMPONENTS_ALL completion-debian)
else()
    list(APPEND CPACK_COMPONENTS_ALL completion-rpm)
endif()
