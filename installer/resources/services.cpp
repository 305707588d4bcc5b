#include "installer/resources/services.hpp"

#include "cluster/agent.hpp"
#include "cluster/peers.hpp"
#include "cluster/service_unit.hpp"
#include "cluster/service_units.hpp"
#include "engine/error.hpp"
#include "installer/node_operations.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/process.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::installer::resources {

using engine::Error;
using engine::Reporter;
using engine::Severity;
using nlohmann::json;

namespace {

constexpr std::chrono::seconds stop_limit{15};

// No operation of the cluster: an id of its own, epoch 0.
void tell(const InstalledNode& node, const std::string& operation, const std::string& component,
          Reporter& reporter) {
    const cluster::CommandId id{
        fmt::format("node/{}/{}", operation, platform::hex(platform::random_bytes(8))), "node", 0};
    cluster::Peers(node.layout)
        .command(cluster::address_of(node.state), id, operation,
                 json{{"component", component}, {"version", node.version_of.at(component)}}.dump(),
                 reporter, "service/" + component);
}

json ask(const InstalledNode& node, const std::string& question, const json& parameters) {
    return json::parse(cluster::Peers(node.layout)
                           .ask(cluster::address_of(node.state), question, parameters.dump()));
}

std::string unit_of(const InstalledNode& node, const cluster::ServiceSpec& spec) {
    return cluster::service_unit_name(node.layout.suite, spec.name);
}

// What the agent's supervisor has recorded of the component, where no agent answers.
std::vector<platform::ProcessId> recorded(const InstalledNode& node, const std::string& component) {
    std::vector<platform::ProcessId> processes;
    const std::string folder = node.layout.state_file("services");
    for (const std::string& name : platform::list_folder(folder)) {
        if (!name.ends_with(".json"))
            continue;
        const json service = json::parse(platform::read_file(folder + "/" + name), nullptr, false);
        if (service.is_discarded() || service.value("component", "") != component)
            continue;
        const std::string record = name.substr(0, name.size() - 4) + "record";
        const auto argv = service.value("argv", std::vector<std::string>{""});
        if (const auto process = platform::recorded(folder + "/" + record, argv.front());
            process && platform::alive(*process))
            processes.push_back(*process);
    }
    return processes;
}

// The component's units, by the agent's records, which go last: the file of one may be gone.
std::vector<cluster::ServiceSpec> units(const InstalledNode& node, const std::string& component) {
    std::vector<cluster::ServiceSpec> specs;
    if (cluster::service_manager_used(node.layout))
        for (const auto& record : cluster::load_services(cluster::services_folder(node.layout)))
            if (record.spec.component == component)
                specs.push_back(record.spec);
    return specs;
}

bool there(const InstalledNode& node, const std::string& component) {
    if (!units(node, component).empty())
        return true;
    if (!cluster::agent_runs(node.layout))
        return !recorded(node, component).empty();
    return !none_runs(facts_from_json(ask(node, "facts", json::object()).dump()), component);
}

// For a node whose agent cannot be started any more.
void stop_recorded(const InstalledNode& node, const std::string& component) {
    for (const platform::ProcessId& process : recorded(node, component)) {
        platform::send_signal(process, "TERM");
        if (platform::wait_end(process, stop_limit))
            continue;
        platform::send_signal(process, "KILL", true);
        if (!platform::wait_end(process, stop_limit))
            throw Error(fmt::format("process {} of {} does not end, not even by SIGKILL",
                                    process.pid, component))
                .remedy("see what it waits for: cat /proc/PID/stack; then run the command again");
    }
}

void take_away(const InstalledNode& node, const std::string& component, Reporter& reporter) {
    // It restarts what ends without its knowing.
    if (cluster::agent_runs(node.layout)) {
        tell(node, "forget", component, reporter);
        return;
    }
    stop_recorded(node, component);
    for (const cluster::ServiceSpec& spec : units(node, component)) {
        if (platform::service_unit_installed(unit_of(node, spec)))
            platform::stop_service_unit(unit_of(node, spec), spec.stop_timeout);
        platform::remove_service_unit(unit_of(node, spec));
        cluster::remove_service(cluster::services_folder(node.layout), spec.name);
    }
}

// As the next start would write them.
std::vector<std::pair<std::string, std::string>> unit_texts(const InstalledNode& node,
                                                            const std::string& component) {
    std::vector<std::pair<std::string, std::string>> texts;
    const VersionHere* version = node.version(component);
    if (version && cluster::service_manager_used(node.layout))
        for (const cluster::ServiceSpec& spec :
             service_specs(node.layout, node.state, version->manifest, component))
            texts.emplace_back(unit_of(node, spec),
                               cluster::service_unit_text(spec, node.layout.suite, node.program));
    return texts;
}

std::vector<Drift> drift_of(const InstalledNode& node, const std::string& component,
                            const std::string& id) {
    const auto drift = [&](Severity severity, const std::string& found,
                           const std::string& expected) {
        return std::vector<Drift>{
            {{id, severity, found, expected, "locum repair" + node.root_option()}, false}};
    };
    if (!cluster::agent_runs(node.layout))
        return drift(Severity::warning, "no agent that could be asked about " + component,
                     "an agent that runs");
    for (const auto& [unit, text] : unit_texts(node, component))
        if (!platform::service_unit_is(unit, text))
            return drift(Severity::error,
                         platform::service_unit_installed(unit) ? "another definition of " + unit
                                                                : unit + " is not installed",
                         "the unit that this version's service is");
    try {
        const NodeFacts facts = facts_from_json(ask(node, "facts", json::object()).dump());
        const VersionHere* version = node.version(component);
        const std::vector<std::string> services =
            version ? version->manifest.services_of(component) : std::vector<std::string>{};
        for (const std::string& name : services) {
            const auto service = facts.services.find(name);
            if (service == facts.services.end())
                return drift(Severity::error, name + " was never started", name + " running");
            if (service->second.status != "running")
                return drift(Severity::error,
                             fmt::format("{} is {}{}{}", name, service->second.status,
                                         service->second.why.empty() ? "" : ": ",
                                         service->second.why),
                             name + " running");
        }
        const json probe = ask(node, "probe", {{"component", component}});
        if (!probe.at("well").get<bool>())
            return drift(Severity::error, "not well: " + probe.at("why").get<std::string>(),
                         "all its probes pass");
        return {};
    } catch (const Error& error) {
        return drift(Severity::error, error.one_line(), "an agent that says that it is well");
    }
}

} // namespace

Resource agent(const InstalledNode& node) {
    return {"agent",
            "the agent",
            "",
            [&node] {
                std::vector<Drift> drifts;
                for (const cluster::AgentFault& fault :
                     cluster::agent_faults(node.layout, node.program))
                    drifts.push_back({{"agent", Severity::error, fault.found, fault.expected,
                                       "locum repair" + node.root_option()},
                                      false});
                return drifts;
            },
            [&node](Reporter&) {
                cluster::start_agent(node.layout, node.program, cluster::AtBoot::started);
            },
            [&node] { return cluster::agent_is_there(node.layout); },
            [&node](Reporter&) { cluster::remove_agent(node.layout); }};
}

Resource component_services(const InstalledNode& node, const std::string& component) {
    const std::string id = "service/" + component;
    return {id, "the services of " + component, "",
            [&node, component, id] { return drift_of(node, component, id); },
            // What runs goes on, and is as its unit says when it is started next.
            [&node, component](Reporter& reporter) {
                for (const auto& [unit, text] : unit_texts(node, component))
                    platform::install_service_unit(unit, text);
                start(node, component, reporter);
            },
            [&node, component] { return there(node, component); },
            [&node, component](Reporter& reporter) { take_away(node, component, reporter); }};
}

TakeUp how_to_take_up(const InstalledNode& node, const std::string& component, bool files_differ) {
    const VersionHere* version = node.version(component);
    if (files_differ || !version)
        return TakeUp::restart;
    const auto& services = version->manifest.services;
    const bool all = std::all_of(services.begin(), services.end(), [&](const auto& service) {
        return service.component != component || service.reload_signal || service.reload_command;
    });
    return all ? TakeUp::reload : TakeUp::restart;
}

void take_up(const InstalledNode& node, const std::string& component, TakeUp how,
             Reporter& reporter) {
    const NodeFacts facts = facts_from_json(ask(node, "facts", json::object()).dump());
    const std::string& version = node.version_of.at(component);
    if (how == TakeUp::reload &&
        all_run(facts, node.versions.at(version).manifest.services_of(component), version)) {
        tell(node, "reload", component, reporter);
        return;
    }
    tell(node, "stop", component, reporter);
    tell(node, "start", component, reporter);
}

void start(const InstalledNode& node, const std::string& component, Reporter& reporter) {
    tell(node, "start", component, reporter);
}

void stop(const InstalledNode& node, const std::string& component, Reporter& reporter) {
    tell(node, "stop", component, reporter);
}

bool runs(const InstalledNode& node, const std::string& component) {
    return cluster::agent_runs(node.layout) &&
           !none_runs(facts_from_json(ask(node, "facts", json::object()).dump()), component);
}

bool is_well(const InstalledNode& node, const std::string& component) {
    return ask(node, "probe", {{"component", component}}).at("well").get<bool>();
}

} // namespace locum::installer::resources
