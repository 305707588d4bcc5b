#include "upgrade/steps/servers.hpp"

#include "engine/error.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::upgrade::steps {

using cluster::Mode;
using engine::Error;
using engine::Kind;

namespace {

bool knows_services(const installer::NodeFacts& facts, const std::string& component) {
    return std::any_of(facts.services.begin(), facts.services.end(),
                       [&](const auto& service) { return service.second.component == component; });
}

// Why the node cannot be counted as off the productive database; empty: it is.
std::string not_decoupled(Conductor& conductor, const std::string& step,
                          const cluster::NodeRow& node) {
    installer::NodeFacts facts;
    try {
        engine::SilentReporter silent;
        conductor.tell(node.name, step, "acknowledge", "{}", silent);
        facts = conductor.facts(node.name);
    } catch (const Error& error) {
        return "does not answer: " + error.one_line();
    }
    const std::string server = conductor.server_component();
    if (!knows_services(facts, server))
        return "has an agent that knows nothing of its server";
    if (none_runs(facts, server))
        return "";
    if (facts.mode != Mode::update || node.mode != Mode::update)
        return "is not in update mode";
    for (const auto& [name, service] : facts.services)
        if (service.component == server && service.version != conductor.upgrade().version())
            return fmt::format("runs {} in version {}", name, service.version);
    if (!facts.copy || facts.copy->operation != conductor.upgrade().operation)
        return "has no copy of this operation";
    return "";
}

} // namespace

unsigned prove_decoupled(Conductor& conductor, const std::string& step, const std::string& last) {
    unsigned proven = 0;
    for (const cluster::NodeRow& node : conductor.registry().nodes()) {
        if (!node.has_role("server") || node.name == last)
            continue;
        if (std::string why = not_decoupled(conductor, step, node); !why.empty())
            throw Error(fmt::format("{} {}", node.name, why), Kind::paused)
                .remedy(fmt::format("start its agent (locum agent start), or remove it (locum node "
                                    "remove {}), then: locum upgrade resume",
                                    node.name));
        ++proven;
    }
    return proven;
}

void require_new_servers(Conductor& conductor, const std::string& step) {
    const Upgrade& upgrade = conductor.upgrade();
    const std::string server = conductor.server_component();
    for (const cluster::NodeRow& node : conductor.registry().nodes()) {
        if (!node.has_role("server"))
            continue;
        std::string why;
        try {
            engine::SilentReporter silent;
            conductor.tell(node.name, step, "acknowledge", "{}", silent);
            const installer::NodeFacts facts = conductor.facts(node.name);
            if (!all_run(facts, services_on(facts, upgrade.manifest(), server), upgrade.version()))
                why = "does not run version " + upgrade.version();
        } catch (const Error& error) {
            why = "does not answer: " + error.one_line();
        }
        if (!why.empty())
            throw Error(fmt::format("{} {}", node.name, why), Kind::paused)
                .remedy(fmt::format("bring it back, or remove it (locum node remove {}), then: "
                                    "locum upgrade resume",
                                    node.name));
    }
}

} // namespace locum::upgrade::steps
