#pragma once
// Where the manager runs Locum as each service (services_have_host()): Locum waits until the agent
// lets it start, runs the service's program, and ends with it.
//
// The host runs as the service's account, which may neither read the node's secrets nor ask the
// database whether the service may start. So the agent does, as soon as the manager says that the
// service starts, and leaves the answer in a file of its own, which the account may only read.

#include "cluster/layout.hpp"
#include "cluster/service_record.hpp"

namespace locum::platform {
class ServiceProcess;
}

namespace locum::cluster {

// What the agent says to one process of a service's host.
struct ServicePermit {
    std::int64_t pid = 0;
    std::string refused; // why it may not start; empty: it may
    ServiceRecord record;
};

// In the services' folder. removed with the service (remove_service()).
std::string permit_file(const std::string& folder, const std::string& service);
void store_permit(const std::string& folder, const ServicePermit& permit);
// For this process; nullopt: none yet. Throws Error where the file is none.
std::optional<ServicePermit> permit_for(const std::string& folder, const std::string& service,
                                        std::int64_t pid);

// Is the host of the service, until its program ends or is to be stopped. Returns 0 where it was
// stopped, or may not start, which is no failure; else what it is to end with.
int run_service(const Layout& layout, const std::string& service,
                platform::ServiceProcess& process);

} // namespace locum::cluster
