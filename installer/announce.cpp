#include "installer/announce.hpp"

#include "cluster/installed.hpp"
#include "cluster/operations.hpp"
#include "cluster/peers.hpp"
#include "cluster/transport_client.hpp"
#include "engine/error.hpp"
#include "installer/node_operations.hpp"
#include "installer/rendering.hpp"
#include "platform/hash.hpp"
#include "suite/template.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::installer {

using nlohmann::json;

namespace {

// Whose configurations name the servers: the balancer's, and others' whose templates list them.
std::vector<std::string> knowing_servers(const cluster::Layout& layout,
                                         const suite::Manifest& manifest) {
    const cluster::InstalledVersion version(layout, manifest.version.text());
    std::vector<std::string> names = {manifest.balancing->component};
    for (const suite::Config& config : manifest.configs) {
        if (manifest.component(config.component)->role == suite::Role::server ||
            std::find(names.begin(), names.end(), config.component) != names.end())
            continue;
        const auto uses =
            suite::variables_of(version.text(config.template_file), config.template_file);
        if (std::any_of(uses.begin(), uses.end(),
                        [](const suite::VariableUse& use) { return use.list == "servers"; }))
            names.push_back(config.component);
    }
    return names;
}

// Services of others than balancers may have no way to take a configuration up.
bool can_reload(const suite::Manifest& manifest, const std::string& component) {
    return std::any_of(manifest.services.begin(), manifest.services.end(),
                       [&](const suite::Service& service) {
                           return service.component == component &&
                                  (service.reload_signal || service.reload_command);
                       });
}

} // namespace

void announce(const cluster::Layout& layout, cluster::Store& store, const suite::Manifest& manifest,
              std::uint64_t epoch, const std::string& without, Without what) {
    if (!manifest.balancing)
        return;
    std::vector<cluster::NodeRow> nodes = cluster::Registry(store).nodes();
    std::vector<cluster::NodeRow> others = nodes;
    std::erase_if(others, [&](const cluster::NodeRow& node) { return node.name == without; });
    const json servers = json::parse(to_json(balanced(others, manifest)));
    if (what == Without::node)
        nodes = others;
    const std::vector<std::string> components = knowing_servers(layout, manifest);
    const cluster::Peers peers(layout);
    std::string failures;
    engine::SilentReporter silent;
    for (const cluster::NodeRow& node : nodes) {
        auto send = [&](const std::string& component, const std::string& operation,
                        const std::string& version, json parameters) {
            parameters["component"] = component;
            parameters["version"] = version;
            const std::string id =
                fmt::format("announce/{}/{}", operation, platform::hex(platform::random_bytes(8)));
            peers.command(cluster::address_of(node), {id, "announce", epoch}, operation,
                          parameters.dump(), silent, id);
        };
        try {
            std::optional<NodeFacts> facts;
            for (const std::string& component : components) {
                if (!node.has(component))
                    continue;
                if (!facts)
                    facts = facts_from_json(peers.ask(cluster::address_of(node), "facts"));
                // As it is on that node: servers and balancers may be of different versions.
                const auto current = facts->current.find(component);
                if (current == facts->current.end())
                    throw engine::Error(
                        fmt::format("{} is registered and not installed there", component))
                        .remedy(fmt::format("on {}: locum verify, then locum repair", node.name));
                const std::string& version = current->second;
                send(component, "configure", version, {{"mode", "normal"}, {"servers", servers}});
                if (!none_runs(*facts, component) && can_reload(manifest, component))
                    send(component, "reload", version, json::object());
            }
        } catch (const cluster::Unreachable& error) {
            // A server that is being installed has no agent yet, and announces itself when it has.
            // Nodes without one are never seen in the registry, which so says nothing of them. A
            // console's host may be off: it goes on with the servers that it knows, and `verify`
            // and `repair` on it say and mend the rest.
            if (node.has(manifest.balancing->component) &&
                (node.seen_ms != node.joined_ms || !node.has_role("server")))
                failures += "\n  " + node.name + ": " + error.one_line();
        } catch (const engine::Error& error) {
            failures += "\n  " + node.name + ": " + error.one_line();
        }
    }
    if (!failures.empty())
        throw engine::Error("balancers that do not know the change:" + failures)
            .remedy("start their agents (locum agent start), then run the command again");
}

} // namespace locum::installer
