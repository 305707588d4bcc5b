#include "installer/service_operations.hpp"

#include "cluster/shared_secrets.hpp"
#include "engine/failures.hpp"
#include "installer/accounts.hpp"
#include "installer/balancing.hpp"
#include "installer/json_operation.hpp"
#include "installer/probing.hpp"
#include "installer/rendering.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>
#include <thread>

namespace locum::installer {

using cluster::Calls;
using cluster::InstalledVersion;
using cluster::Node;
using engine::Error;
using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds poll_interval{20};
constexpr std::chrono::seconds reload_limit{20};

// The component's services, as they were started last.
std::vector<cluster::ServiceSpec> started(Node& node, const std::string& component) {
    std::vector<cluster::ServiceSpec> specs;
    for (const cluster::ServiceState& service : node.services.states())
        if (service.spec.component == component)
            specs.push_back(service.spec);
    return specs;
}

std::string see_logs(Node& node, const std::string& component) {
    std::vector<std::string> places;
    for (const cluster::ServiceSpec& spec : started(node, component))
        places.push_back(node.services.log_place(spec));
    return places.empty() ? "see what its probes ask for"
                          : fmt::format("{}", fmt::join(places, "; "));
}

// The end of the component's logs. Nothing that is wrong with them may take the cause's place.
std::string last_words(Node& node, const std::string& version, const std::string& component) {
    constexpr std::size_t shown = 400;
    constexpr std::uint64_t looked_at = 64U << 10; // a secret cut at its beginning is not shown
    std::string text;
    try {
        const engine::Secrets secrets =
            cluster::known_secrets(node.layout, InstalledVersion(node.layout, version).manifest(),
                                   cluster::load_datasource(node.layout));
        for (const cluster::ServiceSpec& spec : started(node, component)) {
            const std::string log =
                engine::redacted(node.services.log_end(spec, looked_at), secrets);
            if (!log.empty())
                text += "\n  the end of its log: " +
                        log.substr(log.size() > shown ? log.size() - shown : 0);
        }
    } catch (const Error& error) {
        text += "\n  its log cannot be told: " + error.one_line();
    }
    return text;
}

json start(Node& node, const json& parameters) {
    const std::string component = parameters.at("component");
    const std::string version = parameters.at("version");
    const InstalledVersion installed(node.layout, version);
    if (!platform::exists(node.state().run_folder)) {                   // as after a boot
        make_accounts(node.layout, node.state(), installed.manifest()); // makes it theirs
        platform::make_folders(node.state().run_folder, 0700);
    }
    hand_over_database(node.layout, node.state(), installed.manifest(), component,
                       cluster::load_datasource(node.layout));
    std::set<std::string> names;
    for (const cluster::ServiceSpec& spec :
         service_specs(node.layout, node.state(), installed.manifest(), component)) {
        node.services.start(spec);
        names.insert(spec.name);
    }
    // Services that another version of the component had.
    for (const cluster::ServiceState& service : node.services.states())
        if (service.spec.component == component && !names.contains(service.spec.name))
            node.services.forget(service.spec.name);
    const auto limit = std::chrono::milliseconds(parameters.value("limit_ms", 30'000));
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        std::optional<std::string> why = unwell(node, version, component);
        if (!why)
            return json::object();
        if (std::chrono::steady_clock::now() > deadline)
            throw Error(fmt::format("{} {} does not get well within {} s: {}{}", component, version,
                                    limit.count() / 1000, *why,
                                    last_words(node, version, component)))
                .remedy(see_logs(node, component));
        std::this_thread::sleep_for(poll_interval);
    }
}

json stop(Node& node, const json& parameters) {
    const cluster::Stop how =
        parameters.value("at-once", false) ? cluster::Stop::at_once : cluster::Stop::orderly;
    engine::Failures failures;
    for (const cluster::ServiceSpec& spec : started(node, parameters.at("component"))) {
        failures.of([&] { node.services.stop(spec.name, how); });
        if (how == cluster::Stop::orderly)
            failures.raise();
    }
    failures.raise();
    return json::object();
}

json forget(Node& node, const json& parameters) {
    for (const cluster::ServiceSpec& spec : started(node, parameters.at("component")))
        node.services.forget(spec.name);
    return json::object();
}

json reload(Node& node, const json& parameters) {
    const std::string component = parameters.at("component");
    const InstalledVersion installed(node.layout, parameters.at("version"));
    const auto& balancing = installed.manifest().balancing;
    std::optional<ReloadProof> proof;
    if (balancing && balancing->component == component)
        proof.emplace(node.layout, node.state(), installed.manifest());
    for (const cluster::ServiceSpec& spec :
         service_specs(node.layout, node.state(), installed.manifest(), component))
        node.services.reload(spec);
    const auto doubt = proof ? proof->doubt(reload_limit) : std::nullopt;
    if (doubt)
        throw Error(fmt::format("{} has not taken its configuration up within {} s: {}{}",
                                component, reload_limit.count(), *doubt,
                                last_words(node, parameters.at("version"), component)))
            .remedy(see_logs(node, component));
    return json::object();
}

} // namespace

cluster::NodeOperations service_operations() {
    return {{"start", operation(Calls::command, start)},
            {"stop", operation(Calls::command, stop)},
            {"forget", operation(Calls::command, forget)},
            {"reload", operation(Calls::command, reload)}};
}

} // namespace locum::installer
