#include "datasource/migration_command.hpp"

#include "datasource/password_file.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/outcome.hpp"
#include "platform/standard_error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <thread>

namespace locum::datasource {
namespace {

constexpr const char* application_name = "locum-migration";
constexpr std::chrono::milliseconds poll_pause{20};
constexpr std::chrono::seconds leave_time{10};
constexpr std::size_t shown = 600; // of what it said, in an error

platform::Command command_of(const MigrationPart& part, const Settings& settings,
                             const std::string& password_file) {
    platform::Command command;
    command.argv = part.argv;
    command.folder = "/";
    command.time_limit = part.limit;
    command.inherits = false;
    command.environment = {{"LOCUM_DATASOURCE", std::string(name(settings.kind))},
                           {"TZ", "UTC"},
                           {"LC_ALL", "C.UTF-8"}};
    if (settings.kind == Kind::sqlite) {
        command.environment["LOCUM_DATASOURCE_FILE"] = settings.file;
        return command;
    }
    command.environment["PGHOST"] = settings.host;
    command.environment["PGPORT"] = std::to_string(settings.port);
    command.environment["PGDATABASE"] = settings.database;
    command.environment["PGUSER"] = settings.locum.user;
    command.environment["PGAPPNAME"] = application_name;
    command.environment["PGPASSFILE"] = password_file;
    return command;
}

// The log is for people: that it cannot be written says nothing of what the program did.
void append(const std::string& file, const std::string& text) {
    try {
        platform::append_to(file, text + (text.empty() || text.back() == '\n' ? "" : "\n"));
    } catch (const engine::Error& error) {
        platform::to_stderr(
            fmt::format("warning: the log {} is not written: {}\n", file, error.one_line()));
    }
}

} // namespace

bool has_command(const std::vector<Migration>& steps) {
    return std::any_of(steps.begin(), steps.end(), [](const Migration& step) {
        return std::any_of(step.run.begin(), step.run.end(),
                           [](const MigrationPart& part) { return !part.argv.empty(); });
    });
}

void end_sessions_of_commands(const Settings& settings) {
    if (settings.kind != Kind::postgresql)
        return;
    const auto connection = connect(settings, settings.locum);
    const auto deadline = std::chrono::steady_clock::now() + leave_time;
    while (!connection
                ->query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                        "current_database() AND usename = current_user AND application_name = $1",
                        {application_name})
                .empty()) {
        if (std::chrono::steady_clock::now() > deadline)
            throw engine::Error(fmt::format("its sessions ({}) are still on the database server",
                                            application_name));
        std::this_thread::sleep_for(poll_pause);
    }
}

void run_command(const MigrationPart& part, const Settings& settings, const std::string& log_file) {
    const std::string called = fmt::format("{}", fmt::join(part.argv, " "));
    const engine::Secrets secrets = {{"datasource.locum.password", settings.locum.password}};
    std::optional<platform::SecretFile> password;
    if (settings.kind == Kind::postgresql)
        password.emplace(password_file(settings));
    end_sessions_of_commands(settings);
    std::string why;
    std::string said;
    try {
        const platform::Finished finished =
            platform::run(command_of(part, settings, password ? password->path() : std::string()));
        append(log_file,
               engine::redacted(fmt::format("$ {}\n{}{}", called, finished.output, finished.errors),
                                secrets));
        why = platform::fault(finished, part.output, part.limit);
        if (!why.empty())
            why.insert(0, "it ");
        said = platform::readable(
            engine::redacted(finished.errors.empty() ? finished.output : finished.errors, secrets));
    } catch (const engine::Error& error) { // it could not be started
        why = error.one_line();
    }
    if (why.empty())
        return;
    try {
        end_sessions_of_commands(settings);
    } catch (const engine::Error& error) {
        why += "; " + error.one_line();
    }
    if (said.size() > shown)
        said.erase(0, said.size() - shown);
    throw engine::Error(
        fmt::format("{}: {}{}{}", called, why, said.empty() ? "" : "; it said: ", said))
        .remedy(fmt::format("see {}", log_file));
}

} // namespace locum::datasource
