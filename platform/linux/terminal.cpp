#include "platform/terminal.hpp"

#include "engine/error.hpp"

#include <iostream>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace locum::platform {

namespace {

// Echo is off while it lives, whatever ends the reading.
class SilentTerminal {
public:
    SilentTerminal() {
        tcgetattr(STDIN_FILENO, &before_);
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~SilentTerminal() { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;

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

engine::Secret ask_secret(const std::string& prompt) {
    if (!stdin_is_terminal())
        throw engine::Error("a secret is to be asked for, but standard input is not a terminal: " +
                                prompt,
                            engine::Kind::usage)
            .remedy(
                "name a source in the answers: { file = \"PATH\" } or { environment = \"NAME\" }");
    std::cerr << prompt << ": " << std::flush;
    std::string line;
    bool answered = false;
    {
        SilentTerminal silent;
        answered = static_cast<bool>(std::getline(std::cin, line));
    }
    std::cerr << "\n";
    if (!answered || line.empty()) {
        std::cin.clear();
        throw engine::Error(prompt + ": nothing was typed", engine::Kind::cancelled)
            .remedy("run the command again and type it, or name a file in the answers");
    }
    return engine::Secret(line);
}

} // namespace locum::platform
