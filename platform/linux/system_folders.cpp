#include "platform/system_folders.hpp"

#include "platform/files.hpp"

#include <cstdlib>

namespace locum::platform {

SuiteFolders suite_folders(const std::string& root, const std::string& suite) {
    return {root + "/opt/" + suite,
            root + "/etc/opt/" + suite,
            root + "/var/opt/" + suite,
            root + "/run/" + suite,
            folder_of_states(root) + "/" + suite,
            folder_of_logs(root) + "/" + suite};
}

std::string folder_of_states(const std::string& root) {
    return root + "/var/lib/locum";
}

std::string folder_of_logs(const std::string& root) {
    return root + "/var/log/locum";
}

std::vector<std::string> guarded_folders(const std::string&, const std::string&) {
    return {};
}

std::vector<std::string> places_of_tool(const std::string& root) {
    return {root + "/usr/bin/locum", root + "/usr/local/bin/locum"};
}

std::string scratch_folder() {
    const char* wanted = std::getenv("TMPDIR");
    return wanted != nullptr && *wanted != '\0' ? wanted : "/var/tmp";
}

std::string make_scratch_folder(std::string_view prefix) {
    return make_temporary_folder(scratch_folder(), prefix);
}

} // namespace locum::platform
