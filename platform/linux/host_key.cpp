#include "platform/host_key.hpp"

namespace locum::platform {

std::optional<std::string> encrypt_for_host(const engine::Secret&, std::string_view) {
    return std::nullopt;
}

std::optional<engine::Secret> decrypt_for_host(std::string_view, std::string_view) {
    return std::nullopt;
}

} // namespace locum::platform
