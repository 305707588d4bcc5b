#pragma once

#include "examples/endpoint-manager/load/http_client.hpp"

#include <string>
#include <vector>

namespace endpoint::load {

struct Options {
    std::vector<Front> fronts;
    std::int64_t devices = 2000;
    double rate = 300; // requests per second, of all clients together
    int clients = 24;
    std::string user = "admin";
    std::string password = "endpoint";
    std::string stop_file;     // the run ends when it exists; empty: none
    double min_seconds = 0;    // but not before
    double time_limit_s = 900; // and not later
    std::string events;        // file; empty: none
    std::string out;           // file; empty: standard output
};

// The options, or the exit code after --help or a mistake (which was told).
struct Parsed {
    Options options;
    std::optional<int> exit_code;
};
Parsed parse_options(int argc, char** argv);

} // namespace endpoint::load
