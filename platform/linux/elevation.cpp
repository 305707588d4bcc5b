#include "platform/elevation.hpp"

namespace locum::platform {

std::optional<int> run_elevated(const std::string&, const std::vector<std::string>&) {
    return std::nullopt;
}

std::string how_to_elevate(const std::string& program) {
    return "sudo " + program;
}

} // namespace locum::platform
