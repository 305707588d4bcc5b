#include "platform/terminal.hpp"

#include "platform/native_process.hpp"
#include "platform/standard_error.hpp"
#include "platform/windows/console_line.hpp"
#include "platform/windows/system.hpp"

#include <array>
#include <atomic>
#include <cstdlib>
#include <iostream>

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

bool read_console(wchar_t* into, DWORD most, DWORD& count) {
    return ::ReadConsoleW(::GetStdHandle(STD_INPUT_HANDLE), into, most, &count, nullptr) != 0;
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

    // As ReadPiece.
    DWORD read(wchar_t* into, DWORD most) const {
        const Piece piece = read_piece(read_console, into, most);
        if (piece.aborted)
            ctrl_c_came = true; // its handler may come later
        return ctrl_c_came ? 0 : piece.count;
    }

private:
    HANDLE input_ = ::GetStdHandle(STD_INPUT_HANDLE);
    DWORD before_ = 0;
};

// With echo, and with Ctrl-C as whoever asks has it.
DWORD read_shown(wchar_t* into, DWORD most) {
    return read_on(read_console, into, most);
}

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

// Of a pipe or file as of a console, but there the bytes are UTF-8 already.
std::optional<std::string> read_line() {
    if (!stdin_is_terminal()) {
        std::string line;
        return std::getline(std::cin, line) ? std::optional(std::move(line)) : std::nullopt;
    }
    ConsoleLine typed = console_line(read_shown);
    if (!typed.ended && typed.text.empty())
        return std::nullopt;
    return std::move(typed.text);
}

char read_silently(std::string& line) {
    const SilentConsole console;
    ConsoleLine typed =
        console_line([&](wchar_t* into, DWORD most) { return console.read(into, most); });
    line = std::move(typed.text);
    if (ctrl_c_came)
        return ctrl_c;
    return typed.ended ? '\n' : '\0';
}

} // namespace locum::platform
