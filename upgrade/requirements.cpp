#include "upgrade/requirements.hpp"

#include "cluster/agent.hpp"
#include "cluster/introduction.hpp"
#include "engine/error.hpp"
#include "installer/meeting.hpp"
#include "installer/payload_names.hpp"
#include "installer/requirements.hpp"
#include "suite/systems.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <future>
#include <nlohmann/json.hpp>

namespace locum::upgrade {

using engine::Finding;
using engine::Severity;
using nlohmann::json;

namespace {

// An agent that knows no such question; any other failure is told.
bool is_of_older_agent(const engine::Error& error) {
    return error.kind() == engine::Kind::refused &&
           error.one_line().find(cluster::unknown_operation) != std::string::npos;
}

void ask_host(const Sources& from, NodeView& node, const std::vector<cluster::NodeRow>& answering) {
    const cluster::Address at = cluster::address_of(node.row);
    try {
        node.host = installer::host_facts_from_json(from.peers.ask(at, "host"));
        const std::vector<cluster::Reach> needs =
            cluster::needs_of(node.row, answering, from.current, from.settings);
        node.unreached = cluster::unreached_from_json(
            from.peers.ask(at, "reach", json{{"to", json::parse(cluster::to_json(needs))}}.dump()));
    } catch (const engine::Error& error) {
        if (!is_of_older_agent(error))
            node.cannot_tell = error.one_line();
    } catch (const std::exception& error) {
        node.cannot_tell = error.what(); // an answer that is none
    }
}

std::uint64_t bundle_bytes(const suite::Manifest& to) {
    std::uint64_t total = 0;
    for (const suite::Part& part : to.parts)
        total += part.size;
    return total;
}

// Of an agent that does not tell: as this node's, since others came later.
std::string system_of(const suite::Manifest& to, const NodeView& node) {
    return node.facts && node.facts->program ? node.facts->program->system : to.system;
}

std::vector<Finding> system_findings(const suite::Manifest& to, const NodeView& node) {
    std::vector<Finding> findings;
    const std::string system = system_of(to, node);
    for (const std::string& name : node.row.components)
        if (const suite::Component* component = to.component(name);
            node.facts && component && suite::payload_name(*component, system).empty())
            findings.push_back(
                {"component-system", Severity::error,
                 fmt::format("{}: no payload of {} for {} in version {}", node.row.name, name,
                             system, to.version.text()),
                 "one for each system that it runs on; it has: " + suite::systems_text(*component),
                 fmt::format("ask the vendor for a bundle that has it; or take {} off {}: locum "
                             "modify --remove {} there",
                             name, node.row.name, name)});
    if (!suite::means("windows", system))
        return findings;
    const suite::Manifest there = suite::for_system(to, system);
    const std::string who = node.row.name + ": ";
    const auto add = [&findings](std::vector<Finding> more) {
        std::move(more.begin(), more.end(), std::back_inserter(findings));
    };
    add(installer::payload_name_findings(there, node.row.components, who));
    if (node.host)
        if (const auto product = node.host->folders.find("product");
            product != node.host->folders.end())
            add(installer::program_path_findings(there, node.row.components, product->second.path,
                                                 "ask the vendor for a bundle with shorter paths",
                                                 who));
    return findings;
}

std::vector<installer::Need> needs_of(const suite::Manifest& to, const ClusterFacts& facts,
                                      const NodeView& node, UpgradeMode mode) {
    // What is unpacked there may be another system's.
    const std::string system = system_of(to, node);
    const std::uint64_t product =
        system == to.system
            ? installer::product_bytes(to, node.row.components)
            : installer::product_bytes(suite::for_system(to, system), node.row.components);
    std::vector<installer::Need> needs = {{"product", "the new version, beside the old", product},
                                          {"state", "the bundle", bundle_bytes(to)},
                                          {"logs", "logs", installer::logs_bytes}};
    if (node.row.name == facts.coordinator_node)
        needs.push_back({"data", "the backup", facts.database_bytes});
    if (mode == UpgradeMode::rolling && node.row.has_role("server"))
        needs.push_back(
            {"data", "the copy of the database and its journal", 2 * facts.database_bytes});
    return needs;
}

// An agent of before decision 0019 does not tell its version.
constexpr const char* first_version = "0.1";

std::vector<Finding> agent_findings(const suite::Manifest& to, const NodeView& node) {
    if (!node.facts || brings_agent(to, node))
        return {};
    const auto& program = node.facts->program;
    const std::string version = program ? program->version : first_version;
    if (engine::Version::parse(version) >= to.locum)
        return {};
    const std::string& name = node.row.name;
    return {
        {"agent-version", Severity::error,
         fmt::format("the agent of {} is Locum {}{}", name, version, program ? "" : " or older"),
         fmt::format("Locum {} or newer, which this bundle needs{}", to.locum.text(),
                     to.program && program ? " and brings for other systems than " + program->system
                                           : ""),
         fmt::format("on {}, with the newer program: FILE agent stop, then FILE agent start",
                     name)}};
}

std::vector<Finding> begun_findings(const NodeView& node) {
    if (!node.facts || node.facts->begun.empty())
        return {};
    const std::string& name = node.row.name;
    const std::string& begun = node.facts->begun;
    return {{"unfinished", Severity::error,
             fmt::format("{}: a {} was begun there and has not ended", name, begun), "none",
             fmt::format("on {}: run it again with what it was begun with, or take it back: locum "
                         "{} --rollback",
                         name, begun == "modification" ? "modify" : "install")}};
}

} // namespace

void ask_hosts(const Sources& from, ClusterFacts& facts) {
    std::vector<cluster::NodeRow> answering;
    std::vector<cluster::Address> agents;
    for (const NodeView& node : facts.nodes)
        if (node.facts) {
            answering.push_back(node.row);
            agents.push_back(cluster::address_of(node.row));
        }
    std::vector<std::future<void>> asked;
    for (NodeView& node : facts.nodes)
        if (node.facts)
            asked.push_back(std::async(std::launch::async, [&from, &node, &answering] {
                ask_host(from, node, answering);
            }));
    for (std::future<void>& one : asked)
        one.get();
    // Afterwards, when nothing else keeps the agents busy.
    facts.clocks = cluster::ask_clocks(cluster::own_ca_pin(from.layout), agents);
    const auto database = datasource::connect(from.settings, from.settings.locum);
    if (const auto ahead = cluster::database_ahead_ms(*database)) {
        facts.clocks.push_back(cluster::database_clock(ahead));
        facts.database_version_num = static_cast<unsigned>(
            std::stoul(database->query("SHOW server_version_num").at(0).at(0).value()));
    }
}

std::vector<Finding> requirement_findings(const suite::Manifest& to, const ClusterFacts& facts,
                                          UpgradeMode mode) {
    std::vector<Finding> findings = cluster::clock_findings(facts.clocks);
    auto add = [&findings](std::vector<Finding> more) {
        std::move(more.begin(), more.end(), std::back_inserter(findings));
    };
    for (const NodeView& node : facts.nodes) {
        const std::string& name = node.row.name;
        add(agent_findings(to, node));
        add(begun_findings(node));
        add(system_findings(to, node));
        if (node.host) {
            add(installer::host_findings(to, node.row.components, *node.host, name + ": "));
            add(installer::disk_findings(*node.host, needs_of(to, facts, node, mode), name + ": "));
        } else if (node.facts && mode == UpgradeMode::rolling && node.row.has_role("server") &&
                   node.facts->free_bytes < 2 * facts.database_bytes) {
            // An older agent tells of its data folder only.
            findings.push_back({"disk", Severity::error,
                                fmt::format("{} has {} MB free in its data folder", name,
                                            node.facts->free_bytes >> 20),
                                fmt::format("{} MB: twice the productive database",
                                            2 * facts.database_bytes >> 20),
                                "free some space there, or use --mode short-downtime", true});
        }
        if (!node.cannot_tell.empty())
            findings.push_back({"reach-unknown", Severity::warning,
                                fmt::format("{} cannot tell of its host and connections: {}", name,
                                            node.cannot_tell),
                                "an answer of its agent",
                                "see its agent's log there (locum status tells where), then try "
                                "again"});
        else if (node.unreached)
            add(installer::reach_findings(name, *node.unreached));
        else if (node.facts && !facts.clocks.empty())
            findings.push_back({"reach-unknown", Severity::warning,
                                name + "'s agent cannot try its connections",
                                "an agent that knows `reach`", "bring its Locum up to date"});
    }
    const auto engine = to.database.engines.find(facts.kind);
    if (engine != to.database.engines.end() && facts.database_version_num != 0)
        add(installer::database_version_findings(engine->second, facts.database_version_num));
    return findings;
}

void take_space(ClusterFacts& facts, const suite::Manifest& to, UpgradeMode mode) {
    for (NodeView& node : facts.nodes) {
        std::vector<installer::Need> stay = needs_of(to, facts, node, UpgradeMode::short_downtime);
        if (mode == UpgradeMode::rolling && node.row.has_role("server"))
            stay.push_back({"data", "the copy", facts.database_bytes});
        for (const installer::Need& need : stay) {
            const auto taken = [&need](std::uint64_t& free) { free -= std::min(free, need.bytes); };
            if (need.folder == "data" && node.facts)
                taken(node.facts->free_bytes);
            if (!node.host || !node.host->folders.contains(need.folder))
                continue;
            const std::uint64_t device = node.host->folders.at(need.folder).system.device;
            for (auto& [name, folder] : node.host->folders)
                if (folder.system.device == device)
                    taken(folder.system.free_bytes);
        }
    }
}

} // namespace locum::upgrade
