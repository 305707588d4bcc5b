#include "rehearse/database.hpp"

#include "engine/error.hpp"
#include "platform/companion.hpp"
#include "platform/files.hpp"
#include "platform/input_file.hpp"
#include "platform/outcome.hpp"
#include "platform/tree.hpp"
#include "rehearse/load.hpp"
#include "rehearse/postgresql.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>

namespace locum::rehearse {

using engine::Error;
using engine::Kind;

namespace {

constexpr std::chrono::milliseconds look_interval{200};

void run_patiently(const platform::Command& command, const std::string& what,
                   const Patience& patience) {
    platform::Companion running(command, patience.log_file);
    std::optional<platform::Finished> finished;
    while (!(finished = running.ended(look_interval)))
        if (patience.cancelled())
            throw Error("cancelled while the database was filled", Kind::cancelled);
    if (finished->ok())
        return;
    const std::string said = platform::readable(platform::read_end(patience.log_file, 2000));
    throw Error(fmt::format("{} ended with {}{}", what, how_it_ended(*finished),
                            said.empty() ? ", and said nothing" : "; it said: " + said))
        .remedy("have it fill the database and end with exit code 0");
}

// "device.note" → "text not null".
std::map<std::string, std::string> parts_of(const datasource::Schema& schema) {
    std::map<std::string, std::string> parts;
    for (const datasource::Table& table : schema.tables) {
        parts["table " + table.name] =
            fmt::format("primary key ({})", fmt::join(table.primary_key, ", "));
        for (const datasource::Column& column : table.columns)
            parts[fmt::format("column {}.{}", table.name, column.name)] =
                column.declared + (column.not_null ? " not null" : "");
    }
    return parts;
}

bool starts_with(const std::string& file, std::string_view magic) {
    std::string head(magic.size(), '\0');
    head.resize(platform::InputFile(file).read_at(0, head.data(), head.size()));
    return head == magic;
}

} // namespace

bool is_dump(const std::string& named) {
    if (platform::is_regular_file(platform::absolute(named))) {
        const auto mode = std::filesystem::status(platform::absolute(named)).permissions();
        return (mode & std::filesystem::perms::owner_exec) == std::filesystem::perms::none;
    }
    for (const char* suffix : {".sql", ".dump", ".sqlite", ".db"})
        if (named.ends_with(suffix) && named.find(' ') == std::string::npos)
            throw Error(fmt::format("there is no dump at {}", named), Kind::usage)
                .remedy("name a dump of the database, or a command that fills one");
    return false;
}

void load_dump(const std::string& file, const datasource::Settings& settings,
               const Postgresql* server, const Patience& patience) {
    if (!server) {
        if (starts_with(file, "SQLite format 3")) {
            platform::copy_file(file, settings.file, 0600);
            return;
        }
        datasource::ConnectOptions options;
        options.create = true;
        datasource::connect_file(settings.file, options)
            ->script(platform::read_file(file, 4ULL << 30));
        return;
    }
    platform::Command command;
    command.environment = server->environment();
    if (starts_with(file, "PGDMP"))
        command.argv = {server->program("pg_restore"),
                        "--no-owner",
                        "--no-privileges",
                        "--exit-on-error",
                        "-d",
                        settings.database,
                        file};
    else
        command.argv = {server->program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", file};
    run_patiently(command, "loading " + file, patience);
    const std::string application = datasource::quoted(settings.application.user);
    datasource::connect(settings, settings.locum)
        ->script(fmt::format("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public "
                             "TO {0}; GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA "
                             "public TO {0}",
                             application));
}

void run_generator(const std::string& text, const std::map<std::string, std::string>& environment,
                   const Patience& patience) {
    platform::Command command;
    command.argv = {"sh", "-c", text};
    command.environment = environment;
    run_patiently(command, "the command that fills the database", patience);
}

std::uint64_t size_of(const std::string& file) {
    std::uint64_t bytes = 0;
    for (const std::string& part : {file, file + "-wal"}) {
        // The log goes with the last connection.
        if (const std::optional<platform::FileEntry> found =
                platform::look_at(platform::canonical(part)))
            bytes += found->size;
    }
    return bytes;
}

std::uint64_t size_of(const datasource::Settings& settings) {
    if (settings.kind == datasource::Kind::sqlite)
        return size_of(settings.file);
    return std::stoull(datasource::connect(settings, settings.locum)
                           ->query("SELECT pg_database_size(current_database())")
                           .at(0)
                           .at(0)
                           .value());
}

std::map<std::string, std::int64_t> row_counts(datasource::Connection& connection,
                                               const std::vector<std::string>& without) {
    std::map<std::string, std::int64_t> counts;
    for (const datasource::Table& table : datasource::read_schema(connection).tables)
        if (std::find(without.begin(), without.end(), table.name) == without.end())
            counts[table.name] = std::stoll(
                connection.query("SELECT count(*) FROM " + datasource::quoted(table.name))
                    .at(0)
                    .at(0)
                    .value());
    return counts;
}

std::vector<std::string> lost_rows(const std::map<std::string, std::int64_t>& before,
                                   const std::map<std::string, std::int64_t>& after) {
    std::vector<std::string> lost;
    for (const auto& [table, count] : before)
        if (const auto found = after.find(table); found == after.end() && count > 0)
            lost.push_back(
                fmt::format("{}: {} rows before, and no such table after", table, count));
        else if (found != after.end() && found->second < count)
            lost.push_back(
                fmt::format("{}: {} rows before, {} after", table, count, found->second));
    return lost;
}

std::vector<std::string> differences(const datasource::Schema& expected,
                                     const datasource::Schema& found) {
    const auto wanted = parts_of(expected);
    const auto there = parts_of(found);
    std::vector<std::string> all;
    for (const auto& [part, form] : wanted)
        if (const auto other = there.find(part); other == there.end())
            all.push_back(fmt::format("{} is missing; expected {}", part, form));
        else if (other->second != form)
            all.push_back(fmt::format("{}: {}; expected {}", part, other->second, form));
    for (const auto& [part, form] : there)
        if (!wanted.contains(part))
            all.push_back(fmt::format("{} is left over", part));
    return all;
}

} // namespace locum::rehearse
