#pragma once
// The calls of the system behind platform/sealed.hpp.

#include "engine/secret.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace locum::platform {

// Bytes that this host alone can open again, and only with the same purpose. nullopt: the system
// has nothing of the kind. Throws Error.
std::optional<std::string> encrypt_for_host(const engine::Secret& value, std::string_view purpose);
// nullopt: they are not this host's, not of this purpose, or altered. Throws Error where that
// cannot be told now.
std::optional<engine::Secret> decrypt_for_host(std::string_view bytes, std::string_view purpose);

} // namespace locum::platform
