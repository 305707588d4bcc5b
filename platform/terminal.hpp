#pragma once
// The terminal that a person sits at.

#include "engine/secret.hpp"

#include <memory>
#include <optional>
#include <string>

namespace locum::platform {

// As long as it lives, text comes out as the UTF-8 that it is, and escape sequences do what they
// say: a console of Windows has to be told. Made first in main; nothing on Linux.
class Utf8Terminal {
public:
    Utf8Terminal();
    ~Utf8Terminal();
    Utf8Terminal(const Utf8Terminal&) = delete;
    Utf8Terminal& operator=(const Utf8Terminal&) = delete;

private:
    struct State;
    std::unique_ptr<State> state_;
};

bool stdin_is_terminal();
bool stderr_is_terminal();
// Windows: where this process has a window that goes with it, as one has that is started by a
// click, the window stays until a person presses Enter. Linux: nothing.
void keep_window_open();
unsigned terminal_columns(); // 80 where it cannot be told
unsigned terminal_lines();   // 24 where it cannot be told
// A line of standard input, without its end; nullopt: no more come. Windows: what is typed at a
// console comes in the console's code page to whoever reads it as a file; here it is UTF-8, too.
std::optional<std::string> read_line();
// Asks on the terminal without echo. Throws Error(usage) where standard input is no terminal.
engine::Secret ask_secret(const std::string& prompt);

} // namespace locum::platform
