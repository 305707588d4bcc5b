#pragma once
// The entry of a suite in the list of installed programs, by which Windows offers to change and to
// remove it (Settings, Apps). Linux has no such list of what is not a package of its own: there
// nothing is ever entered.

#include <cstdint>
#include <optional>
#include <string>

namespace locum::platform {

struct AppsListEntry {
    std::string title;
    std::string version;
    std::string publisher;
    std::string icon;   // file
    std::string folder; // where the suite is
    std::string date;   // "20261129"; of the installation
    std::uint64_t kilobytes = 0;
    // Command lines. The last one asks nothing.
    std::string modify;
    std::string uninstall;
    std::string quiet_uninstall;
    bool operator==(const AppsListEntry&) const = default;
};

bool apps_list_used();
// name: of the entry, "locum-SUITE". nullopt: there is none. All throw Error.
std::optional<AppsListEntry> apps_list_entry(const std::string& name);
void write_apps_list_entry(const std::string& name, const AppsListEntry& entry);
// None there is fine.
void remove_apps_list_entry(const std::string& name);

} // namespace locum::platform
