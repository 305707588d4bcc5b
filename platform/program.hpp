#pragma once
// Which file a command's first word means, and how a command is shown.

#include <string>
#include <vector>

namespace locum::platform {

// The absolute path of argv[0]: as it is where it names a folder, else sought on PATH. Windows:
// with
// ".exe", ".com", ".bat" or ".cmd" added where there is no such file without. Throws Error where
// there is no such program.
std::string find_program(const std::vector<std::string>& argv);
// What the system says that a process executes after it was given this file: links resolved; of a
// script its interpreter.
std::string executable_of(const std::string& program);
// The program of this name on PATH; "": there is none.
std::string on_path(const std::string& name);
// The command on one line, cut where it is long.
std::string shown(const std::vector<std::string>& argv);

} // namespace locum::platform
