#include "platform/restart.hpp"

#include "platform/files.hpp"
#include "platform/windows/moved_aside.hpp"
#include "platform/windows/registry_key.hpp"
#include "platform/windows/wide.hpp"

#include <algorithm>

namespace locum::platform {

std::vector<std::string> left_for_restart() {
    const std::optional<RegistryKey> key =
        RegistryKey::open("SYSTEM\\CurrentControlSet\\Control\\Session Manager");
    if (!key)
        return {};
    // Pairs: a file as the kernel names it, and its new name; without one it is removed.
    constexpr std::string_view before = "\\??\\";
    std::vector<std::string> left;
    const std::vector<std::string> names = key->list("PendingFileRenameOperations");
    for (std::size_t i = 0; i + 1 < names.size(); i += 2) {
        if (!names[i].starts_with(before) || !names[i + 1].empty())
            continue;
        const std::string path = utf8_path(wide(names[i].substr(before.size())));
        if (!is_moved_aside(path) || !exists(path))
            continue;
        if (delete_file(wide_path(path)) != ERROR_SUCCESS)
            left.push_back(path);
    }
    std::sort(left.begin(), left.end());
    left.erase(std::unique(left.begin(), left.end()), left.end());
    return left;
}

int restart_exit_code() {
    return ERROR_SUCCESS_REBOOT_REQUIRED;
}

} // namespace locum::platform
