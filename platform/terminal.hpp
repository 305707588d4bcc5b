#pragma once
// The terminal that a person sits at.

#include "engine/secret.hpp"

#include <string>

namespace locum::platform {

bool stdin_is_terminal();
bool stderr_is_terminal();
unsigned terminal_columns(); // 80 where it cannot be told
unsigned terminal_lines();   // 24 where it cannot be told
// Asks on the terminal without echo. Throws Error(usage) where standard input is no terminal.
engine::Secret ask_secret(const std::string& prompt);

} // namespace locum::platform
