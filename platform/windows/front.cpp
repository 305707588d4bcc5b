#include "platform/process.hpp"
#include "platform/windows/spawn.hpp"
#include "platform/windows/stop_request.hpp"

#include <array>

namespace locum::platform {

namespace {

// What comes from the terminal comes to all that run at it; it is the child's.
BOOL WINAPI leave_to_child(DWORD kind) {
    if (kind == CTRL_CLOSE_EVENT || kind == CTRL_SHUTDOWN_EVENT)
        ::Sleep(INFINITE); // this process would end when it returns, and the child have no time
    return TRUE;
}

struct LeftToChild {
    LeftToChild() { ::SetConsoleCtrlHandler(leave_to_child, TRUE); }
    ~LeftToChild() { ::SetConsoleCtrlHandler(leave_to_child, FALSE); }
    LeftToChild(const LeftToChild&) = delete;
    LeftToChild& operator=(const LeftToChild&) = delete;
};

} // namespace

int run_in_front(const std::vector<std::string>& argv) {
    const LeftToChild left;
    const Handle told = own_stop_event();
    const NewProcess child =
        create_suspended(argv, "", environment_block({}, true),
                         {::GetStdHandle(STD_INPUT_HANDLE), ::GetStdHandle(STD_OUTPUT_HANDLE),
                          ::GetStdHandle(STD_ERROR_HANDLE)},
                         0);
    let_run(child);
    const std::array<HANDLE, 2> awaited{child.process.get(), told.get()};
    for (;;) {
        const DWORD which = ::WaitForMultipleObjects(2, awaited.data(), FALSE, INFINITE);
        if (which == WAIT_OBJECT_0)
            break;
        if (which != WAIT_OBJECT_0 + 1)
            fail("cannot wait for a child process");
        ask_to_end(child.pid, child.started);
    }
    const Finished finished = how_it_ended(child.process.get());
    return finished.signal != 0 ? 128 + finished.signal : finished.exit_code;
}

} // namespace locum::platform
