#include "suite/requirements.hpp"

#include "engine/error.hpp"
#include "engine/version.hpp"

#include <algorithm>

namespace locum::suite {

namespace {

// What is made from these has their version numbers. Ubuntu 24.04 is no Debian 24.
constexpr std::string_view counted_alike[] = {"rhel", "suse", "sles"};

std::optional<engine::Version> version_of(const std::string& text) {
    try {
        return engine::Version::parse(text);
    } catch (const engine::Error&) {
        return std::nullopt;
    }
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(' ');
    if (first == text.npos)
        return "";
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

} // namespace

std::optional<SystemRequirement> parse_system_requirement(std::string_view text) {
    const std::size_t sign = text.find(">=");
    SystemRequirement read{std::string(trimmed(text.substr(0, sign))), ""};
    // os-release(5): lower case, digits, and ".", "_" and "-".
    if (read.id.empty() ||
        read.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") != read.id.npos)
        return std::nullopt;
    if (sign == text.npos)
        return read;
    read.oldest = trimmed(text.substr(sign + 2));
    if (!version_of(read.oldest))
        return std::nullopt;
    return read;
}

std::string to_text(const SystemRequirement& requirement) {
    return requirement.oldest.empty() ? requirement.id
                                      : requirement.id + " >= " + requirement.oldest;
}

bool meets(const platform::OperatingSystem& system, const SystemRequirement& requirement) {
    const bool itself = system.id == requirement.id;
    if (!itself &&
        std::find(system.like.begin(), system.like.end(), requirement.id) == system.like.end())
        return false;
    if (requirement.oldest.empty())
        return true;
    const bool comparable = itself || std::find(std::begin(counted_alike), std::end(counted_alike),
                                                requirement.id) != std::end(counted_alike);
    const auto version = version_of(system.version);
    return comparable && version && *version >= engine::Version::parse(requirement.oldest);
}

} // namespace locum::suite
