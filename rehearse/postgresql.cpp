#include "rehearse/postgresql.hpp"

#include "engine/error.hpp"
#include "platform/accounts.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/host.hpp"
#include "platform/process.hpp"
#include "platform/standard_error.hpp"

#include <fmt/format.h>

namespace locum::rehearse {

using engine::Error;
using engine::Kind;

namespace {

constexpr const char* server_account = "postgres";
// Below the ports that systems give to outgoing connections.
constexpr std::uint16_t first_port = 20'000, ports = 10'000;

// Where Debian and Red Hat put them; they are not on PATH.
std::string newest_programs() {
    std::pair<unsigned, std::string> newest;
    const auto look = [&](const std::string& folder, const std::string& version) {
        const auto digits = version.find_first_not_of("0123456789");
        if (version.empty() || digits == 0 || !platform::exists(folder + "/initdb"))
            return;
        newest = std::max(newest, {static_cast<unsigned>(std::stoul(version)), folder});
    };
    for (const std::string& version : platform::list_folder("/usr/lib/postgresql"))
        look(fmt::format("/usr/lib/postgresql/{}/bin", version), version);
    for (const std::string& name : platform::list_folder("/usr"))
        if (name.starts_with("pgsql-"))
            look(fmt::format("/usr/{}/bin", name), name.substr(6));
    if (newest.second.empty() && platform::exists("/usr/bin/initdb"))
        return "/usr/bin";
    if (newest.second.empty())
        throw Error("no PostgreSQL server is installed on this host", Kind::usage)
            .remedy("install it (Debian: apt-get install postgresql), or give "
                    "--datasource embedded");
    return newest.second;
}

platform::Command as_server(std::vector<std::string> argv) {
    platform::Command command;
    if (platform::is_root())
        command.argv = {"setpriv", fmt::format("--reuid={}", server_account),
                        fmt::format("--regid={}", server_account), "--clear-groups", "--"};
    command.argv.insert(command.argv.end(), argv.begin(), argv.end());
    command.folder = "/"; // that account may not see this one
    command.time_limit = std::chrono::seconds(120);
    return command;
}

std::string random_word() {
    return platform::hex(platform::random_bytes(12));
}

std::uint16_t free_port() {
    for (unsigned tries = 0; tries < 100; ++tries) {
        const std::string bytes = platform::random_bytes(2);
        const auto offset = static_cast<unsigned>(static_cast<unsigned char>(bytes[0]) << 8U |
                                                  static_cast<unsigned char>(bytes[1]));
        const auto port = static_cast<std::uint16_t>(first_port + offset % ports);
        if (!platform::listener("127.0.0.1", port))
            return port;
    }
    throw Error("no free port for a database server was found");
}

} // namespace

struct Postgresql::Running {
    std::string data;
    std::string control;
    ~Running() {
        try {
            if (platform::exists(data + "/postmaster.pid"))
                platform::run_checked(
                    as_server({control, "-D", data, "-m", "immediate", "-w", "stop"}));
        } catch (const Error& error) {
            platform::to_stderr(fmt::format("warning: {}\n", error.one_line()));
        }
    }
};

Postgresql::Postgresql(const std::string& folder, const std::string& database) :
    folder_(folder), programs_(newest_programs()) {
    settings_.kind = datasource::Kind::postgresql;
    settings_.host = "127.0.0.1";
    settings_.port = free_port();
    settings_.database = database;
    settings_.application = {"app", engine::Secret(random_word())};
    settings_.locum = {"locum", engine::Secret(random_word())};
    admin_ = {"admin", engine::Secret(random_word())};
    start();
    make_accounts();
}

Postgresql::~Postgresql() = default;

void Postgresql::start() {
    platform::make_folders(folder_, 0700);
    const std::string password = folder_ + "/admin.password";
    platform::write_file(password, admin_.password.reveal(), 0600);
    if (platform::is_root()) {
        platform::give(password, server_account, server_account);
        platform::give(folder_, server_account, server_account);
    }
    engine::during("a throw-away PostgreSQL is made", [&] {
        platform::run_checked(as_server({program("initdb"), "-D", folder_ + "/db", "-U", "admin",
                                         "--auth=scram-sha-256", "--pwfile=" + password,
                                         "--encoding=UTF8", "--locale=C", "--no-sync"}));
        running_ = std::make_unique<Running>();
        running_->data = folder_ + "/db";
        running_->control = program("pg_ctl");
        platform::run_checked(
            as_server({program("pg_ctl"), "-D", folder_ + "/db", "-w", "-l", folder_ + "/log", "-o",
                       fmt::format("-p {} -h {} -c unix_socket_directories=''", settings_.port,
                                   settings_.host),
                       "start"}));
    });
    platform::write_file(
        folder_ + ".pgpass",
        fmt::format("*:*:*:{}:{}\n", settings_.locum.user, settings_.locum.password.reveal()),
        0600);
}

void Postgresql::make_accounts() {
    datasource::Settings server = settings_;
    server.database = "postgres";
    const auto connection = datasource::connect(server, admin_);
    for (const datasource::Account* account : {&settings_.application, &settings_.locum})
        connection->script(fmt::format("CREATE ROLE {} LOGIN PASSWORD '{}'",
                                       datasource::quoted(account->user),
                                       account->password.reveal()));
    connection->script(
        fmt::format("GRANT pg_signal_backend TO {}", datasource::quoted(settings_.locum.user)));
    make_database(settings_.database);
}

void Postgresql::make_database(const std::string& database) {
    datasource::Settings server = settings_;
    server.database = "postgres";
    const std::string owner = datasource::quoted(settings_.locum.user);
    datasource::connect(server, admin_)
        ->script(fmt::format("CREATE DATABASE {} OWNER {}", datasource::quoted(database), owner));
    server.database = database;
    datasource::connect(server, admin_)
        ->script(fmt::format("ALTER SCHEMA public OWNER TO {}; GRANT USAGE ON SCHEMA public TO {}",
                             owner, datasource::quoted(settings_.application.user)));
}

datasource::Settings Postgresql::another(const std::string& database) {
    make_database(database);
    datasource::Settings settings = settings_;
    settings.database = database;
    return settings;
}

// By what it was started with: the id in postmaster.pid may be another server's by now.
void end_abandoned_server(const std::string& folder) {
    for (const platform::RunningCommand& command : platform::running_commands()) {
        if (!command.argv.front().ends_with("/postgres"))
            continue;
        for (const std::string& argument : command.argv)
            if (argument.ends_with("/" + folder + "/db"))
                platform::run_checked(as_server({newest_programs() + "/pg_ctl", "-D", argument,
                                                 "-m", "immediate", "-w", "stop"}));
    }
}

std::map<std::string, std::string> Postgresql::environment() const {
    return {{"PGHOST", settings_.host},
            {"PGPORT", std::to_string(settings_.port)},
            {"PGDATABASE", settings_.database},
            {"PGUSER", settings_.locum.user},
            {"PGPASSWORD", ""}, // where the caller has one it would come first
            {"PGPASSFILE", folder_ + ".pgpass"}};
}

} // namespace locum::rehearse
