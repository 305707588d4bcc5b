#include "platform/sealed.hpp"

#include "engine/error.hpp"
#include "platform/hash.hpp"

#include <fmt/format.h>

namespace locum::platform {

namespace {

constexpr std::string_view prefix = "locum-host-1:";

} // namespace

std::string seal_to_host(const engine::Secret& value, std::string_view purpose) {
    const std::optional<std::string> bytes = encrypt_for_host(value, purpose);
    return bytes ? std::string(prefix) + hex(*bytes) : value.reveal();
}

engine::Secret open_sealed_to_host(std::string_view text, std::string_view purpose,
                                   const DecryptForHost& decrypt) {
    if (!text.starts_with(prefix))
        return engine::Secret(std::string(text));
    std::optional<std::string> bytes;
    try {
        bytes = from_hex(text.substr(prefix.size()));
    } catch (const engine::Error&) {
        // No hex digits: altered.
    }
    const std::optional<engine::Secret> opened =
        bytes ? decrypt(*bytes, purpose) : std::optional<engine::Secret>();
    if (!opened)
        throw engine::Error(
            fmt::format("{} cannot be opened: it was sealed on another computer, or "
                        "before Windows was installed anew, or it was altered",
                        purpose),
            engine::Kind::not_trusted)
            .remedy(
                "restore its file from a backup of this very Windows; where there is none, have "
                "another server remove this node (locum node remove NAME), and install it anew");
    return *opened;
}

} // namespace locum::platform
