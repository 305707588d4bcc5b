#pragma once
// The unit of systemd that a service is. Directives: systemd.service(5), systemd.exec(5),
// systemd.resource-control(5), as of version 252.

#include "cluster/services.hpp"

namespace locum::cluster {

// "endpoint-manager-server.service".
std::string service_unit_name(const std::string& suite, const std::string& service);

// The unit's text. program: Locum's, which the unit asks whether it may start.
std::string service_unit_text(const ServiceSpec& spec, const std::string& suite,
                              const std::string& program);

// As an argument of a command in a unit, whatever characters it holds.
std::string unit_argument(const std::string& text);

} // namespace locum::cluster
