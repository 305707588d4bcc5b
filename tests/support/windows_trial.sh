# The head of a trial with a host of Windows (Wine), and its suite.
# To be sourced from the repository's folder.
# LOCUM_BUILD: the programs for Linux; LOCUM_WINDOWS_BUILD: those for Windows; LOCUM_WINDOWS_PREFIX: what they were linked with.
#
# windows_suite VERSION FOLDER   makes the folder: the source of the endpoint manager's version, with a payload for Windows as
#                                examples/endpoint-manager/windows.cmake has it

bin=$LOCUM_BUILD/bin
windows_bin=$LOCUM_WINDOWS_BUILD/bin
suites=$LOCUM_BUILD/examples/endpoint-manager
source scripts/lib/trial.sh
source scripts/lib/windows-wine.sh
source tests/support/load.sh

windows_suite() {
    local version=$1 source=$2
    cp -r "$suites/$version" "$source"
    sed -i -e 's|^payload = "payload/server"|payload = { linux = "payload/server", windows = "payload/server-windows" }|' \
        -Ee 's#^payload = "payload/(administrator|balancer|console)"#payload = { linux = "payload/\1" }#' "$source/suite.toml"
    mkdir -p "$source/payload/server-windows/bin"
    cp "$windows_bin/endpoint-server-$version.exe" "$source/payload/server-windows/bin/endpoint-server.exe"
}
