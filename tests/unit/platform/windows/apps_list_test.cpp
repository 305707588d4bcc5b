#include "platform/apps_list.hpp"
#include "platform/windows/registry_key.hpp"
#include "tests/support/scratch.hpp"

using namespace locum::platform;

namespace {

const std::string name = "locum-unit-apps-list";
const std::string key =
    "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\locum-unit-apps-list";

struct Removed {
    ~Removed() { remove_apps_list_entry(name); }
};

} // namespace

TEST_CASE("apps list: an entry there and back, changed and removed") {
    const Removed removed;
    remove_apps_list_entry(name);
    CHECK(apps_list_used());
    CHECK(!apps_list_entry(name));
    AppsListEntry entry{
        "Sm\xc3\xa4ll",
        "1.0",
        "Vendor",
        "C:/Program Files/small/locum.exe",
        "C:/Program Files/small",
        "20261129",
        4096,
        "\"C:\\x\\locum.exe\" install C:\\a.bundle",
        "\"C:\\x\\locum.exe\" uninstall --suite small --with-locum",
        "\"C:\\x\\locum.exe\" uninstall --suite small --with-locum --confirm n --quiet"};
    write_apps_list_entry(name, entry);
    CHECK(apps_list_entry(name) == entry);
    const auto raw = [](const char* value) { return RegistryKey::open(key)->text(value); };
    CHECK(raw("DisplayName") == entry.title);
    CHECK(raw("DisplayIcon") == "C:\\Program Files\\small\\locum.exe");
    CHECK(raw("UninstallString") == entry.uninstall);
    CHECK(raw("QuietUninstallString") == entry.quiet_uninstall);
    CHECK(RegistryKey::open(key)->number("EstimatedSize") == 4096);
    CHECK(RegistryKey::open(key)->number("NoModify") == 0);
    CHECK(RegistryKey::open(key)->number("NoRepair") == 1);
    entry.version = "2.0";
    entry.modify = "";
    entry.kilobytes = 1ULL << 40; // more than the value can hold
    write_apps_list_entry(name, entry);
    CHECK(RegistryKey::open(key)->number("NoModify") == 1);
    CHECK(apps_list_entry(name)->version == "2.0");
    CHECK(apps_list_entry(name)->kilobytes == 0xffffffffU);
    remove_apps_list_entry(name);
    CHECK(!apps_list_entry(name));
    remove_apps_list_entry(name);
}
