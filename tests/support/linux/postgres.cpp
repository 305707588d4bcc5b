#include "tests/support/native_postgres.hpp"

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

#include <chrono>
#include <filesystem>
#include <thread>

namespace locum::testing {
namespace {

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

class OwnPostgres final : public NativePostgres {
public:
    OwnPostgres();
    ~OwnPostgres() override;
    OwnPostgres(const OwnPostgres&) = delete;
    OwnPostgres& operator=(const OwnPostgres&) = delete;

    std::uint16_t port() const override { return port_; }
    datasource::Account superuser() const override { return {"postgres", engine::Secret()}; }
    std::unique_ptr<datasource::Connection>
    as_superuser(datasource::Settings settings, const std::string& database) const override;
    void kill() override;
    void start() override;

private:
    std::string folder_;
    std::string programs_; // …/postgresql/N/bin
    std::uint16_t port_ = 0;
    pid_t server_ = -1;
};

OwnPostgres::OwnPostgres() : programs_(find_programs()) {
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
}

OwnPostgres::~OwnPostgres() {
    try {
        kill();
        platform::remove_all(folder_);
    } catch (const engine::Error&) {
        // A destructor has nobody to tell; the folder is in the temporary folder.
    }
}

std::unique_ptr<datasource::Connection>
OwnPostgres::as_superuser(datasource::Settings settings, const std::string& database) const {
    settings.host = folder_ + "/run"; // the socket, where local users are trusted
    settings.database = database;
    return datasource::connect(settings, superuser());
}

void OwnPostgres::kill() {
    if (server_ <= 0)
        return;
    ::kill(server_, SIGQUIT);
    ::waitpid(server_, nullptr, 0);
    server_ = -1;
}

void OwnPostgres::start() {
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
                datasource::Settings settings;
                settings.kind = datasource::Kind::postgresql;
                settings.port = port_;
                as_superuser(settings, "postgres");
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

} // namespace

std::unique_ptr<NativePostgres> NativePostgres::make() {
    return std::make_unique<OwnPostgres>();
}

} // namespace locum::testing
