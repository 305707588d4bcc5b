# The endpoint manager with a payload for Windows, as examples/endpoint-manager/windows.cmake has it.
# To be sourced; `suites` has the sources for Linux, `windows_bin` the programs for Windows.
#
# windows_suite VERSION FOLDER   makes the folder, with the source of that version

windows_suite() {
    local version=$1 source=$2
    cp -r "$suites/$version" "$source"
    sed -i -e 's|^payload = "payload/server"|payload = { linux = "payload/server", windows = "payload/server-windows" }|' \
        -Ee 's#^payload = "payload/(administrator|balancer|console)"#payload = { linux = "payload/\1" }#' "$source/suite.toml"
    mkdir -p "$source/payload/server-windows/bin"
    cp "$windows_bin/endpoint-server-$version.exe" "$source/payload/server-windows/bin/endpoint-server.exe"
}
