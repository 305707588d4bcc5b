#include "installer/steps/network.hpp"

#include "cluster/admission.hpp"
#include "cluster/datasources.hpp"
#include "cluster/installed.hpp"
#include "cluster/membership.hpp"
#include "cluster/node_keys.hpp"
#include "cluster/peers.hpp"
#include "cluster/shared_secrets.hpp"
#include "datasource/grants.hpp"
#include "datasource/objects.hpp"
#include "engine/error.hpp"
#include "installer/installed_node.hpp"
#include "installer/migrating.hpp"
#include "installer/node_row.hpp"
#include "installer/token_file.hpp"
#include "installer/while_busy.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace locum::installer::steps {

using cluster::Layout;
using engine::NothingToUndo;
using engine::Reporter;
using engine::Step;
using engine::Undo;
using nlohmann::json;

namespace {

bool is_member(const Layout& layout) {
    return platform::exists(layout.state_file("node.json")) &&
           platform::exists(layout.state_file("node.crt"));
}

// Made once for a join and kept until it is done, so that a run that was cut off after the server
// had admitted the node is known there as the same one.
std::string joining_id(const Layout& layout) {
    const std::string file = layout.state_file("joining");
    if (!platform::exists(file))
        platform::write_file(file, platform::hex(platform::random_bytes(16)), 0600);
    return platform::read_file(file);
}

void forget_membership(const Layout& layout) {
    platform::remove_all(layout.state_file("joining"));
    platform::remove_all(layout.state_file("servers"));
    cluster::remove_membership(layout);
    platform::remove_all(layout.state_file("datasource.json"));
    cluster::end_change(layout);
    platform::remove_all(layout.state_file("node.json"));
}

std::unique_ptr<datasource::Connection> connect(const datasource::Settings& settings) {
    datasource::ConnectOptions options;
    options.create = true;
    return datasource::connect(settings, settings.locum, options);
}

// What is in the database before the suite's schema, so that the undo leaves it there.
json remembered(datasource::Connection& connection, const datasource::Settings& settings) {
    json there = json::array();
    for (const datasource::Object& object : datasource::objects(connection))
        there.push_back({object.kind, object.identity});
    return {{"objects", there}, {"rights", datasource::application_rights(connection, settings)}};
}

void restore(datasource::Connection& connection, const datasource::Settings& settings,
             const json& before) {
    std::vector<datasource::Object> there;
    for (const json& object : before.at("objects"))
        there.push_back({object.at(0), object.at(1)});
    datasource::drop_all_but(connection, there);
    const std::vector<std::string> rights = before.at("rights");
    for (const std::string& statement : datasource::application_rights(connection, settings))
        if (std::find(rights.begin(), rights.end(), statement) == rights.end())
            connection.script(statement);
}

// What the shared secrets of the new cluster are made from.
engine::Secret new_seed(const Installation& installation) {
    if (!installation.answers.keystore)
        return engine::Secret(platform::random_bytes(token::seed_bytes));
    if (installation.facts.seed.empty())
        throw engine::Error(
            fmt::format("the keystore {} was not opened", installation.answers.keystore->file))
            .remedy("run the command again");
    return installation.facts.seed;
}

} // namespace

Step create_authority(const Installation& installation) {
    const Layout& layout = installation.layout;
    std::string says = fmt::format("create the network's certificate authority and the key of {}",
                                   installation.answers.node_name);
    if (installation.answers.keystore)
        says += fmt::format("; import the keystore {}", installation.answers.keystore->file);
    return {"network/authority",
            says,
            [&layout] { return is_member(layout); },
            nullptr,
            [&installation, &layout](Reporter&) {
                const std::string cluster_id = platform::hex(platform::random_bytes(16));
                const token::Authority authority =
                    token::Authority::create(cluster_id, layout.suite);
                const token::NodeKey key = token::NodeKey::generate();
                const std::string& node = installation.answers.node_name;
                cluster::store_identity(layout,
                                        {authority.sign(key.csr(node), node, installation.roles()),
                                         key.pem(), authority.certificate_pem()});
                cluster::store_authority(layout, authority.key_pem(), token::fresh_join_secret(),
                                         new_seed(installation));
                cluster::store_datasource(layout, *installation.facts.datasource);
                const bool trial = installation.facts.datasource->kind == datasource::Kind::sqlite;
                // Last: with it this host is a node.
                cluster::store_node_state(layout, node_state(installation, cluster_id, trial));
                return "network " + token::network_fingerprint(cluster_id, authority.pin());
            },
            nullptr,
            Undo{[&layout](const std::string&) { forget_membership(layout); }}};
}

Step write_token(const Installation& installation) {
    const std::string& file = installation.answers.create_token;
    return {"network/token",
            fmt::format("write the network token to {}", file),
            [file] { return platform::exists(file); },
            nullptr,
            [&installation, file](Reporter&) {
                const token::NetworkToken token = current_token(installation.layout);
                token.store(file);
                return "fingerprint " + token.fingerprint();
            },
            nullptr,
            Undo{[file](const std::string&) { platform::remove_all(file); }}};
}

Step create_registry(const Installation& installation) {
    const Layout& layout = installation.layout;
    auto settings = [&installation] { return datasource_of(installation); };
    return {"datasource/registry",
            "create Locum's registry beside the suite's data",
            [settings, &layout, &installation] {
                const datasource::Settings known = settings();
                if (known.kind == datasource::Kind::sqlite &&
                    !platform::exists(cluster::registry_file(known)))
                    return false;
                cluster::Store store(known, layout.suite);
                // The fact that is set last: a kill may have come between the tables and the facts.
                return store.exists() && cluster::Registry(store).fact(cluster::fact::manifest) ==
                                             installation.bundle.manifest_sha256();
            },
            nullptr,
            [settings, &layout, &installation](Reporter&) {
                const datasource::Settings known = settings();
                if (known.kind == datasource::Kind::sqlite)
                    platform::make_folders(platform::parent_of(known.file), 0750);
                cluster::Store store(known, layout.suite, cluster::Store::Missing::is_made);
                if (!store.exists())
                    store.create();
                const cluster::NodeState state = cluster::load_node_state(layout);
                cluster::Registry registry(store);
                registry.set_fact(cluster::fact::cluster, state.cluster_id);
                registry.set_fact(cluster::fact::bundle_key, state.bundle_key);
                registry.set_fact(cluster::fact::version, state.version);
                registry.set_fact(cluster::fact::fence, "");
                registry.set_fact(cluster::fact::trial_machine,
                                  state.trial ? installation.facts.machine : "");
                registry.set_fact(cluster::fact::manifest, installation.bundle.manifest_sha256());
                return std::string();
            },
            nullptr,
            Undo{[settings, &layout](const std::string&) {
                const datasource::Settings known = settings();
                if (known.kind == datasource::Kind::sqlite) {
                    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
                        platform::remove_all(cluster::registry_file(known) + suffix);
                    return;
                }
                cluster::Store(known, layout.suite).destroy();
            }}};
}

Step create_schema(const Installation& installation) {
    const suite::Manifest& manifest = installation.manifest();
    auto settings = [&installation] { return datasource_of(installation); };
    auto engine = [&manifest, settings]() -> const suite::Engine& {
        return manifest.database.engines.at(settings().kind);
    };
    return {
        "datasource/schema",
        fmt::format("create the suite's schema, version {}", manifest.schema),
        [settings, engine, &manifest] {
            if (settings().kind == datasource::Kind::sqlite && !platform::exists(settings().file))
                return false;
            return datasource::schema_version(*connect(settings()), engine().version) ==
                   manifest.schema;
        },
        [settings] {
            if (settings().kind == datasource::Kind::sqlite && !platform::exists(settings().file))
                return json().dump();
            return remembered(*connect(settings()), settings()).dump();
        },
        [settings, engine, &installation, &manifest](Reporter&) {
            const datasource::Settings known = settings();
            const cluster::InstalledVersion version(installation.layout, manifest.version.text());
            const suite::Engine& filled = version.manifest().database.engines.at(known.kind);
            auto connection = connect(known);
            datasource::allow_application(*connection, known);
            datasource::migrate(
                *connection, datasource::path(filled.migrations, "", manifest.schema),
                filled.version,
                [&known](datasource::Connection& inside) {
                    datasource::name_application(inside, known);
                },
                {migration_command(installation.layout,
                                   cluster::load_node_state(installation.layout), manifest, known),
                 nullptr});
            return std::string();
        },
        nullptr,
        Undo{[settings](const std::string& memo) {
            const datasource::Settings known = settings();
            const json before = json::parse(memo);
            if (before.is_null()) { // there was no file
                for (const char* suffix : {"", "-wal", "-shm", "-journal"})
                    platform::remove_all(known.file + suffix);
                return;
            }
            restore(*connect(known), known, before);
        }}};
}

Step register_first_node(const Installation& installation) {
    const Layout& layout = installation.layout;
    auto settings = [&installation] { return datasource_of(installation); };
    return {"network/register",
            fmt::format("register {} in the registry", installation.answers.node_name),
            [settings, &layout, &installation] {
                if (!is_member(layout))
                    return false;
                cluster::Store store(settings(), layout.suite);
                for (const cluster::NodeRow& node : cluster::Registry(store).nodes())
                    if (node.name == installation.answers.node_name)
                        return true;
                return false;
            },
            nullptr,
            [settings, &layout, &installation](Reporter&) {
                const cluster::NodeState state = cluster::load_node_state(layout);
                const std::string pin =
                    token::facts_of(cluster::load_identity(layout).certificate_pem).pin;
                cluster::Store store(settings(), layout.suite);
                store.transaction([&] {
                    cluster::Registry(store).add_node(node_row(installation, state));
                    cluster::keep_key(store, state.installation_id, pin);
                });
                return std::string();
            },
            nullptr,
            Undo{[settings, &layout, &installation](const std::string&) {
                cluster::Store store(settings(), layout.suite);
                cluster::Registry(store).remove_node(installation.answers.node_name);
                cluster::forget_key(store, cluster::load_node_state(layout).installation_id);
            }}};
}

Step join_network(const Installation& installation) {
    const Layout& layout = installation.layout;
    const token::NetworkToken& token = *installation.facts.token;
    return {
        "network/join",
        fmt::format("join network {} as {}", token.fingerprint(), installation.answers.node_name),
        [&layout] { return is_member(layout); },
        nullptr,
        [&installation, &layout, &token](Reporter& reporter) {
            const token::NodeKey key = token::NodeKey::generate();
            cluster::NodeState state = node_state(installation, token.cluster_id, false);
            state.installation_id = joining_id(layout);
            // Nobody is admitted while somebody holds the lease, as another host that joins does.
            const cluster::JoinAnswer answer = while_busy(
                lease_patience,
                [&] {
                    return cluster::join(token, {layout.suite, node_row(installation, state),
                                                 key.csr(state.name),
                                                 installation.bundle.manifest_sha256()});
                },
                [&](const engine::Error& error) { reporter.note(waits(error)); });
            cluster::store_identity(layout, {answer.certificate_pem, key.pem(), answer.ca_pem});
            if (answer.datasource) {
                cluster::store_active_datasource(
                    layout, {answer.datasource_name, *answer.datasource, true});
                cluster::store_authority(layout, answer.ca_key_pem, token.join_secret,
                                         answer.suite_seed);
            } else {
                cluster::keep_secrets(layout, answer.secrets);
            }
            keep_servers(layout, token.addresses);
            state.trial = answer.trial;
            cluster::store_node_state(layout, state);
            return std::string();
        },
        nullptr,
        Undo{[&layout, &token](const std::string&) {
            if (platform::exists(layout.state_file("node.crt"))) {
                const cluster::Peers peers(layout);
                cluster::any_server(token, [&](const cluster::Address& server) {
                    peers.leave(server, joining_id(layout));
                    return std::string();
                });
            }
            forget_membership(layout);
        }}};
}

} // namespace locum::installer::steps
