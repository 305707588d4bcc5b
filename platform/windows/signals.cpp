#include "platform/signals.hpp"

#include "platform/windows/stop_request.hpp"

#include <atomic>
#include <utility>

namespace locum::platform {

namespace {

// A handler gets nothing else to know them by.
std::atomic<HANDLE> stop_event = nullptr;
const std::string* last_words = nullptr;
int last_code = 0;

BOOL WINAPI note_stop(DWORD kind) {
    if (kind == CTRL_LOGOFF_EVENT) // of some user; whoever gets it goes on without him
        return TRUE;
    ::SetEvent(stop_event.load());
    // Of these the process ends when the handler returns; so long the work has to come to its end.
    if (kind == CTRL_CLOSE_EVENT || kind == CTRL_SHUTDOWN_EVENT)
        ::Sleep(INFINITE);
    return TRUE;
}

BOOL WINAPI end_by_ctrl_c(DWORD kind) {
    if (kind != CTRL_C_EVENT)
        return FALSE;
    DWORD written = 0;
    ::WriteFile(::GetStdHandle(STD_ERROR_HANDLE), last_words->data(),
                static_cast<DWORD>(last_words->size()), &written, nullptr);
    ::TerminateProcess(::GetCurrentProcess(), static_cast<UINT>(last_code));
    return TRUE;
}

} // namespace

void take_usual_signals() {}

StopSignals::StopSignals() {
    stop_event = own_stop_event().release();
    ::SetConsoleCtrlHandler(note_stop, TRUE);
}

StopSignals::~StopSignals() {
    ::SetConsoleCtrlHandler(note_stop, FALSE);
    ::CloseHandle(stop_event.exchange(nullptr));
}

void StopSignals::wait() {
    ::WaitForSingleObject(stop_event.load(), INFINITE);
}

bool StopSignals::arrived() {
    return ::WaitForSingleObject(stop_event.load(), 0) == WAIT_OBJECT_0;
}

EndByCtrlC::EndByCtrlC(std::string text, int exit_code) : text_(std::move(text)) {
    last_words = &text_;
    last_code = exit_code;
    ::SetConsoleCtrlHandler(end_by_ctrl_c, TRUE);
}

EndByCtrlC::~EndByCtrlC() {
    ::SetConsoleCtrlHandler(end_by_ctrl_c, FALSE);
}

} // namespace locum::platform
