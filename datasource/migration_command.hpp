#pragma once
// Migrations by a command: the vendor's program does what SQL of ours cannot. It is in no
// transaction of ours, so a chain with commands is run part by part.

#include "datasource/migration.hpp"

#include <functional>
#include <string>
#include <vector>

namespace locum::datasource {

bool has_command(const std::vector<Migration>& steps);
// Of what Commands::remember was told: the last part has ended, only the version is to be recorded.
bool is_over(const std::string& part);

struct Commands {
    std::function<void(const MigrationPart&)> run;
    // Remembers how far the chain came, where whoever goes on finds it; "" at the end. Runs in the
    // transaction of a part that is SQL, which has ended when that is committed, and in one of its
    // own before a command and behind it. May be empty.
    std::function<void(Connection&, const std::string& part)> remember;
};

// As migrate(); with a command among the steps each part is a transaction or a command of its own.
// inside runs before each. The version that a step leads to is recorded after all of its parts, and
// has to be found then.
void migrate(Connection& connection, const std::vector<Migration>& steps,
             const VersionStatements& version, const std::function<void(Connection&)>& inside,
             const Commands& commands);

// Runs the part's command, whose variables have been replaced, and throws unless it ends with exit
// code 0, in time, and prints the line that is expected. It finds the datasource in its
// environment: LOCUM_DATASOURCE (postgresql, sqlite), and LOCUM_DATASOURCE_FILE or libpq's
// variables with Locum's account, whose password is in the file PGPASSFILE. What it prints is
// appended to the log, without the password. After a failure none of its sessions is left on the
// database server.
void run_command(const MigrationPart& part, const Settings& settings, const std::string& log_file);

// Of a program that is dead, what it asked the server for last may be running there still, and
// would be committed when nobody expects it any more: ends that. Throws where it does not end.
void end_sessions_of_commands(const Settings& settings);

} // namespace locum::datasource
