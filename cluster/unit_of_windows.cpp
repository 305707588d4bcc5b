#include "cluster/service_unit.hpp"
#include "platform/accounts.hpp"
#include "platform/service_definition.hpp"

#include <fmt/format.h>

namespace locum::cluster {

namespace {

constexpr std::chrono::seconds restart_after{1}; // as units of systemd
constexpr std::chrono::seconds agents_end{30};
// What its host needs to end it, beside the time that the service has itself.
constexpr std::chrono::seconds hosts_end{10};

constexpr const char* whose =
    "Written by Locum: account and start type are yours, all else is put back.";

// A unit of the host that the service needs. Other kinds than services are systemd's only.
std::vector<std::string> needed(const std::vector<std::string>& units) {
    constexpr std::string_view suffix = ".service";
    std::vector<std::string> names;
    for (const std::string& unit : units)
        if (unit.ends_with(suffix))
            names.push_back(unit.substr(0, unit.size() - suffix.size()));
    return names;
}

} // namespace

bool services_have_host() {
    return true;
}

std::string agent_unit_text(const std::string& suite, const std::string& program) {
    platform::ServiceDefinition agent;
    agent.title = "Locum agent of " + suite;
    agent.description =
        fmt::format("Starts, watches and upgrades {} on this host. {}", suite, whose);
    agent.command = platform::service_command({program, "agent", "run", "--suite", suite});
    agent.restart_after = restart_after;
    agent.restart_on_failure = true;
    agent.end_by_shutdown = agents_end;
    agent.own_identity = true;
    return platform::text_of(agent);
}

std::string service_unit_text(const ServiceSpec& spec, const std::string& suite,
                              const std::string& program) {
    platform::ServiceDefinition service;
    service.title = fmt::format("{}: {} of {}", spec.title, spec.name, suite);
    service.description =
        fmt::format("{} of {}, started by Locum's agent. {}", spec.name, suite, whose);
    service.command =
        platform::service_command({program, "service", "run", spec.name, "--suite", suite});
    // Not those of its own suite: then one could not be stopped without the others. The agent
    // starts them in their order.
    service.after = needed(spec.needs);
    service.restart_after = restart_after;
    service.restart_on_failure = true;
    service.end_by_shutdown = spec.stop_timeout + hosts_end;
    service.own_identity = true;
    // Folders on the way to its files need not be its own, and its host has an event to be stopped
    // by; nothing else.
    if (!platform::is_system_account(spec.account))
        service.privileges = {"SeChangeNotifyPrivilege", "SeCreateGlobalPrivilege"};
    return platform::text_of(service);
}

} // namespace locum::cluster
