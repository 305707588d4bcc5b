#pragma once

#include "examples/common/load/options.hpp"

namespace endpoint::load {

struct Options : example::load::Settings {
    std::int64_t devices = 2000;
    std::string user = "admin";
    std::string password = "endpoint";
    double patience_s = 3;
};

// The options, or the exit code after --help or a mistake (which was told).
struct Parsed {
    Options options;
    std::optional<int> exit_code;
};
Parsed parse_options(int argc, char** argv);

} // namespace endpoint::load
