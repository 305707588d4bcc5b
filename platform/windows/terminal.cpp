#include "platform/terminal.hpp"

#include "platform/native_process.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"

#include <array>

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

// Without echo while it lives, whatever ends the reading. Ctrl-C is a character: as an event it
// would end the program, and leave the console without echo.
class SilentConsole {
public:
    SilentConsole() {
        ::GetConsoleMode(input_, &before_);
        ::SetConsoleMode(input_, ENABLE_LINE_INPUT);
        ::FlushConsoleInputBuffer(input_);
    }
    ~SilentConsole() { ::SetConsoleMode(input_, before_); }
    SilentConsole(const SilentConsole&) = delete;
    SilentConsole& operator=(const SilentConsole&) = delete;

    HANDLE get() const { return input_; }

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

char read_silently(std::string& line) {
    const SilentConsole console;
    std::wstring typed;
    char last = 0;
    CONSOLE_READCONSOLE_CONTROL control{};
    control.nLength = sizeof control;
    control.dwCtrlWakeupMask = 1U << static_cast<unsigned>(ctrl_c); // ends the line too
    std::array<wchar_t, 512> block{};
    for (DWORD count = 0; last == 0 &&
                          ::ReadConsoleW(console.get(), block.data(),
                                         static_cast<DWORD>(block.size()), &count, &control) != 0 &&
                          count > 0;)
        for (DWORD i = 0; i < count && last == 0; ++i) {
            const wchar_t c = block[i];
            if (c == L'\n' || c == static_cast<wchar_t>(ctrl_c))
                last = static_cast<char>(c);
            else if (c != L'\r')
                typed += c;
        }
    if (typed.starts_with(ctrl_z)) {
        typed.clear();
        last = 0;
    }
    line = utf8(typed);
    ::SecureZeroMemory(block.data(), sizeof block);
    ::SecureZeroMemory(typed.data(), typed.size() * sizeof(wchar_t));
    return last;
}

} // namespace locum::platform
