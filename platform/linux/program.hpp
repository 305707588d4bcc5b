#pragma once
// Which file a command's first word means, and how a command is shown.

#include <string>
#include <vector>

namespace locum::platform {

// The absolute path of argv[0]: as it is where it has a slash, else sought on PATH. Throws Error
// where there is no such program.
std::string find_program(const std::vector<std::string>& argv);
// What /proc/PID/exe says of a process that executes the file: links resolved; of a script its
// interpreter, also behind /usr/bin/env.
std::string executable_of(const std::string& program);
// The command on one line, cut where it is long.
std::string shown(const std::vector<std::string>& argv);

} // namespace locum::platform
