#include "platform/terminal.hpp"

#include "platform/native_process.hpp"
#include "platform/standard_error.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"

#include <array>
#include <atomic>
#include <cstdlib>

namespace locum::platform {

namespace {

// Not _isatty(), which takes NUL for one.
bool is_console(DWORD which) {
    DWORD mode = 0;
    return ::GetConsoleMode(::GetStdHandle(which), &mode) != 0;
}

// Right bottom minus left top of what is in view; all zero where there is none.
SMALL_RECT window() {
    CONSOLE_SCREEN_BUFFER_INFO info{};
    ::GetConsoleScreenBufferInfo(::GetStdHandle(STD_ERROR_HANDLE), &info);
    return info.srWindow;
}

unsigned length(SHORT from, SHORT to, unsigned otherwise) {
    return to > from ? static_cast<unsigned>(to - from) + 1 : otherwise;
}

std::atomic<bool> ctrl_c_came = false;

BOOL WINAPI note_ctrl_c(DWORD kind) {
    if (kind != CTRL_C_EVENT)
        return FALSE;
    ctrl_c_came = true;
    return TRUE;
}

// Without echo while it lives, whatever ends the reading. Ctrl-C ends that alone: else it would end
// the program, and leave the console without echo.
class SilentConsole {
public:
    SilentConsole() {
        ctrl_c_came = false;
        ::SetConsoleCtrlHandler(note_ctrl_c, TRUE);
        ::GetConsoleMode(input_, &before_);
        ::SetConsoleMode(input_, ENABLE_LINE_INPUT | ENABLE_PROCESSED_INPUT);
        ::FlushConsoleInputBuffer(input_);
    }
    ~SilentConsole() {
        ::SetConsoleMode(input_, before_);
        ::SetConsoleCtrlHandler(note_ctrl_c, FALSE);
    }
    SilentConsole(const SilentConsole&) = delete;
    SilentConsole& operator=(const SilentConsole&) = delete;

    // What was typed, with the end of its line where the block had room; 0: no more comes.
    DWORD read(wchar_t* into, std::size_t most) const {
        DWORD count = 0;
        ::SetLastError(ERROR_SUCCESS);
        const bool fine =
            ::ReadConsoleW(input_, into, static_cast<DWORD>(most), &count, nullptr) != 0;
        if (fine && count == 0 && ::GetLastError() == ERROR_OPERATION_ABORTED)
            ctrl_c_came = true; // its handler may come later
        return fine && !ctrl_c_came ? count : 0;
    }

private:
    HANDLE input_ = ::GetStdHandle(STD_INPUT_HANDLE);
    DWORD before_ = 0;
};

constexpr wchar_t ctrl_z = 26;

} // namespace

bool stdin_is_terminal() {
    return is_console(STD_INPUT_HANDLE);
}

bool stderr_is_terminal() {
    return is_console(STD_ERROR_HANDLE);
}

unsigned terminal_columns() {
    const SMALL_RECT rect = window();
    return length(rect.Left, rect.Right, 80);
}

unsigned terminal_lines() {
    const SMALL_RECT rect = window();
    return length(rect.Top, rect.Bottom, 24);
}

struct Utf8Terminal::State {
    UINT output = ::GetConsoleOutputCP();
    HANDLE errors = ::GetStdHandle(STD_ERROR_HANDLE);
    DWORD mode = 0;
    bool console = ::GetConsoleMode(errors, &mode) != 0;
};

Utf8Terminal::Utf8Terminal() : state_(std::make_unique<State>()) {
    ::SetConsoleOutputCP(CP_UTF8);
    if (state_->console)
        ::SetConsoleMode(state_->errors, state_->mode | ENABLE_PROCESSED_OUTPUT |
                                             ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

Utf8Terminal::~Utf8Terminal() {
    if (state_->console)
        ::SetConsoleMode(state_->errors, state_->mode);
    if (state_->output != 0)
        ::SetConsoleOutputCP(state_->output);
}

void keep_window_open() {
    std::array<DWORD, 2> processes{}; // that share the window
    if (!stdin_is_terminal() ||
        ::GetConsoleProcessList(processes.data(), static_cast<DWORD>(processes.size())) != 1)
        return;
    // When all has been said, errors too.
    std::atexit([] {
        to_stderr("\nPress Enter to close this window. ");
        std::array<wchar_t, 256> line{};
        DWORD count = 0;
        ::ReadConsoleW(::GetStdHandle(STD_INPUT_HANDLE), line.data(),
                       static_cast<DWORD>(line.size()), &count, nullptr);
    });
}

char read_silently(std::string& line) {
    const SilentConsole console;
    std::wstring typed;
    bool ended = false;
    std::array<wchar_t, 512> block{};
    while (!ended) {
        const DWORD count = console.read(block.data(), block.size());
        if (count == 0)
            break;
        for (DWORD i = 0; i < count && !ended; ++i) {
            ended = block[i] == L'\n';
            if (!ended && block[i] != L'\r')
                typed += block[i];
        }
    }
    char last = ended ? '\n' : '\0';
    if (ctrl_c_came)
        last = ctrl_c;
    if (typed.starts_with(ctrl_z)) {
        typed.clear();
        last = '\0';
    }
    line = utf8(typed);
    ::SecureZeroMemory(block.data(), sizeof block);
    ::SecureZeroMemory(typed.data(), typed.size() * sizeof(wchar_t));
    return last;
}

} // namespace locum::platform
