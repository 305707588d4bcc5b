#include "installer/rendering.hpp"

#include "platform/files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::installer {

using cluster::Layout;
using cluster::NodeState;
using nlohmann::json;
using suite::Manifest;
using suite::Scope;

std::string to_json(const std::vector<BalancedNode>& servers) {
    json list = json::array();
    for (const BalancedNode& server : servers)
        list.push_back({{"name", server.name},
                        {"address", server.address},
                        {"ports", server.ports},
                        {"out", server.out}});
    return list.dump();
}

std::vector<BalancedNode> balanced_from_json(const std::string& text) {
    std::vector<BalancedNode> servers;
    for (const json& server : json::parse(text))
        servers.push_back({server.at("name"), server.at("address"),
                           server.at("ports").get<std::map<std::string, std::uint16_t>>(),
                           server.at("out")});
    return servers;
}

std::vector<BalancedNode> balanced(const std::vector<cluster::NodeRow>& nodes,
                                   const Manifest& manifest) {
    std::vector<BalancedNode> servers;
    for (const cluster::NodeRow& node : nodes)
        if (manifest.balancing && node.has(manifest.balancing->server))
            servers.push_back({node.name, node.address, node.ports, node.out});
    std::sort(servers.begin(), servers.end(),
              [](const BalancedNode& a, const BalancedNode& b) { return a.name < b.name; });
    return servers;
}

std::map<std::string, std::uint16_t> ports_of(const Manifest& manifest,
                                              const std::vector<std::string>& components,
                                              const std::map<std::string, std::uint16_t>& answers) {
    auto selected = [&](const std::string& component) {
        return std::find(components.begin(), components.end(), component) != components.end();
    };
    std::map<std::string, std::uint16_t> ports;
    for (const suite::Port& port : manifest.ports) {
        if (!selected(port.component))
            continue;
        if (auto own = answers.find(port.name); own != answers.end()) {
            ports[port.name] = own->second;
            continue;
        }
        for (const suite::PortChoice& choice : port.choices) {
            if (choice.when.empty() || selected(choice.when)) {
                ports[port.name] = choice.port;
                break;
            }
        }
    }
    return ports;
}

suite::Command rendered(const suite::Command& command, const Scope& scope) {
    suite::Command made = command;
    for (std::string& word : made.argv)
        word = suite::render(word, scope, "manifest.toml");
    return made;
}

Scope base_scope(const Layout& layout, const NodeState& node, const std::string& version,
                 const std::string& component) {
    Scope scope;
    scope.variables = {{"data", node.data_folder},
                       {"etc", layout.etc()},
                       {"run", node.run_folder},
                       {"log", layout.logs()},
                       {"component.dir", layout.component(version, component)},
                       {"node.name", node.name},
                       {"node.address", node.address},
                       {"node.mode", std::string(name(node.mode))},
                       {"suite.version", version}};
    for (const auto& [name, port] : node.ports)
        scope.variables["port." + name] = std::to_string(port);
    return scope;
}

suite::Variables variables_of(const BalancedNode& server) {
    suite::Variables variables = {
        {"name", server.name}, {"address", server.address}, {"out", server.out ? "true" : "false"}};
    for (const auto& [name, port] : server.ports)
        variables["port." + name] = std::to_string(port);
    return variables;
}

namespace {

void add_datasource(Scope& scope, const NodeState& node,
                    const std::optional<datasource::Settings>& settings) {
    auto& variables = scope.variables;
    const bool on_copy = node.mode == cluster::Mode::update && node.copy;
    variables["copy.snapshot_ms"] = std::to_string(on_copy ? node.copy->snapshot_ms : 0);
    if (on_copy) {
        variables["datasource"] = "sqlite";
        variables["datasource.file"] = node.copy->file;
    } else if (settings) {
        variables["datasource"] = std::string(datasource::name(settings->kind));
        variables["datasource.file"] = settings->file;
    } else {
        variables["datasource"] = "none";
        variables["datasource.file"] = "";
    }
    const datasource::Settings none;
    const datasource::Settings& known = settings ? *settings : none;
    variables["datasource.host"] = known.host;
    variables["datasource.port"] = std::to_string(known.port);
    variables["datasource.database"] = known.database;
    variables["datasource.user"] = known.application.user;
    variables["datasource.password"] = known.application.password.reveal();
}

void add_servers(Scope& scope, const std::vector<BalancedNode>& servers) {
    std::vector<suite::Variables>& list = scope.lists["servers"];
    for (const BalancedNode& server : servers)
        list.push_back(variables_of(server));
}

} // namespace

std::vector<Rendered> render_configs(const Layout& layout, const NodeState& node,
                                     const cluster::InstalledVersion& version,
                                     const std::string& component,
                                     const std::optional<datasource::Settings>& settings,
                                     const std::vector<BalancedNode>& servers) {
    Scope scope = base_scope(layout, node, version.manifest().version.text(), component);
    add_datasource(scope, node, settings);
    add_servers(scope, servers);
    std::vector<Rendered> files;
    for (const suite::Config& config : version.manifest().configs) {
        if (config.component != component)
            continue;
        Rendered file;
        file.to = suite::render(config.to, scope, "manifest.toml");
        file.content =
            suite::render(version.text(config.template_file), scope, config.template_file);
        file.mode = config.mode;
        file.candidate = file.to + ".candidate";
        Scope of_check = scope;
        of_check.variables["file"] = file.candidate;
        for (const std::string& word : config.check)
            file.check.push_back(suite::render(word, of_check, "manifest.toml"));
        files.push_back(std::move(file));
    }
    return files;
}

std::string log_file(const Layout& layout, const std::string& service) {
    return layout.logs() + "/" + service + ".log";
}

std::vector<cluster::ServiceSpec> service_specs(const Layout& layout, const NodeState& node,
                                                const Manifest& manifest,
                                                const std::string& component) {
    const std::string version = manifest.version.text();
    const Scope scope = base_scope(layout, node, version, component);
    std::vector<cluster::ServiceSpec> specs;
    for (const suite::Service& service : manifest.services) {
        if (service.component != component)
            continue;
        cluster::ServiceSpec spec;
        spec.name = service.name;
        spec.component = component;
        spec.version = version;
        for (const std::string& argument : service.argv)
            spec.argv.push_back(suite::render(argument, scope, "manifest.toml"));
        for (const auto& [name, value] : service.environment)
            spec.environment[name] = suite::render(value, scope, "manifest.toml");
        spec.log_file = log_file(layout, service.name);
        spec.stop_signal = service.stop_signal;
        spec.stop_timeout = service.stop_timeout;
        spec.reload_signal = service.reload_signal.value_or("");
        if (service.reload_command)
            spec.reload_command = rendered(*service.reload_command, scope);
        specs.push_back(std::move(spec));
    }
    return specs;
}

std::vector<cluster::ProbeTarget> probe_targets(const Layout& layout, const NodeState& node,
                                                const Manifest& manifest,
                                                const std::string& component) {
    const Scope scope = base_scope(layout, node, manifest.version.text(), component);
    std::vector<cluster::ProbeTarget> targets;
    for (const suite::Probe& probe : manifest.probes) {
        if (probe.component != component)
            continue;
        cluster::ProbeTarget target;
        target.name = probe.name;
        if (const auto* http = std::get_if<suite::HttpProbe>(&probe.how)) {
            target.url = suite::render(http->url, scope, "manifest.toml");
            target.status = http->status;
            target.body = http->body;
        } else {
            target.address =
                suite::render(std::get<suite::TcpProbe>(probe.how).address, scope, "manifest.toml");
        }
        targets.push_back(std::move(target));
    }
    return targets;
}

} // namespace locum::installer
