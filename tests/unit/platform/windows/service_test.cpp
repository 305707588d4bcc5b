// Services of the service control manager itself: of Wine's, or of this host's.
#include "platform/service.hpp"
#include "platform/service_definition.hpp"
#include "platform/service_process.hpp"
#include "platform/windows/service_manager.hpp"
#include "platform/windows/service_settings.hpp"
#include "platform/windows/wide.hpp"
#include "tests/unit/platform/support.hpp"

using namespace locum;
using namespace locum::platform;
using namespace std::chrono_literals;
using testing::child;
using testing::contains;
using testing::error_of;
using testing::plain_lines;
using testing::Scratch;
using testing::within;

namespace {

// Of this process, so that cases which run at the same time have others. Gone with the value.
struct TestService {
    Scratch scratch;
    std::string name = "locum-unit-" + std::to_string(self().pid);
    std::string log = scratch / "log";

    TestService() = default;
    TestService(const TestService&) = delete;
    TestService& operator=(const TestService&) = delete;
    ~TestService() {
        try {
            if (service_unit_installed(name))
                kill_service_unit(name);
            remove_service_unit(name);
        } catch (const engine::Error& error) {
            MESSAGE(error.one_line());
        }
    }

    // A service that does what the words say.
    ServiceDefinition definition(std::vector<std::string> words) const {
        words.insert(words.begin(), {"service", name, log});
        ServiceDefinition made;
        made.title = "Locum's test " + name;
        made.description = "does what its words say";
        made.command = service_command(child(std::move(words)));
        made.restart_after = 300s; // not within a test
        made.restart_on_failure = true;
        made.end_by_shutdown = 20s;
        made.own_identity = true;
        return made;
    }
    std::string text(std::vector<std::string> words) const {
        return text_of(definition(std::move(words)));
    }
    std::string active() const { return service_unit_state(name).active; }
    std::string said() const { return exists(log) ? plain_lines(read_file(log)) : ""; }
};

void set_by_hand(const std::string& name, DWORD start, const wchar_t* account) {
    const ServiceHandle service = open_service(name, SERVICE_ALL_ACCESS);
    REQUIRE(::ChangeServiceConfigW(service.get(), SERVICE_NO_CHANGE, start, SERVICE_NO_CHANGE,
                                   nullptr, nullptr, nullptr, nullptr, account, nullptr,
                                   nullptr) != 0);
}

} // namespace

TEST_CASE("service: it is made as its text says, manual, and read back") {
    const TestService service;
    REQUIRE(service_manager_runs());
    CHECK(service_unit_gone(service.name));
    CHECK(service_unit_text(service.name).empty());
    CHECK(service_unit_enablement(service.name) == "not-found");
    const std::string text = service.text({"hear", "up", "wait"});
    install_service_unit(service.name, text);
    CHECK(service_unit_installed(service.name));
    CHECK(!service_unit_gone(service.name));
    CHECK(service_unit_is(service.name, text));
    CHECK(!service_unit_is(service.name, service.text({"hear", "up", "sleep", "1"})));
    const std::string found = service_unit_text(service.name);
    MESSAGE(found);
    CHECK(contains(found, "title = Locum's test"));
    CHECK(contains(found, "description = does what its words say\n"));
    CHECK(contains(found, "unit-platform-child.exe\" service " + service.name));
    CHECK(contains(found, "end-by-shutdown = 20000 ms\n"));
    CHECK(service_unit_enablement(service.name) == "manual");
    CHECK(service.active() == "inactive");
    enable_service_unit(service.name);
    CHECK(service_unit_enablement(service.name) == "enabled");
    CHECK(service_unit_troubles(service.name, "").empty());
    remove_service_unit(service.name);
    CHECK(service_unit_gone(service.name));
    remove_service_unit(service.name);
}

TEST_CASE("service: what an administrator chose stays where its text is changed") {
    const TestService service;
    CHECK(service_unit_account(service.name) == ""); // it is not there
    install_service_unit(service.name, service.text({"hear", "up", "wait"}));
    CHECK(service_unit_account(service.name) == "LocalSystem");
    set_by_hand(service.name, SERVICE_DISABLED, L"NT AUTHORITY\\LocalService");
    const std::string other = service.text({"hear", "up", "wait", "exit", "0"});
    install_service_unit(service.name, other, "NT SERVICE\\" + service.name);
    CHECK(service_unit_is(service.name, other));
    CHECK(service_unit_enablement(service.name) == "disabled");
    CHECK(service_unit_account(service.name) == "NT AUTHORITY\\LocalService");
    const engine::Error error = error_of([&] { start_service_unit(service.name); });
    CHECK(contains(error.remedy(), "sc config"));
}

TEST_CASE("service: a new one runs as the account that it is given") {
    const TestService service;
    install_service_unit(service.name, service.text({"hear", "up", "wait"}),
                         "NT SERVICE\\" + service.name);
    CHECK(service_unit_account(service.name) == "NT SERVICE\\" + service.name);
    remove_service_unit(service.name);
    install_service_unit(service.name, service.text({"hear", "up", "wait"}),
                         "NT AUTHORITY\\SYSTEM");
    CHECK(service_unit_account(service.name) == "LocalSystem"); // the manager's name for it
}

TEST_CASE("service: it starts when it says so, is told to end, and what it wrote is in its log") {
    const TestService service;
    install_service_unit(service.name, service.text({"hear", "out", "begun", "sleep", "300", "up",
                                                     "wait", "out", "told", "exit", "0"}));
    start_service_unit(service.name);
    CHECK(contains(service.said(), "begun\n"));
    const ServiceUnitState state = service_unit_state(service.name);
    CHECK(state.active == "active");
    CHECK(state.sub == "running");
    CHECK(state.pid > 0);
    start_service_unit(service.name); // it runs
    CHECK(service_unit_state(service.name).pid == state.pid);
    restart_service_unit(service.name);
    CHECK(service.active() == "active");
    CHECK(service_unit_state(service.name).pid != state.pid);
    stop_service_unit(service.name);
    CHECK(service.active() == "inactive");
    CHECK(service_unit_state(service.name).pid == 0);
    CHECK(contains(service.said(), "begun\ntold\nbegun\ntold\n"));
    stop_service_unit(service.name); // it does not run
}

TEST_CASE("service: one that ends by itself failed, with what it ended with") {
    const TestService service;
    install_service_unit(service.name, service.text({"up", "sleep", "300", "exit", "7"}));
    start_service_unit(service.name);
    REQUIRE(within(20s, [&] { return service.active() == "failed"; }));
    const auto status = status_of(open_service(service.name, SERVICE_QUERY_STATUS).get());
    CHECK(status.dwWin32ExitCode == ERROR_SERVICE_SPECIFIC_ERROR);
    CHECK(status.dwServiceSpecificExitCode == 7);
    install_service_unit(service.name, service.text({"exit", "5"}));
    const engine::Error error = error_of([&] { start_service_unit(service.name); });
    CHECK(contains(error.what(), "did not start: it ended with code 5"));
}

TEST_CASE("service: one that did not want to start ended well") {
    const TestService service;
    install_service_unit(service.name, service.text({"exit", "0"}));
    start_service_unit(service.name);
    CHECK(service.active() == "inactive");
}

TEST_CASE("service: one that does not end is named with its process, and can be killed") {
    const TestService service;
    install_service_unit(service.name, service.text({"hear", "up", "wait", "sleep", "300000"}));
    start_service_unit(service.name);
    const std::int64_t pid = service_unit_state(service.name).pid;
    const engine::Error error = error_of([&] { stop_service_unit(service.name, 0ms); });
    CHECK(contains(error.what(), "(process " + std::to_string(pid) + ") is stopping"));
    CHECK(contains(error.remedy(), "taskkill /F /PID " + std::to_string(pid)));
    CHECK(service.active() == "deactivating");
    kill_service_unit(service.name);
    CHECK(service_unit_state(service.name).pid == 0);
    kill_service_unit(service.name); // it does not run
}

// There it is gone at once.
TEST_CASE("service: one that is marked for deletion is seen beforehand, not shown by Wine") {
    const TestService service;
    const std::string text = service.text({"hear", "up", "wait"});
    install_service_unit(service.name, text);
    {
        const ServiceHandle open = open_service(service.name, SERVICE_QUERY_STATUS);
        const engine::Error gone = error_of([&] { remove_service_unit(service.name); });
        CHECK(contains(gone.what(), "was removed, but a program has it open still"));
        CHECK(!service_unit_gone(service.name));
        const auto troubles = service_unit_troubles(service.name, "");
        REQUIRE(troubles.size() == 1);
        CHECK(contains(troubles[0].remedy, "close services.msc"));
        const engine::Error error = error_of([&] { install_service_unit(service.name, text); });
        CHECK(error.kind() == engine::Kind::refused);
    }
    CHECK(within(5s, [&] { return service_unit_gone(service.name); }));
    install_service_unit(service.name, text);
    CHECK(service_unit_is(service.name, text));
}

TEST_CASE("service: a program that is missing is said with the remedy") {
    const TestService service;
    ServiceDefinition definition = service.definition({"up"});
    definition.command = "\"C:\\Program Files\\X\\missing.exe\" run";
    install_service_unit(service.name, text_of(definition));
    CHECK(contains(service_unit_text(service.name), definition.command.substr(0, 3)));
    const engine::Error error = error_of([&] { start_service_unit(service.name); });
    CHECK(contains(error.what(), "cannot start the service " + service.name));
    CHECK(contains(error.remedy(), "sc qc " + service.name));
    CHECK_THROWS_AS(start_service_unit("locum-unit-none"), engine::Error);
    CHECK(service_unit_states({"locum-unit-none"}).front().active == "inactive");
}

TEST_CASE("service: what no manager started does its work all the same") {
    int value = as_service("locum-unit-plain", "", [](ServiceProcess& process) {
        process.is_up();
        return process.after_failure() ? 1 : 5;
    });
    CHECK(value == 5);
}

TEST_CASE("service: what is started for once goes on, and writes to its log") {
    const Scratch scratch;
    const std::string log = scratch / "log";
    start_transient_unit("once", child({"out", "once", "pid"}), {}, log);
    CHECK(within(20s, [&] { return exists(log) && contains(read_file(log), "once"); }));
}
