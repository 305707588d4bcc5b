#pragma once
// Keeps the node's services running where there is no service manager: starts them in sessions of
// their own, restarts what dies, and adopts what still runs when the agent itself was replaced.

#include "platform/process.hpp"
#include "suite/manifest.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace locum::cluster {

// All that starting and stopping a service needs; kept on disk, so that the next agent knows it.
struct ServiceSpec {
    std::string name;
    std::string component;
    std::string version; // of the suite
    std::vector<std::string> argv;
    std::map<std::string, std::string> environment;
    std::string log_file;
    std::string stop_signal = "TERM";
    std::chrono::milliseconds stop_timeout{10'000};
    std::string reload_signal; // empty: not by a signal
    std::optional<suite::Command> reload_command = {};
    std::vector<std::string> capabilities = {};
};

enum class ServiceStatus { running, stopped, restarting, held };
std::string_view name(ServiceStatus status);

struct ServiceState {
    ServiceSpec spec;
    ServiceStatus status = ServiceStatus::stopped;
    std::int64_t pid = 0;
    unsigned restarts = 0;
    std::string why; // held: what keeps it from starting; restarting: how it ended
};

// Says why a service may not start now; nullopt: it may.
using StartGate = std::function<std::optional<std::string>(const ServiceSpec&)>;

class Supervisor {
public:
    // folder: where specs and records are kept. Adopts what runs; what was running and does not is
    // started again, if the gate lets it.
    Supervisor(std::string folder, StartGate gate);
    ~Supervisor(); // services go on

    // Idempotent; a running service whose spec differs is left as it is: stop it first. Throws
    // Error(refused) where the gate says no, Error(failed) where it cannot be executed.
    void start(const ServiceSpec& spec);
    // Sends the stop signal, waits its time, then KILL to the group. Gone is fine.
    void stop(const std::string& service);
    // Takes a changed configuration up without a stop; from now on the service is what spec says,
    // also when it has to be started again. Throws where it is not running, or where its reload
    // command fails or does not print what it should.
    void reload(const ServiceSpec& spec);
    // Forgets a stopped service.
    void forget(const std::string& service);
    std::vector<ServiceState> states();

private:
    struct Service;
    void watch();
    void spawn(Service& service);
    void store(const Service& service) const;
    std::string record_file(const std::string& service) const;

    std::string folder_;
    StartGate gate_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool ending_ = false;
    std::map<std::string, Service> services_;
    std::thread watcher_;
};

} // namespace locum::cluster
