#include "installer/announce.hpp"

#include "cluster/operations.hpp"
#include "cluster/peers.hpp"
#include "cluster/transport_client.hpp"
#include "engine/error.hpp"
#include "installer/node_operations.hpp"
#include "installer/rendering.hpp"
#include "platform/hash.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::installer {

using nlohmann::json;

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
    const std::string& component = manifest.balancing->component;
    const cluster::Peers peers(layout);
    std::string failures;
    engine::SilentReporter silent;
    for (const cluster::NodeRow& node : nodes) {
        if (!node.has(component))
            continue;
        auto send = [&](const std::string& operation, const std::string& version, json parameters) {
            parameters["component"] = component;
            parameters["version"] = version;
            const std::string id =
                fmt::format("announce/{}/{}", operation, platform::hex(platform::random_bytes(8)));
            peers.command(cluster::address_of(node), {id, "announce", epoch}, operation,
                          parameters.dump(), silent, id);
        };
        try {
            const NodeFacts facts = facts_from_json(peers.ask(cluster::address_of(node), "facts"));
            // As it is on that node: servers and balancers may be of different versions.
            const std::string& version = facts.current.at(component);
            send("configure", version, {{"mode", "normal"}, {"servers", servers}});
            if (!none_runs(facts, component))
                send("reload", version, json::object());
        } catch (const cluster::Unreachable& error) {
            // A server that is being installed has no agent yet, and announces itself when it has.
            // Nodes without one are never seen in the registry, which so says nothing of them.
            if (node.seen_ms != node.joined_ms || !node.has_role("server"))
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
