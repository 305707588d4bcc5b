#include "cluster/service_unit.hpp"

#include "platform/service.hpp"

#include <fmt/format.h>

namespace locum::cluster {

std::string service_unit_name(const std::string& suite, const std::string& service) {
    return platform::service_unit_name(fmt::format("{}-{}", suite, service));
}

std::string agent_unit_name(const std::string& suite) {
    return platform::service_unit_name("locum-agent-" + suite);
}

} // namespace locum::cluster
