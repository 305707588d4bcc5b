#include "installer/node_operations.hpp"

#include "cluster/balancer.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "installer/rendering.hpp"
#include "platform/files.hpp"
#include "platform/process.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thread>

namespace locum::installer {

using cluster::InstalledVersion;
using cluster::Mode;
using cluster::Node;
using cluster::NodeCommand;
using cluster::NodeState;
using engine::Error;
using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds poll_interval{20};

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
                  {"pid", platform::self().pid}};
    for (const std::string& component : state.components)
        value["current"][component] = current_version(node, component);
    for (const cluster::ServiceState& service : node.supervisor.states())
        value["services"][service.spec.component] = {{"status", name(service.status)},
                                                     {"version", service.spec.version},
                                                     {"pid", service.pid},
                                                     {"why", service.why}};
    for (const std::string& version : platform::list_folder(node.layout.product() + "/versions")) {
        if (!platform::exists(node.layout.version(version) + "/.suite/manifest.toml"))
            continue;
        const InstalledVersion installed(node.layout, version);
        if (cluster::staged(installed.manifest_sha256(), version, node.layout, state.components))
            value["staged"].push_back(installed.manifest_sha256());
    }
    if (state.copy)
        value["copy"] = {{"file", state.copy->file},
                         {"snapshot-ms", state.copy->snapshot_ms},
                         {"operation", state.copy->operation},
                         {"schema", state.copy->schema}};
    return value;
}

// nullopt: all probes of the component pass.
std::optional<std::string> unwell(Node& node, const std::string& version,
                                  const std::string& component) {
    const InstalledVersion installed(node.layout, version);
    for (const cluster::ProbeTarget& target :
         probe_targets(node.layout, node.state(), installed.manifest(), component))
        if (std::optional<std::string> why = cluster::ask(target, std::chrono::seconds(3)))
            return why;
    return std::nullopt;
}

json probe(Node& node, const json& parameters) {
    const std::string component = parameters.at("component");
    std::optional<std::string> why = unwell(node, current_version(node, component), component);
    return {{"well", !why}, {"why", why.value_or("")}};
}

cluster::HaproxySocket socket_of(Node& node) {
    const InstalledVersion installed(node.layout, current_version(node, balancer_component(node)));
    return {balancer_socket(node.layout, node.state(), installed.manifest()),
            installed.manifest().balancing->backend};
}

json balancer(Node& node, const json& parameters) {
    const cluster::BalancedServer server = socket_of(node).show(parameters.at("server"));
    return {{"state", server.state},
            {"sessions", server.sessions},
            {"queued", server.queued},
            {"in_rotation", server.in_rotation()}};
}

json servers(Node& node, const json&) {
    const NodeState state = node.state();
    std::optional<datasource::Settings> settings = cluster::load_datasource(node.layout);
    if (!settings)
        throw Error(state.name + " runs no server, so it cannot read the registry",
                    engine::Kind::refused)
            .remedy("ask a node with a server");
    cluster::Store store(*settings, state.suite);
    const InstalledVersion installed(node.layout, state.version);
    return json::parse(to_json(balanced(cluster::Registry(store).nodes(), installed.manifest())));
}

json stage(Node& node, const json& parameters) {
    const NodeState state = node.state();
    const std::string file = node.layout.state_file(
        "bundles/" + parameters.at("manifest").get<std::string>() + ".bundle");
    const suite::Bundle bundle =
        suite::Bundle::open(file, suite::PublicKey::parse(state.bundle_key));
    return {{"made", cluster::stage(bundle, node.layout, state.components)}};
}

json unstage(Node&, const json& parameters) {
    for (const std::string& folder : parameters.at("made").get<std::vector<std::string>>()) {
        platform::remove_all(folder);
        const std::string version = platform::parent_of(folder);
        if (platform::list_folder(version).empty())
            platform::remove_all(version);
    }
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
    return json::object();
}

void write_configs(Node& node, const NodeState& state, const std::string& version,
                   const std::string& component, const std::vector<BalancedNode>& servers) {
    const InstalledVersion installed(node.layout, version);
    for (const Rendered& file : render_configs(node.layout, state, installed, component,
                                               cluster::load_datasource(node.layout), servers)) {
        platform::make_folders(platform::parent_of(file.to));
        platform::write_file(file.to, file.content, file.mode);
    }
}

json configure(Node& node, const json& parameters) {
    const std::string component = parameters.at("component");
    const std::string version = parameters.at("version");
    const bool server =
        InstalledVersion(node.layout, version).manifest().component(component)->role ==
        suite::Role::server;
    auto edit = [&](NodeState& state) {
        // The node's version and mode are its server's; a balancer-only node has its balancer's
        // version.
        if (server || state.components.size() == 1)
            state.version = version;
        if (server)
            state.mode = parameters.at("mode") == "update" ? Mode::update : Mode::normal;
    };
    NodeState wanted = node.state();
    edit(wanted);
    write_configs(node, wanted, version, component,
                  balanced_from_json(parameters.at("servers").dump()));
    engine::failpoint("agent/configure/files");
    // Last: what the state says is then true of the files, too, whenever this process ends.
    node.change(edit);
    return json::object();
}

// The end of the component's logs, since an undo may take them away.
std::string last_words(Node& node, const std::string& component) {
    constexpr std::size_t shown = 400;
    std::string text;
    for (const cluster::ServiceState& service : node.supervisor.states()) {
        if (service.spec.component != component || !platform::exists(service.spec.log_file))
            continue;
        const std::string log = platform::read_file(service.spec.log_file, 64U << 20);
        text +=
            "\n  the end of its log: " + log.substr(log.size() > shown ? log.size() - shown : 0);
    }
    return text;
}

json start(Node& node, const json& parameters) {
    const std::string component = parameters.at("component");
    const std::string version = parameters.at("version");
    const InstalledVersion installed(node.layout, version);
    platform::make_folders(node.state().run_folder, 0700);
    for (const cluster::ServiceSpec& spec :
         service_specs(node.layout, node.state(), installed.manifest(), component))
        node.supervisor.start(spec);
    const auto limit = std::chrono::milliseconds(parameters.value("limit_ms", 30'000));
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        std::optional<std::string> why = unwell(node, version, component);
        if (!why)
            return json::object();
        if (std::chrono::steady_clock::now() > deadline)
            throw Error(fmt::format("{} {} does not get well within {} s: {}{}", component, version,
                                    limit.count() / 1000, *why, last_words(node, component)))
                .remedy(fmt::format("see the log below {}", node.layout.logs()));
        std::this_thread::sleep_for(poll_interval);
    }
}

json stop(Node& node, const json& parameters) {
    for (const cluster::ServiceState& service : node.supervisor.states())
        if (service.spec.component == parameters.at("component"))
            node.supervisor.stop(service.spec.name);
    return json::object();
}

json reload(Node& node, const json& parameters) {
    const std::string component = parameters.at("component");
    const InstalledVersion installed(node.layout, parameters.at("version"));
    for (const cluster::ServiceSpec& spec :
         service_specs(node.layout, node.state(), installed.manifest(), component))
        node.supervisor.reload(spec.name);
    return json::object();
}

json balance(Node& node, const json& parameters) {
    const std::string server = parameters.at("server");
    const bool out = parameters.at("out");
    const std::string component = balancer_component(node);
    // The configuration first: a balancer that restarts right now comes up with the wanted states.
    write_configs(node, node.state(), current_version(node, component), component,
                  balanced_from_json(parameters.at("servers").dump()));
    const cluster::HaproxySocket socket = socket_of(node);
    if (out)
        socket.drain(server);
    else
        socket.ready(server);
    return json::object();
}

// A JSON function as a node operation.
template <class F>
cluster::NodeOperation operation(F f) {
    return [f](Node& node, const NodeCommand& command, engine::Reporter&) {
        return f(node, json::parse(command.parameters)).dump();
    };
}

} // namespace

cluster::NodeOperations node_operations() {
    return {{"facts", operation([](Node& node, const json&) { return facts(node); })},
            {"probe", operation(probe)},
            {"balancer", operation(balancer)},
            {"servers", operation(servers)},
            {"stage", operation(stage)},
            {"unstage", operation(unstage)},
            {"switch", operation(switch_component)},
            {"configure", operation(configure)},
            {"start", operation(start)},
            {"stop", operation(stop)},
            {"reload", operation(reload)},
            {"balance", operation(balance)},
            {"acknowledge", operation([](Node&, const json&) { return json::object(); })}};
}

NodeFacts facts_from_json(const std::string& text) {
    const json value = json::parse(text);
    NodeFacts facts;
    facts.name = value.at("name");
    facts.mode = value.at("mode") == "update" ? Mode::update : Mode::normal;
    facts.configured = value.at("configured");
    facts.current = value.at("current").get<std::map<std::string, std::string>>();
    for (const auto& [component, service] : value.at("services").items())
        facts.services[component] = {service.at("status"), service.at("version"), service.at("pid"),
                                     service.at("why")};
    facts.staged = value.at("staged").get<std::vector<std::string>>();
    if (const json& copy = value.at("copy"); !copy.is_null())
        facts.copy = cluster::NodeCopy{copy.at("file"), copy.at("snapshot-ms"),
                                       copy.at("operation"), copy.at("schema")};
    facts.free_bytes = value.at("free");
    facts.pid = value.at("pid");
    return facts;
}

} // namespace locum::installer
