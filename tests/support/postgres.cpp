#include "tests/support/postgres.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/process.hpp"
#include "tests/support/port.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <thread>

namespace locum::testing {
namespace {

constexpr const char* password = "test-only";

// The newest server that Debian has installed; its programs are not on PATH.
std::string find_programs() {
    int newest = 0;
    for (const std::string& version : platform::list_folder("/usr/lib/postgresql"))
        if (platform::exists("/usr/lib/postgresql/" + version + "/bin/initdb"))
            newest = std::max(newest, std::atoi(version.c_str()));
    if (newest == 0)
        throw engine::Error("no PostgreSQL server below /usr/lib/postgresql")
            .remedy("run scripts/dependencies");
    return fmt::format("/usr/lib/postgresql/{}/bin", newest);
}

// PostgreSQL refuses to run as root.
std::vector<std::string> as_server_user(std::vector<std::string> argv) {
    if (platform::is_root())
        argv.insert(argv.begin(),
                    {"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"});
    return argv;
}

} // namespace

Postgres::Postgres() : programs_(find_programs()) {
    folder_ = platform::make_temporary_folder(std::filesystem::temp_directory_path(), "locum-pg-");
    std::filesystem::permissions(folder_, std::filesystem::perms(0711));
    const std::string data = folder_ + "/data", sockets = folder_ + "/run";
    for (const std::string& each : {data, sockets}) {
        platform::make_folders(each, 0700);
        if (const passwd* user = platform::is_root() ? ::getpwnam("postgres") : nullptr)
            if (::chown(each.c_str(), user->pw_uid, user->pw_gid) != 0)
                throw engine::Error("cannot give " + each + " to postgres");
    }
    platform::Command make;
    make.argv = as_server_user({programs_ + "/initdb", "--pgdata=" + data, "--username=postgres",
                                "--auth-local=trust", "--auth-host=scram-sha-256",
                                "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"});
    make.folder = "/";
    platform::run_checked(make);
    start();
    as_superuser("postgres")
        ->script(fmt::format(
            "CREATE ROLE locum LOGIN PASSWORD '{0}'; CREATE ROLE application LOGIN PASSWORD "
            "'{0}'; GRANT pg_signal_backend TO locum",
            password));
    reset();
}

Postgres::~Postgres() {
    try {
        kill();
        platform::remove_all(folder_);
    } catch (const engine::Error&) {
        // A destructor has nobody to tell; the folder is in the temporary folder.
    }
}

datasource::Settings Postgres::settings() const {
    datasource::Settings settings;
    settings.kind = datasource::Kind::postgresql;
    settings.host = "127.0.0.1";
    settings.port = port_;
    settings.database = "suite";
    settings.application = {"application", engine::Secret(password)};
    settings.locum = {"locum", engine::Secret(password)};
    return settings;
}

datasource::Account Postgres::superuser() const {
    return {"postgres", engine::Secret()};
}

std::unique_ptr<datasource::Connection> Postgres::as_locum() const {
    return datasource::connect(settings(), settings().locum);
}

std::unique_ptr<datasource::Connection>
Postgres::as_application(const std::string& application_name) const {
    datasource::ConnectOptions options;
    options.application_name = application_name;
    return datasource::connect(settings(), settings().application, options);
}

std::unique_ptr<datasource::Connection> Postgres::as_superuser(const std::string& database) const {
    datasource::Settings local = settings();
    local.host = folder_ + "/run"; // the socket, where local users are trusted
    local.database = database;
    return datasource::connect(local, superuser());
}

void Postgres::reset() const {
    const auto server = as_superuser("postgres");
    server->script("DROP DATABASE IF EXISTS suite WITH (FORCE)");
    server->script("CREATE DATABASE suite OWNER locum");
    as_locum()->script("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, "
                       "DELETE ON TABLES TO "
                       "application; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT "
                       "ON SEQUENCES TO "
                       "application");
}

void Postgres::kill() {
    if (server_ <= 0)
        return;
    ::kill(server_, SIGQUIT);
    ::waitpid(server_, nullptr, 0);
    server_ = -1;
}

void Postgres::start() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (server_ <= 0) {
        if (port_ == 0)
            port_ = free_port();
        std::vector<std::string> words{programs_ + "/postgres",
                                       "-D",
                                       folder_ + "/data",
                                       "-p",
                                       std::to_string(port_),
                                       "-c",
                                       "listen_addresses=127.0.0.1",
                                       "-c",
                                       "unix_socket_directories=" + folder_ + "/run",
                                       "-c",
                                       "fsync=off",
                                       "-c",
                                       "max_prepared_transactions=5",
                                       "-c",
                                       "shared_buffers=32MB"};
        std::vector<char*> argv;
        for (std::string& word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        const std::string log = folder_ + "/data/server.log";
        const passwd* user = platform::is_root() ? ::getpwnam("postgres") : nullptr;
        const pid_t parent = ::getpid();
        server_ = ::fork();
        if (server_ == 0) {
            if (user != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 ||
                                    ::setuid(user->pw_uid) != 0))
                ::_exit(126);
            // After the change of user, which would clear it.
            ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
            const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
            const int input = ::open("/dev/null", O_RDONLY);
            if (::getppid() != parent || output < 0 || ::dup2(input, 0) < 0 ||
                ::dup2(output, 1) < 0 || ::dup2(output, 2) < 0)
                ::_exit(126);
            ::close_range(3, ~0U, 0);
            ::execv(argv[0], argv.data());
            ::_exit(127);
        }
        for (;;) {
            if (::waitpid(server_, nullptr, WNOHANG) != 0) { // the port was taken in between
                server_ = -1;
                port_ = 0;
                break;
            }
            try {
                as_superuser("postgres");
                return;
            } catch (const engine::Error&) {
                if (std::chrono::steady_clock::now() > deadline)
                    throw;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        if (std::chrono::steady_clock::now() > deadline)
            throw engine::Error("PostgreSQL did not start: " + platform::read_file(log));
    }
}

} // namespace locum::testing
