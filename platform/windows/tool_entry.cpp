#include "platform/tool_entry.hpp"

#include "platform/windows/spawn.hpp"
#include "platform/windows/system.hpp"

#include <memory>

namespace locum::platform {

namespace {

constexpr const wchar_t* entry =
    L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\App Paths\\locum.exe";

struct KeyClosed {
    void operator()(HKEY key) const { ::RegCloseKey(key); }
};

void check(LSTATUS result) {
    if (result != ERROR_SUCCESS)
        fail("cannot enter locum.exe in the registry (App Paths)", static_cast<DWORD>(result));
}

std::wstring entered() {
    std::wstring text(32768, L'\0');
    auto size = static_cast<DWORD>(text.size() * sizeof(wchar_t));
    if (::RegGetValueW(HKEY_LOCAL_MACHINE, entry, nullptr, RRF_RT_REG_SZ | RRF_SUBKEY_WOW6464KEY,
                       nullptr, text.data(), &size) != ERROR_SUCCESS)
        return {};
    return text.c_str();
}

} // namespace

void enter_tool(const std::string& program) {
    const std::wstring path = plain_path(program);
    HKEY opened = nullptr;
    check(::RegCreateKeyExW(HKEY_LOCAL_MACHINE, entry, 0, nullptr, 0,
                            KEY_SET_VALUE | KEY_WOW64_64KEY, nullptr, &opened, nullptr));
    const std::unique_ptr<std::remove_pointer_t<HKEY>, KeyClosed> key(opened);
    check(::RegSetValueExW(opened, nullptr, 0, REG_SZ, reinterpret_cast<const BYTE*>(path.c_str()),
                           static_cast<DWORD>((path.size() + 1) * sizeof(wchar_t))));
}

void remove_tool_entry(const std::string& program) {
    if (entered() == plain_path(program))
        ::RegDeleteKeyExW(HKEY_LOCAL_MACHINE, entry, KEY_WOW64_64KEY, 0);
}

} // namespace locum::platform
