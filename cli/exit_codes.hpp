#pragma once
// What the exit codes mean to whoever typed the command; the operator's guide and the manual pages
// have them from here.

#include <string_view>
#include <vector>

namespace locum::cli {

struct ExitCode {
    int code;
    std::string_view meaning;
};

// In the order of the codes.
std::vector<ExitCode> exit_codes();

} // namespace locum::cli
