#include "cli/status_view.hpp"
#include "cli/document.hpp"

#include "cluster/departure.hpp"
#include "cluster/peers.hpp"
#include "engine/error.hpp"
#include "upgrade/steps/migrate.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <set>

namespace locum::cli {

using cluster::OperationState;
using nlohmann::json;

Status gather_status(const cluster::Layout& layout) {
    const cluster::NodeState own = cluster::load_node_state(layout);
    std::optional<datasource::Settings> settings = cluster::load_datasource(layout);
    if (!settings)
        throw engine::Error("this node runs no server, so it cannot read the registry",
                            engine::Kind::refused)
            .remedy("run the command on a node with a server");
    cluster::Store store(*settings, own.suite);
    cluster::require_not_removed(store, layout, own); // the others' agents answer it no more
    cluster::Registry registry(store);
    const cluster::Peers peers(layout);
    Status status;
    status.suite = own.suite;
    status.version = registry.fact(cluster::fact::version);
    status.cluster = registry.fact(cluster::fact::cluster);
    status.trial = !registry.fact(cluster::fact::trial_machine).empty();
    status.fence = registry.fact(cluster::fact::fence);
    status.now_ms = registry.now_ms();
    std::vector<cluster::Address> agents;
    for (cluster::NodeRow& row : registry.nodes()) {
        NodeStatus node{std::move(row), std::nullopt, "", status.nodes.empty()};
        try {
            node.live =
                installer::facts_from_json(peers.ask(cluster::address_of(node.row), "facts"));
            agents.push_back(cluster::address_of(node.row));
        } catch (const engine::Error& error) {
            node.unreachable = error.one_line();
        }
        status.nodes.push_back(std::move(node));
    }
    status.clocks = cluster::ask_clocks(cluster::own_ca_pin(layout), agents);
    if (const auto ahead = cluster::database_ahead_ms(store.connection()))
        status.clocks.push_back(cluster::database_clock(ahead));
    cluster::Operations operations(store);
    status.operation = operations.open();
    if (!status.operation)
        status.operation = operations.last();
    if (status.operation) {
        status.report = upgrade::report(operations.timeline(status.operation->id));
        std::vector<std::string> order;
        std::map<std::string, std::string> states;
        for (const engine::Record& record :
             cluster::RegistryJournal(store).records(status.operation->id)) {
            if (!states.contains(record.step))
                order.push_back(record.step);
            states[record.step] = record.mark == engine::Mark::done     ? "done"
                                  : record.mark == engine::Mark::intent ? "begun"
                                                                        : "undone";
        }
        for (const std::string& id : order)
            status.steps.push_back({id, states[id]});
    }
    return status;
}

namespace {

std::string time_text(std::int64_t ms) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC",
                       fmt::gmtime(static_cast<std::time_t>(ms / 1000)));
}

std::string services_text(const NodeStatus& node) {
    if (!node.live)
        return "agent silent";
    std::vector<std::string> parts;
    for (const auto& [component, service] : node.live->services)
        parts.push_back(service.why.empty()
                            ? fmt::format("{} {}", component, service.status)
                            : fmt::format("{} {} ({})", component, service.status, service.why));
    return parts.empty() ? "no services" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string versions_text(const NodeStatus& node) {
    std::vector<std::string> parts;
    for (const auto& [component, version] : node.live ? node.live->current : node.row.versions)
        parts.push_back(fmt::format("{} {}", component, version));
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::string agent_version(const NodeStatus& node) {
    return node.live && node.live->program ? node.live->program->version : "";
}

// Only where they are not all the same: then somebody wonders.
std::string agents_text(const Status& status) {
    std::set<std::string> versions;
    std::vector<std::string> parts;
    for (const NodeStatus& node : status.nodes) {
        if (!node.live)
            continue;
        const std::string version = agent_version(node);
        versions.insert(version);
        parts.push_back(fmt::format("{} {}", node.row.name, version.empty() ? "older" : version));
    }
    return versions.size() < 2 ? "" : fmt::format("agents: {}\n", fmt::join(parts, ", "));
}

// Once the migration has begun, whether there is a way back is asked of the database, by `upgrade
// rollback`; it is not offered.
bool may_go_back(const Status& status) {
    return std::none_of(status.steps.begin(), status.steps.end(), [](const StepLine& step) {
        return upgrade::steps::is_migration(step.id) && step.state != "undone";
    });
}

// What goes on with the operation.
std::string next_command(const Status& status) {
    const cluster::Operation& operation = *status.operation;
    const json inputs = json::parse(operation.inputs);
    // A hop that others follow.
    if (operation.state == OperationState::done && inputs.contains("carrier") &&
        inputs.at("carrier").at("manifest") != inputs.at("manifest"))
        return fmt::format("locum upgrade run {}: on to {}",
                           inputs.at("carrier").at("file").get<std::string>(),
                           inputs.at("carrier").at("version").get<std::string>());
    if (!operation.open())
        return "";
    if (operation.state == OperationState::running)
        return "locum upgrade resume, where its coordinator has died";
    if (operation.state == OperationState::rolling_back)
        return "locum upgrade rollback";
    return std::string(inputs.value("host-by-host", false)
                           ? "locum install BUNDLE on the next host, or locum upgrade resume BUNDLE"
                           : "locum upgrade resume") +
           (may_go_back(status) ? "; back: locum upgrade rollback" : "");
}

json operation_value(const Status& status) {
    if (!status.operation)
        return nullptr;
    const cluster::Operation& operation = *status.operation;
    json steps = json::array();
    for (const StepLine& step : status.steps)
        steps.push_back({{"id", step.id}, {"state", step.state}});
    return {{"id", operation.id},
            {"report",
             {{"out-of-rotation-ms", status.report.out_of_rotation_ms},
              {"outage-ms", status.report.outage_ms ? json(*status.report.outage_ms) : json()}}},
            {"kind", operation.kind},
            {"state", name(operation.state)},
            {"open", operation.open()},
            {"message", operation.message},
            {"inputs", json::parse(operation.inputs)},
            {"started-ms", operation.started_ms},
            {"changed-ms", operation.changed_ms},
            {"next", next_command(status)},
            {"steps", steps}};
}

} // namespace

std::string node_list_text(const Status& status) {
    std::vector<std::array<std::string, 8>> rows{
        {"NODE", "PROCESS", "ADDRESS", "MODE", "ROLES", "VERSIONS", "LAST SEEN", "SERVICES"}};
    for (const NodeStatus& node : status.nodes)
        rows.push_back({node.row.name + (node.oldest ? " *" : ""),
                        std::to_string(node.live ? node.live->pid : node.row.process),
                        node.row.address, std::string(name(node.row.mode)),
                        fmt::format("{}", fmt::join(node.row.roles, ", ")), versions_text(node),
                        time_text(node.row.seen_ms),
                        services_text(node) + (node.row.out ? " [out of rotation]" : "")});
    std::array<std::size_t, 8> widths{};
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i + 1 < row.size(); ++i)
            text += fmt::format("{:<{}}  ", row[i], widths[i]);
        text += row.back() + "\n";
    }
    text += "* the oldest member\n";
    return text;
}

std::string operation_text(const Status& status) {
    if (!status.operation)
        return "no operation yet\n";
    const cluster::Operation& operation = *status.operation;
    std::string text = fmt::format("operation {}: {} since {}{}\n", operation.id,
                                   name(operation.state), time_text(operation.changed_ms),
                                   operation.message.empty() ? "" : "\n  " + operation.message);
    for (const StepLine& step : status.steps)
        text += fmt::format("  {:<7} {}\n", step.state, step.id);
    if (const std::string next = next_command(status); !next.empty())
        text += "next: " + next + "\n";
    return text;
}

std::string report_text(const upgrade::Report& report) {
    std::string text;
    for (const auto& [node, ms] : report.out_of_rotation_ms)
        text += fmt::format("  {} was out of rotation for {:.1f} s\n", node,
                            static_cast<double>(ms) / 1000);
    if (report.outage_ms)
        text += fmt::format("  outage: {:.1f} s\n", static_cast<double>(*report.outage_ms) / 1000);
    return text;
}

std::string status_text(const Status& status) {
    std::string text =
        fmt::format("{} {}, network {}{}\n", status.suite, status.version,
                    status.cluster.substr(0, 12), status.trial ? " (trial cluster: one host)" : "");
    text += node_list_text(status) + agents_text(status);
    for (const std::string& warning : cluster::clock_warnings(status.clocks))
        text += "warning: " + warning + "\n";
    if (!status.fence.empty())
        text += fmt::format("the productive database is fenced by {}\n", status.fence);
    if (status.operation)
        text += fmt::format(
                    "operation {}: {}{}{}\n", status.operation->id, name(status.operation->state),
                    status.operation->message.empty() ? "" : ": " + status.operation->message,
                    status.operation->open() ? "\nnext: " + next_command(status) : "") +
                report_text(status.report);
    return text;
}

std::string operation_json(const Status& status) {
    return text_of(document("report", {{"suite", status.suite},
                                       {"now-ms", status.now_ms},
                                       {"operation", operation_value(status)}}));
}

std::string status_json(const Status& status) {
    json nodes = json::array();
    for (const NodeStatus& node : status.nodes) {
        json services = json::object();
        if (node.live)
            for (const auto& [component, service] : node.live->services)
                services[component] = {{"status", service.status},
                                       {"pid", service.pid},
                                       {"version", service.version},
                                       {"why", service.why}};
        nodes.push_back(
            {{"name", node.row.name},
             {"process", node.live ? node.live->pid : node.row.process},
             {"address", node.row.address},
             {"agent-port", node.row.agent_port},
             {"mode", name(node.row.mode)},
             {"roles", node.row.roles},
             {"components", node.row.components},
             {"ports", node.row.ports},
             {"versions", node.live ? node.live->current : node.row.versions},
             {"reachable", node.live.has_value()},
             {"agent-version", agent_version(node)},
             {"services", services},
             {"copy", node.live && node.live->copy ? json(node.live->copy->file) : json()},
             {"out", node.row.out},
             {"oldest", node.oldest},
             {"joined-ms", node.row.joined_ms},
             {"seen-ms", node.row.seen_ms}});
    }
    return text_of(document("status", {{"suite", status.suite},
                                       {"version", status.version},
                                       {"cluster", status.cluster},
                                       {"trial", status.trial},
                                       {"fence", status.fence},
                                       {"now-ms", status.now_ms},
                                       {"warnings", cluster::clock_warnings(status.clocks)},
                                       {"nodes", nodes},
                                       {"operation", operation_value(status)}}));
}

} // namespace locum::cli
