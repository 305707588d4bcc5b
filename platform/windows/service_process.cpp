#include "platform/service_process.hpp"

#include "platform/windows/event_log.hpp"
#include "platform/windows/log_file.hpp"
#include "platform/windows/service_manager.hpp"
#include "platform/windows/stop_request.hpp"
#include "platform/windows/wide.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <fmt/format.h>
#include <io.h>
#include <mutex>
#include <thread>
#include <tlhelp32.h>
#include <utility>
#include <vector>

namespace locum::platform {

namespace {

constexpr std::chrono::milliseconds pulse{1000};
constexpr DWORD wait_hint = 10'000;

struct PlainProcess final : ServiceProcess {
    void is_up() override {}
    bool after_failure() const override { return false; }
};

// The manager is the parent of every service, and of nothing else. To ask it by
// StartServiceCtrlDispatcher would do on Windows; Wine could take another service's place by that.
bool started_by_manager() {
    const Handle list(::CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0));
    if (!list)
        return false;
    std::vector<PROCESSENTRY32W> all;
    PROCESSENTRY32W entry{};
    entry.dwSize = sizeof entry;
    for (BOOL more = ::Process32FirstW(list.get(), &entry); more != 0;
         more = ::Process32NextW(list.get(), &entry))
        all.push_back(entry);
    const auto named = [&](DWORD pid) {
        return std::find_if(all.begin(), all.end(),
                            [&](const auto& one) { return one.th32ProcessID == pid; });
    };
    const auto self = named(::GetCurrentProcessId());
    if (self == all.end())
        return false;
    const auto parent = named(self->th32ParentProcessID);
    return parent != all.end() &&
           ::CompareStringOrdinal(parent->szExeFile, -1, L"services.exe", -1, TRUE) == CSTR_EQUAL;
}

// A service has no standard streams. What C++ writes and what children inherit goes to the file.
void write_to(const std::string& log_file) {
    Handle log = open_log(log_file);
    const int descriptor =
        ::_open_osfhandle(reinterpret_cast<intptr_t>(log.release()), _O_APPEND | _O_BINARY);
    if (descriptor < 0)
        throw engine::Error("cannot write to " + log_file);
    for (const auto& [stream, number] : {std::pair(stdout, 1), std::pair(stderr, 2)}) {
        // Without a descriptor of its own a stream has to get one first.
        if (::_fileno(stream) < 0) {
#if defined(__MINGW32__) && !defined(_UCRT)
            stream->_file = number; // freopen refuses such a stream in Wine
#else
            std::freopen("NUL", "w", stream);
#endif
        }
        if (::_dup2(descriptor, ::_fileno(stream)) != 0)
            throw engine::Error("cannot write to " + log_file);
        std::setvbuf(stream, nullptr, _IONBF, 0);
    }
    const auto native = reinterpret_cast<HANDLE>(::_get_osfhandle(descriptor));
    ::SetStdHandle(STD_OUTPUT_HANDLE, native);
    ::SetStdHandle(STD_ERROR_HANDLE, native);
}

// Not in every import library.
bool restarted_after_failure(SERVICE_STATUS_HANDLE handle) {
    using Query = BOOL(WINAPI*)(SERVICE_STATUS_HANDLE, DWORD, void**);
    const auto query = reinterpret_cast<Query>(reinterpret_cast<void*>(
        ::GetProcAddress(::GetModuleHandleW(L"advapi32.dll"), "QueryServiceDynamicInformation")));
    void* found = nullptr; // a SERVICE_START_REASON, which is one number
    if (query == nullptr ||
        query(handle, SERVICE_DYNAMIC_INFORMATION_LEVEL_START_REASON, &found) == 0)
        return false;
    const DWORD reason = *static_cast<DWORD*>(found);
    ::LocalFree(found);
    return (reason & SERVICE_START_REASON_RESTART_ON_FAILURE) != 0;
}

class ManagedProcess final : public ServiceProcess {
public:
    ManagedProcess(std::string name, std::string log_file,
                   const std::function<int(ServiceProcess&)>& body) :
        name_(std::move(name)),
        log_file_(std::move(log_file)), body_(body), stop_event_(own_stop_event()) {}

    void is_up() override {
        const std::lock_guard lock(mutex_);
        if (state_ != SERVICE_START_PENDING)
            return;
        tell(SERVICE_RUNNING);
        tell_event(event_calls(), name_, Event::started, "");
    }
    bool after_failure() const override { return after_failure_; }

    // On the thread that the manager's dispatcher makes for it.
    void work() {
        handle_ = ::RegisterServiceCtrlHandlerExW(wide(name_).c_str(), &ManagedProcess::take, this);
        if (handle_ == nullptr)
            return; // the manager ends us after a while
        {
            const std::lock_guard lock(mutex_);
            tell(SERVICE_START_PENDING);
        }
        std::thread pulses([this] { tell_on(); });
        std::string why;
        try {
            write_to(log_file_);
            after_failure_ = restarted_after_failure(handle_);
            code_ = body_(*this);
            why = fmt::format("it ended with code {}", code_);
        } catch (const engine::Error& error) {
            thrown_ = std::current_exception();
            code_ = engine::exit_code(error.kind());
            why = error.one_line();
        } catch (const std::exception& error) {
            thrown_ = std::current_exception();
            code_ = 1;
            why = error.what();
        }
        {
            const std::lock_guard lock(mutex_);
            ended_ = true;
        }
        changed_.notify_all();
        pulses.join();
        tell_event(event_calls(), name_, code_ == 0 ? Event::ended : Event::failed, why);
        const std::lock_guard lock(mutex_);
        tell(SERVICE_STOPPED); // now the process may be ended any moment
    }

    int result() const {
        if (thrown_)
            std::rethrow_exception(thrown_);
        return code_;
    }
    const std::string& name() const { return name_; }

private:
    static DWORD WINAPI take(DWORD control, DWORD, void*, void* self) {
        auto& process = *static_cast<ManagedProcess*>(self);
        switch (control) {
        case SERVICE_CONTROL_STOP:
        case SERVICE_CONTROL_SHUTDOWN:
        case SERVICE_CONTROL_PRESHUTDOWN: {
            const std::lock_guard lock(process.mutex_);
            if (process.state_ != SERVICE_STOPPED)
                process.tell(SERVICE_STOP_PENDING);
            ::SetEvent(process.stop_event_.get());
            return NO_ERROR;
        }
        case SERVICE_CONTROL_INTERROGATE:
            return NO_ERROR;
        default:
            return ERROR_CALL_NOT_IMPLEMENTED;
        }
    }

    // Under the lock.
    void tell(DWORD state) {
        state_ = state;
        SERVICE_STATUS status{};
        status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
        status.dwCurrentState = state;
        if (state == SERVICE_RUNNING)
            status.dwControlsAccepted = SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PRESHUTDOWN;
        if (state == SERVICE_START_PENDING || state == SERVICE_STOP_PENDING) {
            status.dwCheckPoint = ++checkpoint_;
            status.dwWaitHint = wait_hint;
        }
        if (state == SERVICE_STOPPED && code_ != 0) {
            status.dwWin32ExitCode = ERROR_SERVICE_SPECIFIC_ERROR;
            status.dwServiceSpecificExitCode = static_cast<DWORD>(code_);
        }
        ::SetServiceStatus(handle_, &status);
    }

    // While it starts and while it stops: that it goes on.
    void tell_on() {
        std::unique_lock lock(mutex_);
        while (!changed_.wait_for(lock, pulse, [this] { return ended_; }))
            if (state_ != SERVICE_RUNNING)
                tell(state_);
    }

    std::string name_;
    std::string log_file_;
    const std::function<int(ServiceProcess&)>& body_;
    Handle stop_event_; // before anybody can be told that it runs
    SERVICE_STATUS_HANDLE handle_ = nullptr;
    bool after_failure_ = false;
    int code_ = 0;
    std::exception_ptr thrown_;
    std::mutex mutex_; // of what follows
    std::condition_variable changed_;
    DWORD state_ = SERVICE_START_PENDING;
    DWORD checkpoint_ = 0;
    bool ended_ = false;
};

// The dispatcher passes nothing on.
ManagedProcess* this_service = nullptr;

void WINAPI service_main(DWORD, wchar_t**) {
    this_service->work();
}

} // namespace

int as_service(const std::string& name, const std::string& log_file,
               const std::function<int(ServiceProcess&)>& body) {
    if (!started_by_manager()) {
        PlainProcess process;
        return body(process);
    }
    ManagedProcess process(name, log_file, body);
    this_service = &process;
    std::wstring wide_name = wide(name);
    const SERVICE_TABLE_ENTRYW services[] = {{wide_name.data(), service_main}, {nullptr, nullptr}};
    if (::StartServiceCtrlDispatcherW(services) == 0)
        throw service_error("be", name, ::GetLastError());
    return process.result();
}

} // namespace locum::platform
