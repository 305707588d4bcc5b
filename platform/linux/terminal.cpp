#include "platform/terminal.hpp"

#include "platform/native_process.hpp"

#include <iostream>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace locum::platform {

namespace {

// Echo is off while it lives, whatever ends the reading. Ctrl-C is a character that ends the line:
// as a signal it would end the program, and leave the terminal without echo.
class SilentTerminal {
public:
    SilentTerminal() {
        tcgetattr(STDIN_FILENO, &before_);
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
        silent.c_cc[VEOL] = ctrl_c;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~SilentTerminal() { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;

private:
    termios before_{};
};

} // namespace

struct Utf8Terminal::State {};
Utf8Terminal::Utf8Terminal() = default;
Utf8Terminal::~Utf8Terminal() = default;

bool stdin_is_terminal() {
    return isatty(STDIN_FILENO) == 1;
}

bool stderr_is_terminal() {
    return isatty(STDERR_FILENO) == 1;
}

unsigned terminal_columns() {
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

unsigned terminal_lines() {
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
        return size.ws_row;
    return 24;
}

void keep_window_open() {}

std::optional<std::string> read_line() {
    std::string line;
    return std::getline(std::cin, line) ? std::optional(std::move(line)) : std::nullopt;
}

char read_silently(std::string& line) {
    const SilentTerminal silent;
    char last = 0;
    while (std::cin.get(last) && last != '\n' && last != ctrl_c)
        line += last;
    if (!std::cin) {
        std::cin.clear();
        return 0;
    }
    return last;
}

} // namespace locum::platform
