#include "platform/windows/registry_key.hpp"

#include "platform/windows/wide.hpp"

namespace locum::platform {

namespace {

std::string shown(const char* name) {
    return *name == '\0' ? "the default value" : name;
}

} // namespace

std::optional<RegistryKey> RegistryKey::open(const std::string& path) {
    HKEY key = nullptr;
    const LSTATUS code = ::RegOpenKeyExW(HKEY_LOCAL_MACHINE, wide(path).c_str(), 0,
                                         KEY_READ | KEY_WOW64_64KEY, &key);
    if (code == ERROR_FILE_NOT_FOUND)
        return std::nullopt;
    if (code != ERROR_SUCCESS)
        fail("cannot open the registry key " + path, static_cast<DWORD>(code));
    return RegistryKey(key, path);
}

RegistryKey RegistryKey::create(const std::string& path) {
    HKEY key = nullptr;
    const LSTATUS code =
        ::RegCreateKeyExW(HKEY_LOCAL_MACHINE, wide(path).c_str(), 0, nullptr, 0,
                          KEY_READ | KEY_WRITE | KEY_WOW64_64KEY, nullptr, &key, nullptr);
    if (code != ERROR_SUCCESS)
        fail("cannot make the registry key " + path, static_cast<DWORD>(code));
    return {key, path};
}

void RegistryKey::remove(const std::string& path) {
    HKEY above = nullptr;
    LSTATUS code = ::RegOpenKeyExW(HKEY_LOCAL_MACHINE, nullptr, 0,
                                   KEY_READ | KEY_WRITE | DELETE | KEY_WOW64_64KEY, &above);
    if (code == ERROR_SUCCESS) {
        code = ::RegDeleteTreeW(above, wide(path).c_str());
        ::RegCloseKey(above);
    }
    if (code != ERROR_SUCCESS && code != ERROR_FILE_NOT_FOUND)
        fail("cannot remove the registry key " + path, static_cast<DWORD>(code));
}

RegistryKey::RegistryKey(RegistryKey&& other) noexcept :
    key_(std::exchange(other.key_, nullptr)), path_(std::move(other.path_)) {}

RegistryKey::~RegistryKey() {
    if (key_)
        ::RegCloseKey(key_);
}

std::wstring RegistryKey::content(const char* name, DWORD types) const {
    DWORD size = 0;
    const std::wstring value = wide(name);
    for (;;) {
        std::wstring text(size / sizeof(wchar_t), L'\0');
        const LSTATUS code = ::RegGetValueW(key_, nullptr, value.c_str(), types, nullptr,
                                            size == 0 ? nullptr : text.data(), &size);
        if (code == ERROR_FILE_NOT_FOUND)
            return {};
        if (code == ERROR_SUCCESS && !text.empty()) {
            text.resize(size / sizeof(wchar_t));
            return text;
        }
        if ((code != ERROR_SUCCESS && code != ERROR_MORE_DATA) || size == 0)
            fail("cannot read " + shown(name) + " of the registry key " + path_,
                 static_cast<DWORD>(code));
    }
}

std::string RegistryKey::text(const char* name) const {
    const std::wstring found = content(name, RRF_RT_REG_SZ);
    return utf8(found.c_str());
}

std::uint32_t RegistryKey::number(const char* name) const {
    DWORD found = 0;
    DWORD size = sizeof found;
    const LSTATUS code =
        ::RegGetValueW(key_, nullptr, wide(name).c_str(), RRF_RT_REG_DWORD, nullptr, &found, &size);
    return code == ERROR_SUCCESS ? found : 0;
}

std::vector<std::string> RegistryKey::list(const char* name) const {
    const std::wstring found = content(name, RRF_RT_REG_MULTI_SZ);
    std::vector<std::string> all;
    for (std::size_t at = 0; at < found.size();) {
        const std::size_t end = std::min(found.find(L'\0', at), found.size());
        all.push_back(utf8(std::wstring_view(found).substr(at, end - at)));
        at = end + 1;
    }
    return all;
}

void RegistryKey::put(const char* name, DWORD type, const void* bytes, std::size_t size) const {
    const LSTATUS code =
        ::RegSetValueExW(key_, wide(name).c_str(), 0, type, static_cast<const BYTE*>(bytes),
                         static_cast<DWORD>(size));
    if (code != ERROR_SUCCESS)
        fail("cannot set " + shown(name) + " of the registry key " + path_,
             static_cast<DWORD>(code));
}

void RegistryKey::set(const char* name, const std::string& text) const {
    const std::wstring content = wide(text);
    put(name, REG_SZ, content.c_str(), (content.size() + 1) * sizeof(wchar_t));
}

void RegistryKey::set(const char* name, std::uint32_t number) const {
    put(name, REG_DWORD, &number, sizeof number);
}

} // namespace locum::platform
