#include "upgrade/modify_checks.hpp"

#include "cluster/host_files.hpp"
#include "cluster/membership.hpp"
#include "cluster/role_change.hpp"
#include "cluster/service_units.hpp"
#include "installer/checks.hpp"
#include "installer/meeting.hpp"
#include "installer/node_row.hpp"
#include "installer/requirements.hpp"
#include "platform/accounts.hpp"
#include "platform/files.hpp"
#include "suite/topology.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::upgrade {

using cluster::NodeRow;
using engine::Error;
using engine::Finding;
using engine::Severity;
using installer::Installation;
using installer::InstalledNode;
using installer::Modification;

namespace {

bool tcp(const suite::Manifest& manifest, const std::string& name) {
    return std::any_of(manifest.ports.begin(), manifest.ports.end(),
                       [&](const suite::Port& port) { return port.name == name && port.tcp; });
}

// Ports that the node has are its own, also those that go from one component to another.
void look_at_ports(installer::Facts& facts, const Modification& change,
                   const suite::Manifest& manifest) {
    const std::string& address = change.after.address;
    std::set<std::uint16_t> own{change.before.agent_port};
    for (const auto& [name, number] : change.before.ports)
        own.insert(number);
    const auto look = [&](const std::string& name, std::uint16_t number, bool listens) {
        facts.ports.push_back({name, number,
                               listens && !own.contains(number)
                                   ? platform::listener(address, number)
                                   : std::nullopt});
    };
    look("agent", change.after.agent_port, true);
    installer::PortNumbers fresh;
    for (const auto& [name, number] : change.after.ports) {
        look(name, number, tcp(manifest, name));
        if (!own.contains(number))
            fresh[name] = number;
    }
    facts.surroundings = installer::look_around(manifest, change.added, address, fresh);
}

installer::Facts facts_of(const ModifyRequest& request, const InstalledNode& node,
                          const Modification& change, const suite::Manifest& manifest) {
    const cluster::Layout& layout = node.layout;
    installer::Facts facts;
    facts.host = platform::host_name();
    facts.machine = platform::machine_id();
    facts.root = platform::is_root();
    facts.root_folder = layout.root;
    facts.data_folder = node.state.data_folder;
    facts.run_folder = node.state.run_folder;
    facts.here = installer::look_at_host(layout, facts.data_folder);
    for (const std::string& folder : {layout.product(), layout.etc(), layout.state()})
        if (!platform::writeable(folder))
            facts.unwriteable.push_back(folder);
    facts.node = node.state;
    facts.unpacked = change.kept;
    if (const auto record = installer::load_firewall(layout); record && record->manage)
        facts.firewall = installer::firewall_in_force(layout);
    facts.host_files = cluster::check_host_files(manifest, change.added);
    if (request.answers && cluster::service_manager_used(layout))
        for (const auto& [service, choice] : request.answers->services)
            if (!choice.account.empty() && !platform::account_exists(choice.account))
                facts.missing_accounts.push_back(choice.account);
    look_at_ports(facts, change, manifest);
    return facts;
}

// What is typed to change a selection is not an answer.
void say_how(std::vector<Finding>& findings) {
    for (Finding& finding : findings)
        if (finding.name == "component-unknown" || finding.name == "component-requires" ||
            finding.name == "component-system" || finding.name == "topology")
            finding.remedy = "choose other components for --add and --remove (locum bundle inspect "
                             "BUNDLE shows what goes together)";
}

cluster::RoleChange role_change(const ModifyRequest& request, const Modification& change,
                                const Installation& installation) {
    const auto identity = cluster::load_identity(installation.layout);
    return {installer::row_of(installation.manifest(), change.after, installation.facts.machine),
            token::NodeKey::from_pem(identity.key_pem).csr(change.before.name),
            installation.bundle.manifest_sha256(),
            request.token ? request.token->join_secret : engine::Secret()};
}

void add_needs(const std::string& name, std::vector<cluster::Reach> needs,
               const std::vector<cluster::Reach>& before, Modifying& told) {
    std::erase_if(needs, [&](const cluster::Reach& one) {
        return std::find(before.begin(), before.end(), one) != before.end();
    });
    for (Finding& finding :
         installer::reach_findings(name + " (this host)", cluster::unreached(needs)))
        told.findings.push_back(std::move(finding));
}

// With a datasource: the registry says what the others have.
void check_in_registry(const InstalledNode& node, const Modification& change,
                       const Installation& installation, Modifying& told) {
    const suite::Manifest& manifest = installation.manifest();
    const NodeRow after = installer::row_of(manifest, change.after, installation.facts.machine);
    std::vector<NodeRow> rows{after};
    std::vector<installer::Components> others;
    for (const NodeRow& row : node.cluster.nodes)
        if (row.name != after.name) {
            rows.push_back(row);
            others.push_back(row.components);
        }
    for (const cluster::Unmet& one : cluster::unmet(manifest, rows))
        told.findings.push_back(
            {"component-requires", Severity::error,
             fmt::format("{} on {} without {} in the cluster", one.component, one.node, one.needed),
             one.needed + " on one of its nodes", ""});
    if (const std::string all = cluster::mixed(manifest, rows); !all.empty())
        told.findings.push_back(
            {"topology", Severity::error, fmt::format("{} in the cluster", all),
             "components of one topology for all nodes: " + suite::topologies_text(manifest), ""});
    for (Finding& finding : installer::advice_findings(manifest, change.after.components, others))
        told.findings.push_back(std::move(finding));
    const NodeRow before = installer::row_of(manifest, change.before, installation.facts.machine);
    add_needs(after.name, cluster::needs_of(after, rows, manifest, *node.datasource),
              cluster::needs_of(before, rows, manifest, *node.datasource), told);
}

void check_with_server(const ModifyRequest& request, const Modification& change,
                       const Installation& installation, Modifying& told) {
    try {
        cluster::Introduction met;
        cluster::any_server(*installation.facts.token, [&](const cluster::Address& server) {
            met = cluster::may_change_roles(installation.layout, server,
                                            role_change(request, change, installation));
            return std::string();
        });
        add_needs(change.before.name, met.needs, {}, told);
    } catch (const Error& error) {
        if (error.kind() == engine::Kind::refused)
            told.findings.push_back({"admission", Severity::error, error.one_line(),
                                     "a cluster that lets this node be so", error.remedy()});
        else
            told.not_admitted = error;
    }
}

} // namespace

Installation installation_of(const ModifyRequest& request, const InstalledNode& node,
                             const Modification& change, const suite::Bundle& bundle,
                             const token::NetworkToken& token) {
    installer::Answers answers;
    if (request.answers)
        answers = *request.answers;
    else
        answers.file = "the answers (--answers FILE)";
    answers.suite = node.state.suite;
    answers.trusted_key = node.state.bundle_key;
    answers.licence_accepted = true; // for the whole suite, when it was installed
    answers.node_name = node.state.name;
    answers.address = node.state.address;
    answers.agent_port = node.state.agent_port;
    answers.components = change.after.components;
    answers.create_token.clear();
    answers.datasource.reset();
    answers.ports = change.after.ports;
    Installation installation{node.layout, std::move(answers), bundle,
                              facts_of(request, node, change, bundle.manifest()), node.program};
    installation.facts.token = token;
    installation.facts.token->suite = node.state.suite;
    return installation;
}

void check(const ModifyRequest& request, const InstalledNode& node, const Modification& change,
           const Installation& installation, Modifying& told) {
    told.findings =
        installer::preflight(installation.answers, installation.manifest(), installation.facts);
    if (const auto record = installer::load_firewall(node.layout); record && request.answers)
        for (Finding& finding :
             installer::unused_firewall_answers(change, *record, request.answers->firewall))
            told.findings.push_back(std::move(finding));
    // What the operator wrote for this suite's other nodes is judged as it stands there.
    if (node.datasource)
        check_in_registry(node, change, installation, told);
    else
        check_with_server(request, change, installation, told);
    say_how(told.findings);
    told.findings = installer::demoted(std::move(told.findings), request.ignored);
}

} // namespace locum::upgrade
