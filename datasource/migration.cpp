#include "datasource/migration.hpp"

#include "datasource/engines.hpp"
#include "datasource/migration_command.hpp"
#include "datasource/script.hpp"

#include <fmt/format.h>

#include <deque>

namespace locum::datasource {
namespace {

bool no_such_table(const engine::Error& error) {
    return std::string_view(error.what()).find("[42P01]") != std::string_view::npos;
}

std::string shown(const std::string& version) {
    return version.empty() ? "(none)" : version;
}

// While it lives foreign keys are not enforced on SQLite: with them on, the DROP TABLE of a rebuild
// deletes the rows of the tables that refer to it.
class WithoutForeignKeys {
public:
    explicit WithoutForeignKeys(Connection& connection) : connection_(connection) {
        connection_.script("PRAGMA foreign_keys = OFF");
    }
    ~WithoutForeignKeys() {
        sqlite3_exec(sqlite(connection_), "PRAGMA foreign_keys = ON", nullptr, nullptr, nullptr);
    }
    WithoutForeignKeys(const WithoutForeignKeys&) = delete;
    WithoutForeignKeys& operator=(const WithoutForeignKeys&) = delete;

private:
    Connection& connection_;
};

// While it lives SQLite refuses BEGIN, COMMIT, ROLLBACK and ATTACH, whatever their script looks
// like.
class WithoutTransactions {
public:
    explicit WithoutTransactions(Connection& connection) :
        database_(connection.kind() == Kind::sqlite ? sqlite(connection) : nullptr) {
        if (database_ != nullptr)
            sqlite3_set_authorizer(
                database_,
                [](void*, int action, const char*, const char*, const char*, const char*) {
                    return action == SQLITE_TRANSACTION || action == SQLITE_ATTACH ||
                                   action == SQLITE_DETACH
                               ? SQLITE_DENY
                               : SQLITE_OK;
                },
                nullptr);
    }
    ~WithoutTransactions() {
        if (database_ != nullptr)
            sqlite3_set_authorizer(database_, nullptr, nullptr);
    }
    WithoutTransactions(const WithoutTransactions&) = delete;
    WithoutTransactions& operator=(const WithoutTransactions&) = delete;

private:
    sqlite3* database_;
};

void check_foreign_keys(Connection& connection) {
    if (connection.kind() == Kind::postgresql) {
        connection.script("SET CONSTRAINTS ALL IMMEDIATE");
        return;
    }
    const Rows broken = connection.query("PRAGMA foreign_key_check");
    if (!broken.empty())
        throw engine::Error(fmt::format("after the migration {} row(s) refer to a row that is not "
                                        "there, the first in table {}, which refers to {}",
                                        broken.size(), broken[0][0].value_or(""),
                                        broken[0][2].value_or("")))
            .remedy("ask the vendor for a migration that keeps references whole");
}

engine::Error ended_by_itself(const MigrationPart& part, const std::string& then) {
    return engine::Error(
               fmt::format("migration {} ended its transaction by itself{}", part.name, then),
               engine::Kind::needs_attention)
        .remedy("restore the database as it was before the migration, then: locum upgrade rollback "
                "--database-restored; and ask the vendor for a migration that does not");
}

void run_part(Connection& connection, const MigrationPart& part) {
    if (!part.host_file.empty() && part.sql.empty())
        throw engine::Error(fmt::format("the host file '{}' ({}) was not kept with this version",
                                        part.host_file, part.name),
                            engine::Kind::needs_attention)
            .remedy("run the command on a node with a server, with the bundle of that version");
    const bool server = connection.kind() == Kind::postgresql;
    const std::string before =
        server ? connection.query("SELECT txid_current()").at(0).at(0).value_or("") : "";
    const std::string patience =
        server ? connection.query("SHOW lock_timeout").at(0).at(0).value_or("0") : "";
    const std::string sql = runnable(part.sql, part.name, connection.kind(), part.for_shell);
    try {
        const WithoutTransactions forbidden(connection);
        connection.script(sql);
    } catch (const engine::Error& error) {
        // Outside of any transaction: what came before a hidden COMMIT stays.
        if (server && PQtransactionStatus(postgresql(connection)) == PQTRANS_IDLE)
            throw ended_by_itself(part, ", and then failed: " + error.one_line());
        throw;
    }
    if (!server)
        return;
    // A procedure that was called may have committed; then the transaction is another one.
    if (connection.query("SELECT txid_current()").at(0).at(0) != before)
        throw ended_by_itself(part, "");
    // As pg_dump's files leave it, nothing would be found any more; and whoever waits for a lock
    // without end keeps others from it.
    connection.script("SET search_path = public");
    connection.query("SELECT set_config('lock_timeout', $1, false)", {patience});
}

std::string migrating(const Migration& step) {
    return fmt::format("migrating from schema version {} to {}", shown(step.from), step.to);
}

constexpr std::string_view last_part = "the last part";
constexpr const char* ended = ", ended";

std::string part_name(std::size_t number, std::size_t count, const MigrationPart& part) {
    return number == count ? fmt::format("{} of {}: {}", last_part, count, part.name)
                           : fmt::format("part {} of {}: {}", number, count, part.name);
}

void require_version(Connection& connection, const VersionStatements& version,
                     const std::string& expected) {
    const auto found = schema_version(connection, version);
    if (found.value_or("") != expected)
        throw engine::Error(fmt::format("the schema version is {}, expected {}",
                                        shown(found.value_or("")), shown(expected)),
                            engine::Kind::refused)
            .remedy("run `locum upgrade plan` for the way from there");
}

void record(Connection& connection, const VersionStatements& version, const std::string& to) {
    if (!version.record.empty())
        connection.execute(version.record, {to});
    const auto found = schema_version(connection, version);
    if (found != to)
        throw engine::Error(fmt::format("after the migration the schema version is {}, expected {}",
                                        shown(found.value_or("")), to))
            .remedy(version.record.empty()
                        ? "ask the vendor: the migration must bring about what the manifest's "
                          "version-query tells this version by"
                        : "ask the vendor: the migration must leave a version row that the "
                          "manifest's version-record can change");
}

// A part of a chain with commands.
void run_alone(Connection& connection, const MigrationPart& part, const std::string& which,
               const std::function<void(Connection&)>& inside, const Commands& commands) {
    const auto in_transaction = [&](const std::string& remembered, const auto& work) {
        Transaction transaction(connection);
        if (inside)
            inside(connection);
        if (commands.remember)
            commands.remember(connection, remembered);
        work();
        transaction.commit();
    };
    const auto nothing = [] {};
    if (part.argv.empty()) {
        in_transaction(which + ended, [&] {
            run_part(connection, part);
            check_foreign_keys(connection);
        });
        return;
    }
    in_transaction(which, nothing);
    commands.run(part);
    in_transaction(which + ended, nothing);
}

} // namespace

std::optional<std::string> schema_version(Connection& connection,
                                          const VersionStatements& version) {
    // Within a transaction PostgreSQL would take no further statement after the failure.
    const bool inside = connection.kind() == Kind::postgresql &&
                        PQtransactionStatus(postgresql(connection)) == PQTRANS_INTRANS;
    if (inside)
        connection.script("SAVEPOINT locum_version");
    Rows rows;
    try {
        rows = connection.query(version.query);
    } catch (const engine::Error& error) {
        if (!no_such_table(error))
            throw;
        if (inside)
            connection.script("ROLLBACK TO SAVEPOINT locum_version");
    }
    if (inside)
        connection.script("RELEASE SAVEPOINT locum_version");
    if (rows.size() > 1)
        throw engine::Error(fmt::format("the schema version has {} rows, expected one: {}",
                                        rows.size(), version.query))
            .remedy("leave the one row that is right");
    if (rows.empty() || rows[0].empty())
        return std::nullopt;
    return rows[0][0];
}

std::vector<Migration> path(const std::vector<Migration>& all, const std::string& from,
                            const std::string& to) {
    struct Way {
        std::string at;
        std::vector<Migration> steps;
    };
    std::deque<Way> ways{{from, {}}};
    std::set<std::string> seen{from};
    while (!ways.empty()) {
        const Way way = std::move(ways.front());
        ways.pop_front();
        if (way.at == to)
            return way.steps;
        for (const Migration& step : all) {
            if (step.from != way.at || !seen.insert(step.to).second)
                continue;
            Way longer = way;
            longer.at = step.to;
            longer.steps.push_back(step);
            ways.push_back(std::move(longer));
        }
    }
    throw engine::Error(
        fmt::format("no migration leads from schema version {} to {}", shown(from), to),
        engine::Kind::refused)
        .remedy("use a bundle whose manifest has one, or upgrade to a version between first");
}

void name_application(Connection& connection, const Settings& settings) {
    if (connection.kind() == Kind::postgresql)
        connection.query("SELECT set_config('locum.application', $1, true)",
                         {settings.application.user});
}

void migrate(Connection& connection, const std::vector<Migration>& steps,
             const VersionStatements& version, const std::function<void(Connection&)>& inside) {
    if (has_command(steps))
        throw engine::Error("a migration by a command cannot be run in one transaction",
                            engine::Kind::refused);
    std::optional<WithoutForeignKeys> mode;
    if (connection.kind() == Kind::sqlite)
        mode.emplace(connection);
    Transaction transaction(connection);
    if (inside)
        inside(connection);
    for (const Migration& step : steps)
        engine::during(migrating(step), [&] {
            require_version(connection, version, step.from);
            for (const MigrationPart& part : step.run)
                engine::during(fmt::format("running {}", part.name),
                               [&] { run_part(connection, part); });
            record(connection, version, step.to);
        });
    check_foreign_keys(connection);
    transaction.commit();
}

bool is_over(const std::string& part) {
    return part.starts_with(last_part) && part.ends_with(ended);
}

void migrate(Connection& connection, const std::vector<Migration>& steps,
             const VersionStatements& version, const std::function<void(Connection&)>& inside,
             const Commands& commands) {
    if (!has_command(steps)) {
        migrate(connection, steps, version, inside);
        return;
    }
    std::optional<WithoutForeignKeys> mode;
    if (connection.kind() == Kind::sqlite)
        mode.emplace(connection);
    std::size_t count = 0;
    for (const Migration& step : steps)
        count += step.run.size();
    std::size_t number = 0;
    for (const Migration& step : steps)
        engine::during(migrating(step), [&] {
            require_version(connection, version, step.from);
            for (const MigrationPart& part : step.run) {
                ++number;
                const std::string which = part_name(number, count, part);
                engine::during("running " + which,
                               [&] { run_alone(connection, part, which, inside, commands); });
            }
            Transaction transaction(connection);
            if (inside)
                inside(connection);
            record(connection, version, step.to);
            if (commands.remember && &step == &steps.back())
                commands.remember(connection, "");
            transaction.commit();
        });
}

} // namespace locum::datasource
