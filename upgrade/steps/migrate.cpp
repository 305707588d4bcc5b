#include "upgrade/steps/migrate.hpp"

#include "cluster/host_files.hpp"
#include "cluster/lease.hpp"
#include "datasource/fence.hpp"
#include "engine/error.hpp"
#include "installer/migrating.hpp"
#include "upgrade/steps/productive.hpp"
#include "upgrade/steps/servers.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::upgrade::steps {

using datasource::Connection;
using engine::Error;
using engine::Irreversible;
using engine::Kind;
using engine::NothingToUndo;
using engine::Reporter;
using engine::Step;

namespace {

constexpr int migration_attempts = 5; // each waits for locks at most as long as the connection says

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
                    "version that it finds; or restore the database as it was before, then: locum "
                    "upgrade rollback --database-restored",
                    remedy, remedy.empty() ? "" : "; "));
}

// A migration with commands was begun and has not come to its end.
bool is_begun(Conductor& conductor) {
    return !conductor.registry().fact(cluster::fact::migration).empty();
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
            if (error.kind() == Kind::needs_attention)
                conductor.under_lease([&] { // part of it is committed: no way back without a backup
                    conductor.registry().set_fact(cluster::fact::migration, "a part of its SQL");
                });
            if (command)
                throw half_way(error, is_begun(conductor));
            if (!is_lock_conflict(error) || attempt == migration_attempts)
                throw;
            reporter.note(
                fmt::format("attempt {} of {}: {}", attempt, migration_attempts, error.one_line()));
        }
    }
}

} // namespace

bool is_migration(std::string_view step) {
    return step.ends_with("/migrate");
}

bool is_migrated(Conductor& conductor) {
    const Upgrade& upgrade = conductor.upgrade();
    const std::string& schema = upgrade.manifest().schema;
    const std::string found = schema_of(upgrade);
    const std::string begun = conductor.registry().fact(cluster::fact::migration);
    if (begun.empty())
        return found == schema;
    // Nothing is left to run; that it has ended is recorded by verify().
    if (found == schema && datasource::is_over(begun))
        return false;
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
        .remedy("restore the database as it was before the migration, then: locum upgrade rollback "
                "--database-restored");
}

Step migrate(Conductor& conductor, const std::string& step) {
    const std::string schema = conductor.upgrade().manifest().schema;
    return {step,
            fmt::format("migrate the productive database to schema {}", schema),
            [&conductor] { return is_migrated(conductor); },
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

} // namespace locum::upgrade::steps
