#pragma once
// The port by which a node's services are started and stopped: by the host's service manager, or by
// the agent itself (decision 0014).

#include "suite/manifest.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace locum::cluster {

// All that starting and stopping a service needs; kept on disk, so that the next agent knows it.
struct ServiceSpec {
    std::string name;
    std::string component;
    std::string version; // of the suite
    std::vector<std::string> argv;
    std::map<std::string, std::string> environment;
    std::string log_file; // where no service manager keeps what it writes
    std::string stop_signal = "TERM";
    std::chrono::milliseconds stop_timeout{10'000};
    std::string reload_signal; // empty: not by a signal
    std::optional<suite::Command> reload_command = {};
    std::vector<std::string> capabilities = {};
    bool by_hand = false; // not started at boot
    // What only a service manager can give.
    std::string title = {};   // of the component
    std::string account = {}; // empty: the agent's
    std::string group = {};
    std::vector<std::string> writeable = {}; // folders
    std::vector<std::string> readable = {};  // files of its configuration
    suite::ServiceLimits limits = {};
    std::vector<std::string> needs = {};  // units of the host's system, started with it and before
    std::vector<std::string> after = {};  // services of the suite that are to start before it
    std::vector<std::string> allows = {}; // suite::Service::allows
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

enum class Stop {
    orderly, // the stop signal, its time, then KILL
    at_once, // KILL: for one that hangs
};

// May be called by several threads.
class Services {
public:
    virtual ~Services() = default; // services go on
    Services() = default;
    Services(const Services&) = delete;
    Services& operator=(const Services&) = delete;

    // Idempotent; a running service whose spec differs is left as it is: stop it first. Throws
    // Error(refused) where the gate says no, Error(failed) where it cannot be executed.
    virtual void start(const ServiceSpec& spec) = 0;
    // With all processes that it started. Gone is fine.
    virtual void stop(const std::string& service, Stop how = Stop::orderly) = 0;
    // Takes a changed configuration up without a stop; from now on the service is what spec says,
    // also when it has to be started again. Throws where it is not running, or where its reload
    // command fails or does not print what it should.
    virtual void reload(const ServiceSpec& spec) = 0;
    // Stops it and leaves nothing of it.
    virtual void forget(const std::string& service) = 0;
    virtual std::vector<ServiceState> states() = 0;
    // The end of what it wrote, at most so many bytes.
    virtual std::string log_end(const ServiceSpec& spec, std::uint64_t limit) = 0;
    // What to type to see it all.
    virtual std::string log_place(const ServiceSpec& spec) const = 0;
};

} // namespace locum::cluster
