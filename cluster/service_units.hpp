#pragma once
// Services as units of the host's service manager. The manager restarts what ends; what may start,
// when it may, and what starts at boot is the agent's to say (decision 0014).

#include "cluster/layout.hpp"
#include "cluster/service_end.hpp"
#include "cluster/service_record.hpp"
#include "platform/service.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

namespace locum::cluster {

// The host's service manager runs this installation's agent and services.
bool service_manager_used(const Layout& layout);
// Where the services' records are.
std::string services_folder(const Layout& layout);

// Whom the service runs as: by the host's manager, since an administrator's choice there stays (and
// is let use what the service needs); first, where the manager has no such service yet, or the unit
// says it.
std::string account_in_use(const Layout& layout, const std::string& service,
                           const std::string& first);

class ServiceUnits final : public Services {
public:
    // program: Locum's, whose gate the units ask. After a boot it starts what is to run, if the
    // gate lets it; tries again where it does not.
    ServiceUnits(const Layout& layout, std::string program, StartGate gate,
                 UnitCalls calls = unit_calls());
    ~ServiceUnits() override;

    void start(const ServiceSpec& spec) override;
    void stop(const std::string& service, Stop how = Stop::orderly) override;
    void reload(const ServiceSpec& spec) override;
    void forget(const std::string& service) override;
    std::vector<ServiceState> states() override;
    std::string log_end(const ServiceSpec& spec, std::uint64_t limit) override;
    std::string log_place(const ServiceSpec& spec) const override;

private:
    struct Service {
        ServiceRecord record;
        std::string held; // why it may not start; empty: it may
    };
    std::string unit(const std::string& service) const;
    std::string boot_file() const;
    std::mutex& acting_on(const std::string& service);
    // What it was; nullopt: there is no such service.
    std::optional<ServiceSpec> want_no_longer(const std::string& service);
    void install(const ServiceSpec& spec) const;
    void start_unit(const ServiceSpec& spec);
    bool start_waiting();
    void watch();
    // Where services have a host (cluster/service_permits.cpp).
    void renew_units(); // before any thread is made
    void answer_those_that_start();
    void answer();

    Layout layout_;
    std::string folder_;
    std::string program_;
    StartGate gate_;
    UnitCalls calls_;
    std::mutex mutex_; // of what follows
    std::condition_variable wake_;
    bool ending_ = false;
    std::map<std::string, Service> services_;
    std::set<std::string> waiting_; // wanted, and to be started when they may
    // Held from the decision what a service is to be until the manager has made it so; taken before
    // mutex_.
    std::map<std::string, std::mutex> acting_;
    std::map<std::string, std::int64_t> answered_; // processes; of answer() only
    std::thread watcher_;
    std::thread answerer_;
};

} // namespace locum::cluster
