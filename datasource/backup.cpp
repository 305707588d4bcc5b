#include "datasource/backup.hpp"

#include "datasource/engines.hpp"
#include "datasource/fresh_file.hpp"
#include "datasource/password_file.hpp"
#include "platform/companion.hpp"
#include "platform/files.hpp"
#include "platform/outcome.hpp"
#include "platform/process.hpp"
#include "platform/shell.hpp"

#include <fmt/format.h>

namespace locum::datasource {
namespace {

// A dump may take hours; a server that is gone is noticed by the client's own connection.
constexpr std::chrono::hours dump_time{24};

using Cancelled = std::function<bool()>;
constexpr std::chrono::milliseconds look_interval{100};

engine::Error given_up() {
    return engine::Error("cancelled while the database was backed up", engine::Kind::cancelled);
}

// As run_checked() does, but for as long as it is not to be given up. log: a file for what it says,
// removed again.
void run(const platform::Command& command, const std::string& log, const Cancelled& cancelled) {
    if (!cancelled) {
        platform::run_checked(command);
        return;
    }
    std::optional<platform::Finished> finished;
    std::string said;
    try {
        platform::Companion running(command, log);
        while (!(finished = running.ended(look_interval)))
            if (cancelled())
                throw given_up();
        said = platform::readable(platform::read_end(log, 2000));
    } catch (...) {
        platform::remove_all(log);
        throw;
    }
    platform::remove_all(log);
    if (finished->ok())
        return;
    throw engine::Error(fmt::format("{} {}{}{}", platform::as_typed(command.argv),
                                    platform::fault(*finished, "", command.time_limit),
                                    said.empty() ? "" : "; it said: ", said))
        .remedy("run it by hand to see more");
}

void dump(const Settings& settings, const std::string& file, const Cancelled& cancelled) {
    platform::Command make;
    make.argv = {"pg_dump",
                 "--format=custom",
                 "--no-password",
                 "--exclude-schema=locum_*",
                 "--lock-wait-timeout=60000",
                 "--host=" + settings.host,
                 "--port=" + std::to_string(settings.port),
                 "--username=" + settings.locum.user,
                 "--dbname=" + settings.database,
                 "--file=" + file};
    const platform::SecretFile password = password_file(settings);
    make.environment = {{"PGCONNECT_TIMEOUT", "10"},
                        {"LC_ALL", "C.UTF-8"},
                        {"PGPASSFILE", password.path()},
                        {"PGPASSWORD", ""}}; // where the operator has one it would come first
    make.time_limit = dump_time;
    engine::during("backing up the productive database",
                   [&] { run(make, file + ".log", cancelled); });
    // Read to its end: the table of contents alone is whole in a file that is cut off behind it.
    platform::Command read;
    read.argv = {"pg_restore", "--file=" + platform::null_file(), file};
    read.time_limit = dump_time;
    engine::during("reading the backup again", [&] { run(read, file + ".log", cancelled); });
}

std::string restore_command(const Settings& settings, const std::string& file) {
    if (settings.kind == Kind::sqlite)
        return platform::copy_as_typed(
            file, settings.file,
            {settings.file + "-wal", settings.file + "-shm", settings.file + "-journal"});
    const std::vector<std::string> server = {
        "--host=" + settings.host, "--port=" + std::to_string(settings.port),
        "--username=" + settings.locum.user, "--dbname=" + settings.database};
    std::vector<std::string> empty = {"psql"};
    empty.insert(empty.end(), server.begin(), server.end());
    empty.insert(empty.end(), {"--set=ON_ERROR_STOP=1",
                               "--command=DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT "
                               "USAGE ON SCHEMA public TO PUBLIC"});
    // Not pg_restore --clean, which stumbles over what the migration has added.
    std::vector<std::string> fill = {"pg_restore"};
    fill.insert(fill.end(), server.begin(), server.end());
    fill.insert(fill.end(), {"--exit-on-error", "--single-transaction", file});
    return platform::as_typed(empty) + " && " + platform::as_typed(fill);
}

// The statement, for as long as it is not to be given up; the connection asks that from now on.
Rows query(Connection& connection, const char* sql, const std::vector<Parameter>& parameters,
           Cancelled& cancelled) {
    if (!cancelled)
        return connection.query(sql, parameters);
    constexpr int instructions = 10'000; // between two looks
    sqlite3_progress_handler(
        sqlite(connection), instructions,
        [](void* asked) { return (*static_cast<Cancelled*>(asked))() ? 1 : 0; }, &cancelled);
    try {
        return connection.query(sql, parameters);
    } catch (const engine::Error&) {
        if (cancelled())
            throw given_up();
        throw;
    }
}

void copy_sqlite(const Settings& settings, const std::string& file, Cancelled cancelled) {
    {
        const auto source = connect(settings, settings.locum);
        query(*source, "VACUUM INTO $1", {platform::native_name(file)}, cancelled);
    }
    ConnectOptions options;
    options.read_only = true;
    const auto made = connect_file(file, options);
    const std::string found =
        query(*made, "PRAGMA integrity_check", {}, cancelled).at(0).at(0).value_or("");
    if (found != "ok")
        throw engine::Error(fmt::format("the backup of {} is damaged: {}", settings.file, found))
            .remedy("check the productive file with PRAGMA integrity_check");
}

std::optional<engine::Finding> check_tool(const std::string& tool, const Settings& settings,
                                          int server) {
    engine::Finding finding;
    finding.name = "backup-tool";
    finding.expected =
        fmt::format("{} of PostgreSQL {} or newer, the server's version", tool, server);
    finding.remedy = fmt::format("install PostgreSQL's client programs on this host, version {} or "
                                 "newer (Debian: apt-get install postgresql-client; Windows: the "
                                 "Command Line Tools of its installer, with their folder bin on "
                                 "PATH)",
                                 server);
    platform::Command ask;
    ask.argv = {tool, "--version"};
    // Debian chooses among several versions, and does so by the host.
    ask.environment = {{"PGHOST", settings.host}, {"PGPORT", std::to_string(settings.port)}};
    try {
        // "pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
        const std::string text = platform::run_checked(ask).output;
        const std::size_t number = text.find_first_of("0123456789");
        if (number != std::string::npos && std::stoi(text.substr(number)) >= server)
            return std::nullopt;
        finding.found = text.substr(0, text.find('\n'));
    } catch (const engine::Error& error) {
        finding.found = fmt::format("no {} that can be run: {}", tool, error.one_line());
    }
    return finding;
}

std::uint64_t number(const Row& row, std::size_t column) {
    return std::stoull(row.at(column).value_or("0"));
}

} // namespace

std::vector<engine::Finding> check_backup(const Settings& settings, const std::string& folder,
                                          unsigned times) {
    std::vector<engine::Finding> findings;
    const auto connection = connect(settings, settings.locum);
    std::uint64_t needed = 0;
    if (settings.kind == Kind::postgresql) {
        const Row facts = connection
                              ->query("SELECT pg_database_size(current_database()), "
                                      "current_setting('server_version_num')::int / 10000")
                              .at(0);
        needed = number(facts, 0);
        for (const char* tool : {"pg_dump", "pg_restore"})
            if (auto finding = check_tool(tool, settings, static_cast<int>(number(facts, 1))))
                findings.push_back(std::move(*finding));
    } else {
        needed = number(connection
                            ->query("SELECT page_count * page_size FROM pragma_page_count, "
                                    "pragma_page_size")
                            .at(0),
                        0);
    }
    needed *= times;
    if (const std::uint64_t free = platform::free_bytes(folder); free < needed)
        findings.push_back({"backup-space", engine::Severity::error,
                            fmt::format("{} bytes free for {}", free, folder),
                            fmt::format("{} bytes, {}the size of the database", needed,
                                        times > 1 ? fmt::format("{} times ", times) : ""),
                            "free space in that file system"});
    return findings;
}

Backup back_up(const Settings& settings, const std::string& file, const Cancelled& cancelled) {
    FreshFile fresh(file);
    if (settings.kind == Kind::postgresql)
        dump(settings, fresh.path(), cancelled);
    else
        copy_sqlite(settings, fresh.path(), cancelled);
    Backup backup;
    backup.bytes = fresh.take_place();
    backup.file = file;
    backup.restore_command = restore_command(settings, file);
    return backup;
}

} // namespace locum::datasource
