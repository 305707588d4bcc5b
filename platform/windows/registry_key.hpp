#pragma once
// A key of the registry's 64-bit half below HKEY_LOCAL_MACHINE.

#include "platform/windows/system.hpp"

#include <optional>
#include <string>
#include <vector>

namespace locum::platform {

class RegistryKey {
public:
    // nullopt: there is none.
    static std::optional<RegistryKey> open(const std::string& path);
    static RegistryKey create(const std::string& path);
    // With all below it; nothing there is fine.
    static void remove(const std::string& path);

    RegistryKey(RegistryKey&& other) noexcept;
    RegistryKey& operator=(RegistryKey&&) = delete;
    ~RegistryKey();

    // A name "" is the key's default value.
    std::string text(const char* name) const;     // "" where there is none
    std::uint32_t number(const char* name) const; // 0 likewise
    // The texts of a list, the empty ones among them too.
    std::vector<std::string> list(const char* name) const;
    void set(const char* name, const std::string& text) const;
    void set(const char* name, std::uint32_t number) const;

private:
    RegistryKey(HKEY key, std::string path) : key_(key), path_(std::move(path)) {}
    std::wstring content(const char* name, DWORD types) const;
    void put(const char* name, DWORD type, const void* bytes, std::size_t size) const;

    HKEY key_ = nullptr;
    std::string path_;
};

} // namespace locum::platform
