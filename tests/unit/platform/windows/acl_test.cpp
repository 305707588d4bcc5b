#include "platform/windows/acl.hpp"

#include "platform/windows/wide.hpp"
#include "tests/support/scratch.hpp"

#include <sddl.h>

using namespace locum;
using namespace locum::platform;

namespace {

std::string list_of(const SECURITY_ATTRIBUTES* attributes) {
    if (attributes == nullptr)
        return "by the folder above";
    wchar_t* text = nullptr;
    REQUIRE(::ConvertSecurityDescriptorToStringSecurityDescriptorW(
                attributes->lpSecurityDescriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text,
                nullptr) != 0);
    const std::string made = utf8(text);
    ::LocalFree(text);
    return made;
}

} // namespace

TEST_CASE("bits for the group let nobody in: not the services of other suites") {
    for (const unsigned mode : {0600U, 0640U, 0660U, 0700U, 0750U, 01770U}) {
        for (const bool folder : {false, true}) {
            const std::string list = list_of(attributes_for(mode, folder));
            CHECK_MESSAGE(list.starts_with("D:P"), list); // nothing is inherited
            std::size_t entries = 0;
            for (std::size_t at = list.find('('); at != std::string::npos;
                 at = list.find('(', at)) {
                const std::string entry = list.substr(at, list.find(')', at) - at);
                const std::string who = entry.substr(entry.rfind(';') + 1);
                CHECK_MESSAGE((who == "SY" || who == "BA" || who == "S-1-3-4" || who == "OW"), who);
                ++entries;
                ++at;
            }
            CHECK(entries == 3);
        }
    }
    CHECK(attributes_for(0644, false) == nullptr);
    CHECK(attributes_for(0755, true) == nullptr);
}
