#pragma once
// The unit of the host's service manager that the agent is, or a service.

#include "cluster/services.hpp"

namespace locum::cluster {

// "endpoint-manager-server.service", "locum-agent-endpoint-manager.service"; Windows: without the
// suffix.
std::string service_unit_name(const std::string& suite, const std::string& service);
std::string agent_unit_name(const std::string& suite);

// The units' texts (platform/service.hpp). program: Locum's; a service's unit asks it whether it
// may start, or is it (services_have_host()).
std::string agent_unit_text(const std::string& suite, const std::string& program);
std::string service_unit_text(const ServiceSpec& spec, const std::string& suite,
                              const std::string& program);

// The manager runs Locum as each service, which runs the service's program
// (cluster/service_host.hpp): Windows, where few programs are a service by themselves. The unit
// names Locum's file itself then, not the link to it, and is written anew where the agent comes to
// run from another one.
bool services_have_host();

} // namespace locum::cluster
