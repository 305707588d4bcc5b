#include "platform/apps_list.hpp"

#include "platform/windows/registry_key.hpp"
#include "platform/windows/wide.hpp"

#include <algorithm>
#include <limits>

namespace locum::platform {

namespace {

std::string key_of(const std::string& name) {
    return "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\" + name;
}

std::string with_slashes(std::string path) {
    std::replace(path.begin(), path.end(), '\\', '/');
    return path;
}

} // namespace

bool apps_list_used() {
    return true;
}

std::optional<AppsListEntry> apps_list_entry(const std::string& name) {
    const std::optional<RegistryKey> key = RegistryKey::open(key_of(name));
    if (!key)
        return std::nullopt;
    return AppsListEntry{key->text("DisplayName"),
                         key->text("DisplayVersion"),
                         key->text("Publisher"),
                         with_slashes(key->text("DisplayIcon")),
                         with_slashes(key->text("InstallLocation")),
                         key->text("InstallDate"),
                         key->number("EstimatedSize"),
                         key->text("ModifyPath"),
                         key->text("UninstallString"),
                         key->text("QuietUninstallString")};
}

void write_apps_list_entry(const std::string& name, const AppsListEntry& entry) {
    const RegistryKey key = RegistryKey::create(key_of(name));
    key.set("DisplayVersion", entry.version);
    key.set("Publisher", entry.publisher);
    key.set("DisplayIcon", with_backslashes(entry.icon));
    key.set("InstallLocation", with_backslashes(entry.folder));
    key.set("InstallDate", entry.date);
    key.set("EstimatedSize", static_cast<std::uint32_t>(std::min<std::uint64_t>(
                                 entry.kilobytes, std::numeric_limits<std::uint32_t>::max())));
    key.set("ModifyPath", entry.modify);
    key.set("UninstallString", entry.uninstall);
    key.set("QuietUninstallString", entry.quiet_uninstall);
    // The list offers what is not ruled out; without a command of its own a repair is by Modify.
    key.set("NoRepair", 1);
    key.set("NoModify", entry.modify.empty() ? 1 : 0);
    // Last: an entry without a name is not shown.
    key.set("DisplayName", entry.title);
}

void remove_apps_list_entry(const std::string& name) {
    RegistryKey::remove(key_of(name));
}

} // namespace locum::platform
