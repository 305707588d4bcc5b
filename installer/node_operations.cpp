#include "installer/node_operations.hpp"

#include "cluster/shared_secrets.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "installer/accounts.hpp"
#include "installer/balancing.hpp"
#include "installer/begun.hpp"
#include "installer/config_files.hpp"
#include "installer/firewall.hpp"
#include "installer/installed_node.hpp"
#include "installer/json_operation.hpp"
#include "installer/probing.hpp"
#include "installer/service_operations.hpp"
#include "installer/shown.hpp"
#include "installer/surroundings.hpp"
#include "platform/files.hpp"
#include "platform/process.hpp"
#include "platform/tree.hpp"
#include "suite/systems.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <set>

namespace locum::installer {

using cluster::Calls;
using cluster::InstalledVersion;
using cluster::Mode;
using cluster::Node;
using cluster::NodeCommand;
using cluster::NodeState;
using engine::Error;
using nlohmann::json;

namespace {

// "2.0" of ".../versions/2.0/server".
std::string version_of_link(const std::string& target) {
    const std::string folder = platform::parent_of(target);
    return folder.substr(folder.rfind('/') + 1);
}

// The version that the component's link points to; servers and balancers are updated apart.
std::string current_version(Node& node, const std::string& component) {
    return version_of_link(platform::read_link(node.layout.current(component)));
}

std::string balancer_component(Node& node) {
    return InstalledVersion(node.layout, node.state().version).manifest().balancing->component;
}

std::vector<std::string> versions_of(Node& node) {
    return platform::list_folder(node.layout.product() + "/versions");
}

// SHA-256 of the version's manifest; empty: it was not unpacked to its end.
std::string unpacked(Node& node, const std::string& version) {
    const std::string file = node.layout.version(version) + "/.suite/manifest.toml";
    return platform::exists(file) ? platform::hashes_of({file}).front() : "";
}

// What a newer Locum staged, before the agent was exchanged for this one again, may be nothing that
// this one can read.
bool is_staged(Node& node, const NodeState& state, const std::string& version,
               const std::string& manifest) {
    try {
        return cluster::staged(manifest, version, node.layout, state.components) &&
               cluster::holds_secrets(node.layout,
                                      InstalledVersion(node.layout, version).manifest(),
                                      state.components);
    } catch (const Error& error) {
        if (error.kind() == engine::Kind::refused || error.kind() == engine::Kind::usage)
            return false;
        throw;
    }
}

// "" where nothing is.
std::string begun_here(const cluster::Layout& layout) {
    const std::optional<Begun> begun = Begun::load(layout);
    return begun ? name_of(begun->what) : "";
}

json facts(Node& node) {
    const NodeState state = node.state();
    json value = {{"name", state.name},
                  {"mode", name(state.mode)},
                  {"configured", state.version},
                  {"current", json::object()},
                  {"services", json::object()},
                  {"staged", json::array()},
                  {"copy", nullptr},
                  {"free", platform::free_bytes(state.data_folder)},
                  {"pid", platform::self().pid},
                  {"program", agent_program_facts(node.layout)},
                  {"bundles", kept_bundles(node.layout)},
                  {"begun", begun_here(node.layout)}};
    for (const std::string& component : state.components)
        value["current"][component] = current_version(node, component);
    for (const cluster::ServiceState& service : node.services.states())
        value["services"][service.spec.name] = {{"component", service.spec.component},
                                                {"status", name(service.status)},
                                                {"version", service.spec.version},
                                                {"pid", service.pid},
                                                {"why", service.why}};
    for (const std::string& version : versions_of(node))
        if (const std::string manifest = unpacked(node, version);
            !manifest.empty() && is_staged(node, state, version, manifest))
            value["staged"].push_back(manifest);
    if (state.copy)
        value["copy"] = {{"file", state.copy->file},
                         {"snapshot-ms", state.copy->snapshot_ms},
                         {"operation", state.copy->operation},
                         {"schema", state.copy->schema}};
    return value;
}

json probe(Node& node, const json& parameters) {
    const std::string component = parameters.at("component");
    std::optional<std::string> why = unwell(node, current_version(node, component), component);
    return {{"well", !why}, {"why", why.value_or("")}};
}

struct Asked {
    cluster::BalancerPort port;
    std::chrono::milliseconds settle{0};
};

// The server in question, in this node's balancer as it runs.
Asked in_balancer(Node& node, const json& parameters) {
    const std::string name = parameters.at("server");
    const InstalledVersion installed(node.layout, current_version(node, balancer_component(node)));
    for (const BalancedNode& server : balanced_from_json(parameters.at("servers").dump()))
        if (server.name == name)
            return {balancer_port(node.layout, node.state(), installed.manifest(), server),
                    installed.manifest().balancing->commands.settle};
    throw Error(fmt::format("{} is not among the servers of the registry", name))
        .remedy("compare with `locum node list`");
}

json balancer(Node& node, const json& parameters) {
    const Asked asked = in_balancer(node, parameters);
    const cluster::BalancedServer server = asked.port.show();
    return {{"in_rotation", server.in_rotation},
            {"idle", server.idle},
            {"says", server.says},
            {"settle_ms", asked.settle.count()}};
}

cluster::Store store_of(Node& node) {
    const std::optional<datasource::Settings> settings = cluster::load_datasource(node.layout);
    if (!settings)
        throw Error(node.state().name + " runs no server, so it cannot read the registry",
                    engine::Kind::refused)
            .remedy("ask a node with a server");
    return {*settings, node.layout.suite};
}

json servers(Node& node, const json&) {
    cluster::Store store = store_of(node);
    const InstalledVersion installed(node.layout, node.state().version);
    return json::parse(to_json(balanced(cluster::Registry(store).nodes(), installed.manifest())));
}

json operation_in(Node& node, const json&) {
    cluster::Store store = store_of(node);
    return json::parse(open_operation_json(store));
}

json components(Node& node, const json&) {
    cluster::Store store = store_of(node);
    return json::parse(components_json(store));
}

// Versions that nothing on this node is or runs, and bundles of others than these and this one.
void prune(Node& node, const suite::Bundle& bundle) {
    const NodeState state = node.state();
    std::set<std::string> used{state.version};
    for (const std::string& component : state.components)
        used.insert(current_version(node, component));
    for (const cluster::ServiceState& service : node.services.states())
        used.insert(service.spec.version);
    const std::string coming = bundle.manifest().version.text();
    std::set<std::string> bundles{bundle.manifest_sha256() + ".bundle"};
    for (const std::string& version : used)
        bundles.insert(unpacked(node, version) + ".bundle");
    for (const std::string& version : versions_of(node))
        if (!used.contains(version) &&
            !(version == coming && unpacked(node, version) == bundle.manifest_sha256()))
            platform::remove_all(node.layout.version(version));
    const std::string folder = node.layout.state_file("bundles");
    for (const std::string& file : platform::list_folder(folder))
        if (!bundles.contains(file))
            platform::remove_all(folder + "/" + file);
}

// One that was damaged since it came is sent again.
suite::Bundle open_or_remove(const std::string& file, const NodeState& state) {
    try {
        return suite::Bundle::open(file, suite::PublicKey::parse(state.bundle_key));
    } catch (const Error& error) {
        if (error.kind() == engine::Kind::not_trusted)
            platform::remove_all(file);
        throw;
    }
}

json stage(Node& node, const json& parameters, engine::Reporter& reporter) {
    // Neither what it was nor what it is to be may be gone when it goes on.
    require_none_begun(node.layout);
    const NodeState state = node.state();
    const std::string file = node.layout.state_file(
        "bundles/" + parameters.at("manifest").get<std::string>() + ".bundle");
    const suite::Bundle bundle = open_or_remove(file, state);
    // Before anything is stopped: what this version's programs need must be here.
    engine::require_no_errors(package_findings(ask_packages(bundle.manifest(), state.components)));
    prune(node, bundle);
    cluster::stage(bundle, node.layout, state.components, reporter, "stage");
    admit_versions(node.layout);
    // Before anything is stopped for it: what this version makes of this node must be accepted.
    const InstalledVersion version(node.layout, bundle.manifest().version.text());
    const std::vector<BalancedNode> servers = balanced_from_json(parameters.at("servers").dump());
    for (const std::string& component : state.components)
        check_configs(render_configs(node.layout, state, version, component,
                                     cluster::load_datasource(node.layout), servers));
    return json::object();
}

json switch_component(Node& node, const json& parameters) {
    const std::string component = parameters.at("component");
    const std::string version = parameters.at("version");
    const std::string target = node.layout.component(version, component);
    if (!platform::exists(target))
        throw Error(fmt::format("{} is not there, so {} cannot be switched to {}", target,
                                component, version))
            .remedy("stage the bundle again: locum upgrade resume BUNDLE");
    platform::make_folders(node.layout.product() + "/current");
    platform::switch_link(node.layout.current(component), target);
    try_to_show_on_host(node.layout);
    return json::object();
}

void make_configs(Node& node, const NodeState& state, const std::string& version,
                  const std::string& component, const std::vector<BalancedNode>& servers) {
    const InstalledVersion installed(node.layout, version);
    write_configs(render_configs(node.layout, state, installed, component,
                                 cluster::load_datasource(node.layout), servers));
}

json configure(Node& node, const json& parameters) {
    const std::string component = parameters.at("component");
    const std::string version = parameters.at("version");
    const bool server =
        InstalledVersion(node.layout, version).manifest().component(component)->role ==
        suite::Role::server;
    const bool runs_server = cluster::load_datasource(node.layout).has_value();
    auto edit = [&](NodeState& state) {
        // The node's version and mode are its server's; without one, its other components'.
        if (server || !runs_server)
            state.version = version;
        if (server)
            state.mode = parameters.at("mode") == "update" ? Mode::update : Mode::normal;
    };
    NodeState wanted = node.state();
    edit(wanted);
    make_accounts(node.layout, wanted, InstalledVersion(node.layout, version).manifest());
    make_configs(node, wanted, version, component,
                 balanced_from_json(parameters.at("servers").dump()));
    engine::failpoint("agent/configure/files");
    // Last: what the state says is then true of the files, too, whenever this process ends.
    node.change(edit);
    try_to_show_on_host(node.layout);
    return json::object();
}

json select(Node& node, const json& parameters) {
    const NodeState selected =
        cluster::node_state_from_json(parameters.at("state").dump(), "the selection");
    node.change([&](NodeState& state) {
        state.components = selected.components;
        state.ports = selected.ports;
        state.services = selected.services;
    });
    try_to_show_on_host(node.layout);
    return json::object();
}

json balance(Node& node, const json& parameters) {
    const bool out = parameters.at("out");
    const std::string component = balancer_component(node);
    // The configuration first: a balancer that restarts right now comes up with the wanted states.
    make_configs(node, node.state(), current_version(node, component), component,
                 balanced_from_json(parameters.at("servers").dump()));
    const cluster::BalancerPort port = in_balancer(node, parameters).port;
    if (out)
        port.drain();
    else
        port.undrain();
    return json::object();
}

} // namespace

cluster::NodeOperations node_operations() {
    cluster::NodeOperations all = service_operations();
    all.merge(cluster::NodeOperations{
        {"facts", operation(Calls::question, [](Node& node, const json&) { return facts(node); })},
        {"probe", operation(Calls::look, probe)},
        {"balancer", operation(Calls::look, balancer)},
        {"servers", operation(Calls::question, servers)},
        {"operation", operation(Calls::question, operation_in)},
        {"components", operation(Calls::question, components)},
        {"stage",
         {Calls::command,
          [](Node& node, const cluster::NodeCommand& command, engine::Reporter& reporter) {
              return stage(node, json::parse(command.parameters), reporter).dump();
          }}},
        {"switch", operation(Calls::command, switch_component)},
        {"configure", operation(Calls::command, configure)},
        {"balance", operation(Calls::command, balance)},
        {"select", operation(Calls::command, select)},
        {"acknowledge",
         operation(Calls::command, [](Node&, const json&) { return json::object(); })}});
    return all;
}

NodeFacts facts_from_json(const std::string& text) {
    const json value = json::parse(text);
    NodeFacts facts;
    facts.name = value.at("name");
    facts.mode = value.at("mode") == "update" ? Mode::update : Mode::normal;
    facts.configured = value.at("configured");
    facts.current = value.at("current").get<std::map<std::string, std::string>>();
    for (const auto& [name, service] : value.at("services").items())
        facts.services[name] = {service.at("status"), service.at("version"), service.at("pid"),
                                service.at("why"), service.at("component")};
    facts.staged = value.at("staged").get<std::vector<std::string>>();
    if (const json& copy = value.at("copy"); !copy.is_null())
        facts.copy = cluster::NodeCopy{copy.at("file"), copy.at("snapshot-ms"),
                                       copy.at("operation"), copy.at("schema")};
    facts.free_bytes = value.at("free");
    facts.pid = value.at("pid");
    if (value.contains("program"))
        facts.program = agent_program_from_json(value.at("program"));
    facts.bundles = value.value("bundles", std::vector<std::string>{});
    facts.begun = value.value("begun", "");
    return facts;
}

bool all_run(const NodeFacts& facts, const std::vector<std::string>& services,
             const std::string& version) {
    return std::all_of(services.begin(), services.end(), [&](const std::string& name) {
        const auto service = facts.services.find(name);
        return service != facts.services.end() && service->second.status == "running" &&
               service->second.version == version;
    });
}

std::vector<std::string> services_on(const NodeFacts& facts, const suite::Manifest& manifest,
                                     std::string_view component) {
    return facts.program ? suite::services_of(manifest, component, facts.program->system)
                         : manifest.services_of(component);
}

bool none_runs(const NodeFacts& facts, const std::string& component) {
    return std::all_of(facts.services.begin(), facts.services.end(), [&](const auto& service) {
        return service.second.component != component || service.second.status == "stopped";
    });
}

} // namespace locum::installer
