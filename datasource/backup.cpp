#include "datasource/backup.hpp"

#include "datasource/engines.hpp"
#include "datasource/fresh_file.hpp"
#include "platform/process.hpp"

#include <fmt/format.h>

namespace locum::datasource {
namespace {

// A dump may take hours; a server that is gone is noticed by the client's own connection.
constexpr std::chrono::hours dump_time{24};

// For a POSIX shell.
std::string shell(const std::string& word) {
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

void dump(const Settings& settings, const std::string& file) {
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
    make.environment = {{"PGCONNECT_TIMEOUT", "10"}, {"LC_ALL", "C.UTF-8"}};
    make.secrets = {{"PGPASSWORD", settings.locum.password}};
    make.time_limit = dump_time;
    engine::during("backing up the productive database", [&] { platform::run_checked(make); });
    // Read to its end: the table of contents alone is whole in a file that is cut off behind it.
    platform::Command read;
    read.argv = {"pg_restore", "--file=/dev/null", file};
    read.time_limit = dump_time;
    engine::during("reading the backup again", [&] { platform::run_checked(read); });
}

std::string restore_command(const Settings& settings, const std::string& file) {
    if (settings.kind == Kind::sqlite)
        return fmt::format("rm -f {0}-wal {0}-shm {0}-journal && cp {1} {0}", shell(settings.file),
                           shell(file));
    const std::string server =
        fmt::format("--host={} --port={} --username={} --dbname={}", shell(settings.host),
                    settings.port, shell(settings.locum.user), shell(settings.database));
    // Not pg_restore --clean, which stumbles over what the migration has added.
    return fmt::format(
        "psql {0} --set=ON_ERROR_STOP=1 --command='DROP SCHEMA public CASCADE; CREATE "
        "SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC' && pg_restore {0} "
        "--exit-on-error --single-transaction {1}",
        server, shell(file));
}

void copy_sqlite(const Settings& settings, const std::string& file) {
    {
        const auto source = connect(settings, settings.locum);
        source->query("VACUUM INTO $1", {file});
    }
    ConnectOptions options;
    options.read_only = true;
    const auto made = connect_file(file, options);
    const std::string found = made->query("PRAGMA integrity_check").at(0).at(0).value_or("");
    if (found != "ok")
        throw engine::Error(fmt::format("the backup of {} is damaged: {}", settings.file, found))
            .remedy("check the productive file with PRAGMA integrity_check");
}

} // namespace

Backup back_up(const Settings& settings, const std::string& file) {
    FreshFile fresh(file);
    if (settings.kind == Kind::postgresql)
        dump(settings, fresh.path());
    else
        copy_sqlite(settings, fresh.path());
    Backup backup;
    backup.bytes = fresh.take_place();
    backup.file = file;
    backup.restore_command = restore_command(settings, file);
    return backup;
}

} // namespace locum::datasource
