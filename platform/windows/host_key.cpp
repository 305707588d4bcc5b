// DPAPI with the computer's key: the user's would be of one of two accounts only, and be lost when
// an administrator resets a password.
#include "platform/host_key.hpp"

#include "platform/windows/dpapi.hpp"

#include <dpapi.h>
#include <fmt/format.h>
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

bool is_of_elsewhere(DWORD code) {
    switch (code) {
    case static_cast<DWORD>(NTE_BAD_KEY_STATE):
    case static_cast<DWORD>(NTE_BAD_KEY):
    case static_cast<DWORD>(NTE_BAD_DATA):
    case static_cast<DWORD>(NTE_BAD_HASH):
    case ERROR_INVALID_DATA:
    case ERROR_INVALID_PARAMETER: // of the bytes: the rest is always the same
        return true;
    default:
        return false;
    }
}

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
                             CRYPTPROTECT_UI_FORBIDDEN, &plain) == 0) {
        const DWORD code = ::GetLastError();
        if (is_of_elsewhere(code))
            return std::nullopt;
        throw system_error(fmt::format("cannot open {} (DPAPI, code {:#x})", purpose, code), code)
            .remedy("try again; where it stays so, restart Windows, and see its event log "
                    "(eventvwr.msc, Windows Logs, System)");
    }
    return engine::Secret(taken(plain));
}

} // namespace locum::platform
