#include "platform/tool_entry.hpp"

#include "platform/files.hpp"
#include "platform/windows/registry_key.hpp"
#include "platform/windows/wide.hpp"

namespace locum::platform {

namespace {

constexpr const char* entry = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\App Paths\\locum.exe";

bool is_entered(const std::string& shown) {
    const auto key = RegistryKey::open(entry);
    return key && key->text("") == shown;
}

} // namespace

void enter_tool(const std::string& program) {
    RegistryKey::create(entry).set("", with_backslashes(absolute(program)));
}

void remove_tool_entry(const std::string& program) {
    if (is_entered(with_backslashes(absolute(program))))
        RegistryKey::remove(entry);
}

} // namespace locum::platform
