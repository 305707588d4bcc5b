#include "datasource/migration.hpp"

#include "datasource/engines.hpp"
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

// While it lives SQLite refuses BEGIN, COMMIT and ROLLBACK.
class WithoutTransactions {
public:
    explicit WithoutTransactions(Connection& connection) :
        database_(connection.kind() == Kind::sqlite ? sqlite(connection) : nullptr) {
        if (database_ != nullptr)
            sqlite3_set_authorizer(
                database_,
                [](void*, int action, const char*, const char*, const char*, const char*) {
                    return action == SQLITE_TRANSACTION ? SQLITE_DENY : SQLITE_OK;
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

void require_no_transaction_statement(const MigrationPart& part) {
    const std::string found = transaction_statement(part.sql);
    if (!found.empty())
        throw engine::Error(fmt::format("migration {} has a transaction statement of its own: {}",
                                        part.name, found),
                            engine::Kind::refused)
            .remedy(
                "take it out of the file and build the bundle anew: Locum runs all of it in one "
                "transaction");
}

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

void run_part(Connection& connection, const MigrationPart& part) {
    const std::string before =
        connection.kind() == Kind::postgresql
            ? connection.query("SELECT txid_current()").at(0).at(0).value_or("")
            : "";
    {
        const WithoutTransactions forbidden(connection);
        connection.script(part.sql);
    }
    // A procedure that was called may have committed; then the transaction is another one.
    if (!before.empty() && connection.query("SELECT txid_current()").at(0).at(0) != before)
        throw engine::Error(fmt::format("migration {} ended its transaction by itself", part.name),
                            engine::Kind::needs_attention)
            .remedy("restore the backup, and ask the vendor for a migration that does not");
}

void run_step(Connection& connection, const Migration& step, const VersionStatements& version) {
    for (const MigrationPart& part : step.run)
        engine::during(fmt::format("running {}", part.name), [&] { run_part(connection, part); });
    connection.execute(version.record, {step.to});
    const auto recorded = schema_version(connection, version);
    if (recorded != step.to)
        throw engine::Error(fmt::format("after the migration the schema version is {}, expected {}",
                                        shown(recorded.value_or("")), step.to))
            .remedy("ask the vendor: the migration must leave a version row that the manifest's "
                    "version-record can change");
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
    std::optional<WithoutForeignKeys> mode;
    if (connection.kind() == Kind::sqlite)
        mode.emplace(connection);
    else
        for (const Migration& step : steps)
            for (const MigrationPart& part : step.run)
                require_no_transaction_statement(part);
    Transaction transaction(connection);
    if (inside)
        inside(connection);
    for (const Migration& step : steps) {
        engine::during(
            fmt::format("migrating from schema version {} to {}", shown(step.from), step.to), [&] {
                const auto found = schema_version(connection, version);
                if (found.value_or("") != step.from)
                    throw engine::Error(fmt::format("the schema version is {}, expected {}",
                                                    shown(found.value_or("")), shown(step.from)),
                                        engine::Kind::refused)
                        .remedy("run `locum upgrade plan` for the way from there");
                run_step(connection, step, version);
            });
    }
    check_foreign_keys(connection);
    transaction.commit();
}

} // namespace locum::datasource
