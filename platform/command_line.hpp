#pragma once
// A Windows command line: one text, which each program takes apart for itself. Made so that
// CommandLineToArgvW and the C runtimes of Microsoft and MinGW find the same arguments in it again.

#include <string>
#include <vector>

namespace locum::platform {

// argv is UTF-8, its first word the program. Throws Error(usage) where a word holds a NUL, or the
// program a quote, which no file's name can.
std::string windows_command_line(const std::vector<std::string>& argv);

// By its suffix, ".bat" or ".cmd".
bool is_batch_file(const std::string& program);

// For a batch file: what cmd.exe is given, so that the file gets these arguments and nothing else
// is executed. cmd.exe has no way to quote '"', '%' or a line break, so that an argument could
// become a command: throws Error(usage) where a word holds one, or where all is longer than the
// 8191 characters that cmd.exe reads. Backslashes at a word's end are doubled, for the program that
// the file passes it on to.
std::string batch_command_line(const std::string& cmd_exe, const std::vector<std::string>& argv);

} // namespace locum::platform
