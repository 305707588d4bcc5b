#include "cluster/service_units.hpp"

#include "cluster/service_host.hpp"
#include "cluster/service_unit.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "platform/accounts.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/standard_error.hpp"

#include <fmt/format.h>

namespace locum::cluster {

using engine::Error;

namespace {

constexpr std::chrono::milliseconds retry_interval{1000};
constexpr unsigned log_lines = 20;

Error not_started(const std::string& service, const std::string& why) {
    return Error(fmt::format("{} is not started: {}", service, why), engine::Kind::refused)
        .remedy("locum upgrade resume, if an upgrade is open; else see locum status");
}

ServiceStatus status_of(const platform::ServiceUnitState& unit) {
    if (unit.active == "active" || unit.active == "reloading" || unit.active == "deactivating")
        return ServiceStatus::running;
    if (unit.active == "activating") // its condition is asked, or it is started again
        return ServiceStatus::restarting;
    return ServiceStatus::stopped;
}

} // namespace

bool service_manager_used(const Layout& layout) {
    return layout.root.empty() && platform::service_manager_runs();
}

std::string services_folder(const Layout& layout) {
    return layout.state_file("services");
}

std::string account_in_use(const Layout& layout, const std::string& service,
                           const std::string& first) {
    if (!service_manager_used(layout))
        return first;
    const std::string told =
        platform::service_unit_account(service_unit_name(layout.suite, service));
    return told.empty() ? first : told;
}

ServiceUnits::ServiceUnits(const Layout& layout, std::string program, StartGate gate,
                           UnitCalls calls) :
    layout_(layout),
    folder_(services_folder(layout)), program_(std::move(program)), gate_(std::move(gate)),
    calls_(std::move(calls)) {
    platform::make_folders(folder_, 0700);
    const bool booted =
        !platform::exists(boot_file()) || platform::read_file(boot_file()) != platform::boot_id();
    for (const ServiceRecord& record : load_services(folder_)) {
        services_[record.spec.name].record = record;
        if (booted && record.wanted && !record.spec.by_hand)
            waiting_.insert(record.spec.name);
    }
    if (services_have_host()) {
        renew_units();
        answerer_ = std::thread([this] { answer(); });
    }
    watcher_ = std::thread([this] { watch(); });
}

ServiceUnits::~ServiceUnits() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_all();
    watcher_.join();
    if (answerer_.joinable())
        answerer_.join();
}

// The boot after which all that is to run was started, or was held.
std::string ServiceUnits::boot_file() const {
    return folder_ + "/boot";
}

std::mutex& ServiceUnits::acting_on(const std::string& service) {
    std::lock_guard lock(mutex_);
    return acting_[service];
}

std::string ServiceUnits::unit(const std::string& service) const {
    return service_unit_name(layout_.suite, service);
}

void ServiceUnits::install(const ServiceSpec& spec) const {
    platform::install_service_unit(unit(spec.name),
                                   service_unit_text(spec, layout_.suite, program_), spec.account);
    // Elsewhere the unit itself says it, and files have owners.
    if (!services_have_host())
        return;
    const std::string account = account_in_use(layout_, spec.name, spec.account);
    if (account.empty())
        return;
    // In the logs' folder it may make files, and can neither remove nor replace Locum's and
    // others'.
    const std::string logs = platform::parent_of(spec.log_file);
    for (const std::string& folder : spec.writeable)
        platform::allow(folder, account,
                        folder == logs ? platform::Access::add : platform::Access::change);
    // Another service may have taken the name before this one was installed: then it is refused.
    platform::append_to(spec.log_file, "");
    platform::allow(spec.log_file, account, platform::Access::log);
    for (const std::string& file : spec.readable)
        if (platform::exists(file))
            platform::allow(file, account, platform::Access::read);
}

// Its condition is asked by the manager once more; only that of the moment counts.
void ServiceUnits::start_unit(const ServiceSpec& spec) {
    install(spec);
    platform::start_service_unit(unit(spec.name));
    engine::failpoint("supervisor/spawn/" + spec.name);
    if (const std::string why = held(folder_, spec.name); !why.empty())
        throw not_started(spec.name, why);
    // The manager skips a unit whose condition failed, for whatever reason, and calls that success.
    const std::string now = platform::service_unit_state(unit(spec.name)).active;
    if (now != "active" && now != "activating" && now != "reloading")
        throw Error(fmt::format("{} is {} right after its start", unit(spec.name), now))
            .remedy(log_place(spec));
}

void ServiceUnits::start(const ServiceSpec& spec) {
    if (std::optional<std::string> reason = gate_(spec))
        throw not_started(spec.name, *reason);
    const std::lock_guard acting(acting_on(spec.name));
    const platform::ServiceUnitState state = platform::service_unit_state(unit(spec.name));
    const bool runs = state.active == "active" || state.active == "reloading";
    {
        std::lock_guard lock(mutex_);
        Service& service = services_[spec.name];
        if (runs && service.record.spec.version != spec.version)
            throw Error(fmt::format("{} runs in version {}, so {} is not started", spec.name,
                                    service.record.spec.version, spec.version))
                .remedy("stop it first: locum upgrade resume");
        if (!runs)
            service.record.spec = spec;
        service.record.wanted = true;
        // Before it runs: the condition reads it, and so does the next agent.
        store_service(folder_, service.record);
        waiting_.erase(spec.name);
        service.held.clear();
    }
    if (!runs)
        start_unit(spec);
}

std::optional<ServiceSpec> ServiceUnits::want_no_longer(const std::string& name) {
    std::lock_guard lock(mutex_);
    const auto it = services_.find(name);
    if (it == services_.end())
        return std::nullopt;
    it->second.record.wanted = false;
    it->second.held.clear();
    note_held(folder_, name, "");
    waiting_.erase(name);
    store_service(folder_, it->second.record);
    return it->second.record.spec;
}

void ServiceUnits::stop(const std::string& name, Stop how) {
    engine::Failures failures; // none of them lets it run on
    const auto kill = [&] {
        if (calls_.installed(unit(name)))
            failures.of([&] { calls_.kill(unit(name)); });
    };
    if (how == Stop::at_once) {
        // First: else what is killed would be started again by whoever reads the record.
        failures.of([&] { want_no_longer(name); });
        // One that hangs may keep whoever acts on it just now.
        kill();
    }
    const std::lock_guard acting(acting_on(name));
    // Again: it may have been started meanwhile.
    if (const std::optional<ServiceSpec> spec = want_no_longer(name);
        spec && calls_.installed(unit(name))) {
        if (how == Stop::at_once)
            kill();
        failures.of([&] { calls_.stop(unit(name), spec->stop_timeout); });
    }
    failures.raise();
}

void ServiceUnits::reload(const ServiceSpec& spec) {
    require_reload(spec);
    const std::lock_guard acting(acting_on(spec.name));
    if (status_of(platform::service_unit_state(unit(spec.name))) != ServiceStatus::running)
        throw Error(fmt::format("{} does not run, so it cannot reload", spec.name))
            .remedy("locum status");
    {
        std::lock_guard lock(mutex_);
        Service& service = services_[spec.name];
        service.record.spec = spec;
        store_service(folder_, service.record);
    }
    install(spec);
    if (spec.reload_command)
        run_reload_command(spec, log_place(spec));
    else
        platform::reload_service_unit(unit(spec.name));
}

void ServiceUnits::forget(const std::string& name) {
    stop(name);
    const std::lock_guard acting(acting_on(name));
    platform::remove_service_unit(unit(name));
    std::lock_guard lock(mutex_);
    services_.erase(name);
    remove_service(folder_, name);
}

std::vector<ServiceState> ServiceUnits::states() {
    std::vector<ServiceState> states;
    std::vector<std::string> units;
    std::vector<bool> wanted;
    {
        std::lock_guard lock(mutex_);
        for (const auto& [name, service] : services_) {
            wanted.push_back(service.record.wanted);
            states.push_back({service.record.spec, ServiceStatus::stopped, 0, 0, service.held});
            units.push_back(unit(name));
        }
    }
    const auto found = platform::service_unit_states(units);
    for (std::size_t i = 0; i < states.size(); ++i) {
        ServiceState& state = states[i];
        state.status = status_of(found[i]);
        // Only systemd says so itself.
        if (services_have_host() && wanted[i] && state.why.empty() && found[i].active == "failed")
            state.status = ServiceStatus::restarting;
        state.restarts = static_cast<unsigned>(found[i].restarts);
        if (state.status == ServiceStatus::running) {
            state.pid = found[i].pid;
            state.why.clear();
        } else if (state.status == ServiceStatus::restarting) {
            state.why = "it ended by itself";
        } else if (!state.why.empty()) {
            state.status = ServiceStatus::held;
        }
    }
    return states;
}

std::string ServiceUnits::log_end(const ServiceSpec& spec, std::uint64_t limit) {
    if (!platform::service_manager_keeps_logs())
        return platform::read_end(spec.log_file, limit);
    const std::string text = platform::service_unit_log(unit(spec.name), log_lines);
    return text.substr(text.size() - std::min<std::size_t>(text.size(), limit));
}

std::string ServiceUnits::log_place(const ServiceSpec& spec) const {
    return platform::service_manager_keeps_logs() ? "see its log: journalctl -u " + unit(spec.name)
                                                  : "see " + spec.log_file;
}

// What the manager starts again by itself is not among these, nor what a person stopped; but what
// might not start when the manager wanted to.
bool ServiceUnits::start_waiting() {
    std::vector<ServiceSpec> due;
    {
        std::lock_guard lock(mutex_);
        for (const auto& [name, service] : services_)
            if (waiting_.contains(name) ||
                (service.record.wanted && !held(folder_, name).empty())) {
                waiting_.insert(name);
                due.push_back(service.record.spec);
            }
    }
    bool all_told = true;
    for (const ServiceSpec& spec : due) {
        std::string why;
        try {
            // The gate asks a database, and nobody is kept waiting meanwhile.
            why = gate_(spec).value_or("");
        } catch (const std::exception& error) {
            why = std::string("whether it may start cannot be told: ") + error.what();
        }
        const std::lock_guard acting(acting_on(spec.name));
        {
            // Started, stopped, forgotten or changed meanwhile?
            std::lock_guard lock(mutex_);
            const auto it = services_.find(spec.name);
            if (it == services_.end() || !waiting_.contains(spec.name) ||
                it->second.record.spec.version != spec.version)
                continue;
        }
        try {
            if (why.empty())
                start_unit(spec);
            else
                note_held(folder_, spec.name, why);
        } catch (const std::exception& error) {
            why = error.what();
            all_told = all_told && !held(folder_, spec.name).empty();
        }
        std::lock_guard lock(mutex_);
        services_.at(spec.name).held = why;
        if (why.empty())
            waiting_.erase(spec.name);
    }
    return all_told;
}

void ServiceUnits::watch() {
    std::unique_lock lock(mutex_);
    bool noted = false;
    do {
        lock.unlock();
        try {
            if (start_waiting() && !noted) {
                platform::write_file(boot_file(), platform::boot_id(), 0600);
                noted = true;
            }
        } catch (const std::exception& error) {
            platform::to_stderr(fmt::format("services cannot be looked at: {}\n", error.what()));
        }
        lock.lock();
    } while (!wake_.wait_for(lock, retry_interval, [this] { return ending_; }));
}

} // namespace locum::cluster
