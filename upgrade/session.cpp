#include "upgrade/session.hpp"

#include "cluster/departure.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/outcome.hpp"
#include "upgrade/course.hpp"
#include "upgrade/requirements.hpp"
#include "upgrade/steps/migrate.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::upgrade {

using cluster::OperationState;
using engine::Error;
using engine::Kind;
using nlohmann::json;

std::string to_json(const Inputs& inputs) {
    json value = {{"mode", name(inputs.mode)},   {"host-by-host", inputs.host_by_host},
                  {"from", inputs.from},         {"to", inputs.to},
                  {"manifest", inputs.manifest}, {"servers", inputs.servers},
                  {"schema", inputs.schema},     {"agents", inputs.agents}};
    if (const auto& carrier = inputs.carrier)
        value["carrier"] = {{"file", carrier->file},
                            {"manifest", carrier->manifest},
                            {"version", carrier->version},
                            {"mode", carrier->mode ? name(*carrier->mode) : ""},
                            {"ignored", carrier->ignored}};
    return value.dump();
}

Inputs inputs_from_json(const std::string& text) {
    const json value = json::parse(text);
    Inputs inputs;
    inputs.mode = upgrade_mode(value.at("mode").get<std::string>());
    inputs.host_by_host = value.at("host-by-host");
    inputs.from = value.at("from");
    inputs.to = value.at("to");
    inputs.manifest = value.at("manifest");
    inputs.servers = value.at("servers").get<std::vector<std::string>>();
    inputs.schema = value.value("schema", "");                         // Locum 0.1 had none
    inputs.agents = value.value("agents", std::vector<std::string>{}); // likewise
    if (value.contains("carrier")) {
        const json& carrier = value.at("carrier");
        const std::string mode = carrier.at("mode");
        const auto text_of = [&](const char* key) { return carrier.at(key).get<std::string>(); };
        inputs.carrier = Carrier{text_of("file"), text_of("manifest"), text_of("version"),
                                 mode.empty() ? std::nullopt : std::optional(upgrade_mode(mode)),
                                 carrier.at("ignored").get<std::vector<std::string>>()};
    }
    return inputs;
}

namespace {

datasource::Settings require_datasource(const cluster::Layout& layout) {
    std::optional<datasource::Settings> settings = cluster::load_datasource(layout);
    if (!settings)
        throw Error("this node runs no server, so it holds no datasource", Kind::refused)
            .remedy("run the command on a node with a server (locum node list)");
    return *settings;
}

} // namespace

Session::Session(const cluster::Layout& layout) :
    layout_(layout), settings_(require_datasource(layout)), node_(cluster::load_node_state(layout)),
    store_(settings_, layout.suite), peers_(layout) {
    // The others' agents refuse a removed node: as if they were silent, and to be removed.
    cluster::require_not_removed(store_, layout_, node_);
    store_.bear_outages(outage_patience);
}

ClusterFacts Session::facts(const suite::Manifest& to) {
    return gather_for(to, false);
}

ClusterFacts Session::facts_before(const suite::Manifest& to) {
    return gather_for(to, true);
}

ClusterFacts Session::gather_for(const suite::Manifest& to, bool before) {
    const cluster::InstalledVersion current(layout_, node_.version);
    const Sources from{layout_, settings_, current.manifest(),
                       to,      peers_,    node_.data_folder + "/backup"};
    ClusterFacts facts = gather(from);
    facts.coordinator_node = node_.name;
    if (before)
        ask_hosts(from, facts);
    return facts;
}

suite::Bundle Session::open(const std::string& file) const {
    suite::Bundle bundle = suite::Bundle::open(file, suite::PublicKey::parse(node_.bundle_key));
    suite::require_suite(bundle.manifest(), layout_.suite);
    return bundle;
}

Upgrade Session::upgrade() {
    Upgrade upgrade;
    upgrade.layout = layout_;
    upgrade.node = node_.name;
    upgrade.settings = settings_;
    upgrade.data_folder = node_.data_folder;
    upgrade.from = cluster::Registry(store_).fact(cluster::fact::version);
    return upgrade;
}

Upgrade Session::upgrade(const suite::Bundle& bundle) {
    Upgrade upgrade = this->upgrade();
    upgrade.bundle_file = bundle.file();
    upgrade.to = bundle.manifest();
    upgrade.manifest_sha256 = bundle.manifest_sha256();
    return upgrade;
}

Upgrade Session::upgrade(const std::string& bundle, const std::optional<std::string>& version) {
    if (!bundle.empty())
        return upgrade(open(bundle));
    Upgrade upgrade = this->upgrade();
    const std::string to = version.value_or("");
    if (to.empty() || !platform::exists(layout_.version(to) + "/.suite/manifest.toml"))
        throw Error(fmt::format("version {} is not unpacked on this node", to), Kind::usage)
            .remedy("name the bundle as the command's argument");
    const cluster::InstalledVersion installed(layout_, to);
    upgrade.to = installed.manifest();
    upgrade.manifest_sha256 = installed.manifest_sha256();
    return upgrade;
}

namespace {

// "node-1", "node-1.last", "node-1.return", "node-1.balancer", "node-1:console".
bool is_part_of(std::string_view group, const std::string& node) {
    if (!group.starts_with(node))
        return false;
    const std::string_view rest = group.substr(node.size());
    return rest.empty() || rest == last_group || rest == return_group || rest == ".balancer" ||
           rest.starts_with(':');
}

// Nothing that the operation did to the cluster is left: then it is over. What was staged beside
// the running version does not count.
bool nothing_left(const engine::Journal& journal, const std::string& operation) {
    for (const auto& [step, state] : engine::states(journal.records(operation)))
        if (state.begun && engine::group_of(step) != "stage")
            return false;
    return true;
}

// What was done on a node that was removed since stays done there; a fence is nobody's.
void require_nothing_left(const engine::Journal& journal, cluster::Store& store,
                          const std::string& operation, const std::vector<std::string>& nodes) {
    std::vector<std::string> left;
    if (cluster::Registry(store).fact(cluster::fact::fence) == operation)
        left.push_back("the fence of the productive database");
    for (const auto& [step, state] : engine::states(journal.records(operation)))
        if (state.begun && std::any_of(nodes.begin(), nodes.end(), [&](const std::string& node) {
                return is_part_of(engine::group_of(step), node);
            }))
            left.push_back(step);
    if (!left.empty())
        throw Error(fmt::format("rolled back in part; left: {}", fmt::join(left, ", ")),
                    Kind::needs_attention)
            .remedy("please report this, with what `locum upgrade status` says");
}

// After the migration only forward is offered. Whoever gives the new version up all the same needs
// the backup; empty: the database is not migrated yet, or cannot be asked.
std::string needed_backup(const engine::Journal& journal, cluster::Store& store,
                          const std::string& operation) {
    try {
        const std::vector<engine::Record> records = journal.records(operation);
        const bool migrated =
            !cluster::Registry(store).fact(cluster::fact::migration).empty() ||
            std::any_of(records.begin(), records.end(), [](const engine::Record& record) {
                return record.mark == engine::Mark::done && steps::is_migration(record.step);
            });
        return migrated ? backup_of_before(journal, operation) : "";
    } catch (const Error&) {
        return ""; // the step's own error says more
    }
}

// A step knows what was wrong; how the operation goes on is the same for all.
std::string going_on(const std::string& remedy) {
    for (std::string_view told : {"locum upgrade resume", "locum upgrade rollback"})
        if (remedy.find(told) != std::string::npos)
            return remedy;
    return (remedy.empty() ? "mend what is said above" : remedy) + "; then: locum upgrade resume";
}

// How the run ended is told even where the registry cannot be written any more.
void record_failure(cluster::Operations& operations, const engine::Journal& journal,
                    const engine::Run& run, const Error& error) {
    try {
        const bool over = error.kind() != Kind::paused && error.kind() != Kind::needs_attention &&
                          nothing_left(journal, run.operation);
        operations.set_state(run.operation, run.epoch,
                             over ? OperationState::rolled_back : OperationState::paused,
                             platform::readable(error.one_line()));
    } catch (const Error&) {
        // The step's own error says more; whoever resumes finds the operation as it stands.
    }
}

// The same of a rollback. Where it has not begun, forward is still open.
void record_failure_of_rollback(cluster::Operations& operations, const engine::Run& run,
                                const Error& error) {
    const bool begun = error.kind() != Kind::refused && error.kind() != Kind::unfinished;
    try {
        operations.set_state(run.operation, run.epoch,
                             begun ? OperationState::rolling_back : OperationState::paused,
                             platform::readable(error.one_line()));
    } catch (const Error&) {
        // The step's own error says more.
    }
}

} // namespace

void require_none_open(Session& session) {
    if (const std::optional<cluster::Operation> open = session.open_operation())
        throw Error(fmt::format("operation {} ({}) is open: {}", open->id, name(open->state),
                                open->message),
                    Kind::busy)
            .remedy("locum upgrade resume, or locum upgrade rollback");
}

void drive(Session& session, const engine::Plan& plan, const engine::Run& run, Ending ending,
           const std::string& message, engine::Reporter& reporter) {
    cluster::Operations operations(session.store());
    cluster::RegistryJournal journal(session.store());
    operations.set_state(run.operation, run.epoch, OperationState::running, message);
    try {
        engine::run(plan, run, journal, reporter);
    } catch (Error& error) {
        record_failure(operations, journal, run, error);
        if (error.kind() != Kind::paused && error.kind() != Kind::needs_attention)
            throw;
        Error told = error;
        throw std::move(told).remedy(with_backup(
            going_on(error.remedy()), needed_backup(journal, session.store(), run.operation)));
    }
    operations.set_state(run.operation, run.epoch,
                         ending == Ending::done ? OperationState::done : OperationState::paused,
                         message);
}

void drive_back(Session& session, const engine::Plan& plan, const engine::Run& run,
                const std::vector<std::string>& nodes, engine::Reporter& reporter) {
    cluster::Operations operations(session.store());
    cluster::RegistryJournal journal(session.store());
    operations.set_state(run.operation, run.epoch, OperationState::rolling_back, "");
    try {
        engine::roll_back(plan, run, journal, reporter);
        require_nothing_left(journal, session.store(), run.operation, nodes);
    } catch (const Error& error) {
        record_failure_of_rollback(operations, run, error);
        throw;
    }
    operations.set_state(run.operation, run.epoch, OperationState::rolled_back,
                         "taken back on request");
}

std::vector<std::string> older_agents(const ClusterFacts& facts, const suite::Manifest& manifest) {
    std::vector<std::string> names;
    for (const NodeView& node : facts.nodes)
        if (brings_agent(manifest, node) &&
            node.facts->program->older_than(manifest.program->version))
            names.push_back(node.row.name);
    return names;
}

std::vector<std::string> all_agents(const ClusterFacts& facts, const suite::Manifest& manifest) {
    std::vector<std::string> names;
    for (const NodeView& node : facts.nodes)
        if (manifest.program && (!node.facts || brings_agent(manifest, node)))
            names.push_back(node.row.name);
    return names;
}

Order order_of(const ClusterFacts& facts, const suite::Manifest& manifest,
               std::vector<std::string> servers, const std::vector<std::string>& agents) {
    Order order;
    order.servers = std::move(servers);
    for (const NodeView& node : facts.nodes) {
        if (manifest.program &&
            std::find(agents.begin(), agents.end(), node.row.name) != agents.end())
            order.agents.push_back(node.row.name);
        order.nodes.push_back(node.row.name);
        for (const std::string& name : node.row.components) {
            const suite::Component* component = manifest.component(name);
            if (manifest.balancing && name == manifest.balancing->component)
                order.balancers.push_back(node.row.name);
            else if (component && component->role != suite::Role::server)
                order.others.emplace_back(node.row.name, name);
        }
    }
    return order;
}

} // namespace locum::upgrade
