#include "platform/apps_list.hpp"

namespace locum::platform {

bool apps_list_used() {
    return false;
}

std::optional<AppsListEntry> apps_list_entry(const std::string&) {
    return std::nullopt;
}

void write_apps_list_entry(const std::string&, const AppsListEntry&) {}

void remove_apps_list_entry(const std::string&) {}

} // namespace locum::platform
