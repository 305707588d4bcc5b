#include "upgrade/steps/database.hpp"

#include "cluster/host_files.hpp"
#include "cluster/lease.hpp"
#include "datasource/backup.hpp"
#include "datasource/fence.hpp"
#include "engine/error.hpp"
#include "installer/migrating.hpp"
#include "platform/files.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::upgrade::steps {

using cluster::Mode;
using datasource::Connection;
using engine::Error;
using engine::Irreversible;
using engine::Kind;
using engine::NothingToUndo;
using engine::Reporter;
using engine::Step;
using engine::Undo;

namespace {

constexpr std::chrono::milliseconds evict_grace{10'000};
constexpr int migration_attempts = 5; // each waits for locks at most as long as the connection says

std::unique_ptr<Connection> connect(const Upgrade& upgrade) {
    datasource::ConnectOptions options;
    options.lock_timeout = std::chrono::seconds(5);
    return datasource::connect(upgrade.settings, upgrade.settings.locum, options);
}

const suite::Engine& engine_of(const Upgrade& upgrade) {
    return upgrade.manifest().database.engines.at(upgrade.settings.kind);
}

std::string schema_of(const Upgrade& upgrade) {
    return datasource::schema_version(*connect(upgrade), engine_of(upgrade).version).value_or("");
}

void lift_fence(Conductor& conductor) {
    conductor.under_lease([&] {
        datasource::unfence(*connect(conductor.upgrade()), conductor.upgrade().settings);
        conductor.registry().set_fact(cluster::fact::fence, "");
    });
}

bool knows_services(const installer::NodeFacts& facts, const std::string& component) {
    return std::any_of(facts.services.begin(), facts.services.end(),
                       [&](const auto& service) { return service.second.component == component; });
}

// Why the node cannot be counted as off the productive database; empty: it is. The node has
// acknowledged this epoch first, so that no order of an older coordinator changes the answer.
std::string not_decoupled(Conductor& conductor, const std::string& step,
                          const cluster::NodeRow& node) {
    installer::NodeFacts facts;
    try {
        engine::SilentReporter silent;
        conductor.tell(node.name, step, "acknowledge", "{}", silent);
        facts = conductor.facts(node.name);
    } catch (const Error& error) {
        return "does not answer: " + error.one_line();
    }
    const std::string server = conductor.server_component();
    if (!knows_services(facts, server))
        return "has an agent that knows nothing of its server";
    if (none_runs(facts, server))
        return "";
    if (facts.mode != Mode::update || node.mode != Mode::update)
        return "is not in update mode";
    for (const auto& [name, service] : facts.services)
        if (service.component == server && service.version != conductor.upgrade().version())
            return fmt::format("runs {} in version {}", name, service.version);
    if (!facts.copy || facts.copy->operation != conductor.upgrade().operation)
        return "has no copy of this operation";
    return "";
}

// Returns how many servers were proven; throws Error(paused) naming the first that is not.
unsigned prove_decoupled(Conductor& conductor, const std::string& step, const std::string& last) {
    unsigned proven = 0;
    for (const cluster::NodeRow& node : conductor.registry().nodes()) {
        if (!node.has_role("server") || node.name == last)
            continue;
        if (std::string why = not_decoupled(conductor, step, node); !why.empty())
            throw Error(fmt::format("{} {}", node.name, why), Kind::paused)
                .remedy(fmt::format("start its agent (locum agent start), or remove it (locum node "
                                    "remove {}), then: locum upgrade resume",
                                    node.name));
        ++proven;
    }
    return proven;
}

// Locks that others hold for a while; the migration is tried again.
bool is_lock_conflict(const Error& error) {
    const std::string_view what = error.what();
    for (std::string_view code : {"[55P03]", "[40P01]"})
        if (what.find(code) != std::string_view::npos)
            return true;
    return false;
}

// What an operator does where a chain with commands stopped.
Error half_way(Error error, bool begun) {
    if (!begun)
        return error;
    const std::string remedy = error.remedy();
    return std::move(error).remedy(
        fmt::format("{}{}mend the cause, then: locum upgrade resume, which goes on from the schema "
                    "version that it finds",
                    remedy, remedy.empty() ? "" : "; "));
}

// A migration with commands was begun and has not come to its end.
bool is_begun(Conductor& conductor) {
    return !conductor.registry().fact(cluster::fact::migration).empty();
}

bool migrated(Conductor& conductor) {
    const Upgrade& upgrade = conductor.upgrade();
    const std::string& schema = upgrade.manifest().schema;
    const std::string found = schema_of(upgrade);
    const std::string begun = conductor.registry().fact(cluster::fact::migration);
    if (begun.empty())
        return found == schema;
    if (found == schema && datasource::is_last(begun))
        return true;
    try {
        if (found != schema) {
            datasource::path(engine_of(upgrade).migrations, found, schema);
            return false;
        }
    } catch (const Error&) {
        // From there no migration leads on.
    }
    throw Error(fmt::format("the migration came as far as {}, and the schema version is {}, from "
                            "which it cannot go on to {}",
                            begun, found.empty() ? "(none)" : found, schema),
                Kind::needs_attention)
        .remedy("restore the database as it was before the migration, then: locum upgrade resume");
}

void run_migrations(Conductor& conductor, Reporter& reporter) {
    const Upgrade& upgrade = conductor.upgrade();
    suite::Manifest manifest = upgrade.manifest();
    cluster::fill_host_files(manifest, upgrade.layout); // a bundle does not hold them
    const suite::Engine& engine = manifest.database.engines.at(upgrade.settings.kind);
    const std::vector<datasource::Migration> way =
        datasource::path(engine.migrations, schema_of(upgrade), manifest.schema);
    const bool command = datasource::has_command(way);
    for (int attempt = 1;; ++attempt) {
        auto connection = connect(upgrade);
        std::string registry = cluster::registry_schema(upgrade.layout.suite) + ".";
        if (upgrade.settings.kind == datasource::Kind::sqlite) {
            // The lease is in a file of its own; the immediate transaction locks both.
            connection->execute("ATTACH $1 AS registry",
                                {cluster::registry_file(upgrade.settings)});
            registry = "registry.";
        }
        datasource::Commands commands;
        if (command) {
            commands.run = installer::migration_command(upgrade.layout,
                                                        cluster::load_node_state(upgrade.layout),
                                                        manifest, upgrade.settings);
            commands.remember = [&](Connection& inside, const std::string& part) {
                inside.execute("INSERT INTO " + registry +
                                   "fact (name, value) VALUES ($1, $2) "
                                   "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                               {std::string(cluster::fact::migration), part});
            };
        }
        try {
            datasource::migrate(
                *connection, way, engine.version,
                [&](Connection& inside) {
                    cluster::lock_epoch(inside, registry, upgrade.epoch);
                    datasource::name_application(inside, upgrade.settings);
                },
                commands);
            return;
        } catch (const Error& error) {
            if (command)
                throw half_way(error, is_begun(conductor));
            if (!is_lock_conflict(error) || attempt == migration_attempts)
                throw;
            reporter.note(
                fmt::format("attempt {} of {}: {}", attempt, migration_attempts, error.one_line()));
        }
    }
}

// Every server runs the new version, on the productive database.
void require_new_servers(Conductor& conductor, const std::string& step) {
    const Upgrade& upgrade = conductor.upgrade();
    const std::vector<std::string> services =
        upgrade.manifest().services_of(conductor.server_component());
    for (const cluster::NodeRow& node : conductor.registry().nodes()) {
        if (!node.has_role("server"))
            continue;
        std::string why;
        try {
            engine::SilentReporter silent;
            conductor.tell(node.name, step, "acknowledge", "{}", silent);
            if (!all_run(conductor.facts(node.name), services, upgrade.version()))
                why = "does not run version " + upgrade.version();
        } catch (const Error& error) {
            why = "does not answer: " + error.one_line();
        }
        if (!why.empty())
            throw Error(fmt::format("{} {}", node.name, why), Kind::paused)
                .remedy(fmt::format("bring it back, or remove it (locum node remove {}), then: "
                                    "locum upgrade resume",
                                    node.name));
    }
}

} // namespace

Step barrier(Conductor& conductor, const std::string& step, const std::string& last) {
    return {step,
            "prove that every other server works on its copy",
            [] { return false; }, // proven anew each time
            nullptr,
            [&conductor, step, last](Reporter&) {
                return fmt::format("{} proven", prove_decoupled(conductor, step, last));
            },
            nullptr,
            NothingToUndo{}};
}

Step fence(Conductor& conductor, const std::string& step) {
    return {step,
            "shut the old application out of the productive database",
            [&conductor] {
                const datasource::Settings& settings = conductor.upgrade().settings;
                // On an embedded database the registry's word is the whole fence.
                return conductor.registry().fact(cluster::fact::fence) ==
                           conductor.upgrade().operation &&
                       (settings.kind == datasource::Kind::sqlite ||
                        datasource::fenced(*connect(conductor.upgrade()), settings));
            },
            nullptr,
            [&conductor](Reporter&) {
                conductor.under_lease([&] {
                    conductor.registry().set_fact(cluster::fact::fence,
                                                  conductor.upgrade().operation);
                    datasource::fence(*connect(conductor.upgrade()), conductor.upgrade().settings);
                });
                return std::string();
            },
            nullptr,
            Undo{[&conductor](const std::string&) { lift_fence(conductor); }}};
}

Step evict(Conductor& conductor, const std::string& step) {
    return {step,
            "wait for the old application's open transactions and end its sessions",
            [&conductor] {
                return datasource::occupants(*connect(conductor.upgrade()),
                                             conductor.upgrade().settings)
                    .empty();
            },
            nullptr,
            [&conductor](Reporter&) {
                datasource::evict(*connect(conductor.upgrade()), conductor.upgrade().settings,
                                  evict_grace);
                return std::string();
            },
            nullptr,
            NothingToUndo{}};
}

Step back_up(Conductor& conductor, const std::string& step) {
    const Upgrade& upgrade = conductor.upgrade();
    const std::string file =
        fmt::format("{}/backup/{}-{}", upgrade.data_folder, upgrade.operation, upgrade.epoch) +
        (upgrade.settings.kind == datasource::Kind::sqlite ? ".sqlite" : ".dump");
    return {
        step,
        "back up the productive database and prove that the backup can be read",
        [file] { return platform::exists(file); }, // of this epoch: an older one lacks later writes
        nullptr,
        [&conductor, file](Reporter&) {
            platform::make_folders(platform::parent_of(file), 0700);
            const datasource::Backup backup =
                datasource::back_up(conductor.upgrade().settings, file);
            return fmt::format("{} on {}, {} KB; to restore it: {}", backup.file,
                               conductor.upgrade().node, backup.bytes / 1024,
                               backup.restore_command);
        },
        nullptr,
        NothingToUndo{}};
}

Step migrate(Conductor& conductor, const std::string& step) {
    const std::string schema = conductor.upgrade().manifest().schema;
    return {step,
            fmt::format("migrate the productive database to schema {}", schema),
            [&conductor] { return migrated(conductor); },
            nullptr,
            [&conductor, step](Reporter& reporter) {
                const Upgrade& upgrade = conductor.upgrade();
                // Once more and under this epoch: a resumed run may come here long after the
                // barrier.
                prove_decoupled(conductor, step, "");
                if (auto left = datasource::occupants(*connect(upgrade), upgrade.settings);
                    !left.empty())
                    throw Error(fmt::format("the old application is in the database still: {}",
                                            left.front()),
                                Kind::paused)
                        .remedy("end it, then: locum upgrade resume");
                run_migrations(conductor, reporter);
                return std::string();
            },
            [&conductor, schema] {
                if (std::string found = schema_of(conductor.upgrade()); found != schema)
                    throw Error(fmt::format("after the migration the schema is {}, expected {}",
                                            found, schema));
                if (is_begun(conductor)) // by a run that was cut off behind the last part
                    conductor.under_lease(
                        [&] { conductor.registry().set_fact(cluster::fact::migration, ""); });
            },
            Irreversible{
                fmt::format("the old version cannot work on schema {}; from here on only forward",
                            schema),
                [&conductor] { return is_begun(conductor); }}};
}

Step migrate_in_use(Conductor& conductor, const std::string& step, InPlace order) {
    const suite::Manifest& to = conductor.upgrade().manifest();
    const std::string schema = to.schema;
    const bool old_works = to.old_binary_on_new_schema == suite::Compatibility::works;
    Step made = migrate(conductor, step);
    made.says += ", while the servers work on it";
    made.apply = [&conductor, step, order, schema, old_works](Reporter& reporter) {
        const Upgrade& upgrade = conductor.upgrade();
        if (order == InPlace::servers_first)
            require_new_servers(conductor, step);
        // Before the schema is there: an old server that starts just then asks whether it may.
        if (old_works)
            conductor.under_lease([&] {
                conductor.registry().set_fact(cluster::fact::bears,
                                              upgrade.old_version() + " " + schema);
            });
        run_migrations(conductor, reporter);
        return std::string();
    };
    // The old version works on it; but a command that was begun leaves what no version works on.
    if (old_works && !datasource::has_command(engine_of(conductor.upgrade()).migrations))
        made.undo = NothingToUndo{};
    return made;
}

Step unfence(Conductor& conductor, const std::string& step) {
    return {step,
            "let the new application into the productive database",
            [&conductor] { return conductor.registry().fact(cluster::fact::fence).empty(); },
            nullptr,
            [&conductor](Reporter&) {
                lift_fence(conductor);
                return std::string();
            },
            nullptr,
            NothingToUndo{}};
}

Step publish_version(Conductor& conductor, const std::string& step) {
    return {step,
            fmt::format("record that the cluster runs version {}", conductor.upgrade().version()),
            [&conductor] {
                return conductor.registry().fact(cluster::fact::manifest) ==
                       conductor.upgrade().manifest_sha256;
            },
            nullptr,
            [&conductor](Reporter&) {
                conductor.under_lease([&] {
                    conductor.registry().set_fact(cluster::fact::version,
                                                  conductor.upgrade().version());
                    conductor.registry().set_fact(cluster::fact::manifest,
                                                  conductor.upgrade().manifest_sha256);
                });
                return std::string();
            },
            nullptr,
            NothingToUndo{}};
}

} // namespace locum::upgrade::steps
