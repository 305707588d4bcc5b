// DPAPI with the computer's key: the user's would be of one of two accounts only, and be lost when
// an administrator resets a password.
#include "platform/host_key.hpp"

#include "platform/windows/system.hpp"

#include <dpapi.h>
#include <memory>
#include <wincrypt.h>

namespace locum::platform {

namespace {

DATA_BLOB blob(std::string_view bytes) {
    return {static_cast<DWORD>(bytes.size()),
            reinterpret_cast<BYTE*>(const_cast<char*>(bytes.data()))}; // which only reads them
}

// Takes over what the system allocated; nothing of it stays in memory.
std::string taken(const DATA_BLOB& found) {
    const std::unique_ptr<BYTE, LocalFreed> owned(found.pbData);
    std::string bytes(reinterpret_cast<const char*>(found.pbData), found.cbData);
    ::SecureZeroMemory(found.pbData, found.cbData);
    return bytes;
}

} // namespace

std::optional<std::string> encrypt_for_host(const engine::Secret& value, std::string_view purpose) {
    DATA_BLOB plain = blob(value.reveal());
    DATA_BLOB entropy = blob(purpose);
    DATA_BLOB sealed{};
    if (::CryptProtectData(&plain, L"Locum", &entropy, nullptr, nullptr,
                           CRYPTPROTECT_LOCAL_MACHINE | CRYPTPROTECT_UI_FORBIDDEN, &sealed) == 0)
        fail("cannot seal a secret (DPAPI)");
    return taken(sealed);
}

std::optional<engine::Secret> decrypt_for_host(std::string_view bytes, std::string_view purpose) {
    DATA_BLOB sealed = blob(bytes);
    DATA_BLOB entropy = blob(purpose);
    DATA_BLOB plain{};
    if (::CryptUnprotectData(&sealed, nullptr, &entropy, nullptr, nullptr,
                             CRYPTPROTECT_UI_FORBIDDEN, &plain) == 0)
        return std::nullopt;
    return engine::Secret(taken(plain));
}

} // namespace locum::platform
