#pragma once
// Schema migrations: SQL from one schema version to the next, in one transaction with the version.

#include "datasource/connection.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace locum::datasource {

// How a suite says which schema version a database has: one statement that answers one text, and
// one with $1 that records it. query's answer is empty where the table does not exist (no schema).
struct VersionStatements {
    std::string query;
    std::string record;
};

// One part of a migration: SQL, or a command.
struct MigrationPart {
    std::string name;       // of the file, for messages
    std::string host_file;  // name of a host file that the SQL is from; empty: a part of the bundle
    std::string sql;        // filled where the bundle was opened
    bool for_shell = false; // written for psql or the sqlite3 shell
    std::vector<std::string> argv; // a command instead; with variables
    std::string output;            // a line that the command must print; empty: any
    std::chrono::seconds limit{600};
};

struct Migration {
    std::string from; // empty: creates the first schema
    std::string to;
    std::vector<MigrationPart> run;
};

// nullopt: no schema of the suite there.
std::optional<std::string> schema_version(Connection& connection, const VersionStatements& version);

// The steps from one version to another, shortest first found; throws Error(refused) where there
// are none.
std::vector<Migration> path(const std::vector<Migration>& all, const std::string& from,
                            const std::string& to);

// For `inside`: lets the migration's SQL know the application's account, as the setting
// locum.application of this transaction, so that it can grant rights. Nothing on SQLite.
void name_application(Connection& connection, const Settings& settings);

// All steps and the version row in one transaction. inside runs first in it: the lease's row lock
// and epoch check (it throws to stop). Deferred foreign keys are checked before the commit.
void migrate(Connection& connection, const std::vector<Migration>& steps,
             const VersionStatements& version, const std::function<void(Connection&)>& inside);

} // namespace locum::datasource
