#include "installer/facts.hpp"
#include "installer/firewall.hpp"

#include "cluster/clock.hpp"
#include "engine/contains.hpp"
#include "installer/payload_names.hpp"
#include "installer/requirements.hpp"
#include "suite/systems.hpp"
#include "suite/topology.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>

namespace locum::installer {

using engine::Finding;
using engine::Severity;
using suite::Manifest;

namespace {

bool selected(const Answers& answers, const std::string& component) {
    return std::find(answers.components.begin(), answers.components.end(), component) !=
           answers.components.end();
}

void check_selection(const Answers& answers, const Manifest& manifest,
                     std::vector<Finding>& findings) {
    std::vector<std::string> names;
    std::vector<std::string> offered;
    for (const suite::Component& component : manifest.components) {
        names.push_back(component.name);
        if (suite::is_offered(manifest, component.name))
            offered.push_back(component.name);
    }
    bool server = false;
    for (const std::string& name : answers.components) {
        const suite::Component* component = manifest.component(name);
        if (!component) {
            findings.push_back({"component-unknown", Severity::error, "component " + name,
                                fmt::format("one of {}", fmt::join(names, ", ")),
                                "correct components in " + answers.file});
            continue;
        }
        server = server || component->role == suite::Role::server;
        if (!suite::is_offered(manifest, name))
            findings.push_back(
                {"component-system", Severity::error,
                 fmt::format("component {} on a host of {}", name, manifest.system),
                 fmt::format("one that the bundle has for it: {}",
                             offered.empty() ? "none"
                                             : fmt::format("{}", fmt::join(offered, ", "))),
                 fmt::format("take {} out of components in {}, or install it on a host of another "
                             "system (locum bundle inspect BUNDLE shows which)",
                             name, answers.file)});
        for (const std::string& needed : component->requires_)
            if (!selected(answers, needed))
                findings.push_back({"component-requires", Severity::error,
                                    name + " without " + needed, needed + " on the same host",
                                    "add " + needed + " to components"});
    }
    // A further node's are the cluster's to say: it is asked (installer/install.cpp).
    if (!answers.create_token.empty())
        for (const std::string& name : answers.components)
            if (const suite::Component* component = manifest.component(name))
                for (const std::string& needed : component->cluster_requires)
                    if (!selected(answers, needed))
                        findings.push_back({"component-requires", Severity::error,
                                            name + " without " + needed + " in the cluster",
                                            needed + " in the cluster before it",
                                            "add " + needed + " to components"});
    if (!server && !answers.create_token.empty())
        findings.push_back({"server-first", Severity::error, "a first node without a server",
                            "a server: it creates the cluster", "install a server first"});
    for (Finding& finding : payload_name_findings(manifest, answers.components))
        findings.push_back(std::move(finding));
    if (!suite::topology_of(manifest, answers.components))
        findings.push_back({"topology", Severity::error,
                            fmt::format("components {}", fmt::join(answers.components, ", ")),
                            "components of one topology: " + suite::topologies_text(manifest),
                            "correct components in " + answers.file});
    for (const auto& [name, port] : answers.ports)
        if (std::none_of(manifest.ports.begin(), manifest.ports.end(),
                         [&](const suite::Port& known) { return known.name == name; }))
            findings.push_back({"port-unknown", Severity::error, "ports." + name,
                                "a port of the manifest", "correct [ports] in " + answers.file});
    if (answers.suite != manifest.name)
        findings.push_back({"suite", Severity::error, "answers for " + answers.suite,
                            "answers for " + manifest.name, "use the right bundle or answers"});
    if (answers.keystore && !answers.keystore->warning_accepted)
        findings.push_back(
            {"keystore-warning", Severity::error, "keystore.warning-accepted = false",
             fmt::format("the warning accepted: {}", keystore_warning),
             "set warning-accepted = true, or leave [keystore] out of " + answers.file});
    if (!manifest.licence.empty() && !answers.licence_accepted)
        findings.push_back(
            {"licence", Severity::error, "licence-accepted = false",
             "the licence accepted (" + manifest.licence + ")",
             "read it (locum bundle inspect BUNDLE), then set licence-accepted = true"});
}

void check_host(const Answers& answers, const Manifest& manifest, const Facts& facts,
                std::vector<Finding>& findings) {
    auto add = [&findings](std::vector<Finding> more) {
        std::move(more.begin(), more.end(), std::back_inserter(findings));
    };
    add(host_findings(manifest, answers.components, facts.here));
    add(program_path_findings(
        manifest, answers.components, cluster::Layout{facts.root_folder, manifest.name}.product(),
        facts.root_folder.empty() ? "ask the vendor for a bundle with shorter paths"
                                  : "give --root a folder with a shorter path"));
    Components to_unpack = answers.components;
    std::erase_if(to_unpack, [&](const std::string& component) {
        return std::find(facts.unpacked.begin(), facts.unpacked.end(), component) !=
               facts.unpacked.end();
    });
    add(disk_findings(facts.here, needs_of_installation(manifest, to_unpack, !facts.node)));
    if (facts.root || !facts.root_folder.empty()) {
        for (const std::string& folder : facts.unwriteable)
            findings.push_back(
                {"folder-writeable", Severity::error, folder + " cannot be written",
                 "a folder to write to",
                 facts.root ? "check the file system" : "choose a folder of yours for --root"});
    } else if (!facts.unwriteable.empty()) {
        findings.push_back({"privileges", Severity::error,
                            fmt::format("no right to write {}", fmt::join(facts.unwriteable, ", ")),
                            "root, since the installation is the host's own",
                            "run it as root (sudo), or give --root DIR with a folder of yours"});
    }
    for (const cluster::OtherAgent& other : facts.other_agents)
        findings.push_back(
            {"other-installation", Severity::error,
             fmt::format("{} is installed on this host already, below {} (agent: process {})",
                         manifest.name, other.root, other.pid),
             "one installation of the suite on a host",
             fmt::format("use that one (locum status --root {}), or take it away", other.root),
             true});
    const std::string socket = socket_path(manifest, answers.components, facts.run_folder);
    if (socket.size() > longest_socket_path)
        findings.push_back({"socket-path", Severity::error,
                            fmt::format("{} ({} characters)", socket, socket.size()),
                            fmt::format("at most {} characters", longest_socket_path),
                            "set a short run-directory in " + answers.file});
    auto address = [&](const std::string& found, const std::string& expected) {
        findings.push_back({"address", Severity::error, found, expected,
                            "correct node.address in " + answers.file});
    };
    if (answers.address == "0.0.0.0" || answers.address == "::")
        address("address " + answers.address,
                "the one address at which the other nodes reach this one");
    else if (!facts.address_fault.empty())
        address(fmt::format("address {}: {}", answers.address, facts.address_fault),
                "an address of this host");
    for (std::size_t i = 0; i < facts.ports.size(); ++i)
        for (std::size_t j = i + 1; j < facts.ports.size(); ++j)
            if (facts.ports[i].port == facts.ports[j].port)
                findings.push_back({"port-twice", Severity::error,
                                    fmt::format("port {} for both {} and {}", facts.ports[i].port,
                                                facts.ports[i].name, facts.ports[j].name),
                                    "a port of its own for each",
                                    "set another one in " + answers.file});
    for (const PortFact& port : facts.ports)
        if (port.taken_by)
            findings.push_back(
                {"port-taken", Severity::error,
                 fmt::format("{}:{} ({}) is taken by {} (process {})", answers.address, port.port,
                             port.name,
                             port.taken_by->program.empty() ? "a process" : port.taken_by->program,
                             port.taken_by->pid ? std::to_string(*port.taken_by->pid) : "unknown"),
                 "a free port", "stop that process, or set another port in " + answers.file});
}

void check_network(const Answers& answers, const Manifest& manifest, const Facts& facts,
                   std::vector<Finding>& findings) {
    if (facts.token_exists)
        findings.push_back({"token-exists", Severity::error, answers.create_token + " exists",
                            "no file there: a second token would not admit the first one's nodes",
                            "to join that network set token.use; else remove the file"});
    if (!facts.token_folder_writeable)
        findings.push_back({"token-folder", Severity::error,
                            "the folder of " + answers.create_token + " cannot be written",
                            "a folder to write the network token to",
                            "create it, or name another"});
    if (facts.token && facts.token->suite != manifest.name)
        findings.push_back({"token-suite", Severity::error,
                            "a network token of " + facts.token->suite, "one of " + manifest.name,
                            "use the right token"});
    if (facts.keystore && facts.keystore->suite != manifest.name)
        findings.push_back({"keystore-suite", Severity::error,
                            "a keystore of " + facts.keystore->suite, "one of " + manifest.name,
                            "use the right keystore"});
    if (!facts.database)
        return;
    const DatabaseFacts& database = *facts.database;
    if (database.version_num != 0) {
        const auto engine = manifest.database.engines.find(datasource::Kind::postgresql);
        if (engine != manifest.database.engines.end())
            for (Finding& finding : database_version_findings(engine->second, database.version_num))
                findings.push_back(std::move(finding));
        for (Finding& finding :
             cluster::clock_findings({{answers.node_name + " (this host)", false, 0, ""},
                                      cluster::database_clock(database.clock_ahead_ms)}))
            findings.push_back(std::move(finding));
    }
    if (!database.reachable) {
        findings.push_back({"datasource", Severity::error, database.why_not,
                            "a database that Locum's account can use",
                            database.remedy.empty() ? "correct [datasource] in " + answers.file
                                                    : database.remedy});
        return;
    }
    if (database.registry)
        findings.push_back(
            {"registry-exists", Severity::error, "this database belongs to a cluster already",
             "an empty database for a new cluster",
             "join that cluster with its token (token.use), or use another database"});
    else if (database.schema == manifest.schema)
        findings.push_back({"datasource-kept-data", Severity::error,
                            fmt::format("data of {} in the database, schema version {}, and no "
                                        "cluster that works on it",
                                        manifest.name, manifest.schema),
                            "an empty database for a new cluster",
                            "to take up what an uninstallation left: --ignore "
                            "datasource-kept-data; else use another database",
                            true});
    else if (!database.objects.empty())
        findings.push_back({"datasource-foreign-schema", Severity::error,
                            fmt::format("{} objects in the database: {}", database.objects.size(),
                                        fmt::join(database.objects, ", ")),
                            "an empty database", "use another database, or drop these"});
}

void check_services(const Answers& answers, const Manifest& manifest, const Facts& facts,
                    std::vector<Finding>& findings) {
    for (const auto& [name, choice] : answers.services)
        if (std::none_of(manifest.services.begin(), manifest.services.end(),
                         [&](const suite::Service& service) { return service.name == name; }))
            findings.push_back({"service-unknown", Severity::error,
                                fmt::format("[services.{}] in the answers", name),
                                "a service of the bundle", "correct " + answers.file});
    for (const std::string& account : facts.missing_accounts)
        findings.push_back({"service-account", Severity::error,
                            fmt::format("no account {} on this host", account),
                            "the account that the answers name for a service",
                            fmt::format("create it, or correct [services] in {}", answers.file)});
    for (const platform::ServiceTrouble& trouble : facts.service_troubles) {
        findings.push_back({"service-manager", Severity::error, trouble.found,
                            "a service that can be installed and started", trouble.remedy});
        if (!trouble.certain)
            findings.back().severity = Severity::warning;
    }
}

} // namespace

std::string socket_path(const Manifest& manifest, const std::vector<std::string>& components,
                        const std::string& run_folder) {
    if (!manifest.balancing || manifest.balancing->driver != suite::BalancerDriver::haproxy ||
        !engine::contains(components, manifest.balancing->component))
        return "";
    // The longest name that is made from it while HAProxy starts.
    return run_folder + "/haproxy.sock";
}

std::vector<Finding> selection_findings(const Answers& answers, const Manifest& manifest) {
    Answers whole = answers;
    whole.components = suite::completed(manifest, answers.components);
    std::vector<Finding> findings;
    check_selection(whole, manifest, findings);
    check_services(whole, manifest, {}, findings);
    for (const Finding& finding : firewall_findings(whole.firewall, manifest))
        findings.push_back(finding);
    return findings;
}

std::vector<Finding> preflight(const Answers& answers, const Manifest& manifest,
                               const Facts& facts) {
    std::vector<Finding> findings;
    check_selection(answers, manifest, findings);
    check_host(answers, manifest, facts, findings);
    check_network(answers, manifest, facts, findings);
    PortNumbers ports;
    for (const PortFact& port : facts.ports)
        ports[port.name] = port.port;
    const auto around =
        surroundings_findings(manifest, answers.components, ports, facts.surroundings);
    findings.insert(findings.end(), around.begin(), around.end());
    check_services(answers, manifest, facts, findings);
    for (const Finding& finding : firewall_findings(answers.firewall, manifest))
        findings.push_back(finding);
    findings.insert(findings.end(), facts.firewall_hindrances.begin(),
                    facts.firewall_hindrances.end());
    if (facts
            .database) // a further node's is told with the cluster's others (installer/meeting.cpp)
        for (Finding& finding : advice_findings(manifest, answers.components, {}))
            findings.push_back(std::move(finding));
    findings.insert(findings.end(), facts.grants.begin(), facts.grants.end());
    findings.insert(findings.end(), facts.host_files.begin(), facts.host_files.end());
    return findings;
}

} // namespace locum::installer
