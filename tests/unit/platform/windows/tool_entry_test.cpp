#include "platform/tool_entry.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"

#include <array>
#include <doctest/doctest.h>

using namespace locum::platform;

namespace {

std::string entered() {
    std::array<wchar_t, 300> text{};
    DWORD size = sizeof text;
    ::RegGetValueW(HKEY_LOCAL_MACHINE,
                   L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\App Paths\\locum.exe", nullptr,
                   RRF_RT_REG_SZ, nullptr, text.data(), &size);
    return utf8(text.data());
}

} // namespace

TEST_CASE("a tool is entered under its name, and only its own entry is taken back") {
    enter_tool("C:/Program Files/Locum/locum.exe");
    CHECK(entered() == "C:\\Program Files\\Locum\\locum.exe");
    enter_tool("D:/other/locum.exe");
    remove_tool_entry("C:/Program Files/Locum/locum.exe");
    CHECK(entered() == "D:\\other\\locum.exe");
    remove_tool_entry("D:/other/locum.exe");
    CHECK(entered().empty());
    remove_tool_entry("D:/other/locum.exe");
}
