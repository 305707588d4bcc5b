// The agent's side of a service that has a host (cluster/service_host.hpp): it lets it start.

#include "cluster/service_host.hpp"
#include "cluster/service_unit.hpp"
#include "cluster/service_units.hpp"
#include "cluster/start_gate.hpp"
#include "engine/error.hpp"
#include "platform/accounts.hpp"
#include "platform/files.hpp"
#include "platform/open_file.hpp"
#include "platform/standard_error.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::cluster {

using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds look_interval{250};
constexpr std::uint64_t longest_permit = 1U << 20;

} // namespace

std::string permit_file(const std::string& folder, const std::string& service) {
    return folder + "/" + service + ".permit";
}

void store_permit(const std::string& folder, const ServicePermit& permit) {
    const std::string& service = permit.record.spec.name;
    const json value = {{"pid", permit.pid},
                        {"refused", permit.refused},
                        {"record", json::parse(to_json(permit.record))}};
    const std::string file = permit_file(folder, service);
    const std::string beside = file + ".new";
    platform::write_file(beside, value.dump(), 0600);
    if (!permit.record.spec.account.empty())
        platform::allow(beside, permit.record.spec.account, platform::Access::read);
    platform::rename_durably(beside, file);
}

std::optional<ServicePermit> permit_for(const std::string& folder, const std::string& service,
                                        std::int64_t pid) {
    const std::string file = permit_file(folder, service);
    // In one step: the agent takes it away, or puts another one in its place, at any time.
    const auto open = platform::OpenFile::find("read", file, platform::OpenFile::Use::read);
    if (!open)
        return std::nullopt;
    try {
        const json value = json::parse(open->read_all(longest_permit));
        ServicePermit permit{value.at("pid"), value.at("refused"),
                             service_from_json(value.at("record").dump())};
        return permit.pid == pid ? std::optional(permit) : std::nullopt;
    } catch (const json::exception& error) {
        throw engine::Error(fmt::format("{} is no permit to start: {}", file, error.what()),
                            engine::Kind::needs_attention)
            .remedy("locum agent start");
    }
}

void ServiceUnits::renew_units() {
    for (const auto& [name, service] : services_)
        try {
            // Of another agent's time, whose processes are gone.
            platform::remove_all(permit_file(folder_, name));
            if (platform::service_unit_installed(unit(name)))
                install(service.record.spec);
        } catch (const std::exception& error) {
            platform::to_stderr(fmt::format("{} is left as it was: {}\n", name, error.what()));
        }
}

void ServiceUnits::answer_those_that_start() {
    std::vector<std::string> names;
    std::vector<std::string> units;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [name, service] : services_) {
            names.push_back(name);
            units.push_back(unit(name));
        }
    }
    const auto states = platform::service_unit_states(units);
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (states[i].active != "activating" || states[i].pid == 0) {
            // So that no later process of this id takes it for its own.
            if (answered_.erase(names[i]) > 0)
                platform::remove_all(permit_file(folder_, names[i]));
            continue;
        }
        if (const auto last = answered_.find(names[i]);
            last != answered_.end() && last->second == states[i].pid)
            continue;
        ServicePermit permit;
        permit.pid = states[i].pid;
        try {
            require_may_start(layout_, names[i]);
        } catch (const engine::Error& error) {
            permit.refused = error.one_line();
        }
        {
            const std::lock_guard lock(mutex_);
            const auto service = services_.find(names[i]);
            if (service == services_.end())
                continue;
            permit.record = service->second.record;
        }
        try {
            permit.record.spec.account =
                account_in_use(layout_, names[i], permit.record.spec.account);
            store_permit(folder_, permit);
            answered_[names[i]] = permit.pid;
        } catch (const engine::Error&) {
            // Again in the next round; the other services get their answers meanwhile.
        }
    }
}

// On a thread of its own: who starts a service waits for what is answered here.
void ServiceUnits::answer() {
    std::string last;
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, look_interval, [this] { return ending_; })) {
        lock.unlock();
        try {
            answer_those_that_start();
            last.clear();
        } catch (const std::exception& error) {
            if (last != error.what()) // it would be told four times a second
                platform::to_stderr(
                    fmt::format("services cannot be let start: {}\n", error.what()));
            last = error.what();
        }
        lock.lock();
    }
}

} // namespace locum::cluster
