// What asks the real firewall. Wine has the form of one only: there its state cannot be read.

#include "platform/firewall.hpp"
#include "platform/windows/system.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;

namespace {

bool is_wine() {
    return ::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr;
}

} // namespace

TEST_CASE("firewall of Windows: one that cannot be asked is an error that says how to go on") {
    CHECK(firewall_tells_programs_apart());
    if (!is_wine()) {
        CHECK_NOTHROW(firewall_in_force("locum:unit"));
        return;
    }
    for (const engine::Error& error :
         {testing::error_of([] { firewall_in_force("locum:unit"); }),
          testing::error_of([] { remove_firewall_rules("locum:unit"); })}) {
        CHECK(testing::contains(error.what(), "cannot be read"));
        CHECK(testing::contains(error.remedy(), "manage = false in [firewall]"));
    }
    CHECK_NOTHROW(remove_firewall_rules("locum:unit", "Windows Firewall")); // is not asked then
}
