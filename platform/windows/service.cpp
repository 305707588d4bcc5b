#include "platform/service.hpp"

#include "platform/files.hpp"
#include "platform/process.hpp"
#include "platform/standard_error.hpp"
#include "platform/windows/acl.hpp"
#include "platform/windows/event_log.hpp"
#include "platform/windows/service_account.hpp"
#include "platform/windows/service_manager.hpp"
#include "platform/windows/service_settings.hpp"
#include "platform/windows/wide.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <thread>

namespace locum::platform {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// How long one may tell nothing while it starts or stops, until it is said to hang.
constexpr milliseconds patience = seconds(15);
// Of a service's host, beside the time that its program has.
constexpr milliseconds end_margin = seconds(5);
constexpr milliseconds start_limit = std::chrono::minutes(2);
constexpr milliseconds gone_limit = seconds(5);
constexpr milliseconds seen_limit = seconds(3);
constexpr milliseconds poll_interval{50};

LookAtService look_at(const ServiceHandle& service) {
    return [handle = service.get()] { return status_of(handle); };
}

bool differs(const FoundDefinition& found, const std::string& text) {
    return without_settings(text_of(found.definition), found.unknown) !=
           without_settings(text, found.unknown);
}

// Without a word nothing would be left out on a system that has less than Windows.
void tell_of_unknown(const std::string& name, const Unknown& unknown) {
    if (!unknown.empty())
        to_stderr(fmt::format("the service {} is without what this system has no setting for: {}\n",
                              name, fmt::join(unknown, ", ")));
}

void change(const ServiceHandle& service, const std::string& name, const std::string& text) {
    const ServiceDefinition wanted = parse_service_definition(text);
    const std::wstring after = name_list(wanted.after);
    if (::ChangeServiceConfigW(service.get(), SERVICE_NO_CHANGE, SERVICE_NO_CHANGE,
                               SERVICE_NO_CHANGE, wide(wanted.command).c_str(), nullptr, nullptr,
                               after.c_str(), nullptr, nullptr, wide(wanted.title).c_str()) == 0)
        throw service_error("configure", name, ::GetLastError());
    add_event_source(event_calls(), name);
    tell_of_unknown(name, put_settings(setting_calls(service.get()), name, wanted));
}

void create(const std::string& name, const std::string& text, const std::string& account) {
    const ServiceDefinition wanted = parse_service_definition(text);
    const ServiceHandle manager = open_manager(SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE);
    const std::wstring after = name_list(wanted.after);
    // One of this host's own is told by the dot.
    const bool whole = account.find_first_of("\\@") != account.npos;
    const std::wstring runs_as = wide(whole ? account : ".\\" + account);
    const ServiceHandle service(
        ::CreateServiceW(manager.get(), wide(name).c_str(), wide(wanted.title).c_str(),
                         SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START,
                         SERVICE_ERROR_NORMAL, wide(wanted.command).c_str(), nullptr, nullptr,
                         wanted.after.empty() ? nullptr : after.c_str(),
                         is_system_account(account) ? nullptr : runs_as.c_str(), nullptr));
    if (!service)
        throw service_error("make", name, ::GetLastError());
    try {
        add_event_source(event_calls(), name);
        tell_of_unknown(name, put_settings(setting_calls(service.get()), name, wanted));
    } catch (...) {
        ::DeleteService(service.get()); // or it would run with rights that nobody meant
        throw;
    }
}

// It goes when the last program that has it open lets go.
bool gone_within(const std::string& name, milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (find_service(name, SERVICE_QUERY_STATUS)) {
        if (std::chrono::steady_clock::now() >= end)
            return false;
        std::this_thread::sleep_for(poll_interval);
    }
    return true;
}

ServiceUnitState state_of(const SERVICE_STATUS_PROCESS& status) {
    ServiceUnitState state;
    if (status.dwCurrentState != SERVICE_STOPPED && process_is_gone(status))
        return {"failed", "exit-code", 0, 0};
    state.pid = status.dwProcessId;
    switch (status.dwCurrentState) {
    case SERVICE_RUNNING:
    case SERVICE_PAUSED:
    case SERVICE_PAUSE_PENDING:
    case SERVICE_CONTINUE_PENDING:
        state.active = "active";
        state.sub = "running";
        break;
    case SERVICE_START_PENDING:
        state.active = "activating";
        state.sub = "start";
        break;
    case SERVICE_STOP_PENDING:
        state.active = "deactivating";
        state.sub = "stop";
        break;
    default:
        const bool well = status.dwWin32ExitCode == ERROR_SUCCESS ||
                          status.dwWin32ExitCode == ERROR_SERVICE_NEVER_STARTED;
        state.active = well ? "inactive" : "failed";
        state.sub = well ? "dead" : "exit-code";
        state.pid = 0;
    }
    return state;
}

void end_by_force(const ServiceHandle& service, const std::string& name,
                  const SERVICE_STATUS_PROCESS& status) {
    switch_on(L"SeDebugPrivilege"); // it may be another account's
    const Handle process(::OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, status.dwProcessId));
    if (!process || ::TerminateProcess(process.get(), ERROR_PROCESS_ABORTED) == 0) {
        const DWORD code = ::GetLastError();
        if (process_is_gone(status_of(service.get())))
            return;
        throw service_error("end the process of", name, code);
    }
    if (::WaitForSingleObject(process.get(), static_cast<DWORD>(patience.count())) != WAIT_OBJECT_0)
        throw hangs_error(name, status, "ended by force");
    // The manager has to have seen it before it may restart again.
    await_other_state(look_at(service), status.dwCurrentState, seen_limit, seen_limit);
}

} // namespace

bool service_manager_runs() {
    return static_cast<bool>(ServiceHandle(
        ::OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE)));
}

std::string service_unit_name(const std::string& service) {
    return service;
}

bool service_manager_keeps_logs() {
    return false;
}

void install_service_unit(const std::string& name, const std::string& text,
                          const std::string& first_account) {
    const ServiceHandle service = find_service(name, SERVICE_ALL_ACCESS);
    if (!service)
        create(name, text, first_account);
    else if (marked_for_deletion(service.get()))
        throw marked_error(name);
    else if (differs(found_definition(service.get(), name), text))
        change(service, name, text);
}

void enable_service_unit(const std::string& name) {
    const ServiceHandle service = open_service(name, SERVICE_ALL_ACCESS);
    if (found_definition(service.get(), name).start == SERVICE_AUTO_START)
        return; // at once or delayed: somebody has chosen
    if (::ChangeServiceConfigW(service.get(), SERVICE_NO_CHANGE, SERVICE_AUTO_START,
                               SERVICE_NO_CHANGE, nullptr, nullptr, nullptr, nullptr, nullptr,
                               nullptr, nullptr) == 0)
        throw service_error("configure", name, ::GetLastError());
    if (!put_delayed_start(setting_calls(service.get()), name))
        tell_of_unknown(name, {"delayed start"});
}

void remove_service_unit(const std::string& name) {
    {
        const ServiceHandle service = find_service(name, SERVICE_ALL_ACCESS);
        if (!service)
            return;
        remove_event_source(event_calls(), name); // first, or nobody would come back for it
        if (::DeleteService(service.get()) == 0)
            if (const DWORD code = ::GetLastError(); code != ERROR_SERVICE_MARKED_FOR_DELETE)
                throw service_error("remove", name, code);
        // What runs goes on, and the service with it.
        if (status_of(service.get()).dwCurrentState != SERVICE_STOPPED)
            return;
    }
    if (!gone_within(name, gone_limit))
        throw marked_error(name);
}

bool service_unit_gone(const std::string& name) {
    return !find_service(name, SERVICE_QUERY_STATUS);
}

bool service_unit_installed(const std::string& name) {
    return static_cast<bool>(find_service(name, SERVICE_QUERY_STATUS));
}

std::string service_unit_text(const std::string& name) {
    const ServiceHandle service = find_service(name, SERVICE_QUERY_CONFIG);
    if (!service)
        return "";
    const FoundDefinition found = found_definition(service.get(), name);
    return without_settings(text_of(found.definition), found.unknown);
}

bool service_unit_is(const std::string& name, const std::string& text) {
    const ServiceHandle service = find_service(name, SERVICE_QUERY_CONFIG);
    return service && !differs(found_definition(service.get(), name), text);
}

std::string service_unit_enablement(const std::string& name) {
    const ServiceHandle service = find_service(name, SERVICE_QUERY_CONFIG);
    if (!service)
        return "not-found";
    switch (found_definition(service.get(), name).start) {
    case SERVICE_AUTO_START:
        return "enabled";
    case SERVICE_DEMAND_START:
        return "manual";
    default:
        return "disabled";
    }
}

std::string service_unit_account(const std::string& name) {
    const ServiceHandle service = find_service(name, SERVICE_QUERY_CONFIG);
    return service ? found_definition(service.get(), name).account : "";
}

void start_service_unit(const std::string& name) {
    const ServiceHandle service = open_service(name, SERVICE_START | SERVICE_QUERY_STATUS);
    const auto ended =
        await_other_state(look_at(service), SERVICE_STOP_PENDING, patience, start_limit);
    if (ended.dwCurrentState == SERVICE_STOP_PENDING)
        throw hangs_error(name, ended, "stopping");
    if (::StartServiceW(service.get(), 0, nullptr) == 0)
        if (const DWORD code = ::GetLastError(); code != ERROR_SERVICE_ALREADY_RUNNING)
            throw service_error("start", name, code);
    const auto status =
        await_other_state(look_at(service), SERVICE_START_PENDING, patience, start_limit);
    if (status.dwCurrentState == SERVICE_START_PENDING)
        throw hangs_error(name, status, "starting");
    // One that might not start ends well.
    if (state_of(status).active == "failed")
        throw engine::Error(fmt::format("the service {} did not start: {}", name, end_of(status)))
            .remedy(fmt::format("see its log and the event log (eventvwr.msc, Windows Logs, "
                                "Application); sc query {}",
                                name));
}

void restart_service_unit(const std::string& name) {
    stop_service_unit(name);
    start_service_unit(name);
}

// A process of a service is not ended with it, so one that nobody holds is enough.
void start_transient_unit(const std::string&, const std::vector<std::string>& argv,
                          const std::map<std::string, std::string>& environment,
                          const std::string& log_file) {
    start_detached({argv, environment, "", log_file, "", {}});
}

void stop_service_unit(const std::string& name, milliseconds longest) {
    const ServiceHandle service = open_service(name, SERVICE_STOP | SERVICE_QUERY_STATUS);
    // It takes no order while it starts.
    await_other_state(look_at(service), SERVICE_START_PENDING, patience, start_limit);
    if (process_is_gone(status_of(service.get())))
        return;
    SERVICE_STATUS answer{};
    if (::ControlService(service.get(), SERVICE_CONTROL_STOP, &answer) == 0) {
        const DWORD code = ::GetLastError();
        const DWORD now = status_of(service.get()).dwCurrentState;
        if (now == SERVICE_STOPPED)
            return;
        if (now != SERVICE_STOP_PENDING)
            throw service_error("stop", name, code);
    }
    // Where it has not taken the order up yet, too.
    const milliseconds limit = longest + end_margin;
    auto status = await_other_state(look_at(service), SERVICE_RUNNING, patience, patience);
    status = await_other_state(look_at(service), SERVICE_STOP_PENDING, patience, limit);
    if (status.dwCurrentState != SERVICE_STOPPED)
        throw hangs_error(name, status, "stopping");
}

void reload_service_unit(const std::string& name) {
    throw engine::Error(
        fmt::format("the service {} cannot be sent a signal: Windows has none", name),
        engine::Kind::usage)
        .remedy("name a command for its reload in suite.toml");
}

void kill_service_unit(const std::string& name) {
    const ServiceHandle service = open_service(name, SERVICE_ALL_ACCESS);
    const SERVICE_STATUS_PROCESS status = status_of(service.get());
    if (process_is_gone(status))
        return;
    const SettingCalls calls = setting_calls(service.get());
    NoRestart quiet(calls, name);
    end_by_force(service, name, status);
    quiet.put_back();
}

ServiceUnitState service_unit_state(const std::string& name) {
    return service_unit_states({name}).front();
}

std::vector<ServiceUnitState> service_unit_states(const std::vector<std::string>& names) {
    std::vector<ServiceUnitState> states;
    for (const std::string& name : names) {
        const ServiceHandle service = find_service(name, SERVICE_QUERY_STATUS);
        states.push_back(service ? state_of(status_of(service.get()))
                                 : ServiceUnitState{"inactive", "dead", 0, 0});
    }
    return states;
}

std::string service_unit_log(const std::string&, unsigned) {
    return "";
}

std::vector<ServiceTrouble> service_unit_troubles(const std::string& name,
                                                  const std::string& account) {
    std::vector<ServiceTrouble> troubles;
    const auto add = [&](const engine::Error& error) {
        troubles.push_back({error.what(), error.remedy(), true});
    };
    std::string runs_as = account;
    if (const ServiceHandle service = find_service(
            name, SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS | SERVICE_CHANGE_CONFIG)) {
        if (marked_for_deletion(service.get())) {
            add(marked_error(name));
            return troubles;
        }
        const auto status =
            await_other_state(look_at(service), SERVICE_STOP_PENDING, seconds(3), seconds(10));
        if (status.dwCurrentState == SERVICE_STOP_PENDING)
            add(hangs_error(name, status, "stopping"));
        runs_as = found_definition(service.get(), name).account;
    }
    if (auto trouble = account_trouble(account_calls(), name, runs_as))
        troubles.push_back(std::move(*trouble));
    return troubles;
}

} // namespace locum::platform
