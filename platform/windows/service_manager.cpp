#include "platform/windows/service_manager.hpp"

#include "platform/windows/wide.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <thread>

namespace locum::platform {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds poll_interval{25};
// A service may say that it needs longer than anybody waits for it.
constexpr milliseconds longest_hint{60'000};

std::string remedy_of(const std::string& name, DWORD code) {
    switch (code) {
    case ERROR_SERVICE_LOGON_FAILED:
        return fmt::format(
            "see its account: sc qc {0}. An account needs the right to log on as a service: "
            "secpol.msc, "
            "Local Policies, User Rights Assignment; one with a password has it set again: "
            "sc config {0} obj= ACCOUNT password= PASSWORD",
            name);
    case ERROR_SERVICE_DISABLED:
        return fmt::format("let it be started: sc config {} start= demand", name);
    case ERROR_SERVICE_DEPENDENCY_FAIL:
    case ERROR_SERVICE_DEPENDENCY_DELETED:
        return fmt::format("see what it waits for: sc qc {}; start that first", name);
    case ERROR_DEPENDENT_SERVICES_RUNNING:
        return fmt::format("stop what needs it first: sc enumdepend {}", name);
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
        return fmt::format("see its program: sc qc {}; run the installation again, or locum repair",
                           name);
    case ERROR_SERVICE_REQUEST_TIMEOUT:
    case ERROR_SERVICE_CANNOT_ACCEPT_CTRL:
    case ERROR_SERVICE_NOT_ACTIVE:
        return fmt::format("see what it does: sc queryex {}; then run the command again", name);
    case ERROR_SERVICE_DOES_NOT_EXIST:
        return "run the installation again, or locum repair";
    case ERROR_DUPLICATE_SERVICE_NAME:
        return "give the other service another display name, or remove it";
    case ERROR_INVALID_SERVICE_ACCOUNT:
        return "name an account that is there: DOMAIN\\NAME, or .\\NAME of this host";
    default:
        return "";
    }
}

} // namespace

engine::Error service_error(const std::string& doing, const std::string& name, DWORD code) {
    if (code == ERROR_SERVICE_MARKED_FOR_DELETE)
        return marked_error(name);
    engine::Error error = system_error(fmt::format("cannot {} the service {}", doing, name), code);
    const std::string remedy = remedy_of(name, code);
    return remedy.empty() ? error : std::move(error).remedy(remedy);
}

engine::Error marked_error(const std::string& name) {
    return engine::Error(fmt::format("the service {} was removed, but a program has it open still, "
                                     "so that it can be neither changed nor made again",
                                     name),
                         engine::Kind::refused)
        .remedy("close services.msc, Task Manager and other programs that show services, then run "
                "the command again; else restart the host");
}

ServiceHandle open_manager(DWORD access) {
    ServiceHandle manager(::OpenSCManagerW(nullptr, nullptr, access));
    if (!manager)
        fail("cannot open the service control manager");
    return manager;
}

ServiceHandle find_service(const std::string& name, DWORD access) {
    const ServiceHandle manager = open_manager();
    ServiceHandle service(::OpenServiceW(manager.get(), wide(name).c_str(), access));
    if (!service)
        if (const DWORD code = ::GetLastError(); code != ERROR_SERVICE_DOES_NOT_EXIST)
            throw service_error("open", name, code);
    return service;
}

ServiceHandle open_service(const std::string& name, DWORD access) {
    ServiceHandle service = find_service(name, access);
    if (!service)
        throw service_error("open", name, ERROR_SERVICE_DOES_NOT_EXIST);
    return service;
}

bool marked_for_deletion(SC_HANDLE service) {
    // Changes nothing.
    return ::ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE,
                                  nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
                                  nullptr) == 0 &&
           ::GetLastError() == ERROR_SERVICE_MARKED_FOR_DELETE;
}

SERVICE_STATUS_PROCESS status_of(SC_HANDLE service) {
    SERVICE_STATUS_PROCESS status{};
    DWORD needed = 0;
    if (::QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO,
                               reinterpret_cast<unsigned char*>(&status), sizeof status,
                               &needed) == 0)
        fail("cannot ask the service control manager for the state of a service");
    return status;
}

bool process_is_gone(const SERVICE_STATUS_PROCESS& status) {
    if (status.dwProcessId == 0)
        return true;
    const Handle process(::OpenProcess(SYNCHRONIZE, FALSE, status.dwProcessId));
    return process ? ::WaitForSingleObject(process.get(), 0) == WAIT_OBJECT_0
                   : ::GetLastError() == ERROR_INVALID_PARAMETER;
}

std::string end_of(const SERVICE_STATUS_PROCESS& status) {
    if (status.dwWin32ExitCode == ERROR_SERVICE_SPECIFIC_ERROR)
        return fmt::format("it ended with code {}", status.dwServiceSpecificExitCode);
    return fmt::format("it ended with error {} ({})", status.dwWin32ExitCode,
                       system_text(status.dwWin32ExitCode));
}

SERVICE_STATUS_PROCESS await_other_state(const LookAtService& look, DWORD pending,
                                         milliseconds patience, milliseconds longest) {
    SERVICE_STATUS_PROCESS status = look();
    const auto end = Clock::now() + longest;
    auto told = Clock::now();
    while (status.dwCurrentState == pending) {
        const auto now = Clock::now();
        const milliseconds hint = std::min(milliseconds(status.dwWaitHint), longest_hint);
        if (now >= end || now - told > std::max(patience, hint))
            return status;
        std::this_thread::sleep_for(poll_interval);
        const DWORD before = status.dwCheckPoint;
        status = look();
        if (status.dwCheckPoint != before)
            told = Clock::now();
    }
    return status;
}

engine::Error hangs_error(const std::string& name, const SERVICE_STATUS_PROCESS& status,
                          const std::string& doing) {
    return engine::Error(fmt::format("the service {} (process {}) is {}, and does not come to its "
                                     "end with that",
                                     name, status.dwProcessId, doing))
        .remedy(fmt::format("wait for it: sc queryex {}; or end its process: taskkill /F /PID {}; "
                            "then run the command again",
                            name, status.dwProcessId));
}

} // namespace locum::platform
