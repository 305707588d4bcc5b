#include "installer/rendering.hpp"

#include "cluster/service_units.hpp"
#include "installer/accounts.hpp"

#include "cluster/shared_secrets.hpp"
#include "engine/error.hpp"
#include "installer/config_files.hpp"
#include "platform/files.hpp"

#include <algorithm>
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
    made.output = suite::render(command.output, scope, "manifest.toml");
    return made;
}

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

namespace {

// As ADDRESS:PORT has it, in URLs and in most configurations: IPv6 in brackets (RFC 3986, 3.2.2).
std::string before_port(const std::string& address) {
    return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

} // namespace

Scope base_scope(const Layout& layout, const NodeState& node, const std::string& version,
                 const std::string& component) {
    Scope scope;
    scope.variables = {{"data", node.data_folder},
                       {"etc", layout.etc()},
                       {"run", node.run_folder},
                       {"log", layout.logs()},
                       {"component.dir", layout.component(version, component)},
                       {"node.name", node.name},
                       {"node.address", before_port(node.address)},
                       {"node.address.bare", node.address},
                       {"node.mode", std::string(name(node.mode))},
                       {"suite.version", version}};
    for (const auto& [name, port] : node.ports)
        scope.variables["port." + name] = std::to_string(port);
    return scope;
}

suite::Variables variables_of(const BalancedNode& server) {
    suite::Variables variables = {{"name", server.name},
                                  {"address", before_port(server.address)},
                                  {"out", server.out ? "true" : "false"}};
    for (const auto& [name, port] : server.ports)
        variables["port." + name] = std::to_string(port);
    return variables;
}

namespace {

bool on_copy(const NodeState& node) {
    return node.mode == cluster::Mode::update && node.copy;
}

// The database that the node's server works on now.
datasource::Settings worked_on(const NodeState& node,
                               const std::optional<datasource::Settings>& settings) {
    if (!on_copy(node) && !settings)
        throw engine::Error(node.name + " has no datasource that a probe could ask");
    datasource::Settings copy;
    if (on_copy(node))
        copy.file = node.copy->file;
    return on_copy(node) ? copy : *settings;
}

void add_datasource(Scope& scope, const NodeState& node,
                    const std::optional<datasource::Settings>& settings) {
    auto& variables = scope.variables;
    variables["copy.snapshot_ms"] = std::to_string(on_copy(node) ? node.copy->snapshot_ms : 0);
    if (on_copy(node)) {
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

// For texts only that nobody else sees: configurations, headers of probes.
void add_secrets(Scope& scope, const std::map<std::string, engine::Secret>& secrets) {
    for (const auto& [name, value] : secrets)
        scope.variables["secret." + name] = value.reveal();
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
    add_secrets(scope, cluster::secrets_of(layout, version.manifest(), component));
    const engine::Secrets secrets = cluster::known_secrets(layout, version.manifest(), settings);
    std::vector<Rendered> files;
    for (const suite::Config& config : version.manifest().configs) {
        if (config.component != component)
            continue;
        Rendered file;
        file.to = suite::render(config.to, scope, "manifest.toml");
        file.content =
            suite::render(version.text(config.template_file), scope, config.template_file);
        file.mode = config.mode;
        if (accounts_declared(layout)) {
            file.owner = owner_of(node, version.manifest(), component);
            file.group = account_group(layout);
        } else if (cluster::service_manager_used(layout)) {
            for (const suite::Service& service : version.manifest().services)
                if (service.component == component)
                    if (std::string account =
                            account_in_use(layout, node, version.manifest(), service);
                        !account.empty())
                        file.readers.push_back(std::move(account));
        }
        file.secrets = secrets;
        file.candidate = file.to + candidate;
        Scope of_check = scope;
        of_check.variables["file"] = file.candidate;
        for (const std::string& word : config.check)
            file.check.push_back(suite::render(word, of_check, "manifest.toml"));
        files.push_back(std::move(file));
    }
    return files;
}

std::vector<std::string> render_words(const Layout& layout, const NodeState& node,
                                      const Manifest& manifest, const std::string& component,
                                      const std::optional<datasource::Settings>& settings,
                                      const std::vector<std::string>& words) {
    Scope scope = base_scope(layout, node, manifest.version.text(), component);
    add_datasource(scope, node, settings);
    std::vector<std::string> rendered;
    for (const std::string& word : words)
        rendered.push_back(suite::render(word, scope, "manifest.toml"));
    return rendered;
}

std::string log_file(const Layout& layout, const std::string& service) {
    return layout.logs() + "/" + service + ".log";
}

namespace {

// Those of what the component requires beside it.
std::vector<std::string> services_before(const Manifest& manifest, const std::string& component) {
    std::vector<std::string> before;
    const auto& needed = manifest.component(component)->requires_;
    for (const suite::Service& service : manifest.services)
        if (std::find(needed.begin(), needed.end(), service.component) != needed.end())
            before.push_back(service.name);
    return before;
}

} // namespace

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
        if (const auto choice = node.services.find(service.name); choice != node.services.end())
            spec.by_hand = choice->second.by_hand;
        if (cluster::service_manager_used(layout)) {
            spec.title = manifest.title;
            spec.account = account_of(node, manifest, service);
            spec.group = account_group(layout);
            spec.writeable = {node.data_folder, node.run_folder, layout.logs()};
            for (const suite::Config& config : manifest.configs)
                if (config.component == component)
                    spec.readable.push_back(suite::render(config.to, scope, "manifest.toml"));
            spec.limits = service.limits;
            spec.needs = service.after;
            spec.after = services_before(manifest, component);
            spec.allows = service.allows;
        }
        spec.stop_signal = service.stop_signal;
        spec.stop_timeout = service.stop_timeout;
        spec.capabilities = service.capabilities;
        spec.reload_signal = service.reload_signal.value_or("");
        if (service.reload_command)
            spec.reload_command = rendered(*service.reload_command, scope);
        specs.push_back(std::move(spec));
    }
    return specs;
}

std::vector<cluster::ProbeTarget>
probe_targets(const Layout& layout, const NodeState& node, const Manifest& manifest,
              const std::string& component, const std::optional<datasource::Settings>& settings) {
    Scope scope = base_scope(layout, node, manifest.version.text(), component);
    add_datasource(scope, node, settings);
    const auto rendered = [&](const std::string& text) {
        return suite::render(text, scope, "manifest.toml");
    };
    Scope of_headers = scope;
    add_secrets(of_headers, cluster::secrets_of(layout, manifest, component));
    const auto target =
        Overloaded{[&](const suite::HttpProbe& http) -> decltype(cluster::ProbeTarget::how) {
                       cluster::HttpTarget made{rendered(http.url), http.status, http.body, {}};
                       for (const auto& [name, value] : http.headers)
                           made.headers[name] =
                               engine::Secret(suite::render(value, of_headers, "manifest.toml"));
                       return made;
                   },
                   [&](const suite::TcpProbe& tcp) -> decltype(cluster::ProbeTarget::how) {
                       return cluster::TcpTarget{rendered(tcp.address)};
                   },
                   [&](const suite::Command& command) -> decltype(cluster::ProbeTarget::how) {
                       cluster::CommandTarget made{{}, rendered(command.output)};
                       for (const std::string& word : command.argv)
                           made.argv.push_back(rendered(word));
                       return made;
                   },
                   [&](const suite::SqlProbe& sql) -> decltype(cluster::ProbeTarget::how) {
                       return cluster::SqlTarget{worked_on(node, settings), sql.sql, sql.output};
                   }};
    const engine::Secrets secrets = cluster::known_secrets(layout, manifest, settings);
    std::vector<cluster::ProbeTarget> targets;
    for (const suite::Probe& probe : manifest.probes)
        if (probe.component == component)
            targets.push_back({probe.name, std::visit(target, probe.how), probe.limit,
                               probe.proves_version, secrets});
    return targets;
}

} // namespace locum::installer
