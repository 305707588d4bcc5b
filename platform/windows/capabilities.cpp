#include "platform/capabilities.hpp"

#include "platform/host.hpp"

namespace locum::platform {

bool has_capability(std::string_view name) {
    return name == "net-bind-service" || (capability_number(name) && is_root());
}

void keep_capabilities_here() {}

std::uint16_t first_unprivileged_port() {
    return 0;
}

} // namespace locum::platform
