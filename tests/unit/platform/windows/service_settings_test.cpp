// What Wine's service control manager has not, by recorded calls: which settings are made, how
// answers are read, and what is said of a system that has fewer. Waiting for a state, likewise.
#include "platform/windows/event_log.hpp"
#include "platform/windows/service_account.hpp"
#include "platform/windows/service_settings.hpp"
#include "platform/windows/wide.hpp"
#include "tests/unit/platform/support.hpp"

#include "native_streams.hpp"

#include <memory>
#include <sddl.h>

using namespace locum;
using namespace locum::platform;
using namespace std::chrono_literals;
using testing::contains;
using testing::error_of;
using testing::Scratch;

namespace {

// Keeps settings as Windows does, but for the levels that it does not know.
struct RecordedManager {
    std::vector<DWORD> unknown = {};
    DWORD code = ERROR_SUCCESS; // of every call
    std::vector<DWORD> asked = {};
    std::string description = {};
    std::vector<SC_ACTION> actions = {};
    DWORD flag = 0, shutdown = 0, sid = 0, delayed = 0;
    std::wstring privileges = std::wstring(1, L'\0');

    SettingCalls calls() {
        return {[this](DWORD level, void* value) { return set(level, value); },
                [this](DWORD level, std::vector<unsigned char>& into) { return get(level, into); }};
    }
    DWORD answer(DWORD level) {
        asked.push_back(level);
        const bool known = std::find(unknown.begin(), unknown.end(), level) == unknown.end();
        return known ? code : ERROR_INVALID_LEVEL;
    }
    DWORD set(DWORD level, void* value) {
        if (const DWORD refused = answer(level); refused != ERROR_SUCCESS)
            return refused;
        if (level == SERVICE_CONFIG_DESCRIPTION) {
            description = utf8(static_cast<SERVICE_DESCRIPTIONW*>(value)->lpDescription);
        } else if (level == SERVICE_CONFIG_FAILURE_ACTIONS) {
            const auto* wanted = static_cast<SERVICE_FAILURE_ACTIONSW*>(value);
            CHECK(wanted->lpsaActions != nullptr); // else nothing would be changed
            actions.assign(wanted->lpsaActions, wanted->lpsaActions + wanted->cActions);
        } else if (level == SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO) {
            const wchar_t* list =
                static_cast<SERVICE_REQUIRED_PRIVILEGES_INFOW*>(value)->pmszRequiredPrivileges;
            privileges.clear();
            for (; *list != L'\0'; list += std::wcslen(list) + 1)
                privileges += std::wstring(list) + L'\0';
            privileges += L'\0';
        } else {
            number(level) = *static_cast<DWORD*>(value);
        }
        return ERROR_SUCCESS;
    }
    DWORD get(DWORD level, std::vector<unsigned char>& into) {
        if (const DWORD refused = answer(level); refused != ERROR_SUCCESS)
            return refused;
        into.assign(256, 0);
        static std::wstring text;
        if (level == SERVICE_CONFIG_DESCRIPTION) {
            text = wide(description);
            reinterpret_cast<SERVICE_DESCRIPTIONW*>(into.data())->lpDescription = text.data();
        } else if (level == SERVICE_CONFIG_FAILURE_ACTIONS) {
            auto* const found = reinterpret_cast<SERVICE_FAILURE_ACTIONSW*>(into.data());
            found->cActions = static_cast<DWORD>(actions.size());
            found->lpsaActions = actions.data();
        } else if (level == SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO) {
            reinterpret_cast<SERVICE_REQUIRED_PRIVILEGES_INFOW*>(into.data())
                ->pmszRequiredPrivileges = privileges.data();
        } else {
            *reinterpret_cast<DWORD*>(into.data()) = number(level);
        }
        return ERROR_SUCCESS;
    }
    DWORD& number(DWORD level) {
        switch (level) {
        case SERVICE_CONFIG_FAILURE_ACTIONS_FLAG:
            return flag;
        case SERVICE_CONFIG_PRESHUTDOWN_INFO:
            return shutdown;
        case SERVICE_CONFIG_SERVICE_SID_INFO:
            return sid;
        default:
            CHECK(level == SERVICE_CONFIG_DELAYED_AUTO_START_INFO);
            return delayed;
        }
    }
};

ServiceDefinition wanted() {
    ServiceDefinition made;
    made.description = "what it is";
    made.restart_after = 1500ms;
    made.restart_on_failure = true;
    made.end_by_shutdown = 20s;
    made.own_identity = true;
    made.privileges = {"SeChangeNotifyPrivilege", "SeCreateGlobalPrivilege"};
    return made;
}

SERVICE_STATUS_PROCESS in_state(DWORD state, DWORD checkpoint) {
    SERVICE_STATUS_PROCESS status{};
    status.dwCurrentState = state;
    status.dwCheckPoint = checkpoint;
    status.dwProcessId = 4711;
    return status;
}

Sid sid_from(const wchar_t* digits) {
    PSID made = nullptr;
    REQUIRE(::ConvertStringSidToSidW(digits, &made) != 0);
    const auto* first = static_cast<const unsigned char*>(made);
    Sid sid(first, first + ::GetLengthSid(made));
    ::LocalFree(made);
    return sid;
}

} // namespace

TEST_CASE("service settings: all are made as the definition says, and read again") {
    RecordedManager manager;
    CHECK(put_settings(manager.calls(), "x", wanted()).empty());
    REQUIRE(manager.actions.size() == 1);
    CHECK(manager.actions[0].Type == SC_ACTION_RESTART);
    CHECK(manager.actions[0].Delay == 1500);
    CHECK(manager.flag == 1);
    CHECK(manager.shutdown == 20'000);
    CHECK(manager.sid == SERVICE_SID_TYPE_UNRESTRICTED);
    ServiceDefinition found;
    CHECK(take_settings(manager.calls(), "x", found).empty());
    CHECK(found == wanted());
    // What is not wanted any more goes.
    CHECK(put_settings(manager.calls(), "x", ServiceDefinition{}).empty());
    found = {};
    CHECK(take_settings(manager.calls(), "x", found).empty());
    CHECK(found == ServiceDefinition{});
    CHECK(put_delayed_start(manager.calls(), "x"));
    CHECK(manager.delayed == 1);
}

TEST_CASE(
    "service settings: a level that the system does not know is named, another error is one") {
    RecordedManager manager;
    manager.unknown = {SERVICE_CONFIG_SERVICE_SID_INFO, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG};
    const Unknown unknown = {service_setting::restart_on_failure, service_setting::own_identity};
    CHECK(put_settings(manager.calls(), "x", wanted()) == unknown);
    ServiceDefinition found;
    CHECK(take_settings(manager.calls(), "x", found) == unknown);
    CHECK(without_settings(text_of(found), unknown) ==
          without_settings(text_of(wanted()), unknown));
    manager.unknown = {SERVICE_CONFIG_DELAYED_AUTO_START_INFO};
    CHECK(!put_delayed_start(manager.calls(), "x"));
    manager.code = ERROR_ACCESS_DENIED;
    const engine::Error error = error_of([&] { put_settings(manager.calls(), "x", wanted()); });
    CHECK(contains(error.what(), "cannot configure the service x"));
    CHECK(error.kind() == engine::Kind::no_privilege);
}

TEST_CASE("service settings: nothing is restarted while one is killed, and again after that") {
    RecordedManager manager;
    put_settings(manager.calls(), "x", wanted());
    const SettingCalls calls = manager.calls();
    {
        const NoRestart quiet(calls, "x");
        CHECK(manager.actions.empty());
    }
    REQUIRE(manager.actions.size() == 1);
    CHECK(manager.actions[0].Delay == 1500);
    NoRestart quiet(calls, "x");
    quiet.put_back();
    CHECK(manager.actions.size() == 1);
    const std::size_t asked = manager.asked.size();
    quiet.put_back();
    CHECK(manager.asked.size() == asked);
}

TEST_CASE("service settings: it is told where a service is not restarted any more") {
    RecordedManager manager;
    put_settings(manager.calls(), "x", wanted());
    const SettingCalls calls = manager.calls();
    NoRestart quiet(calls, "x");
    manager.code = ERROR_ACCESS_DENIED;
    const engine::Error error = error_of([&] { quiet.put_back(); });
    CHECK(contains(error.what(), "the service x is not restarted after a failure any more"));
    CHECK(contains(error.remedy(), "sc failure x reset= 86400 actions= restart/1000"));
    const Scratch scratch;
    manager.code = ERROR_SUCCESS;
    auto other = std::make_unique<NoRestart>(calls, "x");
    manager.code = ERROR_ACCESS_DENIED;
    {
        const testing::Redirected said(stderr, testing::for_appending(scratch / "said"));
        other.reset(); // which only says so
    }
    const std::string said = read_file(scratch / "said");
    CHECK_MESSAGE(contains(said, error.what()), said);
    CHECK_MESSAGE(contains(said, "sc failure x reset= 86400 actions= restart/1000"), said);
}

TEST_CASE("service manager: one that goes on telling is waited for, one that does not hangs") {
    DWORD checkpoint = 0;
    const LookAtService slow = [&] {
        ++checkpoint;
        return checkpoint < 20 ? in_state(SERVICE_STOP_PENDING, checkpoint)
                               : in_state(SERVICE_STOPPED, 0);
    };
    // Twenty looks take longer than its patience.
    CHECK(await_other_state(slow, SERVICE_STOP_PENDING, 100ms, 20s).dwCurrentState ==
          SERVICE_STOPPED);
    const LookAtService stuck = [] { return in_state(SERVICE_STOP_PENDING, 3); };
    const auto status = await_other_state(stuck, SERVICE_STOP_PENDING, 100ms, 1min);
    CHECK(status.dwCurrentState == SERVICE_STOP_PENDING);
    const engine::Error error = hangs_error("x", status, "stopping");
    CHECK(contains(error.what(), "the service x (process 4711) is stopping"));
    CHECK(contains(error.remedy(), "taskkill /F /PID 4711"));
    DWORD ticks = 0;
    const LookAtService endless = [&] { return in_state(SERVICE_STOP_PENDING, ++ticks); };
    CHECK(await_other_state(endless, SERVICE_STOP_PENDING, 1min, 200ms).dwCurrentState ==
          SERVICE_STOP_PENDING);
}

TEST_CASE("service manager: what an operator can do is said with the error") {
    const engine::Error logon = service_error("start", "x", ERROR_SERVICE_LOGON_FAILED);
    CHECK(contains(logon.remedy(), "secpol.msc"));
    CHECK(contains(logon.remedy(), "sc config x obj= ACCOUNT password= PASSWORD"));
    CHECK(contains(service_error("start", "x", ERROR_SERVICE_DISABLED).remedy(),
                   "sc config x start= demand"));
    const engine::Error marked = service_error("make", "x", ERROR_SERVICE_MARKED_FOR_DELETE);
    CHECK(marked.kind() == engine::Kind::refused);
    CHECK(contains(marked.remedy(), "close services.msc"));
}

TEST_CASE("service account: who may log on as a service, itself or by a group") {
    const Sid everyone_of_services = sid_from(L"S-1-5-80-0");
    const Sid user = sid_from(L"S-1-5-21-1-2-3-1001");
    const Sid group = sid_from(L"S-1-5-21-1-2-3-1002");
    std::optional<std::vector<Sid>> allowed = std::vector<Sid>{everyone_of_services};
    std::vector<Sid> groups;
    const AccountCalls calls = {
        [&] { return allowed; },
        [&](const std::string& account) { return account == ".\\shop" ? user : Sid(); },
        [&](const std::string&) { return groups; }};
    CHECK(ask_account(calls, "").may_log_on);
    CHECK(ask_account(calls, "LocalSystem").may_log_on);
    CHECK(ask_account(calls, "NT AUTHORITY\\LocalService").may_log_on);
    CHECK(ask_account(calls, "NT SERVICE\\suite-server").may_log_on);
    CHECK(!ask_account(calls, ".\\shop").may_log_on);
    CHECK(ask_account(calls, ".\\shop").exists);
    CHECK(!ask_account(calls, ".\\nobody").exists);
    CHECK(!account_trouble(calls, "x", "NT SERVICE\\suite-server"));
    const auto nobody = account_trouble(calls, "x", ".\\nobody");
    REQUIRE(nobody);
    CHECK(nobody->certain);
    CHECK(contains(nobody->found, "no account .\\nobody for the service x"));
    const auto no_right = account_trouble(calls, "x", ".\\shop");
    REQUIRE(no_right);
    CHECK(!no_right->certain); // a group of a domain may have it
    CHECK(contains(no_right->found, "the account .\\shop of the service x has not got the right"));
    CHECK(contains(no_right->remedy, "secpol.msc"));
    groups = {group};
    allowed->push_back(group);
    CHECK(ask_account(calls, ".\\shop").may_log_on);
    allowed = std::vector<Sid>{user}; // as a policy that forgot the services' own
    CHECK(!ask_account(calls, "NT SERVICE\\suite-server").may_log_on);
    allowed = std::nullopt; // cannot be told
    CHECK(ask_account(calls, ".\\shop").may_log_on);
}

TEST_CASE("service account: the SID of a service is made out of its name") {
    // Of every Windows.
    CHECK(sid_of("NT SERVICE\\TrustedInstaller") ==
          sid_from(L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"));
    CHECK(sid_of("nt service\\trustedinstaller") == sid_of("NT SERVICE\\TrustedInstaller"));
}

TEST_CASE("event log: the source is added and removed, and events say which service") {
    std::vector<std::string> told;
    unsigned long code = ERROR_SUCCESS;
    const EventCalls calls = {[&](const std::string& source) {
                                  told.push_back("add " + source);
                                  return code;
                              },
                              [&](const std::string& source) {
                                  told.push_back("remove " + source);
                                  return code;
                              },
                              [&](const std::string& source, unsigned short type, unsigned long id,
                                  const std::string& text) {
                                  told.push_back(source + " " + std::to_string(type) + " " +
                                                 std::to_string(id) + " " + text);
                                  return code;
                              }};
    add_event_source(calls, "x");
    tell_event(calls, "x", Event::started, "");
    tell_event(calls, "x", Event::failed, "it ended with code 7");
    tell_event(calls, "x", Event::ended, "");
    remove_event_source(calls, "x");
    CHECK(told == std::vector<std::string>{"add x", "x 4 1 x runs",
                                           "x 1 3 x failed: it ended with code 7",
                                           "x 4 2 x was stopped", "remove x"});
    code = ERROR_FILE_NOT_FOUND;
    CHECK_NOTHROW(remove_event_source(calls, "x"));
    code = ERROR_ACCESS_DENIED;
    CHECK(error_of([&] { add_event_source(calls, "x"); }).kind() == engine::Kind::no_privilege);
}

TEST_CASE("event log: the source is in the registry, where Windows looks for its messages") {
    const std::string source = "locum-unit-source-" + std::to_string(self().pid);
    const std::wstring key =
        L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\" + wide(source);
    add_event_source(event_calls(), source);
    wchar_t file[300] = {};
    DWORD size = sizeof file;
    CHECK(::RegGetValueW(HKEY_LOCAL_MACHINE, key.c_str(), L"EventMessageFile",
                         RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND, nullptr, file, &size) == 0);
    CHECK(utf8(file) == "%SystemRoot%\\System32\\EventCreate.exe");
    remove_event_source(event_calls(), source);
    CHECK(::RegGetValueW(HKEY_LOCAL_MACHINE, key.c_str(), L"EventMessageFile", RRF_RT_ANY, nullptr,
                         nullptr, &size) == ERROR_FILE_NOT_FOUND);
    remove_event_source(event_calls(), source);
}
