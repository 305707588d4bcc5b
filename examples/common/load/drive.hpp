#pragma once
// Clients that send by a schedule, until the run is to end.

#include "examples/common/load/figures.hpp"
#include "examples/common/load/options.hpp"

#include <csignal>
#include <fstream>
#include <functional>

namespace example::load {

// One line of JSON for each call, for whoever watches the run.
class Events {
public:
    // file: empty for none. Throws std::runtime_error where it cannot be written.
    Events(const std::string& file, const Instant& start);
    void write(const Lately& lately);

private:
    Instant start_;
    std::ofstream output_;
};

// One request and what came of it.
using Client = std::function<Outcome()>;

// SIGTERM and SIGINT, blocked in this thread and those that it starts.
sigset_t block_signals();

// Each client in a thread of its own, by a schedule. What is due while an answer is waited for is
// sent late, at once after it; more than half a second late, it is skipped. Returns when the stop
// file is there, the time is over, or one of the signals came.
void drive(const Settings& settings, const sigset_t& signals, const std::vector<Client>& clients,
           Figures& figures, Events& events);

// To the file, or to standard output where that is empty. Throws std::runtime_error.
void write_figures(const std::string& file, const std::string& text);

} // namespace example::load
