#include "cli/inventory_view.hpp"

#include "engine/error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

namespace locum::cli {

using nlohmann::json;

namespace {

// What JSON is, YAML is.
std::string quoted(const std::string& text) {
    return json(text).dump();
}

// A group's name has letters, digits and '_'.
std::string group_of(std::string suite) {
    std::replace(suite.begin(), suite.end(), '-', '_');
    return suite;
}

void require_addresses_differ(const std::vector<cluster::NodeRow>& nodes) {
    std::map<std::string, std::string> seen;
    for (const cluster::NodeRow& node : nodes) {
        const auto [other, fresh] = seen.emplace(node.address, node.name);
        if (!fresh)
            throw engine::Error(fmt::format("{} and {} have the same address, {}", other->second,
                                            node.name, node.address),
                                engine::Kind::refused)
                .remedy("remove the one that is gone (locum node remove NAME), or install it anew "
                        "with its own address");
    }
}

} // namespace

std::string inventory_yaml(const Inventory& inventory) {
    require_addresses_differ(inventory.nodes);
    std::string text = fmt::format("# {} {}, as its registry has it: written by locum inventory.\n"
                                   "all:\n"
                                   "  children:\n"
                                   "    {}:\n"
                                   "      vars:\n"
                                   "        locum_suite: {}\n"
                                   "      hosts:\n",
                                   inventory.suite, inventory.version, group_of(inventory.suite),
                                   quoted(inventory.suite));
    // The first of the play is where the cluster is upgraded from, and a token comes from.
    std::vector<cluster::NodeRow> nodes = inventory.nodes;
    std::stable_partition(nodes.begin(), nodes.end(),
                          [](const cluster::NodeRow& node) { return node.has_role("server"); });
    for (const cluster::NodeRow& node : nodes)
        text += fmt::format("        {}:\n"
                            "          ansible_host: {}\n"
                            "          locum_address: {}\n"
                            "          locum_agent_port: {}\n"
                            "          locum_components: {}\n",
                            quoted(node.name), quoted(node.address), quoted(node.address),
                            node.agent_port, json(node.components).dump());
    return text;
}

} // namespace locum::cli
