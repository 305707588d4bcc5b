#include "platform/system_folders.hpp"

#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/windows/known_folder.hpp"
#include "platform/windows/orphans.hpp"

namespace locum::platform {

namespace {

std::string below(const std::string& root, const char* name) {
    return root + (root.ends_with('/') ? "" : "/") + name;
}

std::string programs(const std::string& root) {
    static const std::string of_host = known_folder(FOLDERID_ProgramFiles);
    return root.empty() ? of_host : below(root, "Program Files");
}

std::string data(const std::string& root) {
    static const std::string of_host = known_folder(FOLDERID_ProgramData);
    return root.empty() ? of_host : below(root, "ProgramData");
}

} // namespace

SuiteFolders suite_folders(const std::string& root, const std::string& suite) {
    const std::string own = data(root) + "/" + suite;
    return {programs(root) + "/" + suite,
            own + "/etc",
            own + "/data",
            own + "/run",
            folder_of_states(root) + "/" + suite,
            folder_of_logs(root) + "/" + suite};
}

std::string folder_of_states(const std::string& root) {
    return data(root) + "/Locum/state";
}

std::string folder_of_logs(const std::string& root) {
    return data(root) + "/Locum/logs";
}

std::vector<std::string> guarded_folders(const std::string& root, const std::string& suite) {
    return {data(root) + "/Locum", folder_of_states(root), folder_of_logs(root),
            data(root) + "/" + suite};
}

std::vector<std::string> places_of_tool(const std::string& root) {
    return {programs(root) + "/Locum/locum.exe"};
}

std::string scratch_folder() {
    // A user's own is below folders in which the user's other programs may rename and replace what
    // this process makes, also where it may do more than they. In the system's nobody may that.
    return is_root() ? known_folder(FOLDERID_Windows) + "/Temp" : temporary_folder();
}

std::string make_scratch_folder(std::string_view prefix) {
    const std::string parent = scratch_folder();
    const std::string made = make_temporary_folder(parent, name_of_own(prefix));
    remove_orphans(parent, prefix, owner_of(made));
    return made;
}

} // namespace locum::platform
