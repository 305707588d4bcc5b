# What the example's bundle has for hosts of Windows: the server, and the web app beside it. The
# other components are shell scripts, and HAProxy.
#
# for_both_systems(VERSION): the manifest with payloads by system becomes the caller's `suite`, and
# what the server's folder is made of is added to its `commands` and `inputs`.
function(for_both_systems version)
    set(from ${CMAKE_CURRENT_SOURCE_DIR}/suite-${version}.toml)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${from})
    file(READ ${from} text)
    foreach(component IN ITEMS administrator balancer console server)
        set(payload "payload = \"payload/${component}\"")
        set(systems "linux = \"payload/${component}\"")
        if(component STREQUAL "server")
            set(systems "linux-${CMAKE_SYSTEM_PROCESSOR} = \"payload/server\", windows-x86_64 = \"payload/server-windows\"")
        endif()
        string(FIND "${text}" "${payload}" found)
        if(found EQUAL -1)
            message(FATAL_ERROR "${from}: no ${payload}")
        endif()
        string(REPLACE "${payload}" "payload = { ${systems} }" text "${text}")
    endforeach()
    set(made ${CMAKE_CURRENT_BINARY_DIR}/suite-${version}.toml)
    file(CONFIGURE OUTPUT ${made} CONTENT "${text}" @ONLY)

    set(server ${LOCUM_WINDOWS_BUILD}/bin/endpoint-server-${version}.exe)
    set(bin ${CMAKE_CURRENT_BINARY_DIR}/${version}/payload/server-windows/bin)
    set(suite ${made} PARENT_SCOPE)
    set(inputs ${inputs} ${server} PARENT_SCOPE)
    set(commands ${commands}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${bin}
        COMMAND ${CMAKE_COMMAND} -E copy ${server} ${bin}/endpoint-server.exe PARENT_SCOPE)
endfunction()
