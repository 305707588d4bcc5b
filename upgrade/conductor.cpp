#include "upgrade/conductor.hpp"

#include "cluster/lease.hpp"
#include "cluster/operations.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::upgrade {

using nlohmann::json;

Conductor::Conductor(const Upgrade& upgrade) :
    upgrade_(upgrade), store_(upgrade.settings, upgrade.layout.suite), registry_(store_),
    peers_(upgrade.layout) {
    store_.bear_outages(outage_patience);
}

std::string Conductor::tell(const std::string& node, const std::string& step,
                            const std::string& action, const std::string& parameters,
                            engine::Reporter& reporter) {
    const auto states =
        engine::states(cluster::RegistryJournal(store_).records(upgrade_.operation));
    auto state = states.find(step);
    const unsigned attempt = state == states.end() ? 0 : state->second.attempt;
    const cluster::CommandId id{
        fmt::format("{}/{}/{}#{}@{}", upgrade_.operation, step, action, attempt, upgrade_.epoch),
        upgrade_.operation, upgrade_.epoch};
    return peers_.command(cluster::address_of(registry_.node(node)), id, action, parameters,
                          reporter, step);
}

void Conductor::under_lease(const std::function<void()>& effect) {
    store_.transaction([&] {
        cluster::lock_epoch(store_.connection(), store_.prefix(), upgrade_.epoch);
        effect();
    });
}

installer::NodeFacts Conductor::facts(const std::string& node) {
    return installer::facts_from_json(
        peers_.ask(cluster::address_of(registry_.node(node)), "facts"));
}

bool Conductor::answers(const std::string& node) {
    try {
        facts(node);
        return true;
    } catch (const engine::Error&) {
        return false;
    }
}

std::optional<std::string> Conductor::unwell(const std::string& node,
                                             const std::string& component) {
    const json answer = json::parse(peers_.ask(cluster::address_of(registry_.node(node)), "probe",
                                               json{{"component", component}}.dump()));
    if (answer.at("well").get<bool>())
        return std::nullopt;
    return answer.at("why").get<std::string>();
}

std::string Conductor::server_component() const {
    for (const suite::Component& component : upgrade_.manifest().components)
        if (component.role == suite::Role::server)
            return component.name;
    return "server";
}

std::string Conductor::servers() {
    return installer::to_json(installer::balanced(registry_.nodes(), upgrade_.manifest()));
}

std::vector<cluster::NodeRow> Conductor::balancers() {
    std::vector<cluster::NodeRow> some;
    for (cluster::NodeRow& node : registry_.nodes())
        if (upgrade_.manifest().balancing && node.has(upgrade_.manifest().balancing->component) &&
            node.name != upgrade_.without_balancer)
            some.push_back(std::move(node));
    return some;
}

engine::Error waits_for_agent(const Conductor& conductor, const std::string& node,
                              const std::string& what) {
    const Upgrade& upgrade = conductor.upgrade();
    return engine::Error(what, engine::Kind::paused)
        .remedy(fmt::format("bring {0} and its agent back, or remove it (locum node remove {0}), "
                            "then: {1}{2}{3}",
                            node, upgrade.again, upgrade.back.empty() ? "" : ", or ",
                            upgrade.back));
}

} // namespace locum::upgrade
