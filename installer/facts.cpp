#include "installer/facts.hpp"

#include "cluster/clock.hpp"
#include "cluster/host_files.hpp"
#include "cluster/service_unit.hpp"
#include "cluster/service_units.hpp"
#include "cluster/store.hpp"
#include "datasource/grants.hpp"
#include "datasource/objects.hpp"
#include "datasource/schema.hpp"
#include "engine/contains.hpp"
#include "engine/error.hpp"
#include "installer/begun.hpp"
#include "installer/firewall.hpp"
#include "installer/rendering.hpp"
#include "platform/accounts.hpp"
#include "platform/files.hpp"

namespace locum::installer {

datasource::Settings settings_of(const DatasourceAnswer& answer, const std::string& data_folder,
                                 const std::string& suite) {
    datasource::Settings settings;
    settings.kind = answer.kind;
    if (answer.kind == datasource::Kind::sqlite) {
        settings.file = answer.file.empty() ? data_folder + "/" + suite + ".sqlite" : answer.file;
        return settings;
    }
    settings.host = answer.host;
    settings.port = answer.port;
    settings.database = answer.database;
    settings.application = {answer.application.user, read_secret(answer.application.password)};
    settings.locum = {answer.locum.user, read_secret(answer.locum.password)};
    return settings;
}

namespace {

bool is_tcp(const suite::Manifest& manifest, const std::string& name) {
    return std::any_of(manifest.ports.begin(), manifest.ports.end(),
                       [&](const suite::Port& port) { return port.name == name && port.tcp; });
}

DatabaseFacts look_at(const datasource::Settings& settings, const suite::Manifest& manifest) {
    DatabaseFacts facts;
    auto engine = manifest.database.engines.find(settings.kind);
    if (engine == manifest.database.engines.end()) {
        facts.why_not =
            "the suite has no migrations for " + std::string(datasource::name(settings.kind));
        facts.remedy = "choose another datasource type in the answers";
        return facts;
    }
    if (settings.kind == datasource::Kind::sqlite && !platform::exists(settings.file)) {
        facts.reachable = true; // will be made
        facts.registry = platform::exists(cluster::registry_file(settings));
        return facts;
    }
    try {
        auto connection = datasource::connect(settings, settings.locum);
        facts.reachable = true;
        facts.clock_ahead_ms = cluster::database_ahead_ms(*connection);
        if (settings.kind == datasource::Kind::postgresql)
            facts.version_num = static_cast<unsigned>(
                std::stoul(connection->query("SHOW server_version_num").at(0).at(0).value()));
        for (const datasource::Object& object : datasource::objects(*connection))
            if (object.kind != "extension") // an administrator may have brought one
                facts.objects.push_back(object.kind + " " + object.identity);
        facts.schema = datasource::schema_version(*connection, engine->second.version);
        if (settings.kind == datasource::Kind::sqlite)
            facts.registry = platform::exists(cluster::registry_file(settings)) &&
                             cluster::Store(settings, manifest.name).exists();
        else
            facts.registry = cluster::Store(settings, manifest.name).exists();
    } catch (const engine::Error& error) {
        facts.reachable = false;
        facts.why_not = error.one_line();
        facts.remedy = error.remedy();
    }
    return facts;
}

void look_at_firewall(Facts& facts, const Answers& answers, const suite::Manifest& manifest,
                      const cluster::Layout& layout) {
    const std::optional<platform::Firewall> firewall = host_firewall(layout)();
    facts.firewall = firewall ? firewall->name : "";
    if (firewall && firewall->hindrances)
        facts.firewall_hindrances = firewall->hindrances(
            resolved(port_rules(manifest, ports_of(manifest, answers.components, answers.ports),
                                answers.agent_port, answers.firewall),
                     {}));
}

// Of the agent, and of the services of what is to be installed.
std::vector<platform::ServiceTrouble> service_troubles(const Answers& answers,
                                                       const suite::Manifest& manifest,
                                                       const cluster::Layout& layout) {
    std::vector<platform::ServiceTrouble> all =
        platform::service_unit_troubles(cluster::agent_unit_name(layout.suite), "");
    for (const suite::Service& service : manifest.services) {
        if (!engine::contains(answers.components, service.component))
            continue;
        const auto choice = answers.services.find(service.name);
        const std::string unit = cluster::service_unit_name(manifest.name, service.name);
        const bool chosen = choice != answers.services.end() && !choice->second.account.empty();
        const auto troubles = platform::service_unit_troubles(
            unit, chosen ? choice->second.account : platform::own_account_of(unit));
        all.insert(all.end(), troubles.begin(), troubles.end());
    }
    return all;
}

} // namespace

Facts gather_facts(const Answers& answers, const suite::Manifest& manifest,
                   const cluster::Layout& layout) {
    Facts facts;
    facts.host = platform::host_name();
    facts.machine = platform::machine_id();
    facts.root = platform::is_root();
    facts.root_folder = layout.root;
    facts.data_folder = answers.data_directory.empty() ? layout.data() : answers.data_directory;
    facts.run_folder = answers.run_directory.empty() ? layout.run() : answers.run_directory;
    facts.here = look_at_host(layout, facts.data_folder);
    if (layout.root.empty()) // with --root several may share a host
        facts.other_agents = cluster::other_agents(layout);
    for (const std::string& folder : {layout.product(), layout.etc(), layout.state(), layout.logs(),
                                      facts.data_folder, facts.run_folder})
        if (!platform::writeable(folder))
            facts.unwriteable.push_back(folder);
    if (platform::exists(layout.state_file("node.json")))
        facts.node = cluster::load_node_state(layout);
    // What a member needs arrived with its first installation: neither token nor secrets are asked
    // for again. A node that is not whole yet goes on with them.
    const std::optional<Begun> begun = Begun::load(layout);
    if (facts.node && !(begun && begun->what == Begun::What::installation))
        return facts;
    if (cluster::service_manager_used(layout))
        for (const auto& [service, choice] : answers.services)
            if (!choice.account.empty() && !platform::account_exists(choice.account))
                facts.missing_accounts.push_back(choice.account);
    if (cluster::service_manager_used(layout))
        facts.service_troubles = service_troubles(answers, manifest, layout);
    if (layout.root.empty() && facts.root && answers.firewall.manage)
        look_at_firewall(facts, answers, manifest, layout);
    facts.host_files = cluster::check_host_files(manifest, answers.components);
    if (!answers.create_token.empty()) {
        facts.token_exists = platform::exists(answers.create_token);
        // Nothing makes the folder: the token is written last, when all else is done.
        const std::string folder = platform::parent_of(answers.create_token);
        facts.token_folder_writeable = platform::exists(folder) && platform::writeable(folder);
    } else {
        facts.token = token::NetworkToken::load(answers.use_token);
    }
    // Once the host is a node its seed is there.
    if (answers.keystore && !facts.node) {
        facts.keystore = token::Keystore::load(answers.keystore->file);
        if (facts.keystore->suite == manifest.name)
            facts.seed = engine::during("opening " + answers.keystore->file, [&] {
                return facts.keystore->open(read_secret(answers.keystore->passphrase));
            });
    }
    facts.address_fault = platform::not_own_address(answers.address);
    if (facts.address_fault.empty()) {
        facts.ports.push_back(
            {"agent", answers.agent_port, platform::listener(answers.address, answers.agent_port)});
        const auto ports = ports_of(manifest, answers.components, answers.ports);
        facts.surroundings = look_around(manifest, answers.components, answers.address, ports);
        for (const auto& [name, port] : ports)
            facts.ports.push_back({name, port,
                                   is_tcp(manifest, name)
                                       ? platform::listener(answers.address, port)
                                       : std::nullopt});
    }
    if (answers.datasource) {
        facts.datasource = settings_of(*answers.datasource, facts.data_folder, manifest.name);
        facts.database = look_at(*facts.datasource, manifest);
        if (facts.database->reachable && facts.datasource->kind != datasource::Kind::sqlite)
            facts.grants = datasource::check_grants(*facts.datasource);
    }
    return facts;
}

} // namespace locum::installer
