#pragma once
// A secret in a file, bound to this host where the system can do that: who takes the file away has
// nothing. Windows: by DPAPI. Linux: the file's text is the secret itself.

#include "platform/host_key.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace locum::platform {

// Text on one line: "locum-host-1:" and hex digits; or the secret. purpose: what it is, so that one
// cannot be put in the place of another. On Windows whoever may read the file on this computer can
// open it: the agent and an administrator's command are two accounts. Throws Error.
std::string seal_to_host(const engine::Secret& value, std::string_view purpose);
// A text of another form is the secret itself, as of a file from before. Throws Error(not_trusted)
// where it was sealed on another host, for another purpose, or altered; the Error of decrypt where
// that cannot be told now. Tests put another one in its place.
using DecryptForHost =
    std::function<std::optional<engine::Secret>(std::string_view bytes, std::string_view purpose)>;
engine::Secret open_sealed_to_host(std::string_view text, std::string_view purpose,
                                   const DecryptForHost& decrypt = decrypt_for_host);

} // namespace locum::platform
