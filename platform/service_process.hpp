#pragma once
// Being a service. Linux: any process can be one, and systemd takes it for up once it is executed.
// Windows: a process that the service control manager started answers it, or is ended.

#include <functional>
#include <string>

namespace locum::platform {

// For the body, while it runs.
class ServiceProcess {
public:
    virtual ~ServiceProcess() = default;
    ServiceProcess() = default;
    ServiceProcess(const ServiceProcess&) = delete;
    ServiceProcess& operator=(const ServiceProcess&) = delete;
    // It is up now; until then the manager is told that it starts, and lets nobody stop it.
    virtual void is_up() = 0;
    // The manager started it again after it failed; not a person, not the agent.
    virtual bool after_failure() const = 0;
};

// Where the manager started this process (Windows): runs body as its service of this name, with
// what it writes appended to log_file, and a stop asked for as what StopSignals wait for. What
// body returns, or the exit code of the Error that it throws, is what the service ends with: 0:
// well; else it failed, and the manager does what it is to do then. Both are in the event log.
// Elsewhere: runs body. Returns what body returns, or throws what it throws.
int as_service(const std::string& name, const std::string& log_file,
               const std::function<int(ServiceProcess&)>& body);

} // namespace locum::platform
