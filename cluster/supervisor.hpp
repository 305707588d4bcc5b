#pragma once
// Keeps the node's services running where there is no service manager: starts them in sessions of
// their own, restarts what dies, and adopts what still runs when the agent itself was replaced.

#include "cluster/services.hpp"
#include "platform/process.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace locum::cluster {

class Supervisor final : public Services {
public:
    // folder: where specs and records are kept. Adopts what runs; what was running and does not is
    // started again, if the gate lets it.
    Supervisor(std::string folder, StartGate gate);
    ~Supervisor() override;

    void start(const ServiceSpec& spec) override;
    void stop(const std::string& service, Stop how = Stop::orderly) override;
    void reload(const ServiceSpec& spec) override;
    void forget(const std::string& service) override;
    std::vector<ServiceState> states() override;
    std::string log_end(const ServiceSpec& spec, std::uint64_t limit) override;
    std::string log_place(const ServiceSpec& spec) const override;

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
