#pragma once
// What every load can be told.

#include "examples/common/load/front.hpp"

#include <vector>

namespace CLI {
class App;
}

namespace example::load {

struct Settings {
    std::vector<Front> fronts;
    double rate = 300; // requests per second, of all clients together
    int clients = 24;
    std::string stop_file;     // the run ends when it exists; empty: none
    double min_seconds = 0;    // but not before
    double time_limit_s = 900; // and not later
    std::string events;        // file; empty: none
    std::string out;           // file; empty: standard output
};

void add_front_option(CLI::App& app, std::vector<Front>& fronts);
// --front and all others; the settings are the defaults, and outlive the app.
void add_options(CLI::App& app, Settings& settings);

} // namespace example::load
