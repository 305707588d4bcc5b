#pragma once
// The variables of a manifest's texts on one node, and what is made from them.

#include "cluster/installed.hpp"
#include "cluster/node_state.hpp"
#include "cluster/probe.hpp"
#include "cluster/registry.hpp"
#include "cluster/services.hpp"
#include "suite/template.hpp"

namespace locum::installer {

// A server as a balancer's template sees it.
struct BalancedNode {
    std::string name;
    std::string address;
    std::map<std::string, std::uint16_t> ports;
    bool out = false; // wanted out of rotation
};
std::string to_json(const std::vector<BalancedNode>& servers);
std::vector<BalancedNode> balanced_from_json(const std::string& text);
// The servers among the registry's nodes, by name.
std::vector<BalancedNode> balanced(const std::vector<cluster::NodeRow>& nodes,
                                   const suite::Manifest& manifest);

// The ports of a host with these components: the first choice that holds, or the answers' own.
std::map<std::string, std::uint16_t> ports_of(const suite::Manifest& manifest,
                                              const std::vector<std::string>& components,
                                              const std::map<std::string, std::uint16_t>& answers);

struct Rendered {
    std::string to;
    std::string content; // holds secrets
    unsigned mode = 0640;
    std::string owner = {}; // account; empty: this process's
    std::string group = {};
    std::vector<std::string> readers = {}; // accounts that may read it, where none owns it
    std::string candidate;                 // where it is until it was checked
    std::vector<std::string> check;        // argv; empty: none
    engine::Secrets secrets;               // that may be in it
};
// The config files of a component. datasource: what the server is to work on; nullopt on a node
// without one.
std::vector<Rendered> render_configs(const cluster::Layout& layout, const cluster::NodeState& node,
                                     const cluster::InstalledVersion& version,
                                     const std::string& component,
                                     const std::optional<datasource::Settings>& settings,
                                     const std::vector<BalancedNode>& servers);

// Words of a command that has the variables of the component's templates, the lists excepted.
std::vector<std::string> render_words(const cluster::Layout& layout, const cluster::NodeState& node,
                                      const suite::Manifest& manifest, const std::string& component,
                                      const std::optional<datasource::Settings>& settings,
                                      const std::vector<std::string>& words);

std::string log_file(const cluster::Layout& layout, const std::string& service);
// The services of a component, ready to start; nothing secret in them.
std::vector<cluster::ServiceSpec> service_specs(const cluster::Layout& layout,
                                                const cluster::NodeState& node,
                                                const suite::Manifest& manifest,
                                                const std::string& component);
// settings: as for render_configs. What header values hold may be secret.
std::vector<cluster::ProbeTarget>
probe_targets(const cluster::Layout& layout, const cluster::NodeState& node,
              const suite::Manifest& manifest, const std::string& component,
              const std::optional<datasource::Settings>& settings);
// The variables of this host, without a datasource.
suite::Scope base_scope(const cluster::Layout& layout, const cluster::NodeState& node,
                        const std::string& version, const std::string& component);
// Of one server: name, address, out, port.NAME.
suite::Variables variables_of(const BalancedNode& server);
suite::Command rendered(const suite::Command& command, const suite::Scope& scope);

} // namespace locum::installer
