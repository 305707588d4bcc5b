#include "platform/windows/orphans.hpp"

#include "platform/files.hpp"
#include "platform/native.hpp"

#include <charconv>
#include <fmt/format.h>

namespace locum::platform {

namespace {

bool is_orphan(std::string_view name, std::string_view prefix) {
    if (!name.starts_with(prefix))
        return false;
    std::int64_t pid = 0;
    const char* const end = name.data() + name.size();
    const auto [rest, failed] = std::from_chars(name.data() + prefix.size(), end, pid);
    return failed == std::errc() && rest != end && *rest == '-' && !process_exists(pid);
}

} // namespace

std::string name_of_own(std::string_view prefix) {
    return fmt::format("{}{}-", prefix, own_pid());
}

void remove_orphans(const std::string& folder, std::string_view prefix) {
    for (const std::string& name : list_folder(folder))
        if (is_orphan(name, prefix)) {
            try {
                remove_all(folder + "/" + name);
            } catch (const engine::Error&) {
                // Somebody else's, or in use.
            }
        }
}

} // namespace locum::platform
