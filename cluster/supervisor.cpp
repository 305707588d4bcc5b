#include "cluster/supervisor.hpp"

#include "cluster/service_record.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>

namespace locum::cluster {

using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds tick{100};
constexpr std::chrono::milliseconds first_pause{200};
constexpr std::chrono::milliseconds longest_pause{10'000};
constexpr std::chrono::seconds settled{30}; // ran so long: the next pause is the first one again

} // namespace

struct Supervisor::Service {
    ServiceSpec spec;
    bool wanted = false;
    std::optional<platform::ProcessId> process;
    unsigned restarts = 0;
    std::string why;
    bool held = false;
    std::chrono::milliseconds pause = first_pause;
    Clock::time_point started{};
    Clock::time_point next_start{};

    bool runs() const { return process && platform::alive(*process); }
};

Supervisor::Supervisor(std::string folder, StartGate gate) :
    folder_(std::move(folder)), gate_(std::move(gate)) {
    platform::make_folders(folder_, 0700);
    for (const ServiceRecord& record : load_services(folder_)) {
        Service service;
        service.spec = record.spec;
        service.process =
            platform::recorded(record_file(service.spec.name), service.spec.argv.at(0));
        // One that runs is adopted. By hand means by hand, when the host was booted, too.
        service.wanted = record.wanted && (service.runs() || !service.spec.by_hand);
        service.started = Clock::now();
        services_.emplace(service.spec.name, std::move(service));
    }
    watcher_ = std::thread([this] { watch(); });
}

Supervisor::~Supervisor() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_all();
    watcher_.join();
}

std::string Supervisor::record_file(const std::string& service) const {
    return folder_ + "/" + service + ".record";
}

void Supervisor::store(const Service& service) const {
    store_service(folder_, {service.spec, service.wanted});
}

void Supervisor::spawn(Service& service) {
    service.started = Clock::now();
    service.process = platform::start_detached(
        {service.spec.argv, service.spec.environment, "", service.spec.log_file,
         record_file(service.spec.name), service.spec.capabilities});
    engine::failpoint("supervisor/spawn/" + service.spec.name);
    service.held = false;
    service.why.clear();
}

void Supervisor::start(const ServiceSpec& spec) {
    if (std::optional<std::string> reason = gate_(spec))
        throw engine::Error(fmt::format("{} is not started: {}", spec.name, *reason),
                            engine::Kind::refused)
            .remedy("locum upgrade resume, if an upgrade is open; else see locum status");
    std::lock_guard lock(mutex_);
    Service& service = services_[spec.name];
    if (service.runs()) {
        if (service.spec.version != spec.version)
            throw engine::Error(fmt::format("{} runs in version {}, so {} is not started",
                                            spec.name, service.spec.version, spec.version))
                .remedy("stop it first: locum upgrade resume");
        if (!service.wanted) {
            service.wanted = true;
            store(service);
        }
        return;
    }
    service.spec = spec;
    service.wanted = true;
    service.restarts = 0;
    service.pause = first_pause;
    store(service);
    spawn(service);
}

void Supervisor::stop(const std::string& name, Stop how) {
    std::optional<platform::ProcessId> process;
    ServiceSpec spec;
    {
        std::lock_guard lock(mutex_);
        auto it = services_.find(name);
        if (it == services_.end())
            return;
        it->second.wanted = false;
        it->second.held = false;
        store(it->second);
        process = it->second.process;
        spec = it->second.spec;
    }
    if (!process || !platform::alive(*process))
        return;
    if (how == Stop::orderly)
        platform::send_signal(*process, spec.stop_signal);
    if (how == Stop::at_once || !platform::wait_end(*process, spec.stop_timeout)) {
        platform::send_signal(*process, "KILL", true);
        if (!platform::wait_end(*process, std::chrono::seconds(5)))
            throw engine::Error(fmt::format("{} (process {}) does not end, not even by SIGKILL",
                                            name, process->pid))
                .remedy("see what the process waits for: cat /proc/PID/stack; then run the command "
                        "again");
    }
}

void Supervisor::reload(const ServiceSpec& spec) {
    std::unique_lock lock(mutex_);
    auto it = services_.find(spec.name);
    if (it == services_.end() || !it->second.runs())
        throw engine::Error(fmt::format("{} does not run, so it cannot reload", spec.name))
            .remedy("locum status");
    require_reload(spec);
    it->second.spec = spec;
    store(it->second);
    if (!spec.reload_command) {
        platform::send_signal(*it->second.process, spec.reload_signal);
        return;
    }
    lock.unlock(); // others need not wait for a command
    run_reload_command(spec, log_place(spec));
}

void Supervisor::forget(const std::string& name) {
    stop(name);
    std::lock_guard lock(mutex_);
    services_.erase(name);
    remove_service(folder_, name);
    platform::remove_all(record_file(name));
}

std::vector<ServiceState> Supervisor::states() {
    std::lock_guard lock(mutex_);
    std::vector<ServiceState> states;
    for (const auto& [key, service] : services_) {
        ServiceState state{service.spec, ServiceStatus::stopped, 0, service.restarts, service.why};
        if (service.runs()) {
            state.status = ServiceStatus::running;
            state.pid = service.process->pid;
        } else if (service.wanted) {
            state.status = service.held ? ServiceStatus::held : ServiceStatus::restarting;
        }
        states.push_back(std::move(state));
    }
    return states;
}

std::string Supervisor::log_end(const ServiceSpec& spec, std::uint64_t limit) {
    return platform::read_end(spec.log_file, limit);
}

std::string Supervisor::log_place(const ServiceSpec& spec) const {
    return "see " + spec.log_file;
}

void Supervisor::watch() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, tick, [this] { return ending_; })) {
        std::vector<std::string> due;
        for (auto& [key, service] : services_) {
            if (!service.wanted || service.runs())
                continue;
            Clock::time_point now = Clock::now();
            if (service.process) {
                platform::wait_end(*service.process, std::chrono::milliseconds(0)); // reaps it
                service.process.reset();
                if (now - service.started > settled)
                    service.pause = first_pause;
                service.next_start = now + service.pause;
                service.pause = std::min(service.pause * 2, longest_pause);
                service.why = "it ended by itself";
            }
            if (now >= service.next_start)
                due.push_back(key);
        }
        for (const std::string& key : due) {
            // The gate asks a database: not under our lock, or `status` would wait for it.
            auto found = services_.find(key);
            if (found == services_.end())
                continue; // forgotten meanwhile
            const ServiceSpec spec = found->second.spec;
            lock.unlock();
            std::optional<std::string> reason;
            try {
                reason = gate_(spec);
            } catch (const std::exception& error) {
                reason = std::string("whether it may start cannot be told: ") + error.what();
            }
            lock.lock();
            auto it = services_.find(key);
            if (ending_ || it == services_.end() || !it->second.wanted || it->second.runs())
                continue;
            Service& service = it->second;
            service.next_start = Clock::now() + service.pause;
            if (reason) {
                service.held = true;
                service.why = *reason;
                continue;
            }
            try {
                spawn(service);
                ++service.restarts;
            } catch (const std::exception& error) {
                service.why = error.what();
            }
        }
    }
}

} // namespace locum::cluster
