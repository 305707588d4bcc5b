#include "platform/terminal.hpp"

#include "engine/error.hpp"

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

    static constexpr char ctrl_c = 3;

private:
    termios before_{};
};

} // namespace

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

engine::Secret ask_secret(const std::string& prompt) {
    if (!stdin_is_terminal())
        throw engine::Error("a secret is to be asked for, but standard input is not a terminal: " +
                                prompt,
                            engine::Kind::usage)
            .remedy(
                "name a source in the answers: { file = \"PATH\" } or { environment = \"NAME\" }");
    std::cerr << prompt << ": " << std::flush;
    std::string line;
    char last = 0;
    {
        SilentTerminal silent;
        while (std::cin.get(last) && last != '\n' && last != SilentTerminal::ctrl_c)
            line += last;
    }
    std::cerr << "\n";
    if (last == SilentTerminal::ctrl_c)
        throw engine::Error(prompt + ": Ctrl-C", engine::Kind::cancelled)
            .remedy("run the command again, or name a file in the answers");
    if (line.empty()) {
        std::cin.clear();
        throw engine::Error(prompt + ": nothing was typed", engine::Kind::cancelled)
            .remedy("run the command again and type it, or name a file in the answers");
    }
    return engine::Secret(line);
}

} // namespace locum::platform
