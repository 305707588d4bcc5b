// The migrations for SQLite, run for once, and the tables that they make.

#include "suite/lint_checks.hpp"
#include "suite/lint_schema.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/system_folders.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

using datasource::Kind;
using datasource::Migration;
using datasource::Schema;
using engine::Error;

namespace {

// An empty database, gone with the object.
class Scratch {
public:
    Scratch() : folder_(platform::make_scratch_folder("locum-lint-")) {
        try {
            datasource::ConnectOptions options;
            options.create = true;
            connection_ = datasource::connect_file(folder_ + "/database", options);
        } catch (...) {
            platform::remove_all(folder_);
            throw;
        }
    }
    ~Scratch() {
        connection_.reset();
        try {
            platform::remove_all(folder_);
        } catch (const Error&) {
            // What was found is worth more than a folder that is left.
        }
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    datasource::Connection& connection() { return *connection_; }
    // Without the scratch file's name, which says nothing to anybody.
    std::string told(const Error& error) const {
        std::string text = error.one_line();
        const std::string file = fmt::format(", file {}/database", folder_);
        if (const std::size_t at = text.find(file); at != std::string::npos)
            text.erase(at, file.size());
        return text;
    }

private:
    std::string folder_;
    std::unique_ptr<datasource::Connection> connection_;
};

// The part that cannot be run here; nullptr: all of it can.
const datasource::MigrationPart* obstacle(const Migration& step) {
    const auto part = std::find_if(step.run.begin(), step.run.end(), [](const auto& one) {
        return !one.argv.empty() || (!one.host_file.empty() && one.sql.empty());
    });
    return part == step.run.end() ? nullptr : &*part;
}

class Trial {
public:
    Trial(const Source& source, Remarks& remarks) :
        source_(source), engine_(source.manifest.database.engines.at(Kind::sqlite)),
        remarks_(remarks) {}

    // The schemas by version, from nothing to the suite's, as far as it can be told here.
    std::map<std::string, Schema> from_nothing() {
        Scratch scratch;
        if (!empty_is_none(scratch))
            return {};
        return walk(scratch, "");
    }

    // The way from a schema that this version does not make on its own way from nothing. False:
    // nobody here makes it.
    bool from(const std::string& version, const std::vector<Source>& older,
              std::map<std::string, Schema>& schemas) {
        Scratch scratch;
        if (!make(scratch.connection(), version, older))
            return false;
        schemas.emplace(version, read_schema(scratch.connection()));
        const std::map<std::string, Schema> walked = walk(scratch, version);
        compare(version, walked, schemas);
        schemas.insert(walked.begin(), walked.end());
        return true;
    }

    void tell_untried(const std::string& version) {
        remarks_.note(
            table_at(source_, {"compatibility"}),
            {"upgrade-untried",
             fmt::format(
                 "nothing here that makes schema {}, so the way from it to {} was not tried",
                 version, source_.manifest.schema),
             fmt::format("the suite's version that has schema {}", version),
             "name its suite.toml too: locum bundle lint OLDER NEWER"});
    }

private:
    void compare(const std::string& version, const std::map<std::string, Schema>& walked,
                 const std::map<std::string, Schema>& schemas) {
        const std::string& schema = source_.manifest.schema;
        if (!walked.contains(schema) || !schemas.contains(schema))
            return;
        for (const std::string& difference : differences(schemas.at(schema), walked.at(schema)))
            remarks_.warning(
                table_at(source_, {"database", "sqlite"}),
                {"schemas-differ",
                 fmt::format("{} in an upgraded database ({} to {}), other than in a new one",
                             difference, version, schema),
                 "the same tables and columns either way",
                 "correct the migration that makes the schema, or the one that leads to it"});
    }

    bool empty_is_none(Scratch& scratch) {
        std::string found;
        try {
            const auto version = datasource::schema_version(scratch.connection(), engine_.version);
            if (version.value_or("").empty())
                return true;
            found = fmt::format("the schema version {}", *version);
        } catch (const Error& error) {
            found = scratch.told(error);
        }
        remarks_.error(table_at(source_, {"database", "sqlite"}),
                       {"version-of-nothing",
                        fmt::format("on an empty database the version-query answers: {}", found),
                        "no row, NULL, or that there is no such table",
                        "correct version-query in [database.sqlite]"});
        return false;
    }

    Spot at(const Migration& step) const {
        const auto found = std::find_if(
            engine_.migrations.begin(), engine_.migrations.end(),
            [&](const Migration& one) { return one.from == step.from && one.to == step.to; });
        return item_at(source_, {"database", "sqlite", "migrations"},
                       static_cast<std::size_t>(found - engine_.migrations.begin()));
    }

    std::map<std::string, Schema> walk(Scratch& scratch, const std::string& from) {
        std::map<std::string, Schema> schemas;
        for (const Migration& step :
             datasource::path(engine_.migrations, from, source_.manifest.schema)) {
            if (const auto* part = obstacle(step)) {
                remarks_.note(at(step), {"migration-untried",
                                         fmt::format("{}, which cannot be run here, so the "
                                                     "migration to {} was not tried",
                                                     part->name, step.to),
                                         "migrations that are SQL of files that are here",
                                         "try them where the product is installed"});
                return schemas;
            }
            try {
                datasource::migrate(scratch.connection(), {step}, engine_.version, {});
            } catch (const Error& error) {
                remarks_.error(at(step), {"migration-fails", scratch.told(error),
                                          "a migration that runs on SQLite and leaves the version",
                                          "correct the file that is named"});
                return schemas;
            }
            schemas.emplace(step.to, read_schema(scratch.connection()));
        }
        return schemas;
    }

    // By the migrations of whichever version has them. What fails there is told of that version.
    bool make(datasource::Connection& connection, const std::string& version,
              const std::vector<Source>& older) const {
        std::vector<const Source*> makers = {&source_};
        for (auto one = older.rbegin(); one != older.rend(); ++one)
            makers.push_back(&*one);
        for (const Source* maker : makers) {
            const auto engine = maker->manifest.database.engines.find(Kind::sqlite);
            if (engine == maker->manifest.database.engines.end() ||
                !leads(engine->second, "", version))
                continue;
            const auto steps = datasource::path(engine->second.migrations, "", version);
            if (std::any_of(steps.begin(), steps.end(),
                            [](const Migration& step) { return obstacle(step) != nullptr; }))
                continue;
            try {
                datasource::migrate(connection, steps, engine->second.version, {});
                return true;
            } catch (const Error&) {
                return false;
            }
        }
        return false;
    }

    const Source& source_;
    const Engine& engine_;
    Remarks& remarks_;
};

void lint_copy_ddl(const Source& source, Remarks& remarks) {
    const Engine& engine = source.manifest.database.engines.at(Kind::sqlite);
    const auto ddl = source.texts.find(engine.copy_ddl);
    if (engine.copy_ddl.empty() || ddl == source.texts.end())
        return;
    Scratch scratch;
    try {
        scratch.connection().script(ddl->second);
    } catch (const Error& error) {
        remarks.error({engine.copy_ddl}, {"copy-ddl-fails", scratch.told(error),
                                          "SQL that makes a copy's tables", "correct it"});
    }
}

void lint_sqlite(const Source& source, const std::vector<Source>& older, Remarks& remarks) {
    if (!source.manifest.database.engines.contains(Kind::sqlite))
        return;
    Trial trial(source, remarks);
    std::map<std::string, Schema> schemas = trial.from_nothing();
    // A schema that lies on another's way has been come by, whoever makes it.
    std::vector<std::string> unmade;
    for (const std::string& from : source.manifest.upgrades_from)
        if (!schemas.contains(from) && !trial.from(from, older, schemas))
            unmade.push_back(from);
    for (const std::string& from : unmade)
        if (!schemas.contains(from))
            trial.tell_untried(from);
    lint_copy_ddl(source, remarks);
    if (schemas.contains(source.manifest.schema))
        lint_tables(source, schemas.at(source.manifest.schema), remarks);
    lint_promises(source, schemas, remarks);
}

// The same words in every version, so that it is told once.
void tell_postgresql(const Source& source, Remarks& remarks) {
    if (source.manifest.database.engines.contains(Kind::postgresql))
        remarks.note(
            table_at(source, {"database", "postgresql"}),
            {"postgresql-untried",
             "migrations for PostgreSQL, which are not run here, nor are the tables looked "
             "at that they make",
             "each of the ways tried on a PostgreSQL: there a mistake is found, and "
             "whether the copy's tables are as SQLite's",
             "install and upgrade a cluster with a test database, in CI for example; "
             "locum upgrade plan tells what stands against a copy"});
}

} // namespace

void lint_database(const Source& source, const std::vector<Source>& older, Remarks& remarks) {
    lint_sqlite(source, older, remarks);
    tell_postgresql(source, remarks);
}

} // namespace locum::suite
